/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_flags of a VMA became read-only, changed by vm_flags_mod(), in Linux 6.3.
 */
#ifndef VGPU_COMPAT_VMA_H
#define VGPU_COMPAT_VMA_H

#include <linux/mm.h>

/**
 * vgpu_vma_flags() - change the flags of a VMA that mmap() is setting up
 * @vma: the VMA; mmap_lock is held for writing
 * @set: VM_* to set
 * @clear: VM_* to clear
 */
static inline void vgpu_vma_flags(struct vm_area_struct *vma,
				  unsigned long set, unsigned long clear)
{
#ifdef VGPU_HAVE_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags & ~clear) | set;
#endif
}

#endif /* VGPU_COMPAT_VMA_H */
