// SPDX-License-Identifier: GPL-2.0-only
/*
 * One vGPU: made from a type, started and stopped, with a bochs display and a
 * shmem file for its video memory.
 */
#include <linux/atomic.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "bochs.h"
#include "display.h"
#include "gpu.h"
#include "ops.h"
#include "params.h"
#include "shmem.h"
#include "vgpu.h"

static unsigned int start_delay_ms;
module_param(start_delay_ms, uint, 0644);
MODULE_PARM_DESC(start_delay_ms,
		 "how long a vGPU takes to start, for tests (default 0)");

/* Fixed from create to delete, but for what a text below says. */
struct soft_vgpu {
	struct soft_gpu *gpu;
	const struct soft_type *type;
	uuid_t uuid;
	struct vgpu_vfio *vgpu_vfio;
	struct file *vram;	/* our reference, from new to free */

	/*
	 * Answers @request, which belongs to whoever took the work off: the
	 * work itself by running, or stop by cancelling it. Neither start nor
	 * stop runs beside the other, so @request needs no lock.
	 */
	struct delayed_work start;
	struct vgpu_start_request *request;

	atomic64_t accesses;

	/* Guards what follows. Never held over a callback. */
	struct mutex lock;
	struct soft_params params;
	struct soft_bochs bochs;
};

static int soft_vgpu_reserve(struct soft_vgpu *vgpu)
{
	struct soft_gpu *gpu = vgpu->gpu;
	int err;

	mutex_lock(&gpu->lock);
	err = soft_capacity_reserve(&gpu->capacity, vgpu->type->framebuffer_mib);
	mutex_unlock(&gpu->lock);
	return err;
}

static void soft_vgpu_release(struct soft_vgpu *vgpu)
{
	struct soft_gpu *gpu = vgpu->gpu;

	mutex_lock(&gpu->lock);
	soft_capacity_release(&gpu->capacity, vgpu->type->framebuffer_mib);
	mutex_unlock(&gpu->lock);
}

static void soft_vgpu_start_work(struct work_struct *work)
{
	struct soft_vgpu *vgpu =
		container_of(work, struct soft_vgpu, start.work);

	soft_vfio->start_done(vgpu->request, 0);
}

/* Plugs in the vGPU's own monitor, which the parameters describe. */
static void soft_vgpu_own_monitor_locked(struct soft_vgpu *vgpu)
{
	u8 edid[SOFT_EDID_SIZE];

	lockdep_assert_held(&vgpu->lock);
	soft_edid_fill(edid, vgpu->params.width, vgpu->params.height);
	soft_bochs_set_edid(&vgpu->bochs, edid, sizeof(edid));
}

static void soft_vgpu_set_params(struct soft_vgpu *vgpu,
				 const struct soft_params *params)
{
	mutex_lock(&vgpu->lock);
	vgpu->params = *params;
	soft_vgpu_own_monitor_locked(vgpu);
	mutex_unlock(&vgpu->lock);
}

static struct soft_vgpu *soft_vgpu_alloc(const struct vgpu_create_info *info,
					 const struct soft_type *type)
{
	struct soft_vgpu *vgpu;
	struct soft_params params;

	vgpu = kzalloc(sizeof(*vgpu), GFP_KERNEL);
	if (!vgpu)
		return NULL;
	vgpu->gpu = soft_gpu_of(info->gpu);
	vgpu->type = type;
	vgpu->uuid = info->uuid;
	vgpu->vgpu_vfio = info->vgpu_vfio;
	INIT_DELAYED_WORK(&vgpu->start, soft_vgpu_start_work);
	mutex_init(&vgpu->lock);
	soft_bochs_init(&vgpu->bochs, type);
	soft_params_init(&params, type);
	soft_vgpu_set_params(vgpu, &params);
	return vgpu;
}

struct soft_vgpu *soft_vgpu_new(const struct vgpu_create_info *info)
{
	const struct soft_type *type = soft_type_find(info->type);
	struct soft_vgpu *vgpu;
	int err;

	if (!type)
		return ERR_PTR(-EINVAL);
	vgpu = soft_vgpu_alloc(info, type);
	if (!vgpu)
		return ERR_PTR(-ENOMEM);
	err = soft_vgpu_reserve(vgpu);
	if (err)
		goto free_vgpu;
	vgpu->vram = vgpu_shmem_file("vgpu-vram", soft_type_framebuffer(type));
	if (IS_ERR(vgpu->vram)) {
		err = PTR_ERR(vgpu->vram);
		goto release;
	}
	return vgpu;

release:
	soft_vgpu_release(vgpu);
free_vgpu:
	mutex_destroy(&vgpu->lock);
	kfree(vgpu);
	return ERR_PTR(err);
}

/* After it the work neither runs nor will; a request it had is answered. */
static void soft_vgpu_cancel_start(struct soft_vgpu *vgpu)
{
	if (cancel_delayed_work_sync(&vgpu->start))
		soft_vfio->start_done(vgpu->request, -ECANCELED);
}

void soft_vgpu_free(struct soft_vgpu *vgpu)
{
	soft_vgpu_cancel_start(vgpu);
	fput(vgpu->vram); /* pairs with vgpu_shmem_file() */
	soft_vgpu_release(vgpu);
	mutex_destroy(&vgpu->lock);
	kfree(vgpu);
}

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

/* Answered from a work item, as an RM that asks a daemon would. */
int soft_vgpu_start(void *handle, struct vgpu_start_request *request,
		    const struct vgpu_start_info *info)
{
	struct soft_vgpu *vgpu = handle;

	vgpu->request = request;
	schedule_delayed_work(&vgpu->start, msecs_to_jiffies(start_delay_ms));
	return 0;
}

void soft_vgpu_stop(void *handle)
{
	struct soft_vgpu *vgpu = handle;

	soft_vgpu_cancel_start(vgpu);
	mutex_lock(&vgpu->lock);
	soft_bochs_reset(&vgpu->bochs);
	/* Whatever monitor the VMM plugged in goes with it. */
	soft_vgpu_own_monitor_locked(vgpu);
	mutex_unlock(&vgpu->lock);
	/* The next guest must not see this one's screen; nothing maps it now. */
	shmem_truncate_range(file_inode(vgpu->vram), 0, (loff_t)-1);
}

int soft_vgpu_update(void *handle, enum vgpu_state state, const char *text)
{
	struct soft_vgpu *vgpu = handle;
	struct soft_params_error error;
	struct soft_params params;

	/* The text changes in no other state, so there is nothing to do. */
	if (state != VGPU_STATE_UNUSED)
		return 0;
	if (soft_params_parse(&params, vgpu->type, text, &error)) {
		pci_err(vgpu->gpu->pdev, "vGPU %pUb: parameter \"%*pE\": %s\n",
			&vgpu->uuid, error.key_length, error.key, error.why);
		return -EINVAL;
	}
	soft_vgpu_set_params(vgpu, &params);
	return 0;
}

int soft_vgpu_reset(void *handle)
{
	struct soft_vgpu *vgpu = handle;

	mutex_lock(&vgpu->lock);
	soft_bochs_reset(&vgpu->bochs);
	mutex_unlock(&vgpu->lock);
	return 0;
}

int soft_vgpu_bar_info(void *handle, unsigned int bar,
		       struct vgpu_bar_info *info)
{
	struct soft_vgpu *vgpu = handle;

	memset(info, 0, sizeof(*info));
	if (bar == SOFT_BOCHS_VRAM_BAR) {
		info->size = soft_type_framebuffer(vgpu->type);
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
	areas[0].size = soft_type_framebuffer(vgpu->type);
	*count = 1;
	return 0;
}

int soft_vgpu_backing(void *handle, unsigned int region,
		      struct vgpu_backing *backing)
{
	struct soft_vgpu *vgpu = handle;

	if (region != SOFT_BOCHS_VRAM_BAR)
		return -EINVAL;
	backing->file = vgpu->vram;
	backing->offset = 0;
	backing->size = soft_type_framebuffer(vgpu->type);
	return 0;
}

int soft_vgpu_access(void *handle, unsigned int region, u64 offset, void *buf,
		     size_t count, bool write)
{
	struct soft_vgpu *vgpu = handle;
	int vector = -1;

	if (region != SOFT_BOCHS_MMIO_BAR ||
	    offset > SOFT_BOCHS_MMIO_SIZE - count)
		return -EINVAL;
	atomic64_inc(&vgpu->accesses);
	mutex_lock(&vgpu->lock);
	if (write)
		vector = soft_bochs_write(&vgpu->bochs, offset, buf, count);
	else
		soft_bochs_read(&vgpu->bochs, offset, buf, count);
	mutex_unlock(&vgpu->lock);
	return vector < 0 ? 0 :
			    soft_vfio->inject_interrupt(vgpu->vgpu_vfio, vector);
}

int soft_vgpu_plane(void *handle, struct vgpu_plane *plane)
{
	struct soft_vgpu *vgpu = handle;

	mutex_lock(&vgpu->lock);
	soft_display_plane(&vgpu->bochs, plane);
	mutex_unlock(&vgpu->lock);
	return 0;
}

int soft_vgpu_edid(void *handle, u8 *buf, size_t *size)
{
	struct soft_vgpu *vgpu = handle;
	int err = -ENOSPC;

	mutex_lock(&vgpu->lock);
	if (vgpu->bochs.edid_size <= *size) {
		*size = vgpu->bochs.edid_size;
		memcpy(buf, vgpu->bochs.edid, *size);
		err = 0;
	}
	mutex_unlock(&vgpu->lock);
	return err;
}

int soft_vgpu_set_edid(void *handle, const u8 *edid, size_t size)
{
	struct soft_vgpu *vgpu = handle;
	int err;

	mutex_lock(&vgpu->lock);
	err = soft_bochs_set_edid(&vgpu->bochs, edid, size);
	mutex_unlock(&vgpu->lock);
	return err;
}

int soft_vgpu_stats(void *handle, struct vgpu_stats *stats)
{
	struct soft_vgpu *vgpu = handle;

	/* shmem counts in i_blocks what it allocated, swapped out or not. */
	stats->framebuffer_bytes =
		(u64)READ_ONCE(file_inode(vgpu->vram)->i_blocks) << SECTOR_SHIFT;
	stats->accesses = atomic64_read(&vgpu->accesses);
	mutex_lock(&vgpu->lock);
	stats->interrupts = vgpu->bochs.interrupts;
	mutex_unlock(&vgpu->lock);
	return 0;
}
