/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory for resource managers: copies and pins, which the front end owns.
 */
#ifndef VGPU_VFIO_DMA_H
#define VGPU_VFIO_DMA_H

#include <linux/atomic.h>
#include <linux/rwsem.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "dma-guard.h"
#include "invalidate.h"
#include "unmap.h"

#define VGPU_DMA_LAST_PAGE	(ULONG_MAX >> PAGE_SHIFT)

struct page;
struct vgpu_vfio;

/**
 * struct vgpu_dma - one vGPU's access to guest memory
 * @users: held for reading over each use of guest memory by the RM, for writing
 *	to begin and end. Never taken in an unmap.
 * @started: between start and stop; guarded by @users
 * @bus_master: COMMAND allows it; written under the config lock
 * @pins: &struct vgpu_pin by page of IOVA; has its own lock
 * @pinned: pages pinned now
 * @unpinned: pages that unmaps unpinned, from which progress is seen
 * @unmaps: unmaps that VFIO told of
 * @guard: keeps pins away from unmaps
 * @invalidate: tells the RM of unmaps
 */
struct vgpu_dma {
	struct rw_semaphore users;
	bool started;
	bool bus_master;
	struct xarray pins;
	atomic_long_t pinned;
	atomic_long_t unpinned;
	struct vgpu_unmaps unmaps;
	struct vgpu_dma_guard guard;
	struct vgpu_invalidate invalidate;
};

/* From create to delete. */
void vgpu_dma_init(struct vgpu_dma *dma);
void vgpu_dma_exit(struct vgpu_dma *dma);

/* After start is done. */
void vgpu_dma_open(struct vgpu_vfio *vgpu);

/* Before stop: from then on nothing is pinned, and the RM is told of no unmap. Sleeps. */
void vgpu_dma_quiesce(struct vgpu_vfio *vgpu);

/* After stop: no use is under way, nothing is pinned. Sleeps. */
void vgpu_dma_close(struct vgpu_vfio *vgpu);

/* Pages pinned now. Any context. */
static inline unsigned long vgpu_dma_pinned(const struct vgpu_dma *dma)
{
	return atomic_long_read(&dma->pinned);
}

/**
 * vgpu_dma_unmap() - unpin what an unmap takes
 * @vgpu: the vGPU
 * @unmap: the unmap; its pins are added to it
 *
 * By vgpu_unmap()'s work item alone.
 */
void vgpu_dma_unmap(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap);

/**
 * vgpu_dma_tell() - have the RM told of an unmap
 * @vgpu: the vGPU
 * @unmap: the unmap, which is given away
 *
 * By another work item, for which nobody waits: type1 gives up by BUG_ON when pins
 * stay.
 */
void vgpu_dma_tell(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap);

/* Callbacks of the contract; see struct vgpu_vfio_ops. */
int vgpu_dma_rw(struct vgpu_vfio *vgpu, u64 iova, void *buf, size_t size,
		bool write);
int vgpu_dma_pin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count,
		 bool write, struct page **pages);
void vgpu_dma_unpin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count);

#endif /* VGPU_VFIO_DMA_H */
