/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells the resource manager which guest memory is gone, after the fact.
 */
#ifndef VGPU_VFIO_INVALIDATE_H
#define VGPU_VFIO_INVALIDATE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "unmap.h"

struct vgpu_vfio;

/**
 * struct vgpu_invalidate - what one vGPU's RM must be told
 * @work: tells it, one range after the other; no unmap waits for it
 * @lock: guards the rest; innermost
 * @ranges: those to tell, in the order of their unmaps
 * @count: how many are in @ranges
 * @everything: before those, that all guest memory is gone
 * @all: blocks pins everywhere, while there is @everything
 * @held: pins that were taken, given up once the RM was told of @everything, or
 *	has stopped
 * @telling: between start and stop
 */
struct vgpu_invalidate {
	struct work_struct work;
	spinlock_t lock;
	struct list_head ranges;
	unsigned int count;
	bool everything;
	struct vgpu_dma_block all;
	struct list_head held;
	bool telling;
};

/* From create to delete. */
void vgpu_invalidate_init(struct vgpu_invalidate *invalidate);

/* The RM has started. */
void vgpu_invalidate_start(struct vgpu_vfio *vgpu);

/*
 * Before the RM stops: waits while it is told of a range. Those it was not told of
 * yet are dropped, since the stop says that all is gone.
 */
void vgpu_invalidate_stop(struct vgpu_vfio *vgpu);

/* After the RM stopped: pins whose pages it could still use are given up. */
void vgpu_invalidate_close(struct vgpu_invalidate *invalidate);

/**
 * vgpu_invalidate_tell() - have the RM told of a range
 * @vgpu: the vGPU
 * @unmap: the range, unpinned; given up when the RM was told, since it would take a
 *	new pin for the old before
 *
 * Does not sleep.
 *
 * Return: false if far too much is waiting: the caller, who has @unmap then, takes all
 * guest memory and tells so instead.
 */
bool vgpu_invalidate_tell(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap);

/* Have the RM told that all guest memory is gone; takes @pins, needs no memory. */
void vgpu_invalidate_tell_all(struct vgpu_vfio *vgpu, struct list_head *pins);

#endif /* VGPU_VFIO_INVALIDATE_H */
