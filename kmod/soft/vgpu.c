// SPDX-License-Identifier: GPL-2.0-only
/*
 * One vGPU: made from a type, given parameters and a place, started and stopped, with a
 * shmem file for its video memory. What its guest and VMM reach of it is in device.c.
 */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "gpu.h"
#include "ops.h"
#include "shmem.h"
#include "vf.h"
#include "vgpu-private.h"
#include "vgpu.h"

static unsigned int start_delay_ms;
module_param(start_delay_ms, uint, 0644);
MODULE_PARM_DESC(start_delay_ms,
		 "how long a vGPU takes to start, for tests (default 0)");

static void soft_vgpu_start_work(struct work_struct *work)
{
	struct soft_vgpu *vgpu =
		container_of(work, struct soft_vgpu, start.work);

	if (vgpu->start_status)
		WRITE_ONCE(vgpu->opened, false);
	soft_vfio->start_done(vgpu->request, vgpu->start_status);
}

/* Plugs in the vGPU's own monitor, which the parameters describe. */
static void soft_vgpu_own_monitor_locked(struct soft_vgpu *vgpu)
{
	const struct soft_params *params = &vgpu->params;
	u8 made[SOFT_EDID_MOST];
	const u8 *edid = params->edid;
	size_t size = params->edid_size;

	lockdep_assert_held(&vgpu->lock);
	if (!size) {
		edid = made;
		size = soft_edid_fill(made, params->width, params->height);
	}
	soft_bochs_set_edid(&vgpu->bochs, edid, size);
	vgpu->plugged = false;
}

static void soft_vgpu_set_params(struct soft_vgpu *vgpu,
				 const struct soft_params *params)
{
	spin_lock(&vgpu->lock);
	vgpu->params = *params;
	/* One that the VMM has plugged in stays until it stops. */
	if (!vgpu->plugged)
		soft_vgpu_own_monitor_locked(vgpu);
	spin_unlock(&vgpu->lock);
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
	vgpu->vf = info->vf;
	vgpu->type = type;
	vgpu->uuid = info->uuid;
	vgpu->vgpu_vfio = info->vgpu_vfio;
	INIT_DELAYED_WORK(&vgpu->start, soft_vgpu_start_work);
	spin_lock_init(&vgpu->lock);
	mutex_init(&vgpu->place_lock);
	soft_bochs_init(&vgpu->bochs, type);
	soft_params_init(&params, type);
	soft_vgpu_set_params(vgpu, &params);
	return vgpu;
}

struct soft_vgpu *soft_vgpu_new(const struct vgpu_create_info *info)
{
	const struct soft_type *type =
		soft_gpu_find_type(soft_gpu_of(info->gpu), info->type);
	struct soft_vgpu *vgpu;
	int err;

	if (!type)
		return ERR_PTR(-EINVAL);
	vgpu = soft_vgpu_alloc(info, type);
	if (!vgpu)
		return ERR_PTR(-ENOMEM);
	vgpu->placement = soft_gpu_reserve(vgpu->gpu, type);
	if (vgpu->placement < 0) {
		err = vgpu->placement;
		goto free_vgpu;
	}
	vgpu->vram = vgpu_shmem_file("vgpu-vram", soft_type_vram(type));
	if (IS_ERR(vgpu->vram)) {
		err = PTR_ERR(vgpu->vram);
		goto release;
	}
	if (vgpu->vf)
		soft_vf_set_vgpu(vgpu->vf, vgpu);
	mutex_lock(&vgpu->gpu->lock);
	list_add_tail(&vgpu->node, &vgpu->gpu->vgpus);
	mutex_unlock(&vgpu->gpu->lock);
	return vgpu;

release:
	soft_gpu_release(vgpu->gpu, type, vgpu->placement);
free_vgpu:
	kfree(vgpu);
	return ERR_PTR(err);
}

/* After it the work neither runs nor will; a request it had is answered. */
static void soft_vgpu_cancel_start(struct soft_vgpu *vgpu)
{
	if (vgpu->request &&
	    (vgpu->unanswered || cancel_delayed_work_sync(&vgpu->start)))
		soft_vfio->start_done(vgpu->request, -ECANCELED);
	vgpu->request = NULL;
}

void soft_vgpu_free(struct soft_vgpu *vgpu)
{
	mutex_lock(&vgpu->gpu->lock);
	list_del(&vgpu->node);
	mutex_unlock(&vgpu->gpu->lock);
	if (vgpu->vf)
		soft_vf_set_vgpu(vgpu->vf, NULL);
	soft_vgpu_cancel_start(vgpu);
	fput(vgpu->vram); /* pairs with vgpu_shmem_file() */
	soft_gpu_release(vgpu->gpu, vgpu->type, vgpu->placement);
	kfree(vgpu);
}

static int soft_vgpu_start_fault(struct soft_vgpu *vgpu,
				 struct vgpu_start_request *request,
				 const struct soft_fault *fault)
{
	vgpu->start_status = -(int)fault->error;
	if (!fault->delay_ms && !fault->never)
		return vgpu->start_status;
	vgpu->request = request;
	vgpu->unanswered = fault->never;
	if (fault->delay_ms)
		schedule_delayed_work(&vgpu->start,
				      msecs_to_jiffies(fault->delay_ms));
	return 0;
}

/* Answered at once; with a delay from a work item, as one that asks a daemon would. */
static int soft_vgpu_start_opened(struct soft_vgpu *vgpu,
				  struct vgpu_start_request *request)
{
	unsigned int delay = READ_ONCE(start_delay_ms);
	struct soft_fault fault = { .delay_ms = delay };

	if (soft_gpu_fails(vgpu->gpu, SOFT_FAULT_START, &vgpu->uuid, vgpu->vf,
			   &fault) ||
	    delay)
		return soft_vgpu_start_fault(vgpu, request, &fault);
	soft_vfio->start_done(request, 0);
	return 0;
}

int soft_vgpu_start(void *handle, struct vgpu_start_request *request,
		    const struct vgpu_start_info *info)
{
	struct soft_vgpu *vgpu = handle;
	int err = -ENODEV;

	WRITE_ONCE(vgpu->opened, true);
	smp_mb(); /* pairs with the one in soft_vf_turn_off() */
	if (!vgpu->vf || !READ_ONCE(vgpu->gpu->vfs_leaving))
		err = soft_vgpu_start_opened(vgpu, request);
	if (err)
		WRITE_ONCE(vgpu->opened, false);
	return err;
}

/* shmem counts in i_blocks what it allocated, swapped out or not. */
static u64 soft_vgpu_vram_used(const struct soft_vgpu *vgpu)
{
	return (u64)READ_ONCE(file_inode(vgpu->vram)->i_blocks) << SECTOR_SHIFT;
}

void soft_vgpu_stop(void *handle)
{
	struct soft_vgpu *vgpu = handle;

	soft_vgpu_cancel_start(vgpu);
	WRITE_ONCE(vgpu->opened, false);
	spin_lock(&vgpu->lock);
	soft_bochs_reset(&vgpu->bochs);
	/* Whatever monitor the VMM plugged in goes with it. */
	if (vgpu->plugged)
		soft_vgpu_own_monitor_locked(vgpu);
	spin_unlock(&vgpu->lock);
	/*
	 * The next guest must not see this one's screen. No guest maps it now; a VMM
	 * may have pages of it still, which are nobody's memory then.
	 */
	if (soft_vgpu_vram_used(vgpu))
		shmem_truncate_range(file_inode(vgpu->vram), 0, (loff_t)-1);
}

static int soft_vgpu_refuse(const struct soft_vgpu *vgpu,
			    const struct soft_text_error *error)
{
	pci_err(vgpu->gpu->pdev, "vGPU %pUb: parameter \"%*pE\": %s\n",
		&vgpu->uuid, (int)error->where.length, error->where.start,
		error->why);
	return -EINVAL;
}

int soft_vgpu_placement(const struct soft_vgpu *vgpu)
{
	return READ_ONCE(vgpu->placement);
}

bool soft_vgpu_is_open(const struct soft_vgpu *vgpu)
{
	return READ_ONCE(vgpu->opened);
}

static int soft_vgpu_place_locked(struct soft_vgpu *vgpu, int wanted)
{
	int got;

	got = soft_gpu_move(vgpu->gpu, vgpu->type, vgpu->placement, wanted);
	if (got >= 0) {
		WRITE_ONCE(vgpu->placement, got);
		return 0;
	}
	pci_err(vgpu->gpu->pdev, "vGPU %pUb: placement %d is %s\n",
		&vgpu->uuid, wanted, got == -EBUSY ? "taken" :
		"no multiple of its framebuffer in MiB, or past the GPU's");
	return -EINVAL;
}

int soft_vgpu_place(struct soft_vgpu *vgpu, int wanted)
{
	int err;

	if (wanted == SOFT_ANY_PLACEMENT ||
	    wanted == soft_vgpu_placement(vgpu))
		return 0;
	if (soft_vgpu_is_open(vgpu))
		return -EBUSY;
	mutex_lock(&vgpu->place_lock);
	err = soft_vgpu_place_locked(vgpu, wanted);
	mutex_unlock(&vgpu->place_lock);
	return err;
}

int soft_vgpu_update(void *handle, enum vgpu_state state, const char *text)
{
	struct soft_vgpu *vgpu = handle;
	struct soft_text_error error;
	enum vgpu_state old = vgpu->state;
	struct soft_params params;
	int err;

	vgpu->state = state;
	/* The text does not change by a change of state. */
	if (state != old)
		return 0;
	if (state != VGPU_STATE_UNUSED && !vgpu->gpu->personality->live_params)
		return -EBUSY;
	if (soft_params_parse(&params, vgpu->type, text, &error))
		return soft_vgpu_refuse(vgpu, &error);
	if (state != VGPU_STATE_UNUSED && params.dmabuf != vgpu->params.dmabuf)
		return -EBUSY;
	err = soft_vgpu_place(vgpu, params.placement);
	if (!err)
		soft_vgpu_set_params(vgpu, &params);
	return err;
}

int soft_vgpu_stats(void *handle, struct vgpu_stats *stats)
{
	const struct soft_vgpu *vgpu = handle;

	stats->framebuffer_bytes = soft_vgpu_vram_used(vgpu);
	return 0;
}
