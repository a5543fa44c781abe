// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport of a virtual function. What its files are called and say follows
 * NVIDIA's vGPU host driver from 550.90 on, so that what was written for that works.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uuid.h>

#include "attr.h"
#include "gpu.h"
#include "vf.h"
#include "vgpu.h"

/**
 * struct vgpu_vf - the transport of one virtual function
 * @gpu: the function, which outlives this
 * @lock: guards @vgpu; outermost but for transport_lock
 * @vgpu: its vGPU, or NULL
 * @creatable: which types can be made on it now
 * @current_type: the type of its vGPU; writing makes and removes it
 * @params: the administrator's parameters for the vGPU
 * @list: these
 * @group: all of them
 */
struct vgpu_vf {
	struct vgpu_gpu *gpu;
	struct mutex lock;
	struct vgpu_vfio *vgpu;
	struct device_attribute creatable;
	struct device_attribute current_type;
	struct device_attribute params;
	struct attribute *list[4];
	struct attribute_group group;
};

static int vf_type_line(const struct vgpu_gpu *gpu, u32 type, char *buf, int at)
{
	const struct vgpu_rm_ops *ops = &gpu->manager->ops;
	char name[VGPU_TEXT_SIZE];
	unsigned int instances = 0;

	if (ops->get_instances(gpu->pdev, type, &instances) || !instances ||
	    ops->get_name(gpu->pdev, type, name, sizeof(name)))
		return 0;
	return sysfs_emit_at(buf, at, "%-5u : %s\n", type, name);
}

static ssize_t vf_creatable_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct vgpu_vf *vf = container_of(attr, struct vgpu_vf, creatable);
	const struct vgpu_gpu *gpu = vf->gpu;
	int at = sysfs_emit(buf, "ID    : vGPU Name\n");
	unsigned int i;

	mutex_lock(&vf->lock);
	for (i = 0; i < gpu->type_count && !vf->vgpu; i++)
		at += vf_type_line(gpu, gpu->types[i].id, buf, at);
	mutex_unlock(&vf->lock);
	return at;
}

static ssize_t vf_current_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct vgpu_vf *vf = container_of(attr, struct vgpu_vf, current_type);
	ssize_t ret;

	mutex_lock(&vf->lock);
	ret = sysfs_emit(buf, "%u\n", vf->vgpu ? vf->vgpu->type : 0);
	mutex_unlock(&vf->lock);
	return ret;
}

static bool vf_has_type(const struct vgpu_gpu *gpu, u32 type)
{
	unsigned int i;

	for (i = 0; i < gpu->type_count; i++)
		if (gpu->types[i].id == type)
			return true;
	return false;
}

static int vf_create_locked(struct vgpu_vf *vf, u32 type)
{
	struct vgpu_vfio *vgpu;
	uuid_t uuid;

	lockdep_assert_held(&vf->lock);
	if (vf->vgpu)
		return -EEXIST;
	if (!vf_has_type(vf->gpu, type))
		return -EINVAL;
	uuid_gen(&uuid);
	vgpu = vgpu_vfio_create(&vf->gpu->pdev->dev, vf->gpu, type, &uuid);
	if (IS_ERR(vgpu))
		return PTR_ERR(vgpu);
	vf->vgpu = vgpu;
	return 0;
}

/* A removal would wait for whoever has it open. */
static int vf_remove_locked(struct vgpu_vf *vf)
{
	int ret;

	lockdep_assert_held(&vf->lock);
	if (!vf->vgpu)
		return 0;
	ret = vgpu_vfio_retire(vf->vgpu);
	if (ret)
		return ret;
	vgpu_vfio_destroy(vf->vgpu);
	vf->vgpu = NULL;
	return 0;
}

static ssize_t vf_current_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct vgpu_vf *vf = container_of(attr, struct vgpu_vf, current_type);
	u32 type;
	int ret;

	ret = kstrtou32(buf, 10, &type);
	if (ret)
		return ret;
	if (mutex_lock_killable(&vf->lock))
		return -EINTR;
	ret = type ? vf_create_locked(vf, type) : vf_remove_locked(vf);
	mutex_unlock(&vf->lock);
	return ret ? ret : count;
}

static ssize_t vf_params_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	struct vgpu_vf *vf = container_of(attr, struct vgpu_vf, params);
	ssize_t ret;

	mutex_lock(&vf->lock);
	ret = vf->vgpu ? vgpu_attr_show_params(vf->vgpu, buf) :
			 sysfs_emit(buf, "\n");
	mutex_unlock(&vf->lock);
	return ret;
}

static ssize_t vf_params_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	struct vgpu_vf *vf = container_of(attr, struct vgpu_vf, params);
	ssize_t ret;

	if (mutex_lock_killable(&vf->lock))
		return -EINTR;
	ret = vf->vgpu ? vgpu_attr_store_params(vf->vgpu, buf, count) : -ENODEV;
	mutex_unlock(&vf->lock);
	return ret;
}

static void vf_init_attrs(struct vgpu_vf *vf)
{
	const struct vgpu_attrs *names = &vf->gpu->attrs;

	vgpu_attr_init(&vf->creatable, "creatable_vgpu_types", 0444);
	vf->creatable.show = vf_creatable_show;
	vgpu_attr_init(&vf->current_type, "current_vgpu_type", 0644);
	vf->current_type.show = vf_current_show;
	vf->current_type.store = vf_current_store;
	vgpu_attr_init(&vf->params, names->params.attr.name, 0644);
	vf->params.show = vf_params_show;
	vf->params.store = vf_params_store;
	vf->list[0] = &vf->creatable.attr;
	vf->list[1] = &vf->current_type.attr;
	vf->list[2] = &vf->params.attr;
	vf->group.name = names->group.name;
	vf->group.attrs = vf->list;
}

struct vgpu_vf *vgpu_vf_register(struct vgpu_gpu *gpu)
{
	struct vgpu_vf *vf;
	int ret;

	vf = kzalloc(sizeof(*vf), GFP_KERNEL);
	if (!vf)
		return ERR_PTR(-ENOMEM);
	vf->gpu = gpu;
	mutex_init(&vf->lock);
	vf_init_attrs(vf);
	ret = sysfs_create_group(&gpu->pdev->dev.kobj, &vf->group);
	if (ret) {
		kfree(vf);
		return ERR_PTR(ret);
	}
	return vf;
}

void vgpu_vf_unregister(struct vgpu_vf *vf)
{
	sysfs_remove_group(&vf->gpu->pdev->dev.kobj, &vf->group);
	if (vf->vgpu)
		vgpu_vfio_destroy(vf->vgpu);
	mutex_destroy(&vf->lock);
	kfree(vf);
}
