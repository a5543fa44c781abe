/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of a BAR by huge pages, where the memory behind it has some.
 */
#ifndef VGPU_VFIO_HUGE_H
#define VGPU_VFIO_HUGE_H

#include <linux/mm_types.h>

struct vgpu_vfio;
struct vm_fault;

/**
 * vgpu_huge_insert() - map the huge page around a fault
 * @vgpu: the vGPU, open; its mapping lock is held for reading
 * @index: the BAR, which answers
 * @vmf: the fault, as huge_fault() got it
 * @order: the order that the kernel asks for
 *
 * Return: VM_FAULT_NOPAGE, or VM_FAULT_FALLBACK where it takes small pages: the
 * option is off, mapping and memory do not lie alike, a part of it traps, or the
 * memory is not one huge page.
 */
vm_fault_t vgpu_huge_insert(struct vgpu_vfio *vgpu, unsigned int index,
			    struct vm_fault *vmf, unsigned int order);

/* After the last mapping is gone. */
void vgpu_huge_close(struct vgpu_vfio *vgpu);

#endif /* VGPU_VFIO_HUGE_H */
