/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmaps of guest memory that VFIO tells of, in a context of their own.
 */
#ifndef VGPU_VFIO_UNMAP_H
#define VGPU_VFIO_UNMAP_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "dma-guard.h"

struct vgpu_vfio;

/**
 * struct vgpu_unmap - one unmap, from VFIO's call until the RM was told of it
 * @node: in &struct vgpu_unmaps.waiting, then in &struct vgpu_invalidate.ranges
 * @block: the range, where nothing is pinned all that time
 * @pins: &struct vgpu_pin, unpinned already, whose pages the RM may still use
 * @done: they are unpinned
 * @ref: of who waits for that, and of whose turn it is
 */
struct vgpu_unmap {
	struct list_head node;
	struct vgpu_dma_block block;
	struct list_head pins;
	struct completion done;
	refcount_t ref;
};

/**
 * struct vgpu_unmaps - those of one vGPU
 * @work: does them one after the other: what one has taken out of the record is
 *	unpinned before the next one says that nothing is there
 * @lock: guards @waiting
 * @waiting: &struct vgpu_unmap, in their order
 */
struct vgpu_unmaps {
	struct work_struct work;
	spinlock_t lock;
	struct list_head waiting;
};

/* With the module; init returns 0 or -ENOMEM. */
int vgpu_unmap_init(void);
void vgpu_unmap_exit(void);

/* From create to delete. */
void vgpu_unmaps_init(struct vgpu_unmaps *unmaps);

/* No unmap is under way any more, where none begins. Sleeps. */
void vgpu_unmaps_flush(struct vgpu_unmaps *unmaps);

/**
 * vgpu_unmap() - VFIO's dma_unmap operation
 * @vgpu: the vGPU, open
 * @iova: first byte
 * @size: bytes
 *
 * Has vgpu_dma_unmap() called by a work item and waits for it; with type1 not for
 * ever. Type1 calls this with device_list_lock held, and unpinning takes its lock,
 * which another thread holds while it waits for device_list_lock: one that opens a
 * device of the container (vfio_iommu_type1_register_device()) or unmaps as well
 * (vfio_notify_dma_unmap()). When this returns before the pages are unpinned, all get
 * on, and type1 calls again, eleven times at most. Each such round unpins a few runs
 * of adjacent pages; two threads of a VMM that unmap thousands of runs at once would
 * still meet type1's BUG_ON.
 */
void vgpu_unmap(struct vgpu_vfio *vgpu, u64 iova, u64 size);

/* All there is, at close; waits until it is done. */
void vgpu_unmap_all(struct vgpu_vfio *vgpu);

/* Lets pins in again where @unmap was, and gives it up; its pins are elsewhere. */
void vgpu_unmap_end(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap);

#endif /* VGPU_VFIO_UNMAP_H */
