// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vital product data, PCI Local Bus Specification 3.0, appendix I. Pure logic, compiled
 * in user space as well by tests/kmod/test-simpci.c.
 */
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "vpd.h"

/* Resource tags, section I.1. */
#define TAG_NAME	0x82
#define TAG_READ_ONLY	0x90
#define TAG_END		0x78

/* "RV", of one byte: all bytes up to and with it sum up to 0. */
#define CHECKSUM_SIZE	4

/* A large resource's tag and length. Return: where its data goes. */
static u8 *put_tag(u8 *to, u8 tag, size_t length)
{
	to[0] = tag;
	to[1] = length;
	to[2] = length >> 8;
	return to + 3;
}

void simpci_vpd_init(struct simpci_vpd *vpd, const char *name)
{
	size_t length = strlen(name);
	u8 *at = vpd->data;
	u8 *byte, sum = 0;

	memset(vpd, 0, sizeof(*vpd));
	at = put_tag(at, TAG_NAME, length);
	memcpy(at, name, length);
	at = put_tag(at + length, TAG_READ_ONLY, CHECKSUM_SIZE);
	at[0] = 'R';
	at[1] = 'V';
	at[2] = 1;
	for (byte = vpd->data; byte < at + 3; byte++)
		sum += *byte;
	at[3] = -sum;
	at[CHECKSUM_SIZE] = TAG_END;
}

static u8 vpd_byte(const struct simpci_vpd *vpd, unsigned int address)
{
	return address < SIMPCI_VPD_SIZE ? vpd->data[address] : 0;
}

/* Section I.3.1: the flag says that data was read, or that it was written. */
void simpci_vpd_run(const struct simpci_vpd *vpd, struct simpci_config *config,
		    unsigned int cap)
{
	u32 address = simpci_config_read(config, cap + PCI_VPD_ADDR, 2);
	unsigned int i;
	u32 data = 0;

	simpci_config_write(config, cap + PCI_VPD_ADDR, 2,
			    address ^ PCI_VPD_ADDR_F);
	if (address & PCI_VPD_ADDR_F)
		return;
	for (i = 0; i < 4; i++)
		data |= (u32)vpd_byte(vpd, address + i) << (8 * i);
	simpci_config_write(config, cap + PCI_VPD_DATA, 4, data);
}
