/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities of the PCI configuration space, and the fields that it is made of.
 * Pure logic, no locks.
 */
#ifndef VGPU_VFIO_CAPS_H
#define VGPU_VFIO_CAPS_H

#include <linux/types.h>

struct vgpu_config;
struct vgpu_identity;

/**
 * struct vgpu_config_field - some bytes of configuration space
 * @offset: from the start of the header or of the capability
 * @size: bytes, 1 to 4
 * @mask: bits that a guest can write
 * @value: after power-on
 */
struct vgpu_config_field {
	u8 offset;
	u8 size;
	u32 mask;
	u32 value;
};

/* A number of @size bytes, little endian. */
static inline void vgpu_config_put(u8 *at, unsigned int size, u32 value)
{
	while (size--) {
		*at++ = value;
		value >>= 8;
	}
}

static inline u32 vgpu_config_get(const u8 *at, unsigned int size)
{
	u32 value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

/**
 * vgpu_config_add() - put fields in place, in config.c
 * @config: the configuration space, before its reset
 * @at: what their offsets are from
 * @fields: the fields
 * @count: how many
 */
void vgpu_config_add(struct vgpu_config *config, unsigned int at,
		     const struct vgpu_config_field *fields,
		     unsigned int count);

/**
 * vgpu_caps_init() - put the capabilities in place and chain them
 * @config: the configuration space, before its reset
 * @identity: says which there are
 */
void vgpu_caps_init(struct vgpu_config *config,
		    const struct vgpu_identity *identity);

#endif /* VGPU_VFIO_CAPS_H */
