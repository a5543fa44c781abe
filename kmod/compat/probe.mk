# SPDX-License-Identifier: GPL-2.0-only
# Which of a kernel's interfaces are there, found in its headers and not by its
# version: stable kernels backport. Included by the Kbuild of each module. A header
# that is not where it is looked for would answer "no" to everything.
vgpu-header = $(or $(wildcard $(srctree)/include/linux/$(1)),$(error There is no $(srctree)/include/linux/$(1)))
vgpu-probe = $(shell grep -qE '$(2)' $(call vgpu-header,$(1)) && echo -D$(3))

ccflags-y += $(call vgpu-probe,pci.h,pci_bus_find_emul_domain_nr,VGPU_HAVE_PCI_EMUL_DOMAIN)
ccflags-y += $(call vgpu-probe,shmem_fs.h,shmem_file_setup.*vma_flags_t,VGPU_HAVE_SHMEM_VMA_FLAGS)
ccflags-y += $(call vgpu-probe,vfio.h,vfio_free_device,VGPU_HAVE_VFIO_FREE_DEVICE)
ccflags-y += $(call vgpu-probe,vfio.h,bind_iommufd,VGPU_HAVE_VFIO_IOMMUFD)
ccflags-y += $(call vgpu-probe,vfio.h,detach_ioas,VGPU_HAVE_VFIO_DETACH_IOAS)
ccflags-y += $(call vgpu-probe,vfio.h,get_region_info_caps,VGPU_HAVE_VFIO_REGION_INFO_CAPS)
ccflags-y += $(call vgpu-probe,mm.h,vm_flags_mod,VGPU_HAVE_VM_FLAGS_MOD)
ccflags-y += $(call vgpu-probe,eventfd.h,eventfd_signal.struct eventfd_ctx .ctx.$$,VGPU_HAVE_EVENTFD_SIGNAL_1)
ccflags-y += $(call vgpu-probe,mm.h,bool pmd_special,VGPU_HAVE_PMD_SPECIAL)
ccflags-y += $(call vgpu-probe,huge_mm.h,vmf_insert_pfn_pmd.struct vm_fault .vmf. pfn_t,VGPU_HAVE_INSERT_PMD_PFN_T)
ccflags-y += $(call vgpu-probe,device/bus.h,store.*const struct bus_type,VGPU_HAVE_BUS_CONST)
ccflags-y += $(call vgpu-probe,module.h,import_ns..ns.$$,VGPU_HAVE_IMPORT_NS_STRING)
ccflags-y += $(call vgpu-probe,pci.h,const char\s+\*driver_override;,VGPU_HAVE_PCI_DRIVER_OVERRIDE)
