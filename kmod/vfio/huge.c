// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a BAR by huge pages, where the memory behind it has some: the back end
 * makes shmem files, and those have huge pages if the host's administrator lets the
 * kernel's own shmem mount have them (transparent_hugepage/shmem_enabled).
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>

#include "backing.h"
#include "huge.h"
#include "pmd.h"
#include "vgpu.h"

#ifdef VGPU_HAVE_HUGE_FAULT
static bool huge_pages;
module_param(huge_pages, bool, 0644);
MODULE_PARM_DESC(huge_pages,
		 "map the memory of vGPUs by huge pages where it has some (N)");

/*
 * An entry of a huge page holds no reference. Ours keeps the page in place, and whole,
 * until the vGPU is closed. Marked dirty once for all: a zap does not do it.
 */
static int huge_hold(struct vgpu_mapping *mapping, struct folio *folio)
{
	void *old = xa_cmpxchg(&mapping->huge, folio_pfn(folio), NULL, folio,
			       GFP_KERNEL_ACCOUNT);

	if (xa_is_err(old))
		return xa_err(old);
	if (!old) {
		folio_get(folio);	/* put by vgpu_huge_close() */
		folio_mark_dirty(folio);
	}
	return 0;
}

/* The huge page that begins at @offset in the BAR, referenced; NULL for none. */
static struct folio *huge_folio(const struct vgpu_region *region, u64 offset)
{
	struct page *page;
	struct folio *folio;

	page = vgpu_backing_page(region->backing.file,
				 region->backing.offset + offset);
	if (IS_ERR(page))
		return NULL;
	folio = page_folio(page);
	if (folio_order(folio) == HPAGE_PMD_ORDER &&
	    page == folio_page(folio, 0))
		return folio;
	put_page(page);
	return NULL;
}

vm_fault_t vgpu_huge_insert(struct vgpu_vfio *vgpu, unsigned int index,
			    struct vm_fault *vmf, unsigned int order)
{
	const struct vgpu_region *region = &vgpu->regions[index];
	struct vm_area_struct *vma = vmf->vma;
	unsigned long address = vmf->address & HPAGE_PMD_MASK;
	vm_fault_t ret = VM_FAULT_FALLBACK;
	struct folio *folio;
	u64 offset;

	lockdep_assert_held(&vgpu->mapping.lock);
	if (!READ_ONCE(huge_pages) || order != HPAGE_PMD_ORDER ||
	    address < vma->vm_start ||
	    vma->vm_end - address < HPAGE_PMD_SIZE)
		return ret;
	offset = ((u64)linear_page_index(vma, address) << PAGE_SHIFT) &
		 VGPU_REGION_MASK;
	if (!vgpu_region_mappable(region, offset, HPAGE_PMD_SIZE))
		return ret;
	folio = huge_folio(region, offset);
	if (!folio)
		return ret;
	if (!huge_hold(&vgpu->mapping, folio))
		ret = vgpu_insert_pmd(vmf, folio, vma->vm_flags & VM_WRITE);
	folio_put(folio);
	return ret;
}
#endif

void vgpu_huge_close(struct vgpu_vfio *vgpu)
{
	struct folio *folio;
	unsigned long pfn;

	xa_for_each(&vgpu->mapping.huge, pfn, folio)
		folio_put(folio);
	xa_destroy(&vgpu->mapping.huge);
}
