// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types, and the table of the contract's operations. Every optional one is there
 * but display_plane, which vgpu-soft has, and those that are reserved.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "engine.h"
#include "faults.h"
#include "ops.h"
#include "pci.h"
#include "vgpu.h"

const struct vgpu_vfio_ops *test_vfio;

static bool test_type_valid(u32 type)
{
	return type >= 1 && type <= TEST_MAX_TYPES;
}

/* "engine", "engine2", "engine3": one device under several names. */
static int test_get_types(struct pci_dev *gpu, struct vgpu_type *types,
			  unsigned int *count)
{
	unsigned int i;

	*count = min(*count, test_fault_types());
	for (i = 0; i < *count; i++) {
		types[i].id = i + 1;
		strscpy(types[i].profile, "engine", sizeof(types[i].profile));
		if (i)
			snprintf(types[i].profile, sizeof(types[i].profile),
				 "engine%u", i + 1);
	}
	return 0;
}

static int test_get_name(struct pci_dev *gpu, u32 type, char *buf, size_t size)
{
	if (!test_type_valid(type))
		return -EINVAL;
	snprintf(buf, size, "OpenVGPU test engine %u", type);
	return 0;
}

static int test_get_description(struct pci_dev *gpu, u32 type, char *buf,
				size_t size)
{
	if (!test_type_valid(type))
		return -EINVAL;
	snprintf(buf, size,
		 "num_heads=0, frl_config=0, framebuffer=%uM, max_resolution=0x0, max_instance=%u",
		 ENGINE_BACKING_SIZE >> 20, TEST_MAX_VGPUS);
	return 0;
}

static int test_get_instances(struct pci_dev *gpu, u32 type,
			      unsigned int *instances)
{
	if (!test_type_valid(type))
		return -EINVAL;
	*instances = TEST_MAX_VGPUS - READ_ONCE(test_gpu_of(gpu)->vgpus);
	return 0;
}

static const struct vgpu_rm_ops test_ops = {
	.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR },
	.size = sizeof(struct vgpu_rm_ops),
	.vgpu_create = test_vgpu_create,
	.vgpu_delete = test_vgpu_delete,
	.vgpu_bar_info = test_vgpu_bar_info,
	.vgpu_start = test_vgpu_start,
	.get_types = test_get_types,
	.get_name = test_get_name,
	.get_description = test_get_description,
	.get_instances = test_get_instances,
	.get_sparse_mmap = test_vgpu_sparse_mmap,
	.update_request = test_vgpu_update,
	.vgpu_stop = test_vgpu_stop,
	.region_access = test_vgpu_access,
	.reset = test_vgpu_reset,
	.region_backing = test_vgpu_backing,
	.dma_invalidate = test_vgpu_invalidate,
	.get_edid = test_vgpu_get_edid,
	.get_stats = test_vgpu_stats,
	.set_edid = test_vgpu_set_edid,
};

static int test_get_ops(struct vgpu_rm_ops *ops)
{
	return vgpu_rm_fill_ops(ops, &test_ops);
}

static int test_set_ops(const struct vgpu_vfio_ops *ops)
{
	test_vfio = ops;
	return 0;
}

const struct vgpu_rm test_rm = {
	.name = KBUILD_MODNAME,
	.owner = THIS_MODULE,
	.get_ops = test_get_ops,
	.set_ops = test_set_ops,
};

int test_ops_register(void)
{
	return vgpu_vfio_register_rm(&test_rm);
}

void test_ops_unregister(void)
{
	vgpu_vfio_unregister_rm(&test_rm);
	test_vfio = NULL;
}
