// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the resource manager which guest memory is gone, after the fact.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "pins.h"
#include "vfio-ops.h"
#include "vgpu.h"

/* An RM that has so many waiting is stuck; memory for more would be for nothing. */
#define INVALIDATE_MAX		256

#define INVALIDATE_SETTLE	(HZ / 5)	/* an unmap is over after it */
#define INVALIDATE_LOOK_US	4096		/* between looks for that, at most */

/**
 * struct vgpu_gone - a range to tell of
 * @node: in &struct vgpu_invalidate.ranges
 * @iova: first byte
 * @size: bytes
 * @when: the time of the unmap, in jiffies
 * @pins: those that were taken there
 */
struct vgpu_gone {
	struct list_head node;
	u64 iova;
	u64 size;
	unsigned long when;
	struct list_head pins;
};

/* The next range to tell of, into @told; false if there is none. */
static bool invalidate_pop(struct vgpu_invalidate *invalidate,
			   struct vgpu_gone *told)
{
	struct vgpu_gone *gone = NULL;
	bool found;

	INIT_LIST_HEAD(&told->pins);
	spin_lock(&invalidate->lock);
	found = invalidate->everything;
	if (found) {
		told->iova = 0;
		told->size = U64_MAX;
		told->when = jiffies;
		list_splice_init(&invalidate->held, &told->pins);
		invalidate->everything = false;
	} else if (!list_empty(&invalidate->ranges)) {
		gone = list_first_entry(&invalidate->ranges, struct vgpu_gone,
					node);
		list_del(&gone->node);
		invalidate->count--;
		told->iova = gone->iova;
		told->size = gone->size;
		told->when = gone->when;
		list_splice(&gone->pins, &told->pins);
	}
	spin_unlock(&invalidate->lock);
	kfree(gone);
	return found || gone;
}

/*
 * VFIO is not done when an unmap operation returns. It looks for pins left, and type1
 * gives up by BUG_ON when it found some eleven times: nobody may pin there before it
 * looked, and removed its mapping. The guest may have a new one by then, which looks
 * the same, so this is bounded. After all was taken, no single mapping says it.
 */
static void invalidate_settle(struct vgpu_vfio *vgpu,
			      const struct vgpu_gone *told)
{
	unsigned long deadline = told->when + INVALIDATE_SETTLE;
	bool all = told->size == U64_MAX;
	unsigned int us = 16;

	while (time_before(jiffies, deadline) &&
	       (all || vgpu_vfio_type1_maps(&vgpu->vdev, told->iova))) {
		usleep_range(us, 2 * us);
		us = min(2 * us, INVALIDATE_LOOK_US);
	}
}

static void invalidate_work(struct work_struct *work)
{
	struct vgpu_vfio *vgpu =
		container_of(work, struct vgpu_vfio, dma.invalidate.work);
	struct vgpu_gone told;

	while (invalidate_pop(&vgpu->dma.invalidate, &told)) {
		vgpu->ops->dma_invalidate(vgpu->handle, told.iova, told.size);
		vgpu_pins_free(&told.pins);
		invalidate_settle(vgpu, &told);
		vgpu_dma_guard_unblock(&vgpu->dma.guard);
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
		kfree(gone);
		vgpu_dma_guard_unblock(&vgpu->dma.guard);
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
		vgpu_dma_guard_unblock(&vgpu->dma.guard);
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
		/* Pairs with the unblock after the RM was told. */
		vgpu_dma_guard_hold(&vgpu->dma.guard);
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

bool vgpu_invalidate_tell(struct vgpu_vfio *vgpu, u64 iova, u64 size,
			  struct list_head *pins)
{
	struct vgpu_gone *gone;

	if (invalidate_hold(vgpu, pins))
		return true;
	gone = kmalloc(sizeof(*gone), GFP_KERNEL_ACCOUNT);
	if (!gone)
		return false;
	gone->iova = iova;
	gone->size = size;
	gone->when = jiffies;
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
			vgpu_dma_guard_hold(&vgpu->dma.guard);
		invalidate->everything = true;
		schedule_work(&invalidate->work);
	}
	spin_unlock(&invalidate->lock);
}
