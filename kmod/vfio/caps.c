// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities of the PCI configuration space: one table of what they hold and what
 * of it a guest can write, after the specifications that config.c names.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "caps.h"
#include "config.h"

#define CAPS_VENDOR_HEADER	3	/* bytes before what the vendor defines */

/*
 * PCI Express, version 2 of the capability (Base Specification 3.1, 7.8). The link
 * is that of a GPU: 8 GT/s, 16 lanes. Function level reset, extended tags, role-based
 * error reporting and disabling the completion timeout are there; payload is 128
 * bytes, so its control is hardwired.
 */
#define CAPS_EXP_FLAGS		(2 | PCI_EXP_TYPE_ENDPOINT << 4)
#define CAPS_EXP_DEVCAP		(PCI_EXP_DEVCAP_EXT_TAG | \
				 PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR)
#define CAPS_EXP_DEVCTL		(PCI_EXP_DEVCTL_RELAX_EN | \
				 PCI_EXP_DEVCTL_NOSNOOP_EN | \
				 PCI_EXP_DEVCTL_READRQ_512B)
#define CAPS_EXP_DEVCTL_MASK	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | \
				 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE | \
				 PCI_EXP_DEVCTL_RELAX_EN | \
				 PCI_EXP_DEVCTL_EXT_TAG | \
				 PCI_EXP_DEVCTL_NOSNOOP_EN | \
				 PCI_EXP_DEVCTL_READRQ)
#define CAPS_EXP_SPEED		PCI_EXP_LNKCAP_SLS_8_0GB
#define CAPS_EXP_LINK		(CAPS_EXP_SPEED | 16 << 4)
#define CAPS_EXP_ASPM_OPTIONAL	BIT(22)
#define CAPS_EXP_LNKCTL_MASK	(PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | \
				 PCI_EXP_LNKCTL_ES)
#define CAPS_EXP_SPEEDS		(PCI_EXP_LNKCAP2_SLS_2_5GB | \
				 PCI_EXP_LNKCAP2_SLS_5_0GB | \
				 PCI_EXP_LNKCAP2_SLS_8_0GB)

/* Version 3 (PM 1.2); D1, D2 and PME are not there. */
static const struct vgpu_config_field caps_pm[] = {
	{ PCI_PM_PMC,		2, 0, 3 },
	{ PCI_PM_CTRL,		2, PCI_PM_CTRL_STATE_MASK,
	  PCI_PM_CTRL_NO_SOFT_RESET },
};

static const struct vgpu_config_field caps_msi[] = {
	{ PCI_MSI_FLAGS,	2, PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE,
	  PCI_MSI_FLAGS_64BIT },
	{ PCI_MSI_ADDRESS_LO,	4, 0xfffffffc, 0 },
	{ PCI_MSI_ADDRESS_HI,	4, 0xffffffff, 0 },
	{ PCI_MSI_DATA_64,	2, 0xffff, 0 },
};

static const struct vgpu_config_field caps_msix[] = {
	{ PCI_MSIX_FLAGS,	2,
	  PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL, 0 },
};

static const struct vgpu_config_field caps_exp[] = {
	{ PCI_EXP_FLAGS,	2, 0, CAPS_EXP_FLAGS },
	{ PCI_EXP_DEVCAP,	4, 0, CAPS_EXP_DEVCAP },
	{ PCI_EXP_DEVCTL,	2, CAPS_EXP_DEVCTL_MASK, CAPS_EXP_DEVCTL },
	{ PCI_EXP_LNKCAP,	4, 0, CAPS_EXP_LINK | CAPS_EXP_ASPM_OPTIONAL },
	{ PCI_EXP_LNKCTL,	2, CAPS_EXP_LNKCTL_MASK, 0 },
	{ PCI_EXP_LNKSTA,	2, 0, CAPS_EXP_LINK },
	{ PCI_EXP_DEVCAP2,	4, 0, PCI_EXP_DEVCAP2_COMP_TMOUT_DIS },
	{ PCI_EXP_DEVCTL2,	2, PCI_EXP_DEVCTL2_COMP_TMOUT_DIS, 0 },
	{ PCI_EXP_LNKCAP2,	4, 0, CAPS_EXP_SPEEDS },
	{ PCI_EXP_LNKCTL2,	2, PCI_EXP_LNKCTL2_TLS, CAPS_EXP_SPEED },
};

static bool caps_has_pm(const struct vgpu_identity *identity)
{
	return true;
}

static bool caps_has_msi(const struct vgpu_identity *identity)
{
	return identity->msi_vectors;
}

/* Multiple message capable is bits 3:1, a power of two (6.8.1.3). */
static void caps_fill_msi(u8 *cap, const struct vgpu_identity *identity)
{
	cap[PCI_MSI_FLAGS] |= ilog2(identity->msi_vectors) << 1;
}

static bool caps_has_msix(const struct vgpu_identity *identity)
{
	return identity->msix_vectors;
}

/* The table's size is said less one (6.8.2.3). */
static void caps_fill_msix(u8 *cap, const struct vgpu_identity *identity)
{
	vgpu_config_put(cap + PCI_MSIX_FLAGS, 2, identity->msix_vectors - 1);
	vgpu_config_put(cap + PCI_MSIX_TABLE, 4,
			identity->msix_table | identity->msix_bar);
	vgpu_config_put(cap + PCI_MSIX_PBA, 4,
			identity->msix_pba | identity->msix_bar);
}

static bool caps_has_exp(const struct vgpu_identity *identity)
{
	return identity->pcie;
}

static bool caps_has_vendor(const struct vgpu_identity *identity)
{
	return identity->vendor_cap_size;
}

/* Its third byte is its length, the first three counted (appendix H). */
static void caps_fill_vendor(u8 *cap, const struct vgpu_identity *identity)
{
	cap[PCI_CAP_FLAGS] = CAPS_VENDOR_HEADER + identity->vendor_cap_size;
	memcpy(cap + CAPS_VENDOR_HEADER, identity->vendor_cap,
	       identity->vendor_cap_size);
}

/**
 * struct caps_entry - one of the capabilities, in the order of their list
 * @id: PCI_CAP_ID_*
 * @at: where it is
 * @count: fields in @fields
 * @fields: what does not depend on the identity
 * @present: does a function have it?
 * @fill: writes what depends on the identity, or NULL
 */
struct caps_entry {
	u8 id;
	u8 at;
	unsigned int count;
	const struct vgpu_config_field *fields;
	bool (*present)(const struct vgpu_identity *identity);
	void (*fill)(u8 *cap, const struct vgpu_identity *identity);
};

static const struct caps_entry caps_table[] = {
	{ PCI_CAP_ID_PM, VGPU_CONFIG_PM, ARRAY_SIZE(caps_pm), caps_pm,
	  caps_has_pm, NULL },
	{ PCI_CAP_ID_MSI, VGPU_CONFIG_MSI, ARRAY_SIZE(caps_msi), caps_msi,
	  caps_has_msi, caps_fill_msi },
	{ PCI_CAP_ID_MSIX, VGPU_CONFIG_MSIX, ARRAY_SIZE(caps_msix),
	  caps_msix, caps_has_msix, caps_fill_msix },
	{ PCI_CAP_ID_EXP, VGPU_CONFIG_EXP, ARRAY_SIZE(caps_exp), caps_exp,
	  caps_has_exp, NULL },
	{ PCI_CAP_ID_VNDR, VGPU_CONFIG_VENDOR, 0, NULL, caps_has_vendor,
	  caps_fill_vendor },
};

void vgpu_caps_init(struct vgpu_config *config,
		    const struct vgpu_identity *identity)
{
	u8 *link = config->reset + PCI_CAPABILITY_LIST;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps_table); i++) {
		const struct caps_entry *cap = &caps_table[i];
		u8 *to = config->reset + cap->at;

		if (!cap->present(identity))
			continue;
		*link = cap->at;
		link = to + PCI_CAP_LIST_NEXT;
		to[PCI_CAP_LIST_ID] = cap->id;
		vgpu_config_add(config, cap->at, cap->fields, cap->count);
		if (cap->fill)
			cap->fill(to, identity);
	}
}
