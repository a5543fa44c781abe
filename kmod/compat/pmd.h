/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole page table's worth of memory mapped by one entry. Only from where KVM and
 * pins of user memory know such entries in a driver's mapping, which is Linux 6.12:
 * KVM of 6.1 walks to the last level (follow_pte()) and finds nothing.
 */
#ifndef VGPU_COMPAT_PMD_H
#define VGPU_COMPAT_PMD_H

#include <linux/huge_mm.h>
#include <linux/mm.h>

#if defined(CONFIG_TRANSPARENT_HUGEPAGE) && defined(VGPU_HAVE_PMD_SPECIAL)

#ifdef VGPU_HAVE_INSERT_PMD_PFN_T
#include <linux/pfn_t.h>
#endif

#define VGPU_HAVE_HUGE_FAULT

/* In a struct vm_operations_struct. */
#define VGPU_HUGE_FAULT_OP(fn)	.huge_fault = fn,

/**
 * vgpu_insert_pmd() - map a folio of HPAGE_PMD_ORDER with one entry
 * @vmf: the fault, as huge_fault() got it, in a VM_MIXEDMAP mapping
 * @folio: the folio. The entry holds no reference, nor counts as a mapping: who
 *	inserts it keeps one until it is zapped
 * @write: for writing as well
 */
static inline vm_fault_t vgpu_insert_pmd(struct vm_fault *vmf,
					 struct folio *folio, bool write)
{
#ifdef VGPU_HAVE_INSERT_PMD_PFN_T
	return vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(folio_pfn(folio)), write);
#else
	return vmf_insert_pfn_pmd(vmf, folio_pfn(folio), write);
#endif
}

#else

#define VGPU_HUGE_FAULT_OP(fn)

#endif

#endif /* VGPU_COMPAT_PMD_H */
