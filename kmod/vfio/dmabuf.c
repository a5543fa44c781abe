// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest shows as dma-bufs. A buffer holds its pages itself, as one of udmabuf's
 * does, and outlives the vGPU with them: when that stops, the RM drops them from its
 * file. They can't be swapped, so they count as locked memory of who asked.
 */
#include <linux/dma-mapping.h>
#include <linux/fcntl.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "backing.h"
#include "dma-buf.h"
#include "dmabuf.h"
#include "vgpu.h"
#include "vma.h"

VGPU_IMPORT_DMA_BUF;

/* Where in @plane of the dma-bufs a plane of this number is, or was. */
static u32 dmabuf_slot(u32 id)
{
	return id % VGPU_DMABUF_PLANES;
}

static bool dmabuf_same(const struct vgpu_plane *a, const struct vgpu_plane *b)
{
	return a->width == b->width && a->height == b->height &&
	       a->stride == b->stride && a->drm_format == b->drm_format &&
	       a->bar == b->bar && a->offset == b->offset;
}

u32 vgpu_dmabuf_id(struct vgpu_dmabufs *dmabufs, const struct vgpu_plane *plane)
{
	u32 i, id;

	for (i = 0; i < VGPU_DMABUF_PLANES; i++) {
		id = dmabufs->last - i;
		if (dmabuf_same(&dmabufs->plane[dmabuf_slot(id)], plane))
			return id;
	}
	dmabufs->plane[dmabuf_slot(++dmabufs->last)] = *plane;
	return dmabufs->last;
}

void vgpu_dmabuf_forget(struct vgpu_dmabufs *dmabufs)
{
	memset(dmabufs->plane, 0, sizeof(dmabufs->plane));
}

bool vgpu_dmabuf_find(const struct vgpu_dmabufs *dmabufs, u32 id,
		      struct vgpu_plane *plane)
{
	/* Modulo 2^32, as they are counted. */
	if (dmabufs->last - id >= VGPU_DMABUF_PLANES)
		return false;
	*plane = dmabufs->plane[dmabuf_slot(id)];
	return plane->width;
}

/**
 * struct dmabuf - what a dma-buf holds
 * @mm: who asked for it, where its pages are counted; its structure is referenced
 * @counted: pages counted there
 * @count: its pages
 * @pages: each with a reference
 */
struct dmabuf {
	struct mm_struct *mm;
	unsigned int counted;
	unsigned int count;
	struct page *pages[];
};

static void dmabuf_free(struct dmabuf *buf)
{
	while (buf->count) {
		put_page(buf->pages[--buf->count]);
		cond_resched();
	}
	account_locked_vm(buf->mm, buf->counted, false);
	mmdrop(buf->mm);
	kvfree(buf);
}

/* Dirty, or reclaim would take a page that only others have written to for a hole. */
static int dmabuf_fill(struct dmabuf *buf, struct file *file, u64 offset)
{
	struct page *page;

	for (; buf->count < buf->counted; offset += PAGE_SIZE) {
		if (fatal_signal_pending(current))
			return -EINTR;
		page = vgpu_backing_page(file, offset);
		if (IS_ERR(page))
			return PTR_ERR(page);
		set_page_dirty(page);
		buf->pages[buf->count++] = page;
		cond_resched();
	}
	return 0;
}

static struct dmabuf *dmabuf_alloc(struct file *file, u64 offset,
				   unsigned int count)
{
	struct dmabuf *buf = kvzalloc(struct_size(buf, pages, count),
				      GFP_KERNEL_ACCOUNT);
	int ret;

	if (!buf)
		return ERR_PTR(-ENOMEM);
	buf->mm = current->mm;
	mmgrab(buf->mm);
	ret = account_locked_vm(buf->mm, count, true);
	if (!ret) {
		buf->counted = count;
		ret = dmabuf_fill(buf, file, offset);
	}
	if (!ret)
		return buf;
	dmabuf_free(buf);
	return ERR_PTR(ret);
}

static struct sg_table *dmabuf_map(struct dma_buf_attachment *attachment,
				   enum dma_data_direction direction)
{
	struct dmabuf *buf = attachment->dmabuf->priv;
	struct sg_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int ret;

	if (!table)
		return ERR_PTR(-ENOMEM);
	ret = sg_alloc_table_from_pages_segment(table, buf->pages, buf->count, 0,
						(size_t)buf->count << PAGE_SHIFT,
						dma_get_max_seg_size(attachment->dev),
						GFP_KERNEL);
	if (ret)
		goto free_table;
	ret = dma_map_sgtable(attachment->dev, table, direction, 0);
	if (ret)
		goto free_entries;
	return table;

free_entries:
	sg_free_table(table);
free_table:
	kfree(table);
	return ERR_PTR(ret);
}

static void dmabuf_unmap(struct dma_buf_attachment *attachment,
			 struct sg_table *table,
			 enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static void dmabuf_release(struct dma_buf *dmabuf)
{
	dmabuf_free(dmabuf->priv);
}

static vm_fault_t dmabuf_fault(struct vm_fault *vmf)
{
	const struct dmabuf *buf = vmf->vma->vm_private_data;

	if (vmf->pgoff >= buf->count)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address,
			      page_to_pfn(buf->pages[vmf->pgoff]));
}

static const struct vm_operations_struct dmabuf_vm_ops = {
	.fault = dmabuf_fault,
};

/* dma-buf has checked that it is inside. The VMA holds the buffer's file. */
static int dmabuf_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vgpu_vma_flags(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP, 0);
	vma->vm_private_data = dmabuf->priv;
	vma->vm_ops = &dmabuf_vm_ops;
	return 0;
}

static int dmabuf_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dmabuf *buf = dmabuf->priv;
	void *at = vmap(buf->pages, buf->count, VM_MAP, PAGE_KERNEL);

	if (!at)
		return -ENOMEM;
	iosys_map_set_vaddr(map, at);
	return 0;
}

static void dmabuf_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	vunmap(map->vaddr);
}

/* There is nothing to synchronise: processors and importers see the same memory. */
static const struct dma_buf_ops dmabuf_ops = {
	.map_dma_buf = dmabuf_map,
	.unmap_dma_buf = dmabuf_unmap,
	.release = dmabuf_release,
	.mmap = dmabuf_mmap,
	.vmap = dmabuf_vmap,
	.vunmap = dmabuf_vunmap,
};

int vgpu_dmabuf_export(struct vgpu_vfio *vgpu, const struct vgpu_plane *plane)
{
	const struct vgpu_backing *backing = &vgpu->regions[plane->bar].backing;
	size_t size = PAGE_ALIGN((size_t)plane->stride * plane->height);
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;
	struct dmabuf *buf;
	int fd;

	buf = dmabuf_alloc(backing->file, backing->offset + plane->offset,
			   size >> PAGE_SHIFT);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	info.ops = &dmabuf_ops;
	info.size = size;
	info.flags = O_RDWR;
	info.priv = buf;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		dmabuf_free(buf);
		return PTR_ERR(dmabuf);
	}
	fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);
	return fd;
}
