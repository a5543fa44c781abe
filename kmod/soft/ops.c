// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract's operations: each finds its GPU, type or vGPU and hands on to
 * the file that knows. The table is at the end.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/minmax.h>
#include <linux/module.h>

#include "gpu.h"
#include "ops.h"
#include "types.h"
#include "vf.h"
#include "vgpu.h"

const struct vgpu_vfio_ops *soft_vfio;

static int soft_vgpu_create(const struct vgpu_create_info *info,
			    struct vgpu_identity *identity, void **vgpu)
{
	struct soft_vgpu *made;
	struct soft_fault fault;

	if (info->vf && soft_vf_has_vgpu(info->vf))
		return -ENOSPC;
	if (soft_gpu_fails(soft_gpu_of(info->gpu), SOFT_FAULT_CREATE,
			   &info->uuid, info->vf, &fault))
		return -(int)fault.error;
	made = soft_vgpu_new(info);
	if (IS_ERR(made))
		return PTR_ERR(made);
	soft_vgpu_identify(identity);
	*vgpu = made;
	return 0;
}

static int soft_vgpu_delete(void *vgpu)
{
	soft_vgpu_free(vgpu);
	return 0;
}

static int soft_get_types(struct pci_dev *gpu, struct vgpu_type *types,
			  unsigned int *count)
{
	const struct soft_types *own;
	unsigned int i;

	if (!gpu->is_virtfn)
		soft_gpu_adopt_types(soft_gpu_of(gpu));
	own = soft_gpu_of(gpu)->types;
	*count = min(*count, own->count);
	if (!gpu->is_virtfn && soft_gpu_of(gpu)->vfs_on)
		*count = 0;
	for (i = 0; i < *count; i++) {
		types[i].id = own->type[i].id;
		strscpy(types[i].profile, own->type[i].profile,
			sizeof(types[i].profile));
	}
	return 0;
}

static int soft_get_name(struct pci_dev *gpu, u32 id, char *buf, size_t size)
{
	const struct soft_type *type = soft_gpu_find_type(soft_gpu_of(gpu), id);

	return type ? soft_type_name(type, buf, size) : -EINVAL;
}

static int soft_get_description(struct pci_dev *gpu, u32 id, char *buf,
				size_t size)
{
	const struct soft_gpu *own = soft_gpu_of(gpu);
	const struct soft_type *type = soft_gpu_find_type(own, id);
	int length;

	if (!type)
		return -EINVAL;
	length = own->personality->describe(buf, size, type,
					    soft_gpu_max_instance(own, type));
	return length < (int)size ? 0 : -ENOSPC;
}

static int soft_get_instances(struct pci_dev *gpu, u32 id,
			      unsigned int *instances)
{
	struct soft_gpu *own = soft_gpu_of(gpu);
	const struct soft_type *type = soft_gpu_find_type(own, id);

	if (!type)
		return -EINVAL;
	*instances = soft_gpu_instances(own, type);
	if (gpu->is_virtfn)
		*instances = min(*instances,
				 soft_vf_has_vgpu(gpu) ? 0U : 1U);
	return 0;
}

static void soft_get_attr_names(struct pci_dev *gpu,
				struct vgpu_attr_names *names)
{
	names->group = soft_gpu_of(gpu)->personality->group;
	names->params = soft_gpu_of(gpu)->personality->params;
}

static const struct vgpu_rm_ops soft_ops = {
	.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR },
	.size = sizeof(struct vgpu_rm_ops),
	.features = VGPU_RM_LIVE_PARAMS,
	.vgpu_create = soft_vgpu_create,
	.vgpu_delete = soft_vgpu_delete,
	.vgpu_bar_info = soft_vgpu_bar_info,
	.vgpu_start = soft_vgpu_start,
	.get_types = soft_get_types,
	.get_name = soft_get_name,
	.get_description = soft_get_description,
	.get_instances = soft_get_instances,
	.get_sparse_mmap = soft_vgpu_sparse_mmap,
	.update_request = soft_vgpu_update,
	.vgpu_stop = soft_vgpu_stop,
	.region_access = soft_vgpu_access,
	.reset = soft_vgpu_reset,
	.region_backing = soft_vgpu_backing,
	.display_plane = soft_vgpu_plane,
	.get_edid = soft_vgpu_edid,
	.get_stats = soft_vgpu_stats,
	.set_edid = soft_vgpu_set_edid,
	.get_attr_names = soft_get_attr_names,
};

static int soft_get_ops(struct vgpu_rm_ops *ops)
{
	return vgpu_rm_fill_ops(ops, &soft_ops);
}

static int soft_set_ops(const struct vgpu_vfio_ops *ops)
{
	if (ops->size < sizeof(*ops)) {
		pr_err("the front end has contract %u.%u, %u.%u is needed: install both from one release\n",
		       ops->version.major, ops->version.minor,
		       VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR);
		return -EPROTO;
	}
	soft_vfio = ops;
	return 0;
}

const struct vgpu_rm soft_rm = {
	.name = KBUILD_MODNAME,
	.owner = THIS_MODULE,
	.get_ops = soft_get_ops,
	.set_ops = soft_set_ops,
};

int soft_ops_register(void)
{
	return vgpu_vfio_register_rm(&soft_rm);
}

void soft_ops_unregister(void)
{
	vgpu_vfio_unregister_rm(&soft_rm);
	soft_vfio = NULL;
}
