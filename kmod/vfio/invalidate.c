// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the resource manager which guest memory is gone, after the fact.
 */
#include <linux/slab.h>

#include "vgpu.h"

/* An RM that has so many waiting is stuck; memory for more would be for nothing. */
#define INVALIDATE_MAX	256

/**
 * struct vgpu_gone - a range to tell of
 * @node: in &struct vgpu_invalidate.ranges
 * @iova: first byte
 * @size: bytes
 */
struct vgpu_gone {
	struct list_head node;
	u64 iova;
	u64 size;
};

static struct vgpu_gone *invalidate_pop(struct vgpu_invalidate *invalidate,
					bool *everything)
{
	struct vgpu_gone *gone = NULL;

	spin_lock(&invalidate->lock);
	*everything = invalidate->everything;
	invalidate->everything = false;
	if (!*everything) {
		gone = list_first_entry_or_null(&invalidate->ranges,
						struct vgpu_gone, node);
		if (gone) {
			list_del(&gone->node);
			invalidate->count--;
		}
	}
	spin_unlock(&invalidate->lock);
	return gone;
}

static void invalidate_work(struct work_struct *work)
{
	struct vgpu_vfio *vgpu =
		container_of(work, struct vgpu_vfio, dma.invalidate.work);
	struct vgpu_gone *gone;
	bool everything;

	while ((gone = invalidate_pop(&vgpu->dma.invalidate, &everything)) ||
	       everything) {
		vgpu->ops->dma_invalidate(vgpu->handle, gone ? gone->iova : 0,
					  gone ? gone->size : U64_MAX);
		kfree(gone);
		vgpu_dma_guard_unblock(&vgpu->dma.guard, false);
	}
}

void vgpu_invalidate_init(struct vgpu_invalidate *invalidate)
{
	INIT_WORK(&invalidate->work, invalidate_work);
	spin_lock_init(&invalidate->lock);
	INIT_LIST_HEAD(&invalidate->ranges);
}

void vgpu_invalidate_start(struct vgpu_vfio *vgpu)
{
	spin_lock(&vgpu->dma.invalidate.lock);
	vgpu->dma.invalidate.telling = vgpu->ops->dma_invalidate;
	spin_unlock(&vgpu->dma.invalidate.lock);
}

static void invalidate_free(struct vgpu_vfio *vgpu, struct list_head *ranges)
{
	struct vgpu_gone *gone, *next;

	list_for_each_entry_safe(gone, next, ranges, node) {
		kfree(gone);
		vgpu_dma_guard_unblock(&vgpu->dma.guard, false);
	}
}

/* Moves what waits into @ranges, for invalidate_free() without the lock. */
static void invalidate_take(struct vgpu_invalidate *invalidate,
			    struct list_head *ranges)
{
	lockdep_assert_held(&invalidate->lock);
	list_splice_init(&invalidate->ranges, ranges);
	invalidate->count = 0;
}

void vgpu_invalidate_stop(struct vgpu_vfio *vgpu)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool everything;
	LIST_HEAD(dropped);

	spin_lock(&invalidate->lock);
	invalidate->telling = false;
	invalidate_take(invalidate, &dropped);
	everything = invalidate->everything;
	invalidate->everything = false;
	spin_unlock(&invalidate->lock);
	invalidate_free(vgpu, &dropped);
	if (everything)
		vgpu_dma_guard_unblock(&vgpu->dma.guard, false);
	flush_work(&invalidate->work);
}

/* Takes @gone, and pairs with the unblock in invalidate_work(). */
static bool invalidate_add(struct vgpu_vfio *vgpu, struct vgpu_gone *gone)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	bool added = false;

	spin_lock(&invalidate->lock);
	if (invalidate->telling && invalidate->count < INVALIDATE_MAX) {
		list_add_tail(&gone->node, &invalidate->ranges);
		invalidate->count++;
		vgpu_dma_guard_hold(&vgpu->dma.guard);
		schedule_work(&invalidate->work);
		added = true;
	}
	spin_unlock(&invalidate->lock);
	return added;
}

bool vgpu_invalidate_tell(struct vgpu_vfio *vgpu, u64 iova, u64 size)
{
	struct vgpu_gone *gone;

	if (!READ_ONCE(vgpu->dma.invalidate.telling))
		return true;
	gone = kmalloc(sizeof(*gone), GFP_KERNEL_ACCOUNT);
	if (!gone)
		return false;
	gone->iova = iova;
	gone->size = size;
	if (invalidate_add(vgpu, gone))
		return true;
	kfree(gone);
	return !READ_ONCE(vgpu->dma.invalidate.telling);
}

void vgpu_invalidate_tell_all(struct vgpu_vfio *vgpu)
{
	struct vgpu_invalidate *invalidate = &vgpu->dma.invalidate;
	LIST_HEAD(covered);

	spin_lock(&invalidate->lock);
	if (invalidate->telling) {
		/* What was to be told before this is part of it. */
		invalidate_take(invalidate, &covered);
		if (!invalidate->everything)
			vgpu_dma_guard_hold(&vgpu->dma.guard);
		invalidate->everything = true;
		schedule_work(&invalidate->work);
	}
	spin_unlock(&invalidate->lock);
	invalidate_free(vgpu, &covered);
}
