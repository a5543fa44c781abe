/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * type.h - one type of vGPU that a parent can make, as sysfs describes it:
 * mdev_supported_types/<id>/.
 */
#ifndef VGPU_TYPE_H
#define VGPU_TYPE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuType:
 * @id: its folder's name, "<driver>-<name>": what domains and definitions say
 * @name: (nullable): text for people
 * @description: (nullable): "key=value, key=value" from the driver, as it is
 * @device_api: "vfio-pci"
 * @available_instances: how many more the parent could make when this was read
 * @framebuffer_mib: framebuffer in MiB from @description, 0 if it is not said
 * @max_instances: most instances a parent can have, from @description, 0 if not said
 * @max_width: most pixels across, from @description, 0 if not said
 * @max_height: most pixels down, from @description, 0 if not said
 *
 * A snapshot; owned by its #VgpuParent. Members are to be read only.
 */
typedef struct {
    char *id;
    char *name;
    char *description;
    char *device_api;
    guint available_instances;
    guint framebuffer_mib;
    guint max_instances;
    guint max_width;
    guint max_height;
} VgpuType;

/**
 * vgpu_type_load:
 * @path: the type's folder in sysfs
 * @error: (out) (optional): as vgpu_sysfs_read(), if device_api or
 *   available_instances cannot be read (name and description are optional)
 *
 * Returns: (transfer full) (nullable): the type.
 */
VgpuType *vgpu_type_load(const char *path, GError **error);

/**
 * vgpu_type_free:
 * @type: (nullable): a type
 */
void vgpu_type_free(VgpuType *type);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuType, vgpu_type_free)

/**
 * vgpu_type_get_key:
 * @type: a type
 * @key: a key of its description, "frl_config" say
 *
 * Returns: (transfer full) (nullable): the value, or NULL if the description has
 * no such key.
 */
char *vgpu_type_get_key(const VgpuType *type, const char *key);

G_END_DECLS

#endif
