// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the resource manager which guest memory is gone, after the fact.
 */
#include "pins.h"
#include "vgpu.h"

/* An RM that has so many waiting is stuck; memory for more would be for nothing. */
#define INVALIDATE_MAX	256

/* The next range to tell of; NULL if there is none. */
static struct vgpu_unmap *invalidate_pop(struct vgpu_invalidate *invalidate)
{
	struct vgpu_unmap *unmap;

	spin_lock(&invalidate->lock);
	unmap = list_first_entry_or_null(&invalidate->ranges, struct vgpu_unmap,
					 node);
	if (unmap) {
		list_del(&unmap->node);
		invalidate->count--;
	}
	spin_unlock(&invalidate->lock);
	return unmap;
}

/* Whether everything is to be told, of which @block and @held are then the caller's. */
static bool invalidate_pop_all(struct vgpu_vfio *vgpu,
			       struct vgpu_dma_block *block,
			       struct list_head *held)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool everything;

	spin_lock(&invalidate->lock);
	everything = invalidate->everything;
	if (everything) {
		vgpu_dma_guard_block(&vgpu->dma.guard, block, 0,
				     VGPU_DMA_LAST_PAGE);
		vgpu_dma_guard_unblock(&vgpu->dma.guard, &invalidate->all);
		list_splice_init(&invalidate->held, held);
		invalidate->everything = false;
	}
	spin_unlock(&invalidate->lock);
	return everything;
}

/* In bytes; of all there is one less, which the contract has for everything. */
static u64 invalidate_size(const struct vgpu_dma_block *block)
{
	return ((u64)(block->last - block->first) + 1) << PAGE_SHIFT ?: U64_MAX;
}

static void invalidate_tell(struct vgpu_vfio *vgpu,
			    const struct vgpu_dma_block *block,
			    struct list_head *pins)
{
	vgpu->ops->dma_invalidate(vgpu->handle, (u64)block->first << PAGE_SHIFT,
				  invalidate_size(block));
	vgpu_pins_free(pins);
}

static void invalidate_work(struct work_struct *work)
{
	struct vgpu_vfio *vgpu =
		container_of(work, struct vgpu_vfio, dma.invalidate.work);
	struct vgpu_dma_block all;
	struct vgpu_unmap *unmap;
	LIST_HEAD(held);

	for (;;) {
		if (invalidate_pop_all(vgpu, &all, &held)) {
			invalidate_tell(vgpu, &all, &held);
			vgpu_dma_guard_unblock(&vgpu->dma.guard, &all);
			continue;
		}
		unmap = invalidate_pop(&vgpu->dma.invalidate);
		if (!unmap)
			break;
		invalidate_tell(vgpu, &unmap->block, &unmap->pins);
		vgpu_unmap_end(vgpu, unmap);
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
	struct vgpu_unmap *unmap, *next;

	lockdep_assert_held(&invalidate->lock);
	list_for_each_entry_safe(unmap, next, &invalidate->ranges, node) {
		list_splice_init(&unmap->pins, &invalidate->held);
		list_del(&unmap->node);
		vgpu_unmap_end(vgpu, unmap);
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

void vgpu_invalidate_close(struct vgpu_invalidate *invalidate)
{
	LIST_HEAD(held);

	spin_lock(&invalidate->lock);
	list_splice_init(&invalidate->held, &held);
	spin_unlock(&invalidate->lock);
	vgpu_pins_free(&held);
}

bool vgpu_invalidate_tell(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool telling, room;

	spin_lock(&invalidate->lock);
	telling = invalidate->telling;
	room = invalidate->count < INVALIDATE_MAX;
	if (!telling) {
		/* Between stop and close, and before start, there is nobody. */
		list_splice_init(&unmap->pins, &invalidate->held);
		vgpu_unmap_end(vgpu, unmap);
	} else if (room) {
		list_add_tail(&unmap->node, &invalidate->ranges);
		invalidate->count++;
		schedule_work(&invalidate->work);
	}
	spin_unlock(&invalidate->lock);
	return !telling || room;
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
