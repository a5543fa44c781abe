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

struct task_struct;

#define VGPU_DMA_CALLS	8	/* unmaps that are remembered */

/**
 * struct vgpu_dma_block - pages where nothing may be pinned
 * @node: in &struct vgpu_dma_guard.blocks
 * @first: first page
 * @last: last page
 * @since: when that began, in jiffies
 */
struct vgpu_dma_block {
	struct list_head node;
	unsigned long first;
	unsigned long last;
	unsigned long since;
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

/**
 * struct vgpu_dma_call - a range that VFIO told to unmap
 * @first: first page
 * @last: last page
 * @task: whose call it was; compared only
 * @count: calls in a row
 * @until: when pins are let in again, in jiffies
 */
struct vgpu_dma_call {
	unsigned long first;
	unsigned long last;
	const struct task_struct *task;
	unsigned int count;
	unsigned long until;
};

/**
 * struct vgpu_dma_guard - one vGPU's
 * @lock: guards the rest; innermost
 * @open: pages may be pinned: from start until just before stop
 * @blocks: where not: unmaps that run, or that the RM was not told of yet
 * @changes: pages being pinned or unpinned at this moment
 * @settled: woken when one of @changes ends
 * @calls: the last calls, in no order
 */
struct vgpu_dma_guard {
	spinlock_t lock;
	bool open;
	struct list_head blocks;
	struct list_head changes;
	wait_queue_head_t settled;
	struct vgpu_dma_call calls[VGPU_DMA_CALLS];
};

/* From create to delete. */
void vgpu_dma_guard_init(struct vgpu_dma_guard *guard);

/* Whether anything may be pinned. Pins under way go on to their end. */
void vgpu_dma_guard_set_open(struct vgpu_dma_guard *guard, bool open);

/**
 * vgpu_dma_guard_pin() - a page is going to be pinned
 * @guard: the guard
 * @change: to be given to vgpu_dma_guard_done() after a return of 0
 * @page: the page's number
 *
 * Waits, killable and for a second at most, while the page is blocked.
 *
 * Return: 0, -EBUSY if it still is, -EINTR, or -EINVAL if nothing may be pinned.
 */
int vgpu_dma_guard_pin(struct vgpu_dma_guard *guard,
		       struct vgpu_dma_change *change, unsigned long page);

/* A page is going to be unpinned, which is always allowed. */
void vgpu_dma_guard_unpin(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_change *change, unsigned long page);

/* It is pinned, or unpinned, and the record says so. */
void vgpu_dma_guard_done(struct vgpu_dma_guard *guard,
			 struct vgpu_dma_change *change);

/* Nothing is newly pinned in [@first, @last] until vgpu_dma_guard_unblock(). */
void vgpu_dma_guard_block(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_block *block, unsigned long first,
			  unsigned long last);
void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard,
			    struct vgpu_dma_block *block);

/* Waits for changes under way where @block is; @timeout in jiffies. */
void vgpu_dma_guard_settle(struct vgpu_dma_guard *guard,
			   const struct vgpu_dma_block *block, long timeout);

/**
 * vgpu_dma_guard_return() - unblock, as the last act of VFIO's dma_unmap operation
 * @guard: the guard
 * @block: what the operation blocked
 *
 * VFIO is not done then. It looks for pins left, and type1 gives up by BUG_ON() when it
 * found some after eleven calls. There is little time for a pin between, but what can
 * happen does: if VFIO calls again and again, the last five of the eleven go on
 * blocking for a while, each for longer. To a guest that maps and unmaps one place all
 * the time this happens too.
 */
void vgpu_dma_guard_return(struct vgpu_dma_guard *guard,
			   struct vgpu_dma_block *block);

#endif /* VGPU_VFIO_DMA_GUARD_H */
