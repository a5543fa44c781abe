// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI configuration space that the guest sees, after the PCI Local Bus
 * Specification 3.0 chapter 6, PCI Power Management 1.2 chapter 3 and the PCI
 * Express Base Specification 3.1 chapter 7.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "caps.h"
#include "config.h"

#define CONFIG_COMMAND	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | \
			 PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | \
			 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)

/* Least sizes that the format of a BAR can say (6.2.5.1, 6.2.5.2). */
#define CONFIG_MIN_MEMORY	16
#define CONFIG_MIN_IO		4
#define CONFIG_MAX_MEMORY	BIT_ULL(39)	/* VFIO's region offsets */
#define CONFIG_MAX_32BIT	BIT_ULL(31)
#define CONFIG_MAX_MSI		32	/* vectors (6.8.1.3) */
#define CONFIG_EXP_SPACE	4096	/* PCI Express Base Specification, 7.2 */

/* BARs, the ROM's address and what the identity says aside. */
static const struct vgpu_config_field config_header[] = {
	{ PCI_COMMAND,		2, CONFIG_COMMAND, 0 },
	{ PCI_STATUS,		2, 0, PCI_STATUS_CAP_LIST },
	{ PCI_CACHE_LINE_SIZE,	1, 0xff, 0 },
	{ PCI_INTERRUPT_LINE,	1, 0xff, 0 },
};

void vgpu_config_add(struct vgpu_config *config, unsigned int at,
		     const struct vgpu_config_field *fields,
		     unsigned int count)
{
	for (; count; fields++, count--) {
		unsigned int offset = at + fields->offset;

		vgpu_config_put(config->mask + offset, fields->size,
				fields->mask);
		vgpu_config_put(config->reset + offset, fields->size,
				fields->value);
	}
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
	vgpu_config_put(config->reset + offset, 4, flags);
	vgpu_config_put(config->mask + offset, 4, mask);
	if (info->flags & VGPU_BAR_64BIT)
		vgpu_config_put(config->mask + offset + 4, 4, mask >> 32);
}

static void config_init_ids(struct vgpu_config *config,
			    const struct vgpu_identity *identity)
{
	u8 *to = config->reset;

	vgpu_config_put(to + PCI_VENDOR_ID, 2, identity->vendor);
	vgpu_config_put(to + PCI_DEVICE_ID, 2, identity->device);
	vgpu_config_put(to + PCI_CLASS_REVISION, 1, identity->revision);
	vgpu_config_put(to + PCI_CLASS_PROG, 3, identity->class);
	vgpu_config_put(to + PCI_SUBSYSTEM_VENDOR_ID, 2,
			identity->subsystem_vendor);
	vgpu_config_put(to + PCI_SUBSYSTEM_ID, 2, identity->subsystem_device);
	to[PCI_INTERRUPT_PIN] = identity->intx ? 1 : 0;
}

void vgpu_config_init(struct vgpu_config *config,
		      const struct vgpu_identity *identity,
		      const struct vgpu_bar_info *bars, u64 rom_size)
{
	unsigned int i;

	memset(config, 0, sizeof(*config));
	config->size = identity->pcie ? CONFIG_EXP_SPACE : VGPU_CONFIG_SIZE;
	vgpu_config_add(config, 0, config_header, ARRAY_SIZE(config_header));
	config_init_ids(config, identity);
	vgpu_caps_init(config, identity);
	for (i = 0; i < VGPU_MAX_BARS; i++)
		config_init_bar(config, i, &bars[i]);
	if (rom_size)
		vgpu_config_put(config->mask + PCI_ROM_ADDRESS, 4,
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
	return identity->class <= 0xffffff &&
	       identity->msi_vectors <= CONFIG_MAX_MSI &&
	       identity->vendor_cap_size <= VGPU_VENDOR_CAP_SIZE &&
	       (!identity->msi_vectors ||
		is_power_of_2(identity->msi_vectors));
}

void vgpu_config_reset(struct vgpu_config *config)
{
	memcpy(config->data, config->reset, sizeof(config->data));
}

/* Bytes of an access that have a meaning; the rest are the extended space. */
static unsigned int config_known(unsigned int offset, unsigned int count)
{
	if (offset >= VGPU_CONFIG_SIZE)
		return 0;
	return min(count, VGPU_CONFIG_SIZE - offset);
}

/* A list of extended capabilities that begins with zeros is empty (7.9.1). */
void vgpu_config_read(const struct vgpu_config *config, unsigned int offset,
		      void *buf, unsigned int count)
{
	unsigned int known = config_known(offset, count);

	memcpy(buf, config->data + offset, known);
	memset(buf + known, 0, count - known);
}

/* A write of D1 or D2, which are not there, is discarded (PM 1.2, 3.2.4). */
static u8 config_power_state(u8 old, u8 new)
{
	u8 state = new & PCI_PM_CTRL_STATE_MASK;

	return state == 0 || state == 3 ? new : old;
}

/* The bit reads zero, and does its work when one is written (7.8.4). */
static bool config_is_flr(const struct vgpu_config *config, unsigned int offset,
			  u8 value)
{
	return offset == VGPU_CONFIG_EXP + PCI_EXP_DEVCTL + 1 &&
	       config->reset[VGPU_CONFIG_EXP] == PCI_CAP_ID_EXP &&
	       value & (PCI_EXP_DEVCTL_BCR_FLR >> 8);
}

bool vgpu_config_write(struct vgpu_config *config, unsigned int offset,
		       const void *buf, unsigned int count)
{
	const u8 *from = buf;
	bool reset = false;

	count = config_known(offset, count);
	for (; count; count--, offset++, from++) {
		u8 mask = config->mask[offset];
		u8 old = config->data[offset];
		u8 new = (old & ~mask) | (*from & mask);

		if (offset == VGPU_CONFIG_PM + PCI_PM_CTRL)
			new = config_power_state(old, new);
		config->data[offset] = new;
		reset |= config_is_flr(config, offset, *from);
	}
	return reset;
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
	return vgpu_config_get(config->data + PCI_COMMAND, 2) & bit;
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

bool vgpu_config_msix_masked(const struct vgpu_config *config)
{
	return vgpu_config_get(config->data + VGPU_CONFIG_MSIX + PCI_MSIX_FLAGS, 2) &
	       PCI_MSIX_FLAGS_MASKALL;
}
