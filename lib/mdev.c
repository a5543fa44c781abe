/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mdev.c - vGPUs that are there: looked up, made, and removed unless somebody has them open.
 */
#include "mdev.h"

#include "error.h"
#include "file.h"
#include "holder.h"
#include "parent.h"
#include "sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define POLL_MS 5

static char *
mdev_path(const VgpuRoot *root, const char *uuid, GError **error)
{
    g_autofree char *name = vgpu_uuid_canonical(uuid, error);
    return name ? vgpu_root_path(root, VGPU_DIR_MDEVS, error, name, NULL) : NULL;
}

/* The entry in the bus's folder is a link to .../<parent>/<uuid>. */
static char *
read_parent(const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(real);
    free(real);
    return g_path_get_basename(folder);
}

static VgpuMdev *
load_from(const char *path)
{
    g_autoptr(VgpuMdev) mdev = g_new0(VgpuMdev, 1);
    g_autofree char *type = g_build_filename(path, "mdev_type", NULL);

    mdev->uuid = g_path_get_basename(path);
    mdev->path = g_strdup(path);
    mdev->parent = read_parent(path);
    mdev->type = vgpu_sysfs_read_link(type, NULL);
    return mdev->parent && mdev->type ? g_steal_pointer(&mdev) : NULL;
}

void
vgpu_mdev_free(VgpuMdev *mdev)
{
    if (!mdev)
        return;
    g_free(mdev->uuid);
    g_free(mdev->parent);
    g_free(mdev->type);
    g_free(mdev->path);
    g_free(mdev);
}

GPtrArray *
vgpu_mdev_list(const VgpuRoot *root, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_MDEVS);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);
    if (!names)
        return NULL;

    GPtrArray *mdevs = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_mdev_free);
    for (guint i = 0; i < names->len; i++) {
        VgpuMdev *mdev = vgpu_mdev_load(root, names->pdata[i], NULL);
        if (mdev)
            g_ptr_array_add(mdevs, mdev);
    }
    return mdevs;
}

VgpuMdev *
vgpu_mdev_load(const VgpuRoot *root, const char *uuid, GError **error)
{
    g_autofree char *path = mdev_path(root, uuid, error);
    if (!path)
        return NULL;
    VgpuMdev *mdev = load_from(path);
    if (!mdev)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "there is no vGPU '%s'", uuid);
    return mdev;
}

gboolean
vgpu_mdev_exists(const VgpuRoot *root, const char *uuid)
{
    g_autofree char *path = mdev_path(root, uuid, NULL);
    return path && g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
is_ready(const char *path)
{
    g_autofree char *type = g_build_filename(path, "mdev_type", NULL);
    g_autofree char *group = g_build_filename(path, "iommu_group", NULL);
    return access(type, F_OK) == 0 && access(group, F_OK) == 0;
}

gboolean
vgpu_mdev_wait_ready(const VgpuRoot *root, const char *uuid, const VgpuDeadline *deadline,
                     GError **error)
{
    g_autofree char *path = mdev_path(root, uuid, error);
    if (!path)
        return FALSE;
    g_autofree char *what = g_strdup_printf("vGPU '%s' to get its type and IOMMU group", uuid);
    while (!is_ready(path)) {
        if (!vgpu_deadline_check(deadline, what, error))
            return FALSE;
        vgpu_deadline_pause(deadline, POLL_MS);
    }
    return TRUE;
}

static gboolean
check_absent(const VgpuRoot *root, const char *uuid, GError **error)
{
    if (!vgpu_mdev_exists(root, uuid))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS, "there is a vGPU '%s' already", uuid);
    return FALSE;
}

/* What took the last instance may be this very vGPU, if somebody else was faster. */
static void
report_full(const VgpuRoot *root, const char *parent, const char *type, const char *uuid,
            GError **error)
{
    if (check_absent(root, uuid, error))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL,
                    "parent '%s' has no instance of type '%s' left", parent, type);
}

/* Gives a plain reason for what the kernel would refuse by a bare number. */
static gboolean
check_creatable(const VgpuRoot *root, const char *parent_name, const char *type_id,
                const char *uuid, GError **error)
{
    if (!check_absent(root, uuid, error))
        return FALSE;
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, parent_name, error);
    if (!parent)
        return FALSE;
    const VgpuType *type = vgpu_parent_find_type(parent, type_id, error);
    if (type && type->available_instances == 0)
        report_full(root, parent_name, type_id, uuid, error);
    return type && type->available_instances > 0;
}

static gboolean
write_create(const VgpuRoot *root, const char *parent, const char *type, const char *uuid,
             const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *file = vgpu_root_path(root, VGPU_DIR_PARENTS, error, parent,
                                           "mdev_supported_types", type, "create", NULL);
    g_autofree char *name = vgpu_uuid_canonical(uuid, NULL);
    if (!file)
        return FALSE;
    if (vgpu_sysfs_write_deadline(file, name, deadline, &reason))
        return TRUE;
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_FULL))
        report_full(root, parent, type, uuid, error);
    else
        g_propagate_prefixed_error(error, g_steal_pointer(&reason),
                                   "cannot make vGPU '%s' of type '%s' on parent '%s': ", uuid,
                                   type, parent);
    return FALSE;
}

gboolean
vgpu_mdev_create(const VgpuRoot *root, const char *parent, const char *type, const char *uuid,
                 const VgpuDeadline *deadline, GError **error)
{
    return vgpu_uuid_check(uuid, error) && check_creatable(root, parent, type, uuid, error) &&
           write_create(root, parent, type, uuid, deadline, error) &&
           vgpu_mdev_wait_ready(root, uuid, deadline, error);
}

static void
add_device(VgpuHolderTarget *target, const char *dev_file)
{
    g_autofree char *text = vgpu_sysfs_read(dev_file, NULL);
    guint major_number, minor_number;
    if (!text || sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
        return;
    dev_t device = makedev(major_number, minor_number);
    g_array_append_val(target->devices, device);
}

/* /dev/vfio/<group>: all kernels. */
static void
add_group(const VgpuRoot *root, const char *path, VgpuHolderTarget *target)
{
    g_autofree char *link = g_build_filename(path, "iommu_group", NULL);
    g_autofree char *group = vgpu_sysfs_read_link(link, NULL);
    if (!group)
        return;
    char *file = vgpu_root_path(root, VGPU_DIR_DEV_VFIO, NULL, group, NULL);
    g_autofree char *number = vgpu_root_path(root, VGPU_DIR_VFIO_CLASS, NULL, group, "dev", NULL);
    if (file)
        g_ptr_array_add(target->files, file);
    if (number)
        add_device(target, number);
}

/* /dev/vfio/devices/vfioN: kernels that give each device a file of its own. */
static void
add_cdevs(const VgpuRoot *root, const char *path, VgpuHolderTarget *target)
{
    g_autofree char *folder = g_build_filename(path, "vfio-dev", NULL);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);
    for (guint i = 0; names && i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *number = g_build_filename(folder, name, "dev", NULL);
        char *file = vgpu_root_path(root, VGPU_DIR_DEV_VFIO, NULL, "devices", name, NULL);
        if (file)
            g_ptr_array_add(target->files, file);
        add_device(target, number);
    }
}

static gboolean
find_holder(const VgpuRoot *root, const char *uuid, pid_t *pid, GError **error)
{
    g_autofree char *path = mdev_path(root, uuid, error);
    if (!path)
        return FALSE;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(dev_t));
    VgpuHolderTarget target = {.hint = "vfio", .files = files, .devices = devices};

    *pid = 0;
    add_group(root, path, &target);
    add_cdevs(root, path, &target);
    if (files->len == 0)
        return TRUE;
    return vgpu_holder_find(root, &target, pid, error);
}

gboolean
vgpu_mdev_in_use(const VgpuRoot *root, const char *uuid, gboolean *in_use, GError **error)
{
    pid_t pid;
    if (!find_holder(root, uuid, &pid, error))
        return FALSE;
    *in_use = pid != 0;
    return TRUE;
}

static void
set_in_use(const VgpuRoot *root, const char *uuid, pid_t pid, GError **error)
{
    g_autofree char *name = vgpu_holder_get_name(root, pid);
    g_autofree char *domain = vgpu_holder_get_domain(root, pid);
    g_autofree char *first = domain ? g_strdup_printf("shut down domain \"%s\"", domain)
                                    : g_strdup("stop the virtual machine");

    g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                "vGPU '%s' is in use by process %d (%s); %s first", uuid, (int)pid,
                name ? name : "that has just ended", first);
}

gboolean
vgpu_mdev_check_idle(const VgpuRoot *root, const char *uuid, GError **error)
{
    pid_t pid;
    if (!find_holder(root, uuid, &pid, error))
        return FALSE;
    if (pid == 0)
        return TRUE;
    set_in_use(root, uuid, pid, error);
    return FALSE;
}

static gboolean
wait_gone(const VgpuRoot *root, const char *uuid, const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *what = g_strdup_printf("vGPU '%s' to be gone", uuid);
    while (vgpu_mdev_exists(root, uuid)) {
        if (!vgpu_deadline_check(deadline, what, error))
            return FALSE;
        vgpu_deadline_pause(deadline, POLL_MS);
    }
    return TRUE;
}

gboolean
vgpu_mdev_remove(const VgpuRoot *root, const char *uuid, const VgpuDeadline *deadline,
                 GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *path = mdev_path(root, uuid, error);
    if (!path)
        return FALSE;
    if (!vgpu_mdev_exists(root, uuid))
        return TRUE;
    if (!vgpu_mdev_check_idle(root, uuid, error))
        return FALSE;
    g_autofree char *file = g_build_filename(path, "remove", NULL);
    if (vgpu_sysfs_write_deadline(file, "1", deadline, &reason))
        return wait_gone(root, uuid, deadline, error);
    /* somebody else may have removed it between the look and the write */
    if (!vgpu_mdev_exists(root, uuid))
        return TRUE;
    g_propagate_prefixed_error(error, g_steal_pointer(&reason), "cannot remove vGPU '%s': ", uuid);
    return FALSE;
}
