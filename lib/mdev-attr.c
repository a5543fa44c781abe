/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mdev-attr.c - the attributes of a vGPU that is there, written in order and read back.
 */
#include "mdev.h"

#include "attr.h"
#include "error.h"
#include "sysfs.h"

#include <sys/stat.h>

/*
 * Names are checked for "..", and no part may be a link: links in a device's folder lead to
 * its parent and its driver, and files there are not the vGPU's.
 */
static gboolean
check_components(const char *folder, const char *name, const char *uuid, GError **error)
{
    g_auto(GStrv) components = g_strsplit(name, "/", -1);
    g_autoptr(GString) path = g_string_new(folder);
    struct stat st;

    for (guint i = 0; components[i]; i++) {
        g_string_append_printf(path, "/%s", components[i]);
        if (lstat(path->str, &st) == 0 && !S_ISLNK(st.st_mode))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "vGPU '%s' has no attribute '%s'",
                    uuid, name);
        return FALSE;
    }
    return TRUE;
}

static char *
attr_path(const VgpuRoot *root, const char *uuid, const char *name, GError **error)
{
    if (!vgpu_attr_check_name(name, error))
        return NULL;
    g_autoptr(VgpuMdev) mdev = vgpu_mdev_load(root, uuid, error);
    if (!mdev || !check_components(mdev->path, name, uuid, error))
        return NULL;
    return g_build_filename(mdev->path, name, NULL);
}

char *
vgpu_mdev_get_attr(const VgpuRoot *root, const char *uuid, const char *name, GError **error)
{
    g_autofree char *path = attr_path(root, uuid, name, error);
    return path ? vgpu_sysfs_read(path, error) : NULL;
}

gboolean
vgpu_mdev_set_attr(const VgpuRoot *root, const char *uuid, const char *name, const char *value,
                   const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *path = attr_path(root, uuid, name, error);
    if (!path)
        return FALSE;
    if (vgpu_sysfs_write_deadline(path, value, deadline, error))
        return TRUE;
    g_prefix_error(error, "cannot set attribute '%s' of vGPU '%s': ", name, uuid);
    return FALSE;
}

gboolean
vgpu_mdev_set_attrs(const VgpuRoot *root, const char *uuid, const GPtrArray *attrs,
                    const VgpuDeadline *deadline, GError **error)
{
    for (guint i = 0; i < attrs->len; i++) {
        const VgpuAttr *attr = attrs->pdata[i];
        if (!vgpu_mdev_set_attr(root, uuid, attr->name, attr->value, deadline, error))
            return FALSE;
    }
    return TRUE;
}

GPtrArray *
vgpu_mdev_read_attrs(const VgpuRoot *root, const char *uuid, const char *driver, GError **error)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    guint count;
    const VgpuAttrSpec *specs = vgpu_attr_specs(driver, &count);

    for (guint i = 0; i < count; i++) {
        g_autofree char *value = vgpu_mdev_get_attr(root, uuid, specs[i].name, error);
        if (!value)
            return NULL;
        if (value[0])
            vgpu_attr_list_add(attrs, specs[i].name, value);
    }
    return g_steal_pointer(&attrs);
}
