/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parent.c - devices that can make vGPUs, of all providers.
 */
#include "parent.h"

#include "error.h"
#include "provider.h"
#include "sysfs.h"

#include <string.h>

/* @function: "physfn" of the parent @name */
static char *
gpu_of(const char *function, const char *name)
{
    char *gpu = vgpu_sysfs_read_link(function, NULL);

    return gpu ? gpu : g_strdup(name);
}

VgpuParent *
vgpu_parent_new(const VgpuProvider *provider, const char *name, const char *path)
{
    VgpuParent *parent = g_new0(VgpuParent, 1);
    g_autofree char *driver = g_build_filename(path, "driver", NULL);
    g_autofree char *node = g_build_filename(path, "numa_node", NULL);
    g_autofree char *function = g_build_filename(path, "physfn", NULL);

    parent->name = g_strdup(name);
    parent->provider = provider;
    parent->path = g_strdup(path);
    parent->driver = vgpu_sysfs_read_link(driver, NULL);
    parent->gpu = gpu_of(function, name);
    if (!vgpu_sysfs_read_int(node, &parent->numa_node, NULL))
        parent->numa_node = -1;
    parent->types = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_type_free);
    parent->problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    return parent;
}

char *
vgpu_parent_gpu(const VgpuRoot *root, const char *name)
{
    g_autofree char *function = vgpu_root_path(root, VGPU_DIR_PCI, NULL, name, "physfn", NULL);

    return function ? gpu_of(function, name) : g_strdup(name);
}

static VgpuParent *
find(const VgpuRoot *root, const char *name)
{
    VgpuParent *parent = NULL;

    for (guint i = 0; !parent && vgpu_providers[i]; i++)
        parent = vgpu_providers[i]->load_parent(root, name, NULL);
    return parent;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    const VgpuParent *x = *(const VgpuParent *const *)a;
    const VgpuParent *y = *(const VgpuParent *const *)b;
    return g_strcmp0(x->name, y->name);
}

GPtrArray *
vgpu_parent_list(const VgpuRoot *root, GError **error)
{
    return vgpu_parent_list_for(root, NULL, error);
}

GPtrArray *
vgpu_parent_list_for(const VgpuRoot *root, const char *type, GError **error)
{
    g_autoptr(GPtrArray) parents = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_parent_free);

    for (guint i = 0; vgpu_providers[i]; i++)
        if (!vgpu_providers[i]->list_parents(root, type, parents, error))
            return NULL;
    g_ptr_array_sort(parents, compare_names);
    return g_steal_pointer(&parents);
}

VgpuParent *
vgpu_parent_load(const VgpuRoot *root, const char *name, GError **error)
{
    if (!vgpu_name_check(name, "parent", error))
        return NULL;
    VgpuParent *parent = find(root, name);
    if (!parent)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "there is no parent '%s': the GPU is absent or its driver is not loaded", name);
    return parent;
}

void
vgpu_parent_free(VgpuParent *parent)
{
    if (!parent)
        return;
    g_free(parent->name);
    g_free(parent->path);
    g_free(parent->driver);
    g_free(parent->gpu);
    g_ptr_array_unref(parent->types);
    g_ptr_array_unref(parent->problems);
    g_free(parent);
}

static const VgpuType *
get_type(const VgpuParent *parent, const char *id)
{
    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        if (g_strcmp0(type->id, id) == 0)
            return type;
    }
    return NULL;
}

char *
vgpu_parent_read_driver(const VgpuRoot *root, const char *name, GError **error)
{
    g_autofree char *link = vgpu_root_path(root, VGPU_DIR_PARENTS, error, name, "driver", NULL);
    return link ? vgpu_sysfs_read_link(link, error) : NULL;
}

void
vgpu_parent_add_type(VgpuParent *parent, const char *id)
{
    if (parent->provider->load_type && !get_type(parent, id))
        parent->provider->load_type(parent, id);
}

static char *
join_type_ids(const VgpuParent *parent)
{
    g_autoptr(GString) ids = g_string_new(NULL);
    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        g_string_append_printf(ids, "%s%s", i ? ", " : "", type->id);
    }
    return g_string_free(g_steal_pointer(&ids), FALSE);
}

const VgpuType *
vgpu_parent_find_type(const VgpuParent *parent, const char *id, GError **error)
{
    const VgpuType *type = get_type(parent, id);
    if (type || !error)
        return type;
    g_autofree char *ids = join_type_ids(parent);
    g_autofree char *shown = g_strescape(id ? id : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "parent '%s' has no type '%.64s'; it has: %s", parent->name, shown,
                ids[0] ? ids : "none");
    return NULL;
}
