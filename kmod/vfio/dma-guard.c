// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps pins of guest memory and unmaps of it out of each other's way.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "dma-guard.h"

#define GUARD_PIN_TIMEOUT	HZ		/* a pin waits for an unmap */
#define GUARD_MAX_CALLS		11		/* after which type1 gives up */
#define GUARD_PATIENCE		6		/* of them let pins in at once */
#define GUARD_LINGER_MS		8		/* the next one; each for twice as long */
/* From one call's end to the next: VFIO may call other devices in between. */
#define GUARD_ROW		(2 * HZ)

void vgpu_dma_guard_init(struct vgpu_dma_guard *guard)
{
	unsigned int i;

	spin_lock_init(&guard->lock);
	INIT_LIST_HEAD(&guard->blocks);
	INIT_LIST_HEAD(&guard->changes);
	init_waitqueue_head(&guard->settled);
	for (i = 0; i < VGPU_DMA_CALLS; i++)
		guard->calls[i].until = jiffies - GUARD_ROW;
}

void vgpu_dma_guard_set_open(struct vgpu_dma_guard *guard, bool open)
{
	spin_lock(&guard->lock);
	guard->open = open;
	spin_unlock(&guard->lock);
}

static bool guard_blocks(const struct vgpu_dma_guard *guard, unsigned long page)
{
	const struct vgpu_dma_block *block;
	const struct vgpu_dma_call *call;
	unsigned int i;

	list_for_each_entry(block, &guard->blocks, node)
		if (page >= block->first && page <= block->last)
			return true;
	for (i = 0; i < VGPU_DMA_CALLS; i++) {
		call = &guard->calls[i];
		if (time_before(jiffies, call->until) &&
		    page >= call->first && page <= call->last)
			return true;
	}
	return false;
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
	/* Pairs with the wait in vgpu_dma_guard_settle(). */
	if (wq_has_sleeper(&guard->settled))
		wake_up_all(&guard->settled);
}

void vgpu_dma_guard_block(struct vgpu_dma_guard *guard,
			  struct vgpu_dma_block *block, unsigned long first,
			  unsigned long last)
{
	block->first = first;
	block->last = last;
	block->since = jiffies;
	spin_lock(&guard->lock);
	list_add(&block->node, &guard->blocks);
	spin_unlock(&guard->lock);
}

void vgpu_dma_guard_unblock(struct vgpu_dma_guard *guard,
			    struct vgpu_dma_block *block)
{
	spin_lock(&guard->lock);
	list_del(&block->node);
	spin_unlock(&guard->lock);
}

static bool guard_settled(struct vgpu_dma_guard *guard,
			  const struct vgpu_dma_block *block)
{
	const struct vgpu_dma_change *change;
	bool settled = true;

	spin_lock(&guard->lock);
	list_for_each_entry(change, &guard->changes, node)
		if (change->page >= block->first && change->page <= block->last)
			settled = false;
	spin_unlock(&guard->lock);
	return settled;
}

void vgpu_dma_guard_settle(struct vgpu_dma_guard *guard,
			   const struct vgpu_dma_block *block, long timeout)
{
	wait_event_timeout(guard->settled, guard_settled(guard, block), timeout);
}

/* The last call like this one, or room for it: the place of the oldest. */
static struct vgpu_dma_call *guard_call(struct vgpu_dma_guard *guard,
					const struct vgpu_dma_block *block)
{
	struct vgpu_dma_call *call, *oldest = &guard->calls[0];
	unsigned int i;

	for (i = 0; i < VGPU_DMA_CALLS; i++) {
		call = &guard->calls[i];
		if (call->task == current && call->first == block->first &&
		    call->last == block->last)
			return call;
		if (time_before(call->until, oldest->until))
			oldest = call;
	}
	*oldest = (struct vgpu_dma_call){
		.first = block->first,
		.last = block->last,
		.task = current,
		.until = jiffies,
	};
	return oldest;
}

static void guard_count_call(struct vgpu_dma_call *call,
			     const struct vgpu_dma_block *block)
{
	unsigned int over;

	if (time_after(block->since, call->until + GUARD_ROW))
		call->count = 0;
	call->count = call->count % GUARD_MAX_CALLS + 1;
	call->until = jiffies;
	if (call->count > GUARD_PATIENCE) {
		over = call->count - GUARD_PATIENCE - 1;
		call->until += msecs_to_jiffies(GUARD_LINGER_MS << over);
	}
}

void vgpu_dma_guard_return(struct vgpu_dma_guard *guard,
			   struct vgpu_dma_block *block)
{
	spin_lock(&guard->lock);
	guard_count_call(guard_call(guard, block), block);
	list_del(&block->node);
	spin_unlock(&guard->lock);
}
