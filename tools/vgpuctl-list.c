/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-list.c - shows GPUs with their types, and vGPUs with their domains, in columns or as
 * JSON.
 */
#include "attr-json.h"
#include "error.h"
#include "inventory.h"
#include "log.h"
#include "parent.h"
#include "table.h"
#include "verb.h"

#include <stdio.h>
#include <string.h>

/* Version of the JSON document; members may be added to it without a new one. */
#define DOCUMENT_VERSION 1

static void
add_type_row(VgpuctlTable *table, const VgpuParent *parent, const VgpuType *type)
{
    g_autofree char *left = g_strdup_printf("%u", type->available_instances);
    g_autofree char *memory =
        type->framebuffer_mib ? g_strdup_printf("%uM", type->framebuffer_mib) : NULL;
    g_autofree char *node =
        parent->numa_node >= 0 ? g_strdup_printf("%d", parent->numa_node) : NULL;
    const char *const cells[] = {parent->name, parent->driver, node,      type->id,
                                 memory,       left,           type->name};
    vgpuctl_table_add(table, cells);
}

static void
print_gpus(const VgpuInventory *inventory)
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

static const char *
start_word(const VgpuDefinition *definition)
{
    if (!definition)
        return NULL;
    if (definition->error)
        return "unusable";
    return definition->autostart ? "auto" : "manual";
}

static char *
domain_text(const VgpuRecord *record)
{
    if (!record)
        return NULL;
    const char *name = record->domain_name ? record->domain_name : record->domain;
    if (record->state == VGPU_RECORD_READY)
        return g_strdup(name);
    return g_strdup_printf("%s (%s)", name, vgpu_record_state_name(record->state));
}

static void
print_vgpus(const VgpuInventory *inventory)
{
    static const char *const titles[] = {"VGPU", "GPU", "TYPE", "STATE", "START", "DOMAIN", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);
    for (guint i = 0; i < inventory->entries->len; i++) {
        const VgpuInventoryEntry *entry = inventory->entries->pdata[i];
        g_autofree char *domain = domain_text(entry->record);
        const char *const cells[] = {entry->uuid,
                                     entry->parent,
                                     entry->type,
                                     entry->mdev ? "active" : "inactive",
                                     start_word(entry->definition),
                                     domain};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

/* Text from files and sysfs may be any bytes; JSON takes UTF-8 only. */
static void
add_text(json_object *object, const char *key, const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;
    json_object_object_add(object, key, valid ? json_object_new_string(valid) : NULL);
}

static json_object *
type_to_json(const VgpuType *type)
{
    json_object *json = json_object_new_object();
    add_text(json, "id", type->id);
    add_text(json, "name", type->name);
    add_text(json, "description", type->description);
    add_text(json, "device_api", type->device_api);
    json_object_object_add(json, "available_instances",
                           json_object_new_int64(type->available_instances));
    return json;
}

static json_object *
parent_to_json(const VgpuParent *parent)
{
    json_object *json = json_object_new_object(), *types = json_object_new_array();
    for (guint i = 0; i < parent->types->len; i++)
        json_object_array_add(types, type_to_json(parent->types->pdata[i]));
    add_text(json, "name", parent->name);
    add_text(json, "driver", parent->driver);
    json_object_object_add(json, "numa_node", json_object_new_int(parent->numa_node));
    json_object_object_add(json, "types", types);
    return json;
}

static json_object *
definition_to_json(const VgpuDefinition *definition)
{
    if (!definition)
        return NULL;
    json_object *json = json_object_new_object();
    add_text(json, "start", start_word(definition));
    add_text(json, "mdev_type", definition->type);
    json_object_object_add(json, "attrs", vgpu_attr_list_to_json(definition->attrs));
    return json;
}

static json_object *
record_to_json(const VgpuRecord *record)
{
    if (!record)
        return NULL;
    json_object *json = json_object_new_object();
    add_text(json, "uuid", record->domain);
    add_text(json, "name", record->domain_name);
    add_text(json, "state", vgpu_record_state_name(record->state));
    return json;
}

static json_object *
entry_to_json(const VgpuInventoryEntry *entry)
{
    json_object *json = json_object_new_object();
    add_text(json, "uuid", entry->uuid);
    add_text(json, "parent", entry->parent);
    add_text(json, "type", entry->type);
    json_object_object_add(json, "active", json_object_new_boolean(entry->mdev != NULL));
    json_object_object_add(json, "definition", definition_to_json(entry->definition));
    json_object_object_add(json, "domain", record_to_json(entry->record));
    return json;
}

static void
print_json(const VgpuInventory *inventory)
{
    json_object *json = json_object_new_object();
    json_object *gpus = json_object_new_array(), *vgpus = json_object_new_array();
    for (guint i = 0; i < inventory->parents->len; i++)
        json_object_array_add(gpus, parent_to_json(inventory->parents->pdata[i]));
    for (guint i = 0; i < inventory->entries->len; i++)
        json_object_array_add(vgpus, entry_to_json(inventory->entries->pdata[i]));
    json_object_object_add(json, "version", json_object_new_int(DOCUMENT_VERSION));
    json_object_object_add(json, "gpus", gpus);
    json_object_object_add(json, "vgpus", vgpus);
    puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                  JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(json);
}

static gboolean
parse_arguments(int argc, char **argv, gboolean *as_json, GError **error)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") != 0) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                        "'list' does not know '%s'; see 'vgpuctl --help'", argv[i]);
            return FALSE;
        }
        *as_json = TRUE;
    }
    return TRUE;
}

static gboolean
run_list(const VgpuRoot *root, int argc, char **argv, GError **error)
{
    gboolean as_json = FALSE;
    if (!parse_arguments(argc, argv, &as_json, error))
        return FALSE;
    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(root);
    for (guint i = 0; i < inventory->problems->len; i++)
        vgpu_log_error(inventory->problems->pdata[i]);
    if (as_json) {
        print_json(inventory);
    } else {
        print_gpus(inventory);
        puts("");
        print_vgpus(inventory);
    }
    return TRUE;
}

const VgpuctlVerb vgpuctl_list = {
    .name = "list",
    .arguments = "[--json]",
    .summary = "show GPUs, types, and vGPUs with their domains",
    .run = run_list,
};
