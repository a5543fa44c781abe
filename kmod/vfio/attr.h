/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The group "vgpu" of attributes that each vGPU has in sysfs.
 */
#ifndef VGPU_VFIO_ATTR_H
#define VGPU_VFIO_ATTR_H

struct attribute_group;

/* For a driver whose devices have a struct vgpu_vfio as driver data. */
extern const struct attribute_group *vgpu_attr_groups[];

#endif /* VGPU_VFIO_ATTR_H */
