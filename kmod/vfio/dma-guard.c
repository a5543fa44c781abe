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
#define GUARD_LINGER		(HZ / 20)	/* after an unmap that unpinned */
#define GUARD_MAX_LINGER	(HZ / 2)	/* after one that VFIO repeats */
#define GUARD_PIN_TIMEOUT	HZ		/* a pin waits for an unmap */

void vgpu_dma_guard_init(struct vgpu_dma_guard *guard)
{
	spin_lock_init(&guard->lock);
	INIT_LIST_HEAD(&guard->changes);
	init_waitqueue_head(&guard->settled);
	guard->until = jiffies;
	guard->linger = GUARD_LINGER;
}

static bool guard_active(const struct vgpu_dma_guard *guard)
{
	lockdep_assert_held(&guard->lock);
	return guard->blocks || time_before(jiffies, guard->until);
}

static bool guard_blocks(const struct vgpu_dma_guard *guard, unsigned long page)
{
	return guard_active(guard) && page >= guard->first &&
	       page <= guard->last;
}

static bool guard_try_pin(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_change *change)
{
	bool blocked;

	spin_lock(&guard->lock);
	blocked = guard_blocks(guard, change->page);
	if (!blocked)
		list_add(&change->node, &guard->changes);
	spin_unlock(&guard->lock);
	return !blocked;
}

int vgpu_dma_guard_pin(struct vgpu_dma_guard *guard,
		       struct vgpu_dma_change *change, unsigned long page)
{
	unsigned long deadline = jiffies + GUARD_PIN_TIMEOUT;

	change->page = page;
	while (!guard_try_pin(guard, change)) {
		if (time_after(jiffies, deadline))
			return -EBUSY;
		if (fatal_signal_pending(current))
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
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

/* The same range once more, so soon: for VFIO the last time was too short. */
static void guard_set_linger(struct vgpu_dma_guard *guard, unsigned long first,
			     unsigned long last)
{
	if (guard_active(guard) && first == guard->unmap_first &&
	    last == guard->unmap_last)
		guard->linger = min(2 * guard->linger,
				    (unsigned long)GUARD_MAX_LINGER);
	else
		guard->linger = GUARD_LINGER;
	guard->unmap_first = first;
	guard->unmap_last = last;
}

void vgpu_dma_guard_block(struct vgpu_dma_guard *guard, unsigned long first,
			  unsigned long last)
{
	spin_lock(&guard->lock);
	guard_set_linger(guard, first, last);
	if (guard_active(guard)) {
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

void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard, bool linger)
{
	spin_lock(&guard->lock);
	guard->blocks--;
	if (linger)
		guard->until = jiffies + guard->linger;
	spin_unlock(&guard->lock);
}
