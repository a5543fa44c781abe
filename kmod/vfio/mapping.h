/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of a vGPU's regions into user space, and taking them away again.
 */
#ifndef VGPU_VFIO_MAPPING_H
#define VGPU_VFIO_MAPPING_H

#include <linux/rwsem.h>
#include <linux/types.h>

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
 * @gone: the GPU is lost, @discard stands in; written under @lock
 * @file: an empty shmem file whose inode all mappings hang on, each region at
 *	its offset in the device's file: VFIO's own inode is shared with
 *	others before Linux 6.10, and the RM's file would hand out more than
 *	the mapped areas (remap_file_pages, MADV_REMOVE)
 * @discard: a page of ones
 */
struct vgpu_mapping {
	struct rw_semaphore lock;
	bool memory_enabled;
	bool io_enabled;
	bool gone;
	struct file *file;
	struct page *discard;
};

/* From create to delete. */
void vgpu_mapping_init(struct vgpu_mapping *mapping);

/**
 * vgpu_mapping_open() - get ready for mappings
 * @vgpu: the vGPU, its regions loaded; its lifecycle lock is held
 *
 * Return: 0, to be undone by vgpu_mapping_close(), or -errno.
 */
int vgpu_mapping_open(struct vgpu_vfio *vgpu);

/* A mapping pins the device's file, so that none is left here. */
void vgpu_mapping_close(struct vgpu_vfio *vgpu);

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
