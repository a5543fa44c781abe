/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parent.c - devices that can make vGPUs, read from /sys/class/mdev_bus.
 */
#include "parent.h"

#include "error.h"
#include "file.h"
#include "sysfs.h"

#include <string.h>

static char *
parent_path(const VgpuRoot *root, const char *name, GError **error)
{
    if (!vgpu_name_check(name, "parent", error))
        return NULL;
    return vgpu_root_path(root, VGPU_DIR_PARENTS, error, name, NULL);
}

static gboolean
check_exists(const char *path, const char *name, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "there is no parent '%s': the GPU is absent or its driver is not loaded", name);
    return FALSE;
}

static void
load_type(VgpuParent *parent, const char *folder, const char *id)
{
    g_autofree char *path = g_build_filename(folder, id, NULL);
    GError *error = NULL;
    VgpuType *type = vgpu_type_load(path, &error);
    if (type) {
        g_ptr_array_add(parent->types, type);
    } else {
        g_prefix_error(&error, "parent '%s': ", parent->name);
        g_ptr_array_add(parent->problems, error);
    }
}

static void
load_types(VgpuParent *parent)
{
    g_autofree char *folder = g_build_filename(parent->path, "mdev_supported_types", NULL);
    GError *error = NULL;
    g_autoptr(GPtrArray) ids = vgpu_file_list(folder, &error);
    if (!ids)
        g_ptr_array_add(parent->problems, error);
    for (guint i = 0; ids && i < ids->len; i++)
        load_type(parent, folder, ids->pdata[i]);
}

static VgpuParent *
load_from(const char *path, const char *name)
{
    VgpuParent *parent = g_new0(VgpuParent, 1);
    g_autofree char *driver = g_build_filename(path, "driver", NULL);
    g_autofree char *node = g_build_filename(path, "numa_node", NULL);

    parent->name = g_strdup(name);
    parent->path = g_strdup(path);
    parent->driver = vgpu_sysfs_read_link(driver, NULL);
    if (!vgpu_sysfs_read_int(node, &parent->numa_node, NULL))
        parent->numa_node = -1;
    parent->types = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_type_free);
    parent->problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    load_types(parent);
    return parent;
}

GPtrArray *
vgpu_parent_list(const VgpuRoot *root, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PARENTS);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);
    if (!names)
        return NULL;

    GPtrArray *parents = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_parent_free);
    for (guint i = 0; i < names->len; i++) {
        VgpuParent *parent = vgpu_parent_load(root, names->pdata[i], NULL);
        if (parent)
            g_ptr_array_add(parents, parent);
    }
    return parents;
}

VgpuParent *
vgpu_parent_load(const VgpuRoot *root, const char *name, GError **error)
{
    g_autofree char *path = parent_path(root, name, error);
    if (!path || !check_exists(path, name, error))
        return NULL;
    return load_from(path, name);
}

void
vgpu_parent_free(VgpuParent *parent)
{
    if (!parent)
        return;
    g_free(parent->name);
    g_free(parent->path);
    g_free(parent->driver);
    g_ptr_array_unref(parent->types);
    g_ptr_array_unref(parent->problems);
    g_free(parent);
}

gboolean
vgpu_parent_exists(const VgpuRoot *root, const char *name)
{
    g_autofree char *path = parent_path(root, name, NULL);
    return path && check_exists(path, name, NULL);
}

char *
vgpu_parent_read_driver(const VgpuRoot *root, const char *name, GError **error)
{
    g_autofree char *path = parent_path(root, name, error);
    if (!path || !check_exists(path, name, error))
        return NULL;
    g_autofree char *link = g_build_filename(path, "driver", NULL);
    return vgpu_sysfs_read_link(link, error);
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
    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        if (g_strcmp0(type->id, id) == 0)
            return type;
    }
    g_autofree char *ids = join_type_ids(parent);
    g_autofree char *shown = g_strescape(id ? id : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "parent '%s' has no type '%.64s'; it has: %s", parent->name, shown,
                ids[0] ? ids : "none");
    return NULL;
}
