/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vGPU as the front end keeps it, whatever transport made it.
 *
 * Locks, outermost first. Over an operation of the RM are held at most
 * transport_lock (get_types, get_name), lifecycle, vgpu_gpu.lock (create, delete)
 * and vgpu_edid.lock (get_edid, set_edid, get_description); of the callbacks only
 * probe, remove and types_changed take the first three, which no RM calls from
 * inside an operation, and none the last.
 *
 *	VFIO's device set and group	open, close
 *	vgpu_gpu.transport_lock		GPU comes, goes, changes its types
 *	vgpu_vf.lock			vGPU of a virtual function comes, goes
 *	vgpu_vfio.lifecycle		start, stop, reset, update_request
 *	vgpu_vfio.config_lock		config space and what follows from it
 *	mm's mmap_lock			the kernel's: mmap and faults run under it
 *	vgpu_mapping.lock		faults of BARs: read; revocation: write
 *	vgpu_display.lock		faults of the console: read; pan, planes' numbers: write
 *
 * vgpu_gpu.users_lock is taken under lifecycle, and with it only spin locks.
 * vgpu_gpu.lock, vgpu_irq.lock (set_irqs), vgpu_dma.users and
 * vgpu_vfio.attr_lock are taken with none of config_lock and below held. Spin
 * locks, innermost: vgpu_invalidate.lock, then vgpu_dma_guard.lock; vgpu_unmaps.lock; gpus_lock;
 * vgpu_irq.intx_lock. Nothing is copied to or from user space under config_lock or
 * below it, since that may fault on a BAR.
 */
#ifndef VGPU_VFIO_VGPU_H
#define VGPU_VFIO_VGPU_H

#include <linux/mutex.h>
#include <linux/uuid.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>

#include "config.h"
#include "display.h"
#include "dma.h"
#include "irq.h"
#include "mapping.h"
#include "region.h"
#include "stats.h"

#include "vgpu-rm.h"

struct device;
struct pid;
struct vgpu_gpu;

/**
 * struct vgpu_vfio - a vGPU
 * @vdev: VFIO's part; first, since VFIO allocates and frees the whole
 * @gpu: its GPU, which outlives it
 * @ops: the RM's operations
 * @type: the RM's number of its type
 * @handle: the RM's handle
 * @gpu_node: in &struct vgpu_gpu.vgpus of its GPU's @top, or in its GPU's @refused
 * @identity: as the RM filled it at create
 * @lost: the GPU is gone: read without a lock, never reset
 * @lost_work: revokes mappings after a loss, which may be told in any context
 * @lifecycle: guards @opened, @retired and @state
 * @opened: from the begin of open to the end of close
 * @retired: it is about to be destroyed and nobody may open it, never reset
 * @opener: the process that opened it, NULL while closed; under
 *	&struct vgpu_gpu.users_lock
 * @state: as the RM was told last
 * @attr_lock: guards @params and @vm_name against readers; both are written
 *	under @lifecycle, with @opened false, but for @params of an RM with
 *	VGPU_RM_LIVE_PARAMS
 * @params: the administrator's parameters
 * @vm_name: the administrator's name for the machine
 * @config_lock: guards @config and MSI-X's table
 * @config: config space, fresh at each open
 * @regions: fixed from open to close
 * @mapping: mappings of regions
 * @irq: interrupts
 * @dma: guest memory
 * @display: the console region
 * @counters: what it was used for
 */
struct vgpu_vfio {
	struct vfio_device vdev;
	struct vgpu_gpu *gpu;
	const struct vgpu_rm_ops *ops;
	u32 type;
	void *handle;
	struct list_head gpu_node;
	struct vgpu_identity identity;

	bool lost;
	struct work_struct lost_work;

	struct mutex lifecycle;
	bool opened;
	bool retired;
	struct pid *opener;
	enum vgpu_state state;

	struct mutex attr_lock;
	char params[VGPU_PARAMS_SIZE];
	char vm_name[VGPU_VM_NAME_SIZE];

	struct mutex config_lock;
	struct vgpu_config config;

	struct vgpu_region regions[VGPU_REGION_COUNT];
	struct vgpu_mapping mapping;
	struct vgpu_irq irq;
	struct vgpu_dma dma;
	struct vgpu_display display;
	struct vgpu_counters counters;
};

static inline bool vgpu_vfio_is_lost(const struct vgpu_vfio *vgpu)
{
	return READ_ONCE(vgpu->lost);
}

/**
 * vgpu_vfio_create() - make a vGPU and its VFIO device
 * @dev: what VFIO's device hangs on; the transport's
 * @gpu: the GPU
 * @type: the RM's number of the type
 * @uuid: names it
 *
 * Return: the vGPU, to be given to vgpu_vfio_destroy(), or ERR_PTR.
 */
struct vgpu_vfio *vgpu_vfio_create(struct device *dev, struct vgpu_gpu *gpu,
				   u32 type, const uuid_t *uuid);

/**
 * vgpu_vfio_lock_closed() - take the lifecycle lock of a vGPU that nobody has open
 * @vgpu: the vGPU, for a change that needs that
 *
 * Return: 0, with the lock held; -EBUSY while it is open, -EINTR.
 */
int vgpu_vfio_lock_closed(struct vgpu_vfio *vgpu);

/**
 * vgpu_vfio_retire() - let nobody open a vGPU any more, if nobody has it open
 * @vgpu: the vGPU, to be given to vgpu_vfio_destroy() then, which will not wait
 *
 * Return: 0; -EBUSY while it is open, -EINTR.
 */
int vgpu_vfio_retire(struct vgpu_vfio *vgpu);

/**
 * vgpu_vfio_destroy() - undoes vgpu_vfio_create()
 * @vgpu: the vGPU
 *
 * Waits while it is open, raising REQ again and again.
 */
void vgpu_vfio_destroy(struct vgpu_vfio *vgpu);

/**
 * vgpu_vfio_retry_delete() - delete what the RM would not delete before
 * @gpu: the GPU
 */
void vgpu_vfio_retry_delete(struct vgpu_gpu *gpu);

/**
 * vgpu_vfio_lost() - the GPU is gone
 * @vgpu: the vGPU
 *
 * Under gpus_lock, with interrupts off.
 */
void vgpu_vfio_lost(struct vgpu_vfio *vgpu);

/**
 * vgpu_vfio_reset() - back to the state of power-on, as PCI's function level reset
 * @vgpu: the vGPU, open
 *
 * Config space, MSI-X, mappings, bus mastering, INTx and the RM. Sleeps; takes
 * the lifecycle and the config lock, so not to be called under either.
 *
 * Return: 0; -EINTR if the caller is killed first; or what the RM's reset returned,
 * with all else reset.
 */
int vgpu_vfio_reset(struct vgpu_vfio *vgpu);

/**
 * vgpu_vfio_config_rw() - an access to config space
 * @vgpu: the vGPU, open
 * @offset: first byte
 * @buf: bytes to write or room for those read
 * @count: bytes; @offset + @count is at most @vgpu->config.size
 * @write: true to write
 *
 * Does what follows from a write: mappings, interrupts, VGPU_STATE_IN_USE. Sleeps.
 */
void vgpu_vfio_config_rw(struct vgpu_vfio *vgpu, unsigned int offset,
			 void *buf, unsigned int count, bool write);

#endif /* VGPU_VFIO_VGPU_H */
