/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes that each vGPU has in sysfs.
 */
#ifndef VGPU_VFIO_ATTR_H
#define VGPU_VFIO_ATTR_H

#include <linux/device.h>
#include <linux/sysfs.h>

struct pci_dev;
struct vgpu_rm_ops;
struct vgpu_vfio;

/**
 * struct vgpu_attrs - the attributes of a GPU's vGPUs
 * @group: all of them, for a device whose driver data is a struct vgpu_vfio
 * @params: the administrator's parameters
 * @vm_name: the administrator's name for the machine
 * @pinned_pages: how much guest memory is pinned
 * @list: these
 */
struct vgpu_attrs {
	struct attribute_group group;
	struct device_attribute params;
	struct device_attribute vm_name;
	struct device_attribute pinned_pages;
	struct attribute *list[4];
};

/**
 * vgpu_attr_init() - an attribute with no show and no store yet
 * @attr: zero; what to fill
 * @name: its name, which stays
 * @mode: who may do what
 */
void vgpu_attr_init(struct device_attribute *attr, const char *name,
		    umode_t mode);

/**
 * vgpu_attr_show_params() - a vGPU's parameters, as a sysfs file shows them
 * @vgpu: the vGPU
 * @buf: a page
 *
 * Return: bytes.
 */
ssize_t vgpu_attr_show_params(struct vgpu_vfio *vgpu, char *buf);

/**
 * vgpu_attr_store_params() - give a vGPU other parameters
 * @vgpu: the vGPU
 * @buf: what was written to a sysfs file
 * @count: bytes of it
 *
 * Return: @count; -EBUSY while the vGPU is open, unless the RM has
 * VGPU_RM_LIVE_PARAMS and can change them; -EINVAL for a text that the RM or
 * sysfs does not take.
 */
ssize_t vgpu_attr_store_params(struct vgpu_vfio *vgpu, const char *buf,
			       size_t count);

/**
 * vgpu_attrs_init() - the attributes, with the names that the RM wants
 * @attrs: zero; what to fill
 * @ops: the RM's operations
 * @gpu: the GPU
 *
 * Return: 0, or -EINVAL for names that sysfs can't have.
 */
int vgpu_attrs_init(struct vgpu_attrs *attrs, const struct vgpu_rm_ops *ops,
		    struct pci_dev *gpu);

#endif /* VGPU_VFIO_ATTR_H */
