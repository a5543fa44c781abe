/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * provider-mdev.c - mediated devices of any vendor, as Documentation/driver-api/
 * vfio-mediated-device.rst of the kernel describes their sysfs.
 */
#include "provider.h"

#include "error.h"
#include "file.h"
#include "sysfs.h"

#define TYPES "mdev_supported_types"

static char *
mdev_id_canonical(const char *text)
{
    return vgpu_uuid_canonical(text, NULL);
}

static void
add_type(VgpuParent *parent, const char *path)
{
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
    g_autofree char *folder = g_build_filename(parent->path, TYPES, NULL);
    GError *error = NULL;
    g_autoptr(GPtrArray) ids = vgpu_file_list(folder, &error);

    if (!ids)
        g_ptr_array_add(parent->problems, error);
    for (guint i = 0; ids && i < ids->len; i++) {
        g_autofree char *path = g_build_filename(folder, ids->pdata[i], NULL);
        add_type(parent, path);
    }
}

static void
mdev_load_type(VgpuParent *parent, const char *id)
{
    g_autofree char *path = NULL;

    if (!vgpu_name_check(id, "type", NULL))
        return;
    path = g_build_filename(parent->path, TYPES, id, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        add_type(parent, path);
}

static gboolean
mdev_has_parent(const VgpuRoot *root, const char *name)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PARENTS, NULL, name, NULL);
    return path && g_file_test(path, G_FILE_TEST_IS_DIR);
}

static VgpuParent *
mdev_load_parent(const VgpuRoot *root, const char *name, const char *type)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PARENTS, NULL, name, NULL);
    VgpuParent *parent;

    if (!path || !g_file_test(path, G_FILE_TEST_IS_DIR))
        return NULL;
    parent = vgpu_parent_new(&vgpu_provider_mdev, name, path);
    if (type)
        mdev_load_type(parent, type);
    else
        load_types(parent);
    return parent;
}

static gboolean
mdev_list_parents(const VgpuRoot *root, const char *type, GPtrArray *parents, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PARENTS);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);

    for (guint i = 0; names && i < names->len; i++) {
        VgpuParent *parent = mdev_load_parent(root, names->pdata[i], type);
        if (parent)
            g_ptr_array_add(parents, parent);
    }
    return names != NULL;
}

static char *
mdev_folder(const VgpuRoot *root, const char *id)
{
    return vgpu_root_path(root, VGPU_DIR_MDEVS, NULL, id, NULL);
}

static VgpuDevice *
mdev_load(const VgpuRoot *root, const char *id)
{
    g_autoptr(VgpuDevice) device = g_new0(VgpuDevice, 1);

    device->id = g_strdup(id);
    device->path = mdev_folder(root, id);
    /* the entry in the bus's folder is a link to .../<parent>/<uuid> */
    device->parent = vgpu_sysfs_read_link_folder(device->path, NULL);
    g_autofree char *type = g_build_filename(device->path, "mdev_type", NULL);
    device->type = vgpu_sysfs_read_link(type, NULL);
    return device->parent && device->type ? g_steal_pointer(&device) : NULL;
}

static gboolean
mdev_list_devices(const VgpuRoot *root, GPtrArray *devices, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_MDEVS);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);

    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *id = mdev_id_canonical(names->pdata[i]);
        VgpuDevice *device = id ? mdev_load(root, id) : NULL;
        if (device)
            g_ptr_array_add(devices, device);
    }
    return names != NULL;
}

static gboolean
mdev_exists(const VgpuRoot *root, const char *id)
{
    g_autofree char *path = mdev_folder(root, id);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *
mdev_pick(const VgpuRoot *root G_GNUC_UNUSED, const VgpuParent *parent G_GNUC_UNUSED,
          const char *type G_GNUC_UNUSED, GHashTable *taken G_GNUC_UNUSED)
{
    return g_uuid_string_random();
}

static gboolean
mdev_create(const VgpuRoot *root, const char *parent, const char *type, const char *id,
            const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *file =
        vgpu_root_path(root, VGPU_DIR_PARENTS, error, parent, TYPES, type, "create", NULL);
    return file && vgpu_sysfs_write_deadline(file, id, deadline, error);
}

static gboolean
mdev_remove(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *path = mdev_folder(root, id);
    g_autofree char *file = g_build_filename(path, "remove", NULL);
    return vgpu_sysfs_write_deadline(file, "1", deadline, error);
}

const VgpuProvider vgpu_provider_mdev = {
    .name = "mdev",
    .definitions = VGPU_DIR_DEFINITIONS,
    .id_canonical = mdev_id_canonical,
    .list_parents = mdev_list_parents,
    .has_parent = mdev_has_parent,
    .load_parent = mdev_load_parent,
    .load_type = mdev_load_type,
    .list_devices = mdev_list_devices,
    .folder = mdev_folder,
    .load = mdev_load,
    .exists = mdev_exists,
    .pick = mdev_pick,
    .create = mdev_create,
    .remove = mdev_remove,
};
