/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device-attr.c - the attributes of a vGPU that is there, written in order and read back.
 */
#include "device.h"

#include "attr.h"
#include "error.h"
#include "file.h"
#include "provider.h"
#include "sysfs.h"

#include <sys/stat.h>

/*
 * Names are checked for "..", and no part may be a link: links in a device's folder lead to
 * its parent and its driver, and files there are not the vGPU's.
 */
static gboolean
check_components(const char *folder, const char *name, const char *id, GError **error)
{
    g_auto(GStrv) components = g_strsplit(name, "/", -1);
    g_autoptr(GString) path = g_string_new(folder);
    struct stat st;

    for (guint i = 0; components[i]; i++) {
        g_string_append_printf(path, "/%s", components[i]);
        if (lstat(path->str, &st) == 0 && !S_ISLNK(st.st_mode))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "vGPU '%s' has no attribute '%s'", id,
                    name);
        return FALSE;
    }
    return TRUE;
}

/* In the folder @path of the vGPU. */
static char *
attr_path(const char *path, const char *id, const char *name, GError **error)
{
    const VgpuProvider *provider = vgpu_provider_of_id(id, NULL, error);
    if (!provider || !vgpu_attr_check_name(name, error))
        return NULL;
    if (provider->has_attr && !provider->has_attr(name)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "vGPU '%s' has no attribute '%s'", id,
                    name);
        return NULL;
    }
    return check_components(path, name, id, error) ? g_build_filename(path, name, NULL) : NULL;
}

char *
vgpu_device_get_attr(const VgpuRoot *root, const char *id, const char *name, GError **error)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, error);
    g_autofree char *path = device ? attr_path(device->path, id, name, error) : NULL;
    return path ? vgpu_sysfs_read(path, error) : NULL;
}

static gboolean
set_attr(const VgpuDevice *device, const char *name, const char *value,
         const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *path = vgpu_attr_check(NULL, NULL, name, value, error)
                                ? attr_path(device->path, device->id, name, error)
                                : NULL;
    if (!path)
        return FALSE;
    if (vgpu_sysfs_write_deadline(path, value, deadline, error))
        return TRUE;
    g_prefix_error(error, "cannot set attribute '%s' of vGPU '%s': ", name, device->id);
    return FALSE;
}

gboolean
vgpu_device_set_attr(const VgpuRoot *root, const char *id, const char *name, const char *value,
                     const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, error);
    return device && set_attr(device, name, value, deadline, error);
}

gboolean
vgpu_device_set_attrs(const VgpuRoot *root, const char *id, const GPtrArray *attrs,
                      const VgpuDeadline *deadline, GError **error)
{
    if (attrs->len == 0)
        return TRUE;
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, error);
    for (guint i = 0; device && i < attrs->len; i++) {
        const VgpuAttr *attr = attrs->pdata[i];
        if (!set_attr(device, attr->name, attr->value, deadline, error))
            return FALSE;
    }
    return device != NULL;
}

/* Is @name below @path a file that its owner can read and write? Links lead elsewhere. */
static gboolean
is_setting(const char *path, const char *name)
{
    g_autofree char *file = g_build_filename(path, name, NULL);
    struct stat st;

    return lstat(file, &st) == 0 && S_ISREG(st.st_mode) &&
           (st.st_mode & (S_IRUSR | S_IWUSR)) == (S_IRUSR | S_IWUSR) &&
           vgpu_attr_check_name(name, NULL);
}

/* Adds what @folder of the vGPU, "" for its own, holds. */
static void
add_settings(const VgpuRoot *root, const VgpuDevice *device, const char *folder, GPtrArray *attrs)
{
    g_autofree char *path = g_build_filename(device->path, folder, NULL);
    g_autoptr(GPtrArray) files = vgpu_file_list(path, NULL);

    for (guint i = 0; files && i < files->len; i++) {
        g_autofree char *name = g_build_filename(folder, files->pdata[i], NULL);
        g_autofree char *value = is_setting(device->path, name)
                                     ? vgpu_device_get_attr(root, device->id, name, NULL)
                                     : NULL;
        if (value && value[0])
            vgpu_attr_list_add(attrs, name, value);
    }
}

static gboolean
is_folder(const char *path, const char *name)
{
    g_autofree char *folder = g_build_filename(path, name, NULL);
    struct stat st;

    return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode);
}

GPtrArray *
vgpu_device_find_attrs(const VgpuRoot *root, const char *id)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, NULL);
    g_autoptr(GPtrArray) names = device ? vgpu_file_list(device->path, NULL) : NULL;
    GPtrArray *attrs = vgpu_attr_list_new();

    if (names)
        add_settings(root, device, "", attrs);
    for (guint i = 0; names && i < names->len; i++)
        if (is_folder(device->path, names->pdata[i]))
            add_settings(root, device, names->pdata[i], attrs);
    return attrs;
}

GPtrArray *
vgpu_device_read_attrs(const VgpuRoot *root, const char *id, const char *driver, GError **error)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    guint count;
    const VgpuAttrSpec *specs = vgpu_attr_specs(driver, &count);

    for (guint i = 0; i < count; i++) {
        g_autofree char *value = vgpu_device_get_attr(root, id, specs[i].name, error);
        if (!value)
            return NULL;
        if (value[0])
            vgpu_attr_list_add(attrs, specs[i].name, value);
    }
    return g_steal_pointer(&attrs);
}
