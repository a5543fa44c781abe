// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vGPU as its guest and its VMM reach it: identity, BARs, registers, interrupts, what is
 * on the screen, and the monitor.
 */
#include <linux/pci.h>
#include <linux/string.h>

#include "display.h"
#include "gpu.h"
#include "ops.h"
#include "vgpu-private.h"
#include "vgpu.h"

void soft_vgpu_identify(struct vgpu_identity *identity)
{
	identity->vendor = SOFT_BOCHS_VENDOR;
	identity->device = SOFT_BOCHS_DEVICE;
	identity->subsystem_vendor = SOFT_BOCHS_SUBSYSTEM_VENDOR;
	identity->subsystem_device = SOFT_BOCHS_SUBSYSTEM;
	identity->class = SOFT_BOCHS_CLASS;
	identity->revision = SOFT_BOCHS_REVISION;
	identity->intx = false;
	identity->msi_vectors = SOFT_BOCHS_MSI_VECTORS;
	identity->msix_vectors = 0;
}

int soft_vgpu_reset(void *handle)
{
	struct soft_vgpu *vgpu = handle;

	spin_lock(&vgpu->lock);
	soft_bochs_reset(&vgpu->bochs);
	spin_unlock(&vgpu->lock);
	return 0;
}

int soft_vgpu_bar_info(void *handle, unsigned int bar,
		       struct vgpu_bar_info *info)
{
	struct soft_vgpu *vgpu = handle;
	struct soft_fault fault;

	if (soft_gpu_fails(vgpu->gpu, SOFT_FAULT_BAR_INFO, &vgpu->uuid,
			   vgpu->vf, &fault))
		return -(int)fault.error;
	memset(info, 0, sizeof(*info));
	if (bar == SOFT_BOCHS_VRAM_BAR) {
		info->size = soft_type_vram(vgpu->type);
		info->flags = VGPU_BAR_PREFETCH;
	} else if (bar == SOFT_BOCHS_MMIO_BAR) {
		info->size = SOFT_BOCHS_MMIO_SIZE;
	}
	return 0;
}

int soft_vgpu_sparse_mmap(void *handle, unsigned int bar,
			  struct vgpu_area *areas, unsigned int *count)
{
	struct soft_vgpu *vgpu = handle;

	if (bar != SOFT_BOCHS_VRAM_BAR || !*count) {
		*count = 0;
		return 0;
	}
	areas[0].offset = 0;
	areas[0].size = soft_type_vram(vgpu->type);
	*count = 1;
	return 0;
}

int soft_vgpu_backing(void *handle, unsigned int region,
		      struct vgpu_backing *backing)
{
	struct soft_vgpu *vgpu = handle;

	if (region == VGPU_REGION_ROM && vgpu->gpu->rom.file) {
		*backing = vgpu->gpu->rom;
		return 0;
	}
	if (region != SOFT_BOCHS_VRAM_BAR)
		return -EINVAL;
	backing->file = vgpu->vram;
	backing->offset = 0;
	backing->size = soft_type_vram(vgpu->type);
	return 0;
}

/* The vector to raise, or -1. */
static int soft_vgpu_register(struct soft_vgpu *vgpu, u64 offset, void *buf,
			      size_t count, bool write)
{
	if (write)
		return soft_bochs_write(&vgpu->bochs, offset, buf, count);
	soft_bochs_read(&vgpu->bochs, offset, buf, count);
	return -1;
}

static int soft_vgpu_raise(struct soft_vgpu *vgpu, int vector)
{
	struct soft_fault fault;

	/* It is lost on the way, which the guest that raised it can't see. */
	if (soft_gpu_fails(vgpu->gpu, SOFT_FAULT_INTERRUPT, &vgpu->uuid,
			   vgpu->vf, &fault))
		return 0;
	return soft_vfio->inject_interrupt(vgpu->vgpu_vfio, vector);
}

unsigned int soft_gpu_report_error(struct soft_gpu *gpu,
				   const struct soft_fault *fault)
{
	struct soft_vgpu *vgpu;
	unsigned int told = 0;

	mutex_lock(&gpu->lock);
	list_for_each_entry(vgpu, &gpu->vgpus, node)
		if (soft_fault_fits(fault, &vgpu->uuid,
				    soft_vf_number(vgpu->vf)) &&
		    soft_vfio->report_error(vgpu->vgpu_vfio))
			told++;
	mutex_unlock(&gpu->lock);
	return told;
}

int soft_vgpu_access(void *handle, unsigned int region, u64 offset, void *buf,
		     size_t count, bool write)
{
	struct soft_vgpu *vgpu = handle;
	int vector;

	if (region != SOFT_BOCHS_MMIO_BAR ||
	    offset > SOFT_BOCHS_MMIO_SIZE - count)
		return -EINVAL;
	if (soft_bochs_is_word(offset)) {
		soft_vgpu_register(vgpu, offset, buf, count, write);
		return 0;
	}
	spin_lock(&vgpu->lock);
	vector = soft_vgpu_register(vgpu, offset, buf, count, write);
	spin_unlock(&vgpu->lock);
	return vector < 0 ? 0 : soft_vgpu_raise(vgpu, vector);
}

int soft_vgpu_plane(void *handle, struct vgpu_plane *plane)
{
	struct soft_vgpu *vgpu = handle;

	spin_lock(&vgpu->lock);
	if (vgpu->params.hide_display)
		memset(plane, 0, sizeof(*plane));
	else
		soft_display_plane(&vgpu->bochs, plane);
	plane->dmabuf = vgpu->params.dmabuf;
	spin_unlock(&vgpu->lock);
	return 0;
}

int soft_vgpu_edid(void *handle, u8 *buf, size_t *size)
{
	struct soft_vgpu *vgpu = handle;
	int err = -ENOSPC;

	spin_lock(&vgpu->lock);
	if (vgpu->bochs.edid_size <= *size) {
		*size = vgpu->bochs.edid_size;
		memcpy(buf, vgpu->bochs.edid, *size);
		err = 0;
	}
	spin_unlock(&vgpu->lock);
	return err;
}

int soft_vgpu_set_edid(void *handle, const u8 *edid, size_t size)
{
	struct soft_vgpu *vgpu = handle;
	int err;

	spin_lock(&vgpu->lock);
	err = soft_bochs_set_edid(&vgpu->bochs, edid, size);
	if (!err)
		vgpu->plugged = true;
	spin_unlock(&vgpu->lock);
	return err;
}
