// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-sample: the smallest resource manager there can be, the ten required
 * operations and a PCI driver. vgpu-backend(7) explains it and goes on from here.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "vgpu-rm.h"

#define SAMPLE_TYPE	1	/* our number for the one type there is */
#define SAMPLE_MAX	4	/* vGPUs that a GPU has room for */

/* A GPU. The front end never makes or deletes two vGPUs of it at once. */
struct sample_gpu {
	unsigned int free;	/* how many more vGPUs; read at any time */
};

/* A vGPU. A real one keeps what the hardware gave it. */
struct sample_vgpu {
	struct sample_gpu *gpu;
	struct vgpu_vfio *vgpu_vfio;	/* for callbacks */
};

/* The front end's callbacks; it hands them over in sample_set_ops(). */
static const struct vgpu_vfio_ops *sample_vfio;

/* What a GPU offers. */

static int sample_get_types(struct pci_dev *pdev, struct vgpu_type *types,
			    unsigned int *count)
{
	types[0].id = SAMPLE_TYPE;
	strscpy(types[0].profile, "plain", sizeof(types[0].profile));
	*count = 1;
	return 0;
}

static int sample_get_name(struct pci_dev *pdev, u32 type, char *buf,
			   size_t size)
{
	strscpy(buf, "OpenVGPU sample", size);
	return 0;
}

static int sample_get_description(struct pci_dev *pdev, u32 type, char *buf,
				  size_t size)
{
	snprintf(buf, size,
		 "num_heads=0, frl_config=0, framebuffer=0M, max_resolution=0x0, max_instance=%u",
		 SAMPLE_MAX);
	return 0;
}

static int sample_get_instances(struct pci_dev *pdev, u32 type,
				unsigned int *instances)
{
	struct sample_gpu *gpu = pci_get_drvdata(pdev);

	*instances = READ_ONCE(gpu->free);
	return 0;
}

/* A vGPU comes and goes. */

static int sample_vgpu_create(const struct vgpu_create_info *info,
			      struct vgpu_identity *identity, void **handle)
{
	struct sample_gpu *gpu = pci_get_drvdata(info->gpu);
	struct sample_vgpu *vgpu;

	if (info->type != SAMPLE_TYPE || info->vf)
		return -EINVAL;
	if (!gpu->free)
		return -ENOSPC;
	vgpu = kzalloc(sizeof(*vgpu), GFP_KERNEL);
	if (!vgpu)
		return -ENOMEM;
	vgpu->gpu = gpu;
	vgpu->vgpu_vfio = info->vgpu_vfio;
	WRITE_ONCE(gpu->free, gpu->free - 1);

	/* What lspci shows in the guest; all else was zeroed for us. */
	identity->vendor = 0x1234;
	identity->device = 0x5a4d;
	identity->class = 0x120000;	/* processing accelerator */
	*handle = vgpu;
	return 0;
}

static int sample_vgpu_delete(void *handle)
{
	struct sample_vgpu *vgpu = handle;

	WRITE_ONCE(vgpu->gpu->free, vgpu->gpu->free + 1);
	kfree(vgpu);
	return 0;
}

static int sample_update_request(void *handle, enum vgpu_state state,
				 const char *params)
{
	/* Refuse every parameter; a change of state can't be refused. */
	return state == VGPU_STATE_UNUSED && *params ? -EINVAL : 0;
}

/* A VMM opens it. */

static int sample_vgpu_start(void *handle, struct vgpu_start_request *request,
			     const struct vgpu_start_info *info)
{
	/* Nothing takes time here, so answer at once. */
	sample_vfio->start_done(request, 0);
	return 0;
}

static int sample_vgpu_bar_info(void *handle, unsigned int bar,
				struct vgpu_bar_info *info)
{
	/* 4 KiB of memory; reads give ones, as there is no region_access(). */
	info->size = bar == 0 ? 4096 : 0;
	info->flags = 0;
	return 0;
}

static int sample_get_sparse_mmap(void *handle, unsigned int bar,
				  struct vgpu_area *areas, unsigned int *count)
{
	*count = 0;	/* the guest may map nothing */
	return 0;
}

/* The handshake. */

static const struct vgpu_rm_ops sample_ops = {
	.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR },
	.size = sizeof(struct vgpu_rm_ops),
	.get_types = sample_get_types,
	.get_name = sample_get_name,
	.get_description = sample_get_description,
	.get_instances = sample_get_instances,
	.vgpu_create = sample_vgpu_create,
	.vgpu_delete = sample_vgpu_delete,
	.update_request = sample_update_request,
	.vgpu_start = sample_vgpu_start,
	.vgpu_bar_info = sample_vgpu_bar_info,
	.get_sparse_mmap = sample_get_sparse_mmap,
};

static int sample_get_ops(struct vgpu_rm_ops *ops)
{
	return vgpu_rm_fill_ops(ops, &sample_ops);
}

static int sample_set_ops(const struct vgpu_vfio_ops *ops)
{
	sample_vfio = ops;
	return 0;
}

static const struct vgpu_rm sample_rm = {
	.name = KBUILD_MODNAME,
	.owner = THIS_MODULE,
	.get_ops = sample_get_ops,
	.set_ops = sample_set_ops,
};

/* The PCI driver, whose name begins the names of its types. */

static int sample_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct sample_gpu *gpu;

	gpu = devm_kzalloc(&pdev->dev, sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->free = SAMPLE_MAX;
	pci_set_drvdata(pdev, gpu);
	return sample_vfio->probe(&sample_rm, pdev);
}

static void sample_remove(struct pci_dev *pdev)
{
	/* Waits for users and deletes every vGPU. */
	sample_vfio->remove(pdev);
}

static struct pci_driver sample_driver = {
	.name = "vgpu-sample",
	.id_table = NULL,	/* those whose driver_override names us */
	.probe = sample_probe,
	.remove = sample_remove,
};

static int __init sample_init(void)
{
	int err;

	err = vgpu_vfio_register_rm(&sample_rm);
	if (err)
		return err;
	err = pci_register_driver(&sample_driver);
	if (err)
		vgpu_vfio_unregister_rm(&sample_rm);
	return err;
}

static void __exit sample_exit(void)
{
	pci_unregister_driver(&sample_driver);
	vgpu_vfio_unregister_rm(&sample_rm);
}

module_init(sample_init);
module_exit(sample_exit);

MODULE_DESCRIPTION("OpenVGPU sample resource manager");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
