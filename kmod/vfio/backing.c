// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a shmem file, page by page, from the kernel's side.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/shmem_fs.h>

#include "backing.h"

struct page *vgpu_backing_page(struct file *file, u64 offset)
{
	return shmem_read_mapping_page(file->f_mapping, offset >> PAGE_SHIFT);
}

int vgpu_backing_rw(struct file *file, u64 offset, void *buf, size_t count,
		    bool write)
{
	while (count) {
		size_t in_page = offset_in_page(offset);
		size_t n = min_t(size_t, count, PAGE_SIZE - in_page);
		struct page *page = vgpu_backing_page(file, offset);

		if (IS_ERR(page))
			return PTR_ERR(page);
		if (write) {
			memcpy_to_page(page, in_page, buf, n);
			set_page_dirty(page);
		} else {
			memcpy_from_page(buf, page, in_page, n);
		}
		put_page(page);
		offset += n;
		buf += n;
		count -= n;
	}
	return 0;
}

int vgpu_backing_copy(struct file *to, u64 to_offset, struct file *from,
		      u64 from_offset, u64 count)
{
	int ret;

	while (count) {
		size_t in_page = offset_in_page(from_offset);
		size_t n = min_t(u64, count, PAGE_SIZE - in_page);
		struct page *page = vgpu_backing_page(from, from_offset);
		void *at;

		if (IS_ERR(page))
			return PTR_ERR(page);
		at = kmap_local_page(page);
		ret = vgpu_backing_rw(to, to_offset, at + in_page, n, true);
		kunmap_local(at);
		put_page(page);
		if (ret)
			return ret;
		to_offset += n;
		from_offset += n;
		count -= n;
		cond_resched();
	}
	return 0;
}
