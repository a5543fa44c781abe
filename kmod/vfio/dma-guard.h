/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps pins of guest memory and unmaps of it out of each other's way.
 */
#ifndef VGPU_VFIO_DMA_GUARD_H
#define VGPU_VFIO_DMA_GUARD_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct vgpu_dma_guard - one vGPU's
 * @lock: guards the rest; innermost
 * @changes: pages being pinned or unpinned at this moment
 * @settled: woken when one of @changes ends
 * @blocks: unmaps that run, or that the RM was not told of yet
 * @first: first page where nothing may be pinned now
 * @last: last of them
 * @until: when that ends, in jiffies, once @blocks is 0
 * @unmap_first: first page of the last unmap
 * @unmap_last: last page of it
 * @linger: how long it goes on after that, in jiffies; less than a pin waits
 *
 * One range stands for all unmaps at once: they are few, and short.
 */
struct vgpu_dma_guard {
	spinlock_t lock;
	struct list_head changes;
	wait_queue_head_t settled;
	unsigned int blocks;
	unsigned long first;
	unsigned long last;
	unsigned long until;
	unsigned long unmap_first;
	unsigned long unmap_last;
	unsigned long linger;
};

/**
 * struct vgpu_dma_change - a page being pinned or unpinned, on its thread's stack
 * @node: in &struct vgpu_dma_guard.changes
 * @page: the page's number: its IOVA without the offset in the page
 */
struct vgpu_dma_change {
	struct list_head node;
	unsigned long page;
};

/* From create to delete. */
void vgpu_dma_guard_init(struct vgpu_dma_guard *guard);

/**
 * vgpu_dma_guard_pin() - a page is going to be pinned
 * @guard: the guard
 * @change: to be given to vgpu_dma_guard_done() after a return of 0
 * @page: the page's number
 *
 * Waits, killable and for a second at most, while the page is blocked.
 *
 * Return: 0, -EBUSY if it still is, or -EINTR.
 */
int vgpu_dma_guard_pin(struct vgpu_dma_guard *guard,
		       struct vgpu_dma_change *change, unsigned long page);

/* A page is going to be unpinned, which is always allowed. */
void vgpu_dma_guard_unpin(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_change *change, unsigned long page);

/* It is pinned, or unpinned, and the record says so. */
void vgpu_dma_guard_done(struct vgpu_dma_guard *guard,
			 struct vgpu_dma_change *change);

/**
 * vgpu_dma_guard_block() - an unmap begins
 * @guard: the guard
 * @first: first page that goes
 * @last: last one
 *
 * Nothing is pinned there from now on, until vgpu_dma_guard_unblock(). Waits for
 * what is under way there, but not for long: it may need a lock that another
 * unmap holds, which waits for this one.
 */
void vgpu_dma_guard_block(struct vgpu_dma_guard *guard, unsigned long first,
			  unsigned long last);

/* One more reason for what is blocked to stay so. */
void vgpu_dma_guard_hold(struct vgpu_dma_guard *guard);

/**
 * vgpu_dma_guard_unblock() - undoes vgpu_dma_guard_block() or _hold()
 * @guard: the guard
 * @linger: stay blocked for a moment
 *
 * VFIO is not done when an unmap operation returns. It looks for pins left, and
 * type1 gives up by BUG_ON() when some are found after the tenth call: nobody may
 * pin again before VFIO looked.
 */
void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard, bool linger);

#endif /* VGPU_VFIO_DMA_GUARD_H */
