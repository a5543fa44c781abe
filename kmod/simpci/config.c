// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration space of one PCI function: reads and masked writes. Pure
 * logic, compiled in user space as well by tests/kmod/test-simpci.c.
 */
#include "config.h"

static void put_bytes(u8 *bytes, unsigned int size, u32 value)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		bytes[i] = value >> (8 * i);
}

static bool access_valid(unsigned int offset, unsigned int size)
{
	if (size != 1 && size != 2 && size != 4)
		return false;
	return offset < SIMPCI_CONFIG_SIZE && offset % size == 0;
}

void simpci_config_set(struct simpci_config *config,
		       const struct simpci_field *fields, unsigned int count)
{
	const struct simpci_field *field;

	for (field = fields; field < fields + count; field++) {
		put_bytes(config->data + field->offset, field->size,
			  field->value);
		put_bytes(config->writable + field->offset, field->size,
			  field->writable);
		put_bytes(config->clears + field->offset, field->size,
			  field->clears);
	}
}

u32 simpci_config_read(const struct simpci_config *config, unsigned int offset,
		       unsigned int size)
{
	u32 value = 0;
	unsigned int i;

	if (!access_valid(offset, size))
		return ~0U;
	for (i = 0; i < size; i++)
		value |= (u32)config->data[offset + i] << (8 * i);
	return value;
}

void simpci_config_write(struct simpci_config *config, unsigned int offset,
			 unsigned int size, u32 value)
{
	unsigned int i;

	if (!access_valid(offset, size))
		return;
	for (i = offset; i < offset + size; i++, value >>= 8) {
		u8 byte = value;

		config->data[i] = (config->data[i] & ~config->writable[i]) |
				  (byte & config->writable[i]);
		config->data[i] &= ~(byte & config->clears[i]);
	}
}
