/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unmaps of guest memory that VFIO tells of, in a context of their own.
 */
#ifndef VGPU_VFIO_UNMAP_H
#define VGPU_VFIO_UNMAP_H

#include <linux/types.h>

struct vgpu_vfio;

/* With the module; init returns 0 or -ENOMEM. */
int vgpu_unmap_init(void);
void vgpu_unmap_exit(void);

/**
 * vgpu_unmap() - VFIO's dma_unmap operation
 * @vgpu: the vGPU, open
 * @iova: first byte
 * @size: bytes
 *
 * Has vgpu_dma_unmap() called by a work item and waits for it, but not for ever:
 * type1 calls this with device_list_lock held, and unpinning takes its lock, which
 * another thread holds while it waits for device_list_lock: one that opens a device
 * of the container (vfio_iommu_type1_register_device()) or unmaps as well
 * (vfio_notify_dma_unmap()). When this returns before the pages are unpinned, all
 * get on, and type1 calls again.
 */
void vgpu_unmap(struct vgpu_vfio *vgpu, u64 iova, u64 size);

/**
 * vgpu_unmap_flush() - wait for what vgpu_unmap() began
 *
 * At close, and before a vGPU is freed. Sleeps.
 */
void vgpu_unmap_flush(void);

#endif /* VGPU_VFIO_UNMAP_H */
