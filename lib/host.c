/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host.c - GPUs, vGPUs, definitions and records at one moment.
 */
#include "host.h"

#include "log.h"

/*
 * @but: (nullable): ids whose definitions play no part. A GPU whose folder can't be read is in the
 * way of no vGPU.
 */
static GPtrArray *
list_definitions(const VgpuRoot *root, GHashTable *but, GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    GPtrArray *list = but ? vgpu_definition_list_but(root, but, problems, error)
                          : vgpu_definition_list(root, NULL, problems, error);

    for (guint i = 0; i < problems->len; i++)
        vgpu_log_error(problems->pdata[i]);
    return list;
}

VgpuHost *
vgpu_host_look(const VgpuRoot *root, GError **error)
{
    g_autoptr(VgpuHost) host = g_new0(VgpuHost, 1);

    host->parents = vgpu_parent_list(root, error);
    host->devices = host->parents ? vgpu_device_list(root, error) : NULL;
    host->definitions = host->devices ? list_definitions(root, NULL, error) : NULL;
    host->records = host->definitions ? vgpu_record_list(root, NULL, error) : NULL;
    return host->records ? g_steal_pointer(&host) : NULL;
}

/* (element-type utf8): the ids of what is there; they belong to the host. */
static GHashTable *
ids_of(const GPtrArray *devices)
{
    GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < devices->len; i++)
        g_hash_table_add(ids, ((const VgpuDevice *)devices->pdata[i])->id);
    return ids;
}

/* What is to be restored takes part of what is left: of how much, its type says. */
static void
add_types(VgpuHost *host)
{
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];

        for (guint j = 0; definition->autostart && j < host->parents->len; j++) {
            VgpuParent *parent = host->parents->pdata[j];
            if (g_str_equal(parent->name, definition->parent))
                vgpu_parent_add_type(parent, definition->type);
        }
    }
}

VgpuHost *
vgpu_host_look_for(const VgpuRoot *root, const char *type, GError **error)
{
    g_autoptr(VgpuHost) host = g_new0(VgpuHost, 1);
    g_autoptr(GHashTable) ids = NULL;

    host->parents = vgpu_parent_list_for(root, type, error);
    host->devices = host->parents ? vgpu_device_list(root, error) : NULL;
    if (!host->devices)
        return NULL;
    ids = ids_of(host->devices);
    host->definitions = list_definitions(root, ids, error);
    host->records = host->definitions ? vgpu_record_list_but(root, ids, error) : NULL;
    if (!host->records)
        return NULL;
    add_types(host);
    return g_steal_pointer(&host);
}

void
vgpu_host_free(VgpuHost *host)
{
    if (!host)
        return;
    g_clear_pointer(&host->parents, g_ptr_array_unref);
    g_clear_pointer(&host->devices, g_ptr_array_unref);
    g_clear_pointer(&host->definitions, g_ptr_array_unref);
    g_clear_pointer(&host->records, g_ptr_array_unref);
    g_free(host);
}

/* Common to @a and @b. */
static guint
greatest_divisor(guint a, guint b)
{
    while (b) {
        guint rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

guint
vgpu_host_cost(const VgpuType *taken, const VgpuType *wanted)
{
    guint shared;

    if (!taken || !taken->framebuffer_mib || !wanted->framebuffer_mib)
        return 1;
    shared = greatest_divisor(taken->framebuffer_mib, wanted->framebuffer_mib);
    return (taken->framebuffer_mib - shared + wanted->framebuffer_mib - 1) /
               wanted->framebuffer_mib +
           1;
}

/* What is left of each type of @parent after one of type @id came, or went. */
static void
adjust(const VgpuHost *host, const char *parent_name, const char *id, gboolean came)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        const VgpuType *taken;

        if (!g_str_equal(parent->name, parent_name))
            continue;
        taken = vgpu_parent_find_type(parent, id, NULL);
        for (guint j = 0; j < parent->types->len; j++) {
            VgpuType *type = parent->types->pdata[j];
            guint cost = vgpu_host_cost(taken, type);

            if (!came)
                type->available_instances += cost;
            else
                type->available_instances -= MIN(cost, type->available_instances);
        }
    }
}

void
vgpu_host_assume(VgpuHost *host, const char *parent, const char *type, const char *id)
{
    VgpuDevice *device = g_new0(VgpuDevice, 1);

    device->id = g_strdup(id);
    device->parent = g_strdup(parent);
    device->type = g_strdup(type);
    g_ptr_array_add(host->devices, device);
    adjust(host, parent, type, TRUE);
}

void
vgpu_host_assume_gone(VgpuHost *host, const char *id)
{
    for (guint i = host->devices->len; i > 0; i--) {
        const VgpuDevice *device = host->devices->pdata[i - 1];

        if (!g_str_equal(device->id, id))
            continue;
        adjust(host, device->parent, device->type, FALSE);
        g_ptr_array_remove_index(host->devices, i - 1);
    }
}
