/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration space of one PCI function, held as data: what it reads at
 * power-on, which bits software may write, which it clears by writing ones.
 */
#ifndef SIMPCI_CONFIG_H
#define SIMPCI_CONFIG_H

#include <linux/types.h>

#define SIMPCI_CONFIG_SIZE	4096	/* PCI Express, PCIe r6.0 section 7.2.2 */

/**
 * struct simpci_field - a register of a configuration space
 * @offset: bytes from the start, a multiple of @size
 * @size: 1, 2 or 4 bytes
 * @value: at power-on
 * @writable: bits that take what is written (RW)
 * @clears: bits that a written one clears (RW1C); none of @writable
 *
 * What no field names reads as zero and can't be written.
 */
struct simpci_field {
	u16 offset;
	u8 size;
	u32 value;
	u32 writable;
	u32 clears;
};

/**
 * struct simpci_config - the configuration space of one function
 * @data: what a read gives
 * @writable: RW bits of @data
 * @clears: RW1C bits of @data
 *
 * No lock of its own: the host's lock guards @data, the masks never change.
 */
struct simpci_config {
	u8 data[SIMPCI_CONFIG_SIZE];
	u8 writable[SIMPCI_CONFIG_SIZE];
	u8 clears[SIMPCI_CONFIG_SIZE];
};

/**
 * simpci_config_set() - what some registers are at power-on
 * @config: the space, zero at first
 * @fields: the registers; one that was set before is set anew
 * @count: how many
 */
void simpci_config_set(struct simpci_config *config,
		       const struct simpci_field *fields, unsigned int count);

/**
 * simpci_config_read() - a read by software
 * @config: the space
 * @offset: bytes from the start
 * @size: 1, 2 or 4
 *
 * Return: the value; all ones for an access that is misaligned, of another
 * size or outside the space.
 */
u32 simpci_config_read(const struct simpci_config *config, unsigned int offset,
		       unsigned int size);

/**
 * simpci_config_write() - a write by software
 * @config: the space
 * @offset: bytes from the start
 * @size: 1, 2 or 4
 * @value: what is written; bits past @size are ignored
 *
 * An access that simpci_config_read() would answer with ones is dropped.
 */
void simpci_config_write(struct simpci_config *config, unsigned int offset,
			 unsigned int size, u32 value);

#endif /* SIMPCI_CONFIG_H */
