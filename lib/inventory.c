/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory.c - joins vGPUs, definitions and records by uuid.
 */
#include "inventory.h"

#include "kernel.h"
#include "parent.h"

#include <string.h>

static GPtrArray *
errors_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
}

/* @list, or an empty list and a problem */
static GPtrArray *
keep(VgpuInventory *inventory, GPtrArray *list, GError *error)
{
    if (error)
        g_ptr_array_add(inventory->problems, error);
    return list ? list : g_ptr_array_new();
}

static void
read_all(VgpuInventory *inventory, const VgpuRoot *root)
{
    GError *error = NULL;
    GPtrArray *list = vgpu_parent_list(root, &error);
    inventory->parents = keep(inventory, list, g_steal_pointer(&error));
    if (inventory->parents->len == 0 && !vgpu_kernel_check_mdev(root, &error))
        g_ptr_array_add(inventory->problems, g_steal_pointer(&error));
    list = vgpu_device_list(root, &error);
    inventory->devices = keep(inventory, list, g_steal_pointer(&error));
    list = vgpu_definition_list(root, NULL, inventory->problems, &error);
    inventory->definitions = keep(inventory, list, g_steal_pointer(&error));
    list = vgpu_record_list(root, inventory->problems, &error);
    inventory->records = keep(inventory, list, g_steal_pointer(&error));
}

static void
collect_problems(VgpuInventory *inventory)
{
    for (guint i = 0; i < inventory->parents->len; i++) {
        const VgpuParent *parent = inventory->parents->pdata[i];
        for (guint j = 0; j < parent->problems->len; j++)
            g_ptr_array_add(inventory->problems, g_error_copy(parent->problems->pdata[j]));
    }
    for (guint i = 0; i < inventory->definitions->len; i++) {
        const VgpuDefinition *definition = inventory->definitions->pdata[i];
        if (definition->error)
            g_ptr_array_add(inventory->problems, g_error_copy(definition->error));
    }
}

/* Several GPUs may define the same id. */
static VgpuInventoryEntry *
find_entry(const VgpuInventory *inventory, const char *id, const char *parent)
{
    for (GSList *at = g_hash_table_lookup(inventory->by_id, id); at; at = at->next) {
        VgpuInventoryEntry *entry = at->data;
        if (!parent || strcmp(entry->parent, parent) == 0)
            return entry;
    }
    return NULL;
}

static VgpuInventoryEntry *
add_entry(VgpuInventory *inventory, const char *id, const char *parent, const char *type)
{
    VgpuInventoryEntry *entry = g_new0(VgpuInventoryEntry, 1);
    GSList *others = g_hash_table_lookup(inventory->by_id, id);

    entry->vgpu = id;
    entry->parent = parent;
    entry->type = type;
    g_ptr_array_add(inventory->entries, entry);
    if (others)
        others->next = g_slist_prepend(others->next, entry);
    else
        g_hash_table_insert(inventory->by_id, (gpointer)id, g_slist_prepend(NULL, entry));
    return entry;
}

static void
join_devices(VgpuInventory *inventory)
{
    for (guint i = 0; i < inventory->devices->len; i++) {
        const VgpuDevice *device = inventory->devices->pdata[i];
        add_entry(inventory, device->id, device->parent, device->type)->device = device;
    }
}

/* A definition on another parent than the vGPU that is there is an entry of its own. */
static void
join_definitions(VgpuInventory *inventory)
{
    for (guint i = 0; i < inventory->definitions->len; i++) {
        const VgpuDefinition *d = inventory->definitions->pdata[i];
        VgpuInventoryEntry *entry = find_entry(inventory, d->vgpu, d->parent);
        if (!entry)
            entry = add_entry(inventory, d->vgpu, d->parent, d->type);
        entry->definition = d;
    }
}

/* A record without its vGPU is shown too: its domain is starting, or something failed. */
static void
join_records(VgpuInventory *inventory)
{
    for (guint i = 0; i < inventory->records->len; i++) {
        const VgpuRecord *record = inventory->records->pdata[i];
        VgpuInventoryEntry *entry = find_entry(inventory, record->vgpu, record->parent);
        if (!entry)
            entry = find_entry(inventory, record->vgpu, NULL);
        if (!entry)
            entry = add_entry(inventory, record->vgpu, record->parent, record->type);
        entry->record = record;
    }
}

static int
compare_entries(gconstpointer a, gconstpointer b)
{
    const VgpuInventoryEntry *x = *(const VgpuInventoryEntry *const *)a;
    const VgpuInventoryEntry *y = *(const VgpuInventoryEntry *const *)b;
    int order = g_strcmp0(x->parent, y->parent);
    return order ? order : strcmp(x->vgpu, y->vgpu);
}

VgpuInventory *
vgpu_inventory_new(const VgpuRoot *root)
{
    VgpuInventory *inventory = g_new0(VgpuInventory, 1);
    inventory->problems = errors_new();
    inventory->entries = g_ptr_array_new_with_free_func(g_free);
    inventory->by_id =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_slist_free);
    read_all(inventory, root);
    collect_problems(inventory);
    join_devices(inventory);
    join_definitions(inventory);
    join_records(inventory);
    g_ptr_array_sort(inventory->entries, compare_entries);
    return inventory;
}

void
vgpu_inventory_free(VgpuInventory *inventory)
{
    if (!inventory)
        return;
    g_hash_table_unref(inventory->by_id);
    g_ptr_array_unref(inventory->entries);
    g_ptr_array_unref(inventory->parents);
    g_ptr_array_unref(inventory->devices);
    g_ptr_array_unref(inventory->definitions);
    g_ptr_array_unref(inventory->records);
    g_ptr_array_unref(inventory->problems);
    g_free(inventory);
}
