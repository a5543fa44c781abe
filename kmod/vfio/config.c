// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI configuration space that the guest sees, after the PCI Local Bus
 * Specification 3.0 chapter 6 and PCI Power Management 1.2 chapter 3.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "config.h"

#define CONFIG_COMMAND	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | \
			 PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | \
			 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)

/* Least sizes that the format of a BAR can say (6.2.5.1, 6.2.5.2). */
#define CONFIG_MIN_MEMORY	16
#define CONFIG_MIN_IO		4
#define CONFIG_MIN_ROM		2048
#define CONFIG_MAX_MEMORY	BIT_ULL(39)	/* VFIO's region offsets */
#define CONFIG_MAX_32BIT	BIT_ULL(31)

/* What a guest can write, BARs and the ROM's address aside. */
static const struct config_field {
	u8 offset;
	u8 size;
	u32 mask;
} config_writable[] = {
	{ PCI_COMMAND,		2, CONFIG_COMMAND },
	{ PCI_CACHE_LINE_SIZE,	1, 0xff },
	{ PCI_INTERRUPT_LINE,	1, 0xff },
	{ VGPU_CONFIG_PM + PCI_PM_CTRL,	2, PCI_PM_CTRL_STATE_MASK },
};

static const struct config_field config_writable_msi[] = {
	{ VGPU_CONFIG_MSI + PCI_MSI_FLAGS, 2,
	  PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE },
	{ VGPU_CONFIG_MSI + PCI_MSI_ADDRESS_LO, 4, 0xfffffffc },
	{ VGPU_CONFIG_MSI + PCI_MSI_ADDRESS_HI, 4, 0xffffffff },
	{ VGPU_CONFIG_MSI + PCI_MSI_DATA_64, 2, 0xffff },
};

static void config_put(u8 *at, unsigned int size, u32 value)
{
	while (size--) {
		*at++ = value;
		value >>= 8;
	}
}

static u32 config_get(const u8 *at, unsigned int size)
{
	u32 value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

static void config_allow(struct vgpu_config *config,
			 const struct config_field *fields, unsigned int count)
{
	for (; count; fields++, count--)
		config_put(config->mask + fields->offset, fields->size,
			   fields->mask);
}

static void config_init_bar(struct vgpu_config *config, unsigned int bar,
			    const struct vgpu_bar_info *info)
{
	unsigned int offset = PCI_BASE_ADDRESS_0 + 4 * bar;
	u32 flags = 0;
	u64 mask = ~(info->size - 1);

	if (!info->size)
		return;
	if (info->flags & VGPU_BAR_IO)
		flags = PCI_BASE_ADDRESS_SPACE_IO;
	if (info->flags & VGPU_BAR_64BIT)
		flags |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	if (info->flags & VGPU_BAR_PREFETCH)
		flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	config_put(config->reset + offset, 4, flags);
	config_put(config->mask + offset, 4, mask);
	if (info->flags & VGPU_BAR_64BIT)
		config_put(config->mask + offset + 4, 4, mask >> 32);
}

static void config_init_pm(struct vgpu_config *config)
{
	u8 *cap = config->reset + VGPU_CONFIG_PM;

	config_put(config->reset + PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	config->reset[PCI_CAPABILITY_LIST] = VGPU_CONFIG_PM;
	cap[PCI_CAP_LIST_ID] = PCI_CAP_ID_PM;
	/* Version 3 (PM 1.2); D1, D2 and PME are not there. */
	config_put(cap + PCI_PM_PMC, 2, 3);
	config_put(cap + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET);
}

static void config_init_msi(struct vgpu_config *config, unsigned int vectors)
{
	u8 *cap = config->reset + VGPU_CONFIG_MSI;

	config->reset[VGPU_CONFIG_PM + PCI_CAP_LIST_NEXT] = VGPU_CONFIG_MSI;
	cap[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSI;
	/* Multiple message capable is bits 3:1, a power of two (6.8.1.3). */
	config_put(cap + PCI_MSI_FLAGS, 2,
		   PCI_MSI_FLAGS_64BIT | ilog2(vectors) << 1);
	config_allow(config, config_writable_msi,
		     ARRAY_SIZE(config_writable_msi));
}

static void config_init_ids(struct vgpu_config *config,
			    const struct vgpu_identity *identity)
{
	u8 *to = config->reset;

	config_put(to + PCI_VENDOR_ID, 2, identity->vendor);
	config_put(to + PCI_DEVICE_ID, 2, identity->device);
	config_put(to + PCI_CLASS_REVISION, 1, identity->revision);
	config_put(to + PCI_CLASS_PROG, 3, identity->class);
	config_put(to + PCI_SUBSYSTEM_VENDOR_ID, 2, identity->subsystem_vendor);
	config_put(to + PCI_SUBSYSTEM_ID, 2, identity->subsystem_device);
	to[PCI_INTERRUPT_PIN] = identity->intx ? 1 : 0;
}

void vgpu_config_init(struct vgpu_config *config,
		      const struct vgpu_identity *identity,
		      const struct vgpu_bar_info *bars, u64 rom_size)
{
	unsigned int i;

	memset(config, 0, sizeof(*config));
	config_allow(config, config_writable, ARRAY_SIZE(config_writable));
	config_init_ids(config, identity);
	config_init_pm(config);
	if (identity->msi_vectors)
		config_init_msi(config, identity->msi_vectors);
	for (i = 0; i < VGPU_MAX_BARS; i++)
		config_init_bar(config, i, &bars[i]);
	if (rom_size)
		config_put(config->mask + PCI_ROM_ADDRESS, 4,
			   ~(rom_size - 1) | PCI_ROM_ADDRESS_ENABLE);
	vgpu_config_reset(config);
}

static bool config_bar_possible(const struct vgpu_bar_info *info, bool last)
{
	bool wide = info->flags & VGPU_BAR_64BIT;

	if (!info->size)
		return !info->flags;
	if (!is_power_of_2(info->size))
		return false;
	if (info->flags & VGPU_BAR_IO)
		return info->flags == VGPU_BAR_IO &&
		       info->size >= CONFIG_MIN_IO && info->size <= 256;
	if (wide && last)
		return false;
	return info->size >= CONFIG_MIN_MEMORY &&
	       info->size <= (wide ? CONFIG_MAX_MEMORY : CONFIG_MAX_32BIT);
}

int vgpu_config_check_bars(const struct vgpu_bar_info *bars)
{
	int i;

	for (i = 0; i < VGPU_MAX_BARS; i++) {
		if (!config_bar_possible(&bars[i], i == VGPU_MAX_BARS - 1))
			return i;
		if (i && bars[i].size && bars[i - 1].size &&
		    bars[i - 1].flags & VGPU_BAR_64BIT)
			return i;
	}
	return -1;
}

bool vgpu_config_check_identity(const struct vgpu_identity *identity)
{
	return identity->class <= 0xffffff && !identity->msix_vectors &&
	       identity->msi_vectors <= 32 &&
	       (!identity->msi_vectors ||
		is_power_of_2(identity->msi_vectors));
}

void vgpu_config_reset(struct vgpu_config *config)
{
	memcpy(config->data, config->reset, sizeof(config->data));
}

void vgpu_config_read(const struct vgpu_config *config, unsigned int offset,
		      void *buf, unsigned int count)
{
	memcpy(buf, config->data + offset, count);
}

/* A write of D1 or D2, which are not there, is discarded (PM 1.2, 3.2.4). */
static u8 config_power_state(u8 old, u8 new)
{
	u8 state = new & PCI_PM_CTRL_STATE_MASK;

	return state == 0 || state == 3 ? new : old;
}

void vgpu_config_write(struct vgpu_config *config, unsigned int offset,
		       const void *buf, unsigned int count)
{
	const u8 *from = buf;

	for (; count; count--, offset++, from++) {
		u8 mask = config->mask[offset];
		u8 old = config->data[offset];
		u8 new = (old & ~mask) | (*from & mask);

		if (offset == VGPU_CONFIG_PM + PCI_PM_CTRL)
			new = config_power_state(old, new);
		config->data[offset] = new;
	}
}

void vgpu_config_set_intx(struct vgpu_config *config, bool level)
{
	if (level)
		config->data[PCI_STATUS] |= PCI_STATUS_INTERRUPT;
	else
		config->data[PCI_STATUS] &= ~PCI_STATUS_INTERRUPT;
}

static bool config_command(const struct vgpu_config *config, u16 bit)
{
	return config_get(config->data + PCI_COMMAND, 2) & bit;
}

static bool config_in_d0(const struct vgpu_config *config)
{
	return !(config->data[VGPU_CONFIG_PM + PCI_PM_CTRL] &
		 PCI_PM_CTRL_STATE_MASK);
}

bool vgpu_config_memory_enabled(const struct vgpu_config *config)
{
	return config_command(config, PCI_COMMAND_MEMORY) &&
	       config_in_d0(config);
}

bool vgpu_config_io_enabled(const struct vgpu_config *config)
{
	return config_command(config, PCI_COMMAND_IO) && config_in_d0(config);
}

bool vgpu_config_bus_master(const struct vgpu_config *config)
{
	return config_command(config, PCI_COMMAND_MASTER) &&
	       config_in_d0(config);
}

bool vgpu_config_intx_disabled(const struct vgpu_config *config)
{
	return config_command(config, PCI_COMMAND_INTX_DISABLE);
}
