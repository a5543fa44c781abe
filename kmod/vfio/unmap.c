// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmaps of guest memory that VFIO tells of, in a context of their own.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "unmap.h"
#include "vfio-ops.h"
#include "vgpu.h"

/*
 * Type1 alone: no page unpinned for so long means that who has its lock waits for us;
 * or else that it has it for long, and waiting goes on with the next call.
 */
#define UNMAP_STALL	HZ

static struct workqueue_struct *unmap_queue;

static void unmap_put(struct vgpu_unmap *unmap)
{
	if (refcount_dec_and_test(&unmap->ref))
		kfree(unmap);
}

void vgpu_unmap_end(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap)
{
	vgpu_dma_guard_unblock(&vgpu->dma.guard, &unmap->block);
	unmap_put(unmap);
}

static struct vgpu_unmap *unmap_next(struct vgpu_unmaps *unmaps)
{
	struct vgpu_unmap *unmap;

	spin_lock(&unmaps->lock);
	unmap = list_first_entry_or_null(&unmaps->waiting, struct vgpu_unmap, node);
	if (unmap)
		list_del(&unmap->node);
	spin_unlock(&unmaps->lock);
	return unmap;
}

static void unmap_work(struct work_struct *work)
{
	struct vgpu_vfio *vgpu =
		container_of(work, struct vgpu_vfio, dma.unmaps.work);
	struct vgpu_unmap *unmap;

	while ((unmap = unmap_next(&vgpu->dma.unmaps))) {
		vgpu_dma_unmap(vgpu, unmap);
		complete(&unmap->done);
		vgpu_dma_tell(vgpu, unmap);
	}
}

static struct vgpu_unmap *unmap_begin(struct vgpu_vfio *vgpu,
				      unsigned long first, unsigned long last)
{
	struct vgpu_unmaps *unmaps = &vgpu->dma.unmaps;
	struct vgpu_unmap *unmap;

	/* Without it type1 would come to its BUG_ON. */
	unmap = kmalloc(sizeof(*unmap), GFP_KERNEL | __GFP_NOFAIL);
	INIT_LIST_HEAD(&unmap->pins);
	init_completion(&unmap->done);
	refcount_set(&unmap->ref, 2);
	vgpu_dma_guard_block(&vgpu->dma.guard, &unmap->block, first, last);
	spin_lock(&unmaps->lock);
	list_add_tail(&unmap->node, &unmaps->waiting);
	spin_unlock(&unmaps->lock);
	queue_work(unmap_queue, &unmaps->work);
	return unmap;
}

/* Until it is done, or gets on no more. */
static void unmap_wait(struct vgpu_dma *dma, struct vgpu_unmap *unmap)
{
	long before;

	do {
		before = atomic_long_read(&dma->unpinned);
	} while (!wait_for_completion_timeout(&unmap->done, UNMAP_STALL) &&
		 atomic_long_read(&dma->unpinned) != before);
}

void vgpu_unmap(struct vgpu_vfio *vgpu, u64 iova, u64 size)
{
	unsigned long first = iova >> PAGE_SHIFT;
	unsigned long last = (iova + (size - 1)) >> PAGE_SHIFT;
	struct vgpu_dma *dma = &vgpu->dma;
	struct vgpu_dma_block block;
	struct vgpu_unmap *unmap;

	if (!size || iova + (size - 1) < iova)
		return;
	vgpu_dma_guard_block(&dma->guard, &block, first, last);
	unmap = unmap_begin(vgpu, first, last);
	if (vgpu_vfio_by_iommufd(&vgpu->vdev))
		wait_for_completion(&unmap->done);
	else
		unmap_wait(dma, unmap);
	unmap_put(unmap);
	vgpu_dma_guard_return(&dma->guard, &block);
}

void vgpu_unmap_all(struct vgpu_vfio *vgpu)
{
	struct vgpu_unmap *unmap = unmap_begin(vgpu, 0, VGPU_DMA_LAST_PAGE);

	wait_for_completion(&unmap->done);
	unmap_put(unmap);
}

void vgpu_unmaps_init(struct vgpu_unmaps *unmaps)
{
	INIT_WORK(&unmaps->work, unmap_work);
	spin_lock_init(&unmaps->lock);
	INIT_LIST_HEAD(&unmaps->waiting);
}

void vgpu_unmaps_flush(struct vgpu_unmaps *unmaps)
{
	flush_work(&unmaps->work);
}

int vgpu_unmap_init(void)
{
	unmap_queue = alloc_workqueue("vgpu-unmap", WQ_UNBOUND | WQ_HIGHPRI |
				      WQ_MEM_RECLAIM, 0);
	return unmap_queue ? 0 : -ENOMEM;
}

void vgpu_unmap_exit(void)
{
	destroy_workqueue(unmap_queue);
}
