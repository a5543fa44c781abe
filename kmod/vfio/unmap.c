// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmaps of guest memory that VFIO tells of, in a context of their own.
 */
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "unmap.h"
#include "vgpu.h"

/*
 * No page unpinned for so long means that who holds type1's lock waits for us.
 * Type1 calls eleven times before it gives up by BUG_ON.
 */
#define UNMAP_STALL	(HZ / 4)

/**
 * struct unmap - one unmap
 * @work: does it
 * @done: it is done
 * @ref: of the work and of who waits
 * @vgpu: the vGPU
 * @iova: first byte
 * @size: bytes
 */
struct unmap {
	struct work_struct work;
	struct completion done;
	refcount_t ref;
	struct vgpu_vfio *vgpu;
	u64 iova;
	u64 size;
};

static struct workqueue_struct *unmap_queue;

static void unmap_put(struct unmap *unmap)
{
	if (refcount_dec_and_test(&unmap->ref))
		kfree(unmap);
}

static void unmap_work(struct work_struct *work)
{
	struct unmap *unmap = container_of(work, struct unmap, work);

	vgpu_dma_unmap(unmap->vgpu, unmap->iova, unmap->size);
	complete(&unmap->done);
	unmap_put(unmap);
}

/* Until it is done, or gets on no more. */
static void unmap_wait(struct unmap *unmap)
{
	atomic_long_t *unpinned = &unmap->vgpu->dma.unpinned;
	long before;

	do {
		before = atomic_long_read(unpinned);
	} while (!wait_for_completion_timeout(&unmap->done, UNMAP_STALL) &&
		 atomic_long_read(unpinned) != before);
}

void vgpu_unmap(struct vgpu_vfio *vgpu, u64 iova, u64 size)
{
	/* Without it type1 would come to its BUG_ON. */
	struct unmap *unmap = kmalloc(sizeof(*unmap), GFP_KERNEL | __GFP_NOFAIL);

	INIT_WORK(&unmap->work, unmap_work);
	init_completion(&unmap->done);
	refcount_set(&unmap->ref, 2);
	unmap->vgpu = vgpu;
	unmap->iova = iova;
	unmap->size = size;
	queue_work(unmap_queue, &unmap->work);
	unmap_wait(unmap);
	unmap_put(unmap);
}

void vgpu_unmap_flush(void)
{
	flush_workqueue(unmap_queue);
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
