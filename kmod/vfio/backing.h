/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a shmem file, page by page, from the kernel's side.
 */
#ifndef VGPU_VFIO_BACKING_H
#define VGPU_VFIO_BACKING_H

#include <linux/types.h>

struct file;
struct page;

/**
 * vgpu_backing_page() - one page of a shmem file, allocated if it is not there
 * @file: the file
 * @offset: a byte in the page
 *
 * Charged to the memory cgroup of the current process. Sleeps.
 *
 * Return: the page with a reference for the caller, or ERR_PTR.
 */
struct page *vgpu_backing_page(struct file *file, u64 offset);

/**
 * vgpu_backing_rw() - copy between kernel memory and a shmem file
 * @file: the file
 * @offset: first byte in the file
 * @buf: kernel memory
 * @count: bytes, inside the file
 * @write: true for from @buf into the file
 *
 * Return: 0 or -errno.
 */
int vgpu_backing_rw(struct file *file, u64 offset, void *buf, size_t count,
		    bool write);

/**
 * vgpu_backing_copy() - copy from one shmem file to another
 * @to: file to write
 * @to_offset: first byte there
 * @from: file to read
 * @from_offset: first byte there
 * @count: bytes, inside both
 *
 * Return: 0 or -errno; what was copied till then stays.
 */
int vgpu_backing_copy(struct file *to, u64 to_offset, struct file *from,
		      u64 from_offset, u64 count);

#endif /* VGPU_VFIO_BACKING_H */
