// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps pins of guest memory and unmaps of it out of each other's way.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "dma-guard.h"

#define GUARD_SETTLE_TIMEOUT	HZ		/* an unmap waits for a page */
#define GUARD_PIN_TIMEOUT	HZ		/* a pin waits for an unmap */

void vgpu_dma_guard_init(struct vgpu_dma_guard *guard)
{
	spin_lock_init(&guard->lock);
	INIT_LIST_HEAD(&guard->changes);
	init_waitqueue_head(&guard->settled);
}

void vgpu_dma_guard_set_open(struct vgpu_dma_guard *guard, bool open)
{
	spin_lock(&guard->lock);
	guard->open = open;
	spin_unlock(&guard->lock);
}

static bool guard_blocks(const struct vgpu_dma_guard *guard, unsigned long page)
{
	return guard->blocks && page >= guard->first && page <= guard->last;
}

static int guard_try_pin(struct vgpu_dma_guard *guard,
			 struct vgpu_dma_change *change)
{
	int ret = 0;

	spin_lock(&guard->lock);
	if (!guard->open)
		ret = -EINVAL;
	else if (guard_blocks(guard, change->page))
		ret = -EBUSY;
	else
		list_add(&change->node, &guard->changes);
	spin_unlock(&guard->lock);
	return ret;
}

int vgpu_dma_guard_pin(struct vgpu_dma_guard *guard,
		       struct vgpu_dma_change *change, unsigned long page)
{
	unsigned long deadline = jiffies + GUARD_PIN_TIMEOUT;
	int ret;

	change->page = page;
	while ((ret = guard_try_pin(guard, change)) == -EBUSY) {
		if (time_after(jiffies, deadline))
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return ret;
}

void vgpu_dma_guard_unpin(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_change *change, unsigned long page)
{
	change->page = page;
	spin_lock(&guard->lock);
	list_add(&change->node, &guard->changes);
	spin_unlock(&guard->lock);
}

void vgpu_dma_guard_done(struct vgpu_dma_guard *guard,
			 struct vgpu_dma_change *change)
{
	spin_lock(&guard->lock);
	list_del(&change->node);
	spin_unlock(&guard->lock);
	/* Pairs with the wait in vgpu_dma_guard_block(). */
	if (wq_has_sleeper(&guard->settled))
		wake_up_all(&guard->settled);
}

static bool guard_settled(struct vgpu_dma_guard *guard, unsigned long first,
			  unsigned long last)
{
	const struct vgpu_dma_change *change;
	bool settled = true;

	spin_lock(&guard->lock);
	list_for_each_entry(change, &guard->changes, node)
		if (change->page >= first && change->page <= last)
			settled = false;
	spin_unlock(&guard->lock);
	return settled;
}

void vgpu_dma_guard_block(struct vgpu_dma_guard *guard, unsigned long first,
			  unsigned long last)
{
	spin_lock(&guard->lock);
	if (guard->blocks) {
		guard->first = min(guard->first, first);
		guard->last = max(guard->last, last);
	} else {
		guard->first = first;
		guard->last = last;
	}
	guard->blocks++;
	spin_unlock(&guard->lock);
	wait_event_timeout(guard->settled, guard_settled(guard, first, last),
			   GUARD_SETTLE_TIMEOUT);
}

void vgpu_dma_guard_hold(struct vgpu_dma_guard *guard)
{
	spin_lock(&guard->lock);
	guard->blocks++;
	spin_unlock(&guard->lock);
}

void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard)
{
	spin_lock(&guard->lock);
	guard->blocks--;
	spin_unlock(&guard->lock);
}
