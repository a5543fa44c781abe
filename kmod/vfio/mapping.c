// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a vGPU's regions into user space, and taking them away again.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/slab.h>

#include "backing.h"
#include "huge.h"
#include "pmd.h"
#include "shmem.h"
#include "vgpu.h"
#include "vma.h"

/**
 * struct vgpu_vma - what a VMA and those split or copied from it share
 * @ref: VMAs
 * @device: VFIO's file: while it is referenced the vGPU stays open
 * @vgpu: the vGPU
 * @index: the region
 */
struct vgpu_vma {
	refcount_t ref;
	struct file *device;
	struct vgpu_vfio *vgpu;
	unsigned int index;
};

static void mapping_vma_open(struct vm_area_struct *vma)
{
	struct vgpu_vma *map = vma->vm_private_data;

	refcount_inc(&map->ref);
}

static void mapping_vma_close(struct vm_area_struct *vma)
{
	struct vgpu_vma *map = vma->vm_private_data;
	struct file *device = map->device;

	if (!refcount_dec_and_test(&map->ref))
		return;
	kfree(map);
	/* Last, since it may let this module go; pairs with mapping_alloc(). */
	fput(device);
}

/* Bytes from the start of the region to the page that faulted. */
static u64 mapping_fault_offset(const struct vm_fault *vmf)
{
	return ((u64)vmf->pgoff << PAGE_SHIFT) & VGPU_REGION_MASK;
}

/*
 * The page is installed here and not by the caller, still under the lock that
 * the check was made under. Another thread may have been first (-EBUSY).
 */
static vm_fault_t mapping_insert(struct vm_fault *vmf, struct page *page)
{
	int ret = vm_insert_page(vmf->vma, vmf->address & PAGE_MASK, page);

	put_page(page);		/* the mapping has its own reference now */
	return ret && ret != -EBUSY ? vmf_error(ret) : VM_FAULT_NOPAGE;
}

static struct page *mapping_bar_page(struct vgpu_vfio *vgpu, unsigned int index,
				     u64 offset)
{
	const struct vgpu_region *region = &vgpu->regions[index];

	lockdep_assert_held(&vgpu->mapping.lock);
	if (!vgpu_region_mappable(region, offset, PAGE_SIZE))
		return ERR_PTR(-EFAULT);
	if (vgpu->mapping.discard) {
		get_page(vgpu->mapping.discard);
		return vgpu->mapping.discard;
	}
	if (!vgpu->mapping.memory_enabled)
		return ERR_PTR(-EIO);
	return vgpu_backing_page(region->backing.file,
				 region->backing.offset + offset);
}

static vm_fault_t mapping_bar_fault(struct vm_fault *vmf)
{
	struct vgpu_vma *map = vmf->vma->vm_private_data;
	struct vgpu_mapping *mapping = &map->vgpu->mapping;
	struct page *page;
	vm_fault_t ret;

	down_read(&mapping->lock);
	page = mapping_bar_page(map->vgpu, map->index,
				mapping_fault_offset(vmf));
	ret = IS_ERR(page) ? vmf_error(PTR_ERR(page)) :
	      mapping_insert(vmf, page);
	up_read(&mapping->lock);
	return ret;
}

#ifdef VGPU_HAVE_HUGE_FAULT
static vm_fault_t mapping_bar_huge_fault(struct vm_fault *vmf,
					 unsigned int order)
{
	struct vgpu_vma *map = vmf->vma->vm_private_data;
	struct vgpu_mapping *mapping = &map->vgpu->mapping;
	vm_fault_t ret = VM_FAULT_FALLBACK;

	down_read(&mapping->lock);
	if (mapping->memory_enabled && !mapping->discard)
		ret = vgpu_huge_insert(map->vgpu, map->index, vmf, order);
	up_read(&mapping->lock);
	return ret;
}
#endif

static const struct vm_operations_struct mapping_bar_ops = {
	.open = mapping_vma_open,
	.close = mapping_vma_close,
	.fault = mapping_bar_fault,
	VGPU_HUGE_FAULT_OP(mapping_bar_huge_fault)
};

static vm_fault_t mapping_console_fault(struct vm_fault *vmf)
{
	struct vgpu_vma *map = vmf->vma->vm_private_data;
	struct vgpu_display *display = &map->vgpu->display;
	vm_fault_t ret;

	down_read(&display->lock);
	ret = mapping_insert(vmf, vgpu_display_page(map->vgpu,
						    mapping_fault_offset(vmf)));
	up_read(&display->lock);
	return ret;
}

static const struct vm_operations_struct mapping_console_ops = {
	.open = mapping_vma_open,
	.close = mapping_vma_close,
	.fault = mapping_console_fault,
};

/*
 * Mappings hang on our own inode, so no file operation may reach its memory:
 * mmap by remap_file_pages(), fallocate by MADV_REMOVE.
 */
static const struct file_operations mapping_file_ops = {
	.owner = THIS_MODULE,
};

void vgpu_mapping_init(struct vgpu_mapping *mapping)
{
	init_rwsem(&mapping->lock);
	xa_init(&mapping->huge);
}

void vgpu_mapping_open(struct vgpu_vfio *vgpu)
{
	struct vgpu_mapping *mapping = &vgpu->mapping;

	down_write(&mapping->lock);
	mapping->memory_enabled = false;
	mapping->io_enabled = false;
	up_write(&mapping->lock);
}

void vgpu_mapping_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_mapping *mapping = &vgpu->mapping;

	vgpu_huge_close(vgpu);
	if (mapping->discard)
		put_page(mapping->discard);
	mapping->discard = NULL;
	if (mapping->file)
		fput(mapping->file);
	mapping->file = NULL;
}

static struct file *mapping_file_new(void)
{
	struct file *file = vgpu_shmem_file("vgpu", (loff_t)VGPU_REGION_COUNT <<
						    VGPU_REGION_SHIFT);

	if (IS_ERR(file))
		return file;
	/* The last fput() comes when it likes, and gives up the module. */
	__module_get(THIS_MODULE);
	file->f_op = &mapping_file_ops;
	return file;
}

struct file *vgpu_mapping_file(struct vgpu_vfio *vgpu)
{
	struct file *file = READ_ONCE(vgpu->mapping.file);
	struct file *first;

	if (file)
		return file;
	file = mapping_file_new();
	if (IS_ERR(file))
		return file;
	first = cmpxchg(&vgpu->mapping.file, NULL, file);
	if (!first)
		return file;
	fput(file);
	return first;
}

void vgpu_mapping_zap(struct vgpu_vfio *vgpu, unsigned int index)
{
	struct file *file = READ_ONCE(vgpu->mapping.file);

	if (file)	/* else nothing was ever mapped */
		unmap_mapping_range(file->f_mapping,
				    (loff_t)index << VGPU_REGION_SHIFT,
				    PAGE_ALIGN(vgpu->regions[index].size), 1);
}

static void mapping_zap_bars(struct vgpu_vfio *vgpu)
{
	unsigned int i;

	for (i = 0; i < VGPU_MAX_BARS; i++)
		if (vgpu->regions[i].area_count)
			vgpu_mapping_zap(vgpu, i);
}

void vgpu_mapping_enable(struct vgpu_vfio *vgpu, bool memory, bool io)
{
	struct vgpu_mapping *mapping = &vgpu->mapping;
	bool revoke;

	lockdep_assert_held(&vgpu->config_lock);
	WRITE_ONCE(mapping->io_enabled, io);
	if (mapping->memory_enabled == memory)
		return;
	down_write(&mapping->lock);
	WRITE_ONCE(mapping->memory_enabled, memory);
	revoke = !memory && !mapping->discard;
	up_write(&mapping->lock);
	if (revoke)
		mapping_zap_bars(vgpu);
}

static struct page *mapping_discard_new(void)
{
	/* Once for each vGPU of a GPU that is gone: worth waiting for. */
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);

	memset(page_address(page), 0xff, PAGE_SIZE);
	return page;
}

void vgpu_mapping_lost(struct vgpu_vfio *vgpu)
{
	struct vgpu_mapping *mapping = &vgpu->mapping;

	mutex_lock(&vgpu->lifecycle);	/* keeps it open, or closed */
	if (vgpu->opened && !mapping->discard) {
		down_write(&mapping->lock);
		mapping->discard = mapping_discard_new();
		up_write(&mapping->lock);
		mapping_zap_bars(vgpu);
	}
	mutex_unlock(&vgpu->lifecycle);
}

static int mapping_check(const struct vgpu_region *region, u64 offset, u64 size,
			 const struct vm_area_struct *vma)
{
	if (!(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_flags & VM_EXEC)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE &&
	    !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return -EPERM;
	if (offset >= region->size || size > region->size - offset)
		return -EINVAL;
	return 0;
}

static struct vgpu_vma *mapping_alloc(struct vgpu_vfio *vgpu,
				      unsigned int index, struct file *device)
{
	struct vgpu_vma *map = kmalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);

	if (!map)
		return NULL;
	refcount_set(&map->ref, 1);
	map->device = get_file(device);
	map->vgpu = vgpu;
	map->index = index;
	return map;
}

/* What the first mapping of a region needs; ERR_PTR if there is no memory for it. */
static struct file *mapping_prepare(struct vgpu_vfio *vgpu, unsigned int index)
{
	int ret = 0;

	if (index == VGPU_REGION_CONSOLE)
		ret = vgpu_display_prepare_map(vgpu);
	return ret ? ERR_PTR(ret) : vgpu_mapping_file(vgpu);
}

int vgpu_mapping_mmap(struct vgpu_vfio *vgpu, struct vm_area_struct *vma)
{
	u64 start = (u64)vma->vm_pgoff << PAGE_SHIFT;
	const struct vgpu_region *region;
	struct vgpu_vma *map;
	unsigned int index;
	struct file *file;
	int ret;

	if (!vgpu_region_index(vgpu, start >> VGPU_REGION_SHIFT, &index))
		return -EINVAL;
	region = &vgpu->regions[index];
	ret = mapping_check(region, start & VGPU_REGION_MASK,
			    vma->vm_end - vma->vm_start, vma);
	if (ret)
		return ret;
	file = mapping_prepare(vgpu, index);
	if (IS_ERR(file))
		return PTR_ERR(file);
	map = mapping_alloc(vgpu, index, vma->vm_file);
	if (!map)
		return -ENOMEM;
	/* Pages have references (no VM_PFNMAP), so that KVM and DMA may pin. */
	vgpu_vma_flags(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP,
		       VM_MAYEXEC | (region->flags & VFIO_REGION_INFO_FLAG_WRITE
				     ? 0 : VM_MAYWRITE));
	vma->vm_private_data = map;
	vma->vm_ops = index == VGPU_REGION_CONSOLE ? &mapping_console_ops :
						     &mapping_bar_ops;
	vma_set_file(vma, file);
	return 0;
}
