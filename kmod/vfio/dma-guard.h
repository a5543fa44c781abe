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
 * @open: pages may be pinned: from start until just before stop
 * @blocks: unmaps that run, or that the RM was not told of yet
 * @first: first page where nothing may be pinned now, while there are @blocks
 * @last: last of them
 *
 * One range stands for all unmaps at once: they are few, and short.
 */
struct vgpu_dma_guard {
	spinlock_t lock;
	struct list_head changes;
	wait_queue_head_t settled;
	bool open;
	unsigned int blocks;
	unsigned long first;
	unsigned long last;
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

/* Undoes vgpu_dma_guard_block() or vgpu_dma_guard_hold(). */
void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard);

#endif /* VGPU_VFIO_DMA_GUARD_H */
