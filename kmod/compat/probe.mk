# SPDX-License-Identifier: GPL-2.0-only
# Which of a kernel's interfaces are there, found in its headers and not by its
# version: stable kernels backport. Included by the Kbuild of each module.
vgpu-probe = $(shell grep -qE '$(2)' $(srctree)/include/linux/$(1) && echo -D$(3))

ccflags-y += $(call vgpu-probe,pci.h,pci_bus_find_emul_domain_nr,VGPU_HAVE_PCI_EMUL_DOMAIN)
ccflags-y += $(call vgpu-probe,shmem_fs.h,shmem_file_setup.*vma_flags_t,VGPU_HAVE_SHMEM_VMA_FLAGS)
