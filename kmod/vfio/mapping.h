/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of a vGPU's regions into user space, and taking them away again.
 */
#ifndef VGPU_VFIO_MAPPING_H
#define VGPU_VFIO_MAPPING_H

#include <linux/rwsem.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct address_space;
struct file;
struct page;
struct vgpu_vfio;
struct vm_area_struct;

/**
 * struct vgpu_mapping - mappings while the vGPU is open
 * @lock: held for reading from the check to the end of a fault, for writing to
 *	change what faults find; mappings are zapped after that, so that no
 *	fault puts back what was true before
 * @memory_enabled: memory BARs answer; written under @lock
 * @io_enabled: I/O BARs answer; they have no mappings
 * @discard: from a loss on, a page of ones that stands in for all others;
 *	written under @lock. It is writable, as the device's memory was, so that
 *	the guest may read elsewhere what it wrote there; no other vGPU can. Pages
 *	of their own would let a guest without a GPU go on using up memory.
 * @file: an empty shmem file whose inode all mappings hang on, each region at
 *	its offset in the device's file: VFIO's own inode is shared with
 *	others before Linux 6.10, and the RM's file would hand out more than
 *	the mapped areas (remap_file_pages, MADV_REMOVE). NULL until it is needed
 * @huge: by page frame, the huge pages that were mapped since open; has its own lock
 */
struct vgpu_mapping {
	struct rw_semaphore lock;
	bool memory_enabled;
	bool io_enabled;
	struct page *discard;
	struct file *file;
	struct xarray huge;
};

/* From create to delete. */
void vgpu_mapping_init(struct vgpu_mapping *mapping);

/* Fresh, at open; the lifecycle lock is held. Pairs with vgpu_mapping_close(). */
void vgpu_mapping_open(struct vgpu_vfio *vgpu);

/* A mapping pins the device's file, so that none is left here. */
void vgpu_mapping_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_mapping_file() - the file that mappings hang on, made if it is not there
 * @vgpu: the vGPU, open
 *
 * Return: the file, valid until vgpu_mapping_close(), or ERR_PTR.
 */
struct file *vgpu_mapping_file(struct vgpu_vfio *vgpu);

/**
 * vgpu_mapping_enable() - COMMAND changed
 * @vgpu: the vGPU; its config lock is held
 * @memory: memory BARs answer; otherwise their mappings fault by SIGBUS
 * @io: I/O BARs answer
 */
void vgpu_mapping_enable(struct vgpu_vfio *vgpu, bool memory, bool io);

/**
 * vgpu_mapping_lost() - swap the page of ones into every mapping of a BAR
 * @vgpu: the vGPU, open or not; sleeps
 */
void vgpu_mapping_lost(struct vgpu_vfio *vgpu);

/**
 * vgpu_mapping_zap() - take pages out of all mappings of a region
 * @vgpu: the vGPU, open
 * @index: the region
 */
void vgpu_mapping_zap(struct vgpu_vfio *vgpu, unsigned int index);

/**
 * vgpu_mapping_mmap() - VFIO's mmap operation
 * @vgpu: the vGPU, open
 * @vma: the VMA; mmap_lock is held for writing
 *
 * Shared mappings without execute permission only, of whole regions or parts.
 * Parts that trap are mapped too and fault by SIGBUS.
 */
int vgpu_mapping_mmap(struct vgpu_vfio *vgpu, struct vm_area_struct *vma);

#endif /* VGPU_VFIO_MAPPING_H */
