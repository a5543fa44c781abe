/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-list.c - shows what there is of one kind, or of the two that matter most.
 */
#include "error.h"
#include "json.h"
#include "log.h"
#include "table.h"
#include "verb.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

static gboolean as_json;

static const GOptionEntry options[] = {
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
    {NULL},
};

/* How many vGPUs are on a GPU now. */
static guint
count_vgpus(const VgpuInventory *inventory, const VgpuParent *parent)
{
    guint count = 0;
    for (guint i = 0; i < inventory->entries->len; i++) {
        const VgpuInventoryEntry *entry = inventory->entries->pdata[i];
        count += entry->device && strcmp(entry->parent, parent->name) == 0;
    }
    return count;
}

static void
print_gpus(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"GPU", "DRIVER", "NUMA", "TYPES", "VGPUS", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->parents->len; i++) {
        const VgpuParent *parent = inventory->parents->pdata[i];
        g_autofree char *node = vgpuctl_view_number(parent->numa_node);
        g_autofree char *types = vgpuctl_view_number(parent->types->len);
        g_autofree char *vgpus = vgpuctl_view_number(count_vgpus(inventory, parent));
        const char *const cells[] = {parent->name, parent->driver, node, types, vgpus};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static void
add_type_row(VgpuctlTable *table, const VgpuParent *parent, const VgpuType *type)
{
    g_autofree char *left = vgpuctl_view_number(type->available_instances);
    g_autofree char *memory = vgpuctl_view_mib(type->framebuffer_mib);
    g_autofree char *node = vgpuctl_view_number(parent->numa_node);
    const char *const cells[] = {parent->name, parent->driver, node,      type->id,
                                 memory,       left,           type->name};
    vgpuctl_table_add(table, cells);
}

static void
print_types(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"GPU",  "DRIVER", "NUMA", "TYPE",
                                         "SIZE", "LEFT",   "NAME", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->parents->len; i++) {
        const VgpuParent *parent = inventory->parents->pdata[i];
        for (guint j = 0; j < parent->types->len; j++)
            add_type_row(table, parent, parent->types->pdata[j]);
    }
    vgpuctl_table_print(table);
}

static void
print_vgpus(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"VGPU", "GPU", "TYPE", "STATE", "START", "DOMAIN", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->entries->len; i++) {
        const VgpuInventoryEntry *entry = inventory->entries->pdata[i];
        g_autofree char *domain = vgpuctl_view_domain(entry->record);
        const char *const cells[] = {entry->vgpu,
                                     entry->parent,
                                     entry->type,
                                     entry->device ? "active" : "inactive",
                                     vgpuctl_view_start(entry->definition),
                                     domain};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static void
print_definitions(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"VGPU", "GPU", "TYPE", "START", "ATTRIBUTES", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->definitions->len; i++) {
        const VgpuDefinition *definition = inventory->definitions->pdata[i];
        g_autofree char *attrs = vgpuctl_view_attrs(definition->attrs);
        const char *const cells[] = {definition->vgpu, definition->parent, definition->type,
                                     vgpuctl_view_start(definition), attrs};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static void
print_domains(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"DOMAIN-UUID", "VGPU",   "GPU", "TYPE",
                                         "STATE",       "DOMAIN", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->records->len; i++) {
        const VgpuRecord *record = inventory->records->pdata[i];
        const char *const cells[] = {record->domain,
                                     record->vgpu,
                                     record->parent,
                                     record->type,
                                     vgpu_record_state_name(record->state),
                                     record->domain_name};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static json_object *
gpus_to_json(const VgpuInventory *inventory)
{
    json_object *list = json_object_new_array();
    for (guint i = 0; i < inventory->parents->len; i++)
        json_object_array_add(list, vgpuctl_json_gpu(inventory->parents->pdata[i]));
    return list;
}

static json_object *
types_to_json(const VgpuInventory *inventory)
{
    json_object *list = json_object_new_array();
    for (guint i = 0; i < inventory->parents->len; i++) {
        const VgpuParent *parent = inventory->parents->pdata[i];
        for (guint j = 0; j < parent->types->len; j++) {
            json_object *type = vgpuctl_json_type(parent->types->pdata[j]);
            vgpuctl_json_text(type, "gpu", parent->name);
            json_object_array_add(list, type);
        }
    }
    return list;
}

static json_object *
vgpus_to_json(const VgpuInventory *inventory)
{
    json_object *list = json_object_new_array();
    for (guint i = 0; i < inventory->entries->len; i++)
        json_object_array_add(list, vgpuctl_json_vgpu(inventory->entries->pdata[i]));
    return list;
}

static json_object *
definitions_to_json(const VgpuInventory *inventory)
{
    json_object *list = json_object_new_array();
    for (guint i = 0; i < inventory->definitions->len; i++) {
        const VgpuDefinition *definition = inventory->definitions->pdata[i];
        json_object *json = vgpuctl_json_definition(definition);
        vgpuctl_json_text(json, "vgpu", definition->vgpu);
        vgpuctl_json_text(json, "gpu", definition->parent);
        json_object_array_add(list, json);
    }
    return list;
}

static json_object *
domains_to_json(const VgpuInventory *inventory)
{
    json_object *list = json_object_new_array();
    for (guint i = 0; i < inventory->records->len; i++) {
        const VgpuRecord *record = inventory->records->pdata[i];
        json_object *json = json_object_new_object();
        json_object_object_add(json, "domain", vgpuctl_json_owner(record));
        vgpuctl_json_text(json, "vgpu", record->vgpu);
        vgpuctl_json_text(json, "gpu", record->parent);
        vgpuctl_json_text(json, "type", record->type);
        json_object_array_add(list, json);
    }
    return list;
}

/* What can be listed; a kind is a member of the JSON document of that name. */
static const struct Kind {
    const char *name;
    void (*print)(const VgpuInventory *inventory);
    json_object *(*to_json)(const VgpuInventory *inventory);
} kinds[] = {
    {"gpus", print_gpus, gpus_to_json},
    {"types", print_types, types_to_json},
    {"vgpus", print_vgpus, vgpus_to_json},
    {"definitions", print_definitions, definitions_to_json},
    {"domains", print_domains, domains_to_json},
};

static const struct Kind *
find_kind(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                "'list' does not know '%s'; see 'vgpuctl list --help'", name);
    return NULL;
}

/* GPUs in JSON have their types with them; people see a line a type. */
static void
show_most(const VgpuInventory *inventory)
{
    if (as_json) {
        json_object *document = vgpuctl_json_new();
        json_object_object_add(document, "gpus", gpus_to_json(inventory));
        json_object_object_add(document, "vgpus", vgpus_to_json(inventory));
        vgpuctl_json_print(document);
        return;
    }
    print_types(inventory);
    puts("");
    print_vgpus(inventory);
}

static void
show_kind(const struct Kind *kind, const VgpuInventory *inventory)
{
    if (!as_json) {
        kind->print(inventory);
        return;
    }
    json_object *document = vgpuctl_json_new();
    json_object_object_add(document, kind->name, kind->to_json(inventory));
    vgpuctl_json_print(document);
}

static gboolean
run_list(const VgpuRoot *root, const char *const *words, GError **error)
{
    const struct Kind *kind = words[0] ? find_kind(words[0], error) : NULL;
    if (words[0] && !kind)
        return FALSE;
    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(root);
    for (guint i = 0; i < inventory->problems->len; i++)
        vgpu_log_error(inventory->problems->pdata[i]);
    if (kind)
        show_kind(kind, inventory);
    else
        show_most(inventory);
    return TRUE;
}

const VgpuctlVerb vgpuctl_list = {
    .name = "list",
    .arguments = "[KIND]",
    .summary = "show gpus, types, vgpus, definitions or domains; or types and vGPUs",
    .options = options,
    .most = 1,
    .run = run_list,
};
