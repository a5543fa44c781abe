/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-show.c - shows all that is known of one vGPU or one GPU.
 */
#include "attr-json.h"
#include "attr.h"
#include "error.h"
#include "holder.h"
#include "json.h"
#include "log.h"
#include "provider.h"
#include "stats.h"
#include "verb.h"
#include "view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean as_json;

static const GOptionEntry options[] = {
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
    {NULL},
};

/* One line; "-" for what is not known or does not apply. Aligned for people only. */
static void
line(const char *label, const char *text)
{
    g_autofree char *safe = vgpu_log_make_printable(text && text[0] ? text : "-");
    printf(isatty(STDOUT_FILENO) ? "%-14s %s\n" : "%s\t%s\n", label, safe);
}

static const VgpuParent *
find_gpu(const VgpuInventory *inventory, const char *name)
{
    for (guint i = 0; i < inventory->parents->len; i++) {
        const VgpuParent *parent = inventory->parents->pdata[i];
        if (strcmp(parent->name, name) == 0)
            return parent;
    }
    return NULL;
}

/* Attributes as they are now; NULL if the vGPU is not there. */
static GPtrArray *
live_attrs(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    return entry->device ? vgpu_device_find_attrs(root, entry->vgpu) : NULL;
}

/* Which process has it open, 0 for none; FALSE if that can't be known. */
static gboolean
find_holder(const VgpuRoot *root, const VgpuInventoryEntry *entry, pid_t *pid)
{
    g_autoptr(GError) error = NULL;

    if (!entry->device)
        return FALSE;
    if (!vgpu_device_find_holder(root, entry->vgpu, pid, &error)) {
        vgpu_log_error(error);
        return FALSE;
    }
    return *pid || vgpu_holder_sees_all(root);
}

/* Who has it open; NULL if that can't be known. */
static char *
holder_to_text(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    pid_t pid;

    if (!find_holder(root, entry, &pid))
        return NULL;
    if (!pid)
        return g_strdup("no");
    g_autofree char *name = vgpu_holder_get_name(root, pid);
    g_autofree char *domain = vgpu_holder_get_domain(root, pid);
    return g_strdup_printf("by process %d (%s)%s%s%s", (int)pid, name ? name : "not known",
                           domain ? " of domain \"" : "", domain ? domain : "", domain ? "\"" : "");
}

/* Members are null if nobody has it open; all is if that can't be known. */
static json_object *
holder_to_json(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    pid_t pid;

    if (!find_holder(root, entry, &pid))
        return NULL;
    json_object *json = json_object_new_object();
    g_autofree char *name = pid ? vgpu_holder_get_name(root, pid) : NULL;
    g_autofree char *domain = pid ? vgpu_holder_get_domain(root, pid) : NULL;
    json_object_object_add(json, "pid", pid ? json_object_new_int(pid) : NULL);
    vgpuctl_json_text(json, "process", name);
    json_object_object_add(json, "domain", vgpuctl_json_domain(NULL, domain));
    return json;
}

/* What the driver has counted; nothing if it does not count. */
static void
print_stats(const char *path)
{
    g_autoptr(GPtrArray) stats = vgpu_stats_read(path);

    for (guint i = 0; i < stats->len; i++) {
        const VgpuStat *stat = stats->pdata[i];
        g_autofree char *label = g_strdup_printf("  %s:", stat->name);
        g_autofree char *value = g_strdup_printf("%" G_GUINT64_FORMAT, stat->value);

        if (i == 0)
            puts("Statistics:");
        line(label, value);
    }
}

/* null if the driver does not count, or nothing is there. */
static json_object *
stats_to_json(const char *path)
{
    g_autoptr(GPtrArray) stats = path ? vgpu_stats_read(path) : NULL;

    if (!stats || stats->len == 0)
        return NULL;
    json_object *json = json_object_new_object();
    for (guint i = 0; i < stats->len; i++) {
        const VgpuStat *stat = stats->pdata[i];

        json_object_object_add(json, stat->name, json_object_new_uint64(stat->value));
    }
    return json;
}

static void
print_vgpu(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    g_autoptr(GPtrArray) attrs = live_attrs(root, entry);
    g_autofree char *now = vgpuctl_view_attrs(attrs);
    g_autofree char *defined =
        vgpuctl_view_attrs(entry->definition ? entry->definition->attrs : NULL);
    g_autofree char *domain = vgpuctl_view_domain(entry->record);
    g_autofree char *open = holder_to_text(root, entry);

    line("vGPU:", entry->vgpu);
    line("GPU:", entry->parent);
    line("Type:", entry->type);
    line("State:", entry->device ? "active" : "inactive");
    line("Open:", open);
    line("Attributes:", now);
    line("Start:", vgpuctl_view_start(entry->definition));
    line("Defined as:", entry->definition ? entry->definition->type : NULL);
    line("  attributes:", defined);
    line("Domain:", domain);
    if (entry->device)
        print_stats(entry->device->path);
}

static json_object *
vgpu_to_json(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    g_autoptr(GPtrArray) attrs = live_attrs(root, entry);
    json_object *vgpu = vgpuctl_json_vgpu(entry);

    json_object_object_add(vgpu, "attrs", attrs ? vgpu_attr_list_to_json(attrs) : NULL);
    json_object_object_add(vgpu, "open", holder_to_json(root, entry));
    json_object_object_add(vgpu, "stats",
                           stats_to_json(entry->device ? entry->device->path : NULL));
    return vgpu;
}

/* A list, as "vgpuctl list" has it, though there is mostly one. */
static void
print_json(const char *member, json_object *list)
{
    json_object *document = vgpuctl_json_new();

    json_object_object_add(document, member, list);
    vgpuctl_json_print(document);
}

/* Some drivers describe a type in several lines. */
static void
print_description(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    line("  says:", lines[0]);
    for (guint i = 1; lines[0] && lines[i]; i++)
        line("", lines[i]);
}

static void
print_type(const VgpuType *type)
{
    g_autofree char *left = vgpuctl_view_number(type->available_instances);

    puts("");
    line("Type:", type->id);
    line("  name:", type->name);
    line("  left:", left);
    print_description(type->description);
}

static void
print_gpu(const VgpuParent *gpu)
{
    g_autofree char *node = vgpuctl_view_number(gpu->numa_node);

    line("GPU:", gpu->name);
    line("Driver:", gpu->driver);
    line("NUMA node:", node);
    print_stats(gpu->path);
    for (guint i = 0; i < gpu->types->len; i++)
        print_type(gpu->types->pdata[i]);
}

static void
print_gpu_json(const VgpuParent *gpu)
{
    json_object *list = json_object_new_array();
    json_object *json = vgpuctl_json_gpu(gpu);

    json_object_object_add(json, "stats", stats_to_json(gpu->path));
    json_object_array_add(list, json);
    print_json("gpus", list);
}

/* All entries of an id: several GPUs may define the same. */
static gboolean
show_vgpus(const VgpuRoot *root, const VgpuInventory *inventory, const char *id, GError **error)
{
    json_object *list = json_object_new_array();
    gboolean found = FALSE;

    for (guint i = 0; i < inventory->entries->len; i++) {
        const VgpuInventoryEntry *entry = inventory->entries->pdata[i];
        if (strcmp(entry->vgpu, id) != 0)
            continue;
        if (as_json) {
            json_object_array_add(list, vgpu_to_json(root, entry));
        } else {
            if (found)
                puts("");
            print_vgpu(root, entry);
        }
        found = TRUE;
    }
    if (found && as_json)
        print_json("vgpus", list);
    else
        json_object_put(list);
    if (!found)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "there is no vGPU '%s', and none of it is defined; 'vgpuctl list vgpus' shows "
                    "which are",
                    id);
    return found;
}

static gboolean
show_gpu(const VgpuInventory *inventory, const char *name, GError **error)
{
    const VgpuParent *gpu = find_gpu(inventory, name);

    if (!gpu)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "'%.64s' is no vGPU's id and no GPU that is there; 'vgpuctl list' shows both",
                    name);
    else if (as_json)
        print_gpu_json(gpu);
    else
        print_gpu(gpu);
    return gpu != NULL;
}

/* A PCI address may be either's: of a GPU, or of a virtual function that is a vGPU. */
static gboolean
run_show(const VgpuRoot *root, const char *const *words, GError **error)
{
    g_autofree char *id = NULL;
    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(root);

    for (guint i = 0; i < inventory->problems->len; i++)
        vgpu_log_error(inventory->problems->pdata[i]);
    if (find_gpu(inventory, words[0]) || !vgpu_provider_of_id(words[0], &id, NULL))
        return show_gpu(inventory, words[0], error);
    return show_vgpus(root, inventory, id, error);
}

const VgpuctlVerb vgpuctl_show = {
    .name = "show",
    .arguments = "ID|GPU",
    .summary = "show all that is known of a vGPU or a GPU",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run_show,
};
