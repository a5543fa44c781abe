// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the resource manager which guest memory is gone, after the fact.
 */
#include <linux/slab.h>

#include "pins.h"
#include "vgpu.h"

/* An RM that has so many waiting is stuck; memory for more would be for nothing. */
#define INVALIDATE_MAX	256

/**
 * struct vgpu_gone - a range to tell of
 * @node: in &struct vgpu_invalidate.ranges
 * @block: the range, where nothing is pinned until the RM was told
 * @pins: those that were taken there
 */
struct vgpu_gone {
	struct list_head node;
	struct vgpu_dma_block block;
	struct list_head pins;
};

/* Hands a range on from one block to another. */
static void invalidate_move(struct vgpu_vfio *vgpu, struct vgpu_dma_block *to,
			    struct vgpu_dma_block *from)
{
	vgpu_dma_guard_block(&vgpu->dma.guard, to, from->first, from->last);
	vgpu_dma_guard_unblock(&vgpu->dma.guard, from);
}

/* The next range to tell of, into @told; false if there is none. */
static bool invalidate_pop(struct vgpu_vfio *vgpu, struct vgpu_gone *told)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	struct vgpu_gone *gone = NULL;
	bool found;

	INIT_LIST_HEAD(&told->pins);
	spin_lock(&invalidate->lock);
	found = invalidate->everything;
	if (found) {
		invalidate_move(vgpu, &told->block, &invalidate->all);
		list_splice_init(&invalidate->held, &told->pins);
		invalidate->everything = false;
	} else if (!list_empty(&invalidate->ranges)) {
		gone = list_first_entry(&invalidate->ranges, struct vgpu_gone,
					node);
		list_del(&gone->node);
		invalidate->count--;
		invalidate_move(vgpu, &told->block, &gone->block);
		list_splice(&gone->pins, &told->pins);
	}
	spin_unlock(&invalidate->lock);
	kfree(gone);
	return found || gone;
}

/* In bytes; of all there is one less, which the contract has for everything. */
static u64 invalidate_size(const struct vgpu_dma_block *block)
{
	return ((u64)(block->last - block->first) + 1) << PAGE_SHIFT ?: U64_MAX;
}

static void invalidate_work(struct work_struct *work)
{
	struct vgpu_vfio *vgpu =
		container_of(work, struct vgpu_vfio, dma.invalidate.work);
	struct vgpu_gone told;

	while (invalidate_pop(vgpu, &told)) {
		vgpu->ops->dma_invalidate(vgpu->handle,
					  (u64)told.block.first << PAGE_SHIFT,
					  invalidate_size(&told.block));
		vgpu_pins_free(&told.pins);
		vgpu_dma_guard_unblock(&vgpu->dma.guard, &told.block);
	}
}

void vgpu_invalidate_init(struct vgpu_invalidate *invalidate)
{
	INIT_WORK(&invalidate->work, invalidate_work);
	spin_lock_init(&invalidate->lock);
	INIT_LIST_HEAD(&invalidate->ranges);
	INIT_LIST_HEAD(&invalidate->held);
}

void vgpu_invalidate_start(struct vgpu_vfio *vgpu)
{
	spin_lock(&vgpu->dma.invalidate.lock);
	vgpu->dma.invalidate.telling = vgpu->ops->dma_invalidate;
	spin_unlock(&vgpu->dma.invalidate.lock);
}

/* Drops all ranges: what was taken there is held on. */
static void invalidate_drop_locked(struct vgpu_vfio *vgpu)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	struct vgpu_gone *gone, *next;

	lockdep_assert_held(&invalidate->lock);
	list_for_each_entry_safe(gone, next, &invalidate->ranges, node) {
		list_splice(&gone->pins, &invalidate->held);
		list_del(&gone->node);
		vgpu_dma_guard_unblock(&vgpu->dma.guard, &gone->block);
		kfree(gone);
	}
	invalidate->count = 0;
}

void vgpu_invalidate_stop(struct vgpu_vfio *vgpu)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;

	spin_lock(&invalidate->lock);
	invalidate->telling = false;
	invalidate_drop_locked(vgpu);
	if (invalidate->everything)
		vgpu_dma_guard_unblock(&vgpu->dma.guard, &invalidate->all);
	invalidate->everything = false;
	spin_unlock(&invalidate->lock);
	flush_work(&invalidate->work);
}

void vgpu_invalidate_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	LIST_HEAD(held);

	spin_lock(&invalidate->lock);
	list_splice_init(&invalidate->held, &held);
	spin_unlock(&invalidate->lock);
	vgpu_pins_free(&held);
}

/* Takes @gone, or only what was taken there if the RM is told no more. */
static bool invalidate_add(struct vgpu_vfio *vgpu, struct vgpu_gone *gone)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool added;

	spin_lock(&invalidate->lock);
	added = invalidate->telling && invalidate->count < INVALIDATE_MAX;
	if (added) {
		list_add_tail(&gone->node, &invalidate->ranges);
		invalidate->count++;
		vgpu_dma_guard_block(&vgpu->dma.guard, &gone->block,
				     gone->block.first, gone->block.last);
		schedule_work(&invalidate->work);
	}
	spin_unlock(&invalidate->lock);
	return added;
}

/* Between stop and close, and before start, there is nobody to tell. */
static bool invalidate_hold(struct vgpu_vfio *vgpu, struct list_head *pins)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool hold;

	spin_lock(&invalidate->lock);
	hold = !invalidate->telling;
	if (hold)
		list_splice_init(pins, &invalidate->held);
	spin_unlock(&invalidate->lock);
	return hold;
}

bool vgpu_invalidate_tell(struct vgpu_vfio *vgpu, unsigned long first,
			  unsigned long last, struct list_head *pins)
{
	struct vgpu_gone *gone;

	if (invalidate_hold(vgpu, pins))
		return true;
	gone = kmalloc(sizeof(*gone), GFP_KERNEL_ACCOUNT);
	if (!gone)
		return false;
	gone->block.first = first;
	gone->block.last = last;
	INIT_LIST_HEAD(&gone->pins);
	list_splice_init(pins, &gone->pins);
	if (invalidate_add(vgpu, gone))
		return true;
	list_splice(&gone->pins, pins);
	kfree(gone);
	return invalidate_hold(vgpu, pins);
}

void vgpu_invalidate_tell_all(struct vgpu_vfio *vgpu, struct list_head *pins)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;

	spin_lock(&invalidate->lock);
	list_splice_init(pins, &invalidate->held);
	if (invalidate->telling) {
		/* What was to be told before this is part of it. */
		invalidate_drop_locked(vgpu);
		if (!invalidate->everything)
			vgpu_dma_guard_block(&vgpu->dma.guard, &invalidate->all,
					     0, VGPU_DMA_LAST_PAGE);
		invalidate->everything = true;
		schedule_work(&invalidate->work);
	}
	spin_unlock(&invalidate->lock);
}
