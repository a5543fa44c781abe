// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic GPU's configuration space as one table. Pure data, compiled in
 * user space as well by tests/kmod/test-simpci.c.
 */
#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "gpu.h"
#include "spec.h"

#define PM	SIMPCI_GPU_CAP_PM
#define EXP	SIMPCI_GPU_CAP_EXP
#define OURS	SIMPCI_GPU_CAP_OURS
#define VPD	SIMPCI_GPU_CAP_VPD
#define SRIOV	SIMPCI_GPU_CAP_SRIOV

/* An id and a pointer to the next, PCI r3.0 section 6.7. */
#define CAP(id, next)	((id) | (next) << 8)

/* PCIe r6.0 section 7.5.3.2: capability version 2, no root port above us. */
#define EXP_FLAGS	(2 | PCI_EXP_TYPE_RC_END << 4)

#define STATUS_ERRORS	(PCI_STATUS_DETECTED_PARITY | \
			 PCI_STATUS_SIG_SYSTEM_ERROR | \
			 PCI_STATUS_REC_MASTER_ABORT | \
			 PCI_STATUS_REC_TARGET_ABORT | \
			 PCI_STATUS_SIG_TARGET_ABORT | PCI_STATUS_PARITY)
#define EXP_ERRORS	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | \
			 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE)
#define EXP_TRAFFIC	(PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN)

#define READ_ONLY(offset_, size_, value_) \
	{ .offset = offset_, .size = size_, .value = value_ }

/* What all GPUs have in common. */
static const struct simpci_field common[] = {
	{ PCI_COMMAND, 2, 0,
	  .writable = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		      PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		      PCI_COMMAND_INTX_DISABLE },
	{ PCI_STATUS, 2, PCI_STATUS_CAP_LIST,
	  .clears = STATUS_ERRORS },
	READ_ONLY(PCI_CLASS_REVISION, 4, SIMPCI_GPU_CLASS << 8 | 0x01),
	{ PCI_CACHE_LINE_SIZE, 1, 0, .writable = 0xff },
	{ PCI_BASE_ADDRESS_0, 4,
	  PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
	  .writable = ~(SIMPCI_GPU_BAR_SIZE - 1U) },
	{ PCI_BASE_ADDRESS_1, 4, 0, .writable = ~0U },
	READ_ONLY(PCI_CAPABILITY_LIST, 1, PM),
	{ PCI_INTERRUPT_LINE, 1, 0, .writable = 0xff },

	/* PCI power management r1.2 section 3.2: D0 and D3hot, state kept */
	READ_ONLY(PM, 2, CAP(PCI_CAP_ID_PM, EXP)),
	READ_ONLY(PM + PCI_PM_PMC, 2, 3),
	{ PM + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET,
	  .writable = PCI_PM_CTRL_STATE_MASK },

	READ_ONLY(EXP, 2, CAP(PCI_CAP_ID_EXP, OURS)),
	READ_ONLY(EXP + PCI_EXP_FLAGS, 2, EXP_FLAGS),
	READ_ONLY(EXP + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_RBER),
	{ EXP + PCI_EXP_DEVCTL, 2, EXP_TRAFFIC | PCI_EXP_DEVCTL_READRQ_512B,
	  .writable = EXP_ERRORS | EXP_TRAFFIC | PCI_EXP_DEVCTL_READRQ },
	{ EXP + PCI_EXP_DEVSTA, 2, 0,
	  .clears = PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |
		    PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD },

	/* PCI r3.0 appendix H */
	READ_ONLY(OURS, 2, CAP(PCI_CAP_ID_VNDR, 0)),
	READ_ONLY(OURS + SIMPCI_OURS_LENGTH, 1, SIMPCI_OURS_SIZE),
	READ_ONLY(OURS + SIMPCI_OURS_VERSION, 1, 1),
	READ_ONLY(OURS + SIMPCI_OURS_MAGIC, 4, SIMPCI_MAGIC),
};

/* A virtual function reads its ids as ones, PCIe r6.0 section 9.3.4.1.1. */
static const struct simpci_field virtual_function[] = {
	READ_ONLY(PCI_VENDOR_ID, 4, ~0U),
	{ PCI_COMMAND, 2, 0, .writable = PCI_COMMAND_MASTER },
	READ_ONLY(PCI_STATUS, 2, PCI_STATUS_CAP_LIST),
	READ_ONLY(PCI_CLASS_REVISION, 4, SIMPCI_GPU_CLASS << 8 | 0x01),
	READ_ONLY(PCI_CAPABILITY_LIST, 1, EXP),
	READ_ONLY(EXP, 2, CAP(PCI_CAP_ID_EXP, 0)),
	READ_ONLY(EXP + PCI_EXP_FLAGS, 2, EXP_FLAGS),
	READ_ONLY(EXP + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_RBER),
};

static void set_subsystem(struct simpci_config *config,
			  const struct simpci_spec *spec)
{
	const struct simpci_field fields[] = {
		READ_ONLY(PCI_SUBSYSTEM_VENDOR_ID, 2, spec->vendor),
		READ_ONLY(PCI_SUBSYSTEM_ID, 2, spec->device),
	};

	simpci_config_set(config, fields, ARRAY_SIZE(fields));
}

/* The functions have no BARs: what a guest sees of them is another's work. */
static void set_sriov(struct simpci_config *config,
		      const struct simpci_spec *spec)
{
	const struct simpci_field fields[] = {
		READ_ONLY(SRIOV, 4, PCI_EXT_CAP_ID_SRIOV | 1 << 16),
		{ SRIOV + PCI_SRIOV_CTRL, 2, 0,
		  .writable = PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE },
		READ_ONLY(SRIOV + PCI_SRIOV_INITIAL_VF, 2, spec->vfs),
		READ_ONLY(SRIOV + PCI_SRIOV_TOTAL_VF, 2, spec->vfs),
		{ SRIOV + PCI_SRIOV_NUM_VF, 2, 0, .writable = 0xffff },
		READ_ONLY(SRIOV + PCI_SRIOV_VF_OFFSET, 2, SIMPCI_VF_DEVFN),
		READ_ONLY(SRIOV + PCI_SRIOV_VF_STRIDE, 2, 1),
		READ_ONLY(SRIOV + PCI_SRIOV_VF_DID, 2, spec->device),
		READ_ONLY(SRIOV + PCI_SRIOV_SUP_PGSIZE, 4, 0x553),
		{ SRIOV + PCI_SRIOV_SYS_PGSIZE, 4, 1, .writable = ~0U },
	};

	simpci_config_set(config, fields, ARRAY_SIZE(fields));
}

/* Which is read through these registers: vpd.c. */
static void set_vpd(struct simpci_config *config)
{
	static const struct simpci_field fields[] = {
		READ_ONLY(OURS, 2, CAP(PCI_CAP_ID_VNDR, VPD)),
		READ_ONLY(VPD, 2, CAP(PCI_CAP_ID_VPD, 0)),
		{ VPD + PCI_VPD_ADDR, 2, 0, .writable = 0xffff },
		{ VPD + PCI_VPD_DATA, 4, 0, .writable = ~0U },
	};

	simpci_config_set(config, fields, ARRAY_SIZE(fields));
}

void simpci_gpu_init(struct simpci_config *config,
		     const struct simpci_spec *spec)
{
	const struct simpci_field own[] = {
		READ_ONLY(PCI_VENDOR_ID, 2, spec->vendor),
		READ_ONLY(PCI_DEVICE_ID, 2, spec->device),
		READ_ONLY(OURS + SIMPCI_OURS_MIB, 4, spec->framebuffer_mib),
	};

	simpci_config_set(config, common, ARRAY_SIZE(common));
	simpci_config_set(config, own, ARRAY_SIZE(own));
	set_subsystem(config, spec);
	if (*spec->name)
		set_vpd(config);
	if (spec->vfs)
		set_sriov(config, spec);
}

void simpci_vf_init(struct simpci_config *config,
		    const struct simpci_spec *spec)
{
	memset(config, 0, sizeof(*config));
	simpci_config_set(config, virtual_function,
			  ARRAY_SIZE(virtual_function));
	set_subsystem(config, spec);
}

unsigned int simpci_gpu_vfs(const struct simpci_config *config)
{
	u32 control = simpci_config_read(config, SRIOV + PCI_SRIOV_CTRL, 2);

	if (!(control & PCI_SRIOV_CTRL_VFE))
		return 0;
	return simpci_config_read(config, SRIOV + PCI_SRIOV_NUM_VF, 2);
}
