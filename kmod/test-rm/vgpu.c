// SPDX-License-Identifier: GPL-2.0-only
/*
 * One vGPU: what it looks like, from create to delete and from start to stop.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include "command.h"
#include "faults.h"
#include "pci.h"
#include "rom.h"
#include "shmem.h"
#include "vgpu.h"

static const struct vgpu_bar_info test_bars[VGPU_MAX_BARS] = {
	[ENGINE_CONTROL_BAR] = { ENGINE_CONTROL_SIZE, 0 },
	[ENGINE_PORT_BAR] = { ENGINE_PORT_SIZE, VGPU_BAR_IO },
	[ENGINE_MEMORY_BAR] = { ENGINE_MEMORY_SIZE,
				VGPU_BAR_64BIT | VGPU_BAR_PREFETCH },
	[ENGINE_MSIX_BAR] = { ENGINE_MSIX_SIZE, 0 },
};

static const struct vgpu_area test_areas[] = {
	{ ENGINE_AREA1_OFFSET, ENGINE_AREA1_SIZE },
	{ ENGINE_AREA2_OFFSET, ENGINE_AREA2_SIZE },
};

static u32 test_msix_pba(u16 vectors)
{
	u32 end = ENGINE_MSIX_TABLE + 16 * vectors;

	return max_t(u32, ENGINE_MSIX_PBA, ALIGN(end, ENGINE_PAGE));
}

/* Bytes of MSI-X's BAR: the pending bits fit in one page. */
static u32 test_msix_size(u16 vectors)
{
	u32 end = test_msix_pba(vectors) + ENGINE_PAGE;

	return max_t(u32, ENGINE_MSIX_SIZE, roundup_pow_of_two(end));
}

static void test_vgpu_identify(const struct test_vgpu *vgpu,
			       struct vgpu_identity *identity)
{
	identity->vendor = ENGINE_VENDOR;
	identity->device = ENGINE_DEVICE;
	identity->subsystem_vendor = ENGINE_VENDOR;
	identity->subsystem_device = ENGINE_DEVICE;
	identity->class = ENGINE_CLASS;
	identity->revision = ENGINE_REVISION;
	identity->intx = true;
	identity->msi_vectors = test_fault_identity() ? 3 : ENGINE_MSI_VECTORS;
	identity->msix_vectors = vgpu->msix_vectors;
	identity->msix_bar = ENGINE_MSIX_BAR;
	identity->msix_table = ENGINE_MSIX_TABLE;
	identity->msix_pba = test_msix_pba(vgpu->msix_vectors);
	identity->pcie = test_fault_pcie();
	identity->vendor_cap_size = strlen(ENGINE_VENDOR_CAP);
	memcpy(identity->vendor_cap, ENGINE_VENDOR_CAP,
	       strlen(ENGINE_VENDOR_CAP));
}

static struct test_vgpu *test_vgpu_alloc(const struct vgpu_create_info *info)
{
	struct test_vgpu *vgpu = kzalloc(sizeof(*vgpu), GFP_KERNEL);

	if (!vgpu)
		return ERR_PTR(-ENOMEM);
	vgpu->gpu = test_gpu_of(info->gpu);
	vgpu->vgpu_vfio = info->vgpu_vfio;
	vgpu->msix_vectors = test_fault_msix_vectors();
	vgpu->memory = vgpu_shmem_file("vgpu-test", ENGINE_BACKING_SIZE);
	if (IS_ERR(vgpu->memory)) {
		int err = PTR_ERR(vgpu->memory);

		kfree(vgpu);
		return ERR_PTR(err);
	}
	test_start_init(&vgpu->start);
	mutex_init(&vgpu->pinning);
	mutex_init(&vgpu->lock);
	xa_init(&vgpu->pinned);
	return vgpu;
}

int test_vgpu_create(const struct vgpu_create_info *info,
		     struct vgpu_identity *identity, void **handle)
{
	struct test_gpu *gpu = test_gpu_of(info->gpu);
	struct test_vgpu *vgpu;
	int err = test_fault_create();

	if (err)
		return err;
	if (info->vf)
		return -EINVAL;
	if (gpu->vgpus == TEST_MAX_VGPUS)
		return -ENOSPC;
	vgpu = test_vgpu_alloc(info);
	if (IS_ERR(vgpu))
		return PTR_ERR(vgpu);
	WRITE_ONCE(gpu->vgpus, gpu->vgpus + 1);
	test_vgpu_identify(vgpu, identity);
	*handle = vgpu;
	return 0;
}

int test_vgpu_delete(void *handle)
{
	struct test_vgpu *vgpu = handle;
	int err = test_fault_delete();

	if (err)
		return err;
	WRITE_ONCE(vgpu->gpu->vgpus, vgpu->gpu->vgpus - 1);
	fput(vgpu->memory); /* pairs with vgpu_shmem_file() */
	mutex_destroy(&vgpu->lock);
	kfree(vgpu);
	return 0;
}

int test_vgpu_start(void *handle, struct vgpu_start_request *request,
		    const struct vgpu_start_info *info)
{
	struct test_vgpu *vgpu = handle;
	u32 *registers = vgpu->registers;
	int err = test_fault_start();
	u32 starts;

	if (err)
		return err;
	mutex_lock(&vgpu->lock);
	starts = registers[ENGINE_STARTS / 4] + 1;
	memset(registers, 0, sizeof(vgpu->registers));
	registers[ENGINE_ID / 4] = ENGINE_ID_VALUE;
	registers[ENGINE_STARTS / 4] = starts;
	mutex_unlock(&vgpu->lock);
	return test_start_begin(&vgpu->start, request, test_fault_start_delay());
}

void test_vgpu_stop(void *handle)
{
	struct test_vgpu *vgpu = handle;

	test_start_cancel(&vgpu->start);
	test_stall_end(&vgpu->stall);
	/* Pins are left on purpose: the front end undoes them. */
	xa_destroy(&vgpu->pinned);
	mutex_lock(&vgpu->lock);
	memset(vgpu->ports, 0, sizeof(vgpu->ports));
	kfree(vgpu->edid);
	vgpu->edid = NULL;
	vgpu->edid_size = 0;
	vgpu->edid_set = false;
	mutex_unlock(&vgpu->lock);
	shmem_truncate_range(file_inode(vgpu->memory), 0, (loff_t)-1);
}

/* It has no parameters. */
int test_vgpu_update(void *handle, enum vgpu_state state, const char *params)
{
	return state == VGPU_STATE_UNUSED && params[0] ? -EINVAL : 0;
}

int test_vgpu_reset(void *handle)
{
	struct test_vgpu *vgpu = handle;
	u32 *registers = vgpu->registers;

	mutex_lock(&vgpu->lock);
	memset(&registers[ENGINE_SCRATCH / 4], 0,
	       ENGINE_RESULT + 4 - ENGINE_SCRATCH);
	registers[ENGINE_RESETS / 4]++;
	memset(vgpu->ports, 0, sizeof(vgpu->ports));
	mutex_unlock(&vgpu->lock);
	return test_fault_reset();
}

int test_vgpu_bar_info(void *handle, unsigned int bar,
		       struct vgpu_bar_info *info)
{
	struct test_vgpu *vgpu = handle;

	*info = test_bars[bar];
	if (bar == ENGINE_MSIX_BAR)
		info->size = test_msix_size(vgpu->msix_vectors);
	if (bar == ENGINE_CONTROL_BAR && test_fault_bars())
		info->size = 3000; /* no power of two */
	return test_fault_bar_info();
}

int test_vgpu_sparse_mmap(void *handle, unsigned int bar,
			  struct vgpu_area *areas, unsigned int *count)
{
	if (bar != ENGINE_MEMORY_BAR || *count < ARRAY_SIZE(test_areas)) {
		*count = 0;
		return 0;
	}
	*count = ARRAY_SIZE(test_areas);
	memcpy(areas, test_areas, sizeof(test_areas));
	if (test_fault_areas())
		areas[0].size = ENGINE_AREA2_OFFSET + ENGINE_PAGE; /* overlap */
	return 0;
}

int test_vgpu_backing(void *handle, unsigned int region,
		      struct vgpu_backing *backing)
{
	struct test_vgpu *vgpu = handle;

	backing->offset = 0;
	switch (region) {
	case ENGINE_MEMORY_BAR:
		backing->file = vgpu->memory;
		backing->size = ENGINE_BACKING_SIZE;
		return 0;
	case VGPU_REGION_ROM:
		backing->file = test_rom_file();
		backing->size = ENGINE_ROM_SIZE;
		return 0;
	default:
		return -EINVAL;
	}
}

int test_vgpu_stats(void *handle, struct vgpu_stats *stats)
{
	struct test_vgpu *vgpu = handle;

	stats->framebuffer_bytes =
		(u64)READ_ONCE(file_inode(vgpu->memory)->i_blocks)
		<< SECTOR_SHIFT;
	return 0;
}
