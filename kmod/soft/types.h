/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of vGPU that the software resource manager offers: plain data.
 */
#ifndef SOFT_TYPES_H
#define SOFT_TYPES_H

#include <linux/types.h>

#define SOFT_MIN_EDGE	64	/* least width and height of a screen, pixels */
#define SOFT_MAX_EDGE	4095	/* most that EDID can say, 12 bits */

/**
 * struct soft_type - a type of vGPU
 * @id: its number in the contract, not 0
 * @framebuffer_mib: video memory in MiB, a power of two up to 1024
 * @profile: its name in sysfs, after the driver's name
 * @max_width: widest screen, pixels, a multiple of 8
 * @max_height: highest screen, pixels
 * @heads: monitors; 1, the device model has no more
 * @frame_rate: most frames a second, for the description
 */
struct soft_type {
	u32 id;
	u32 framebuffer_mib;
	const char *profile;
	u16 max_width;
	u16 max_height;
	u8 heads;
	u8 frame_rate;
};

/* All types, by growing framebuffer. */
extern const struct soft_type soft_types[];
extern const unsigned int soft_type_count;

/**
 * soft_type_find() - a type by its number
 * @id: the number
 *
 * Return: the type, or NULL.
 */
const struct soft_type *soft_type_find(u32 id);

/**
 * soft_type_framebuffer() - a type's video memory
 * @type: the type
 *
 * Return: bytes.
 */
static inline u32 soft_type_framebuffer(const struct soft_type *type)
{
	return type->framebuffer_mib << 20;
}

/**
 * soft_types_check() - is a table of types in order?
 * @types: the table
 * @count: types in it
 *
 * Called once at module init, so that a mistake in the table is a clear line and
 * not a vGPU that can't show its largest screen.
 *
 * Return: NULL, or what is wrong.
 */
const char *soft_types_check(const struct soft_type *types,
			     unsigned int count);

/**
 * soft_type_name() - a type's name for people
 * @type: the type
 * @buf: room for it
 * @size: bytes of @buf
 *
 * Return: 0, or -ENOSPC when it does not fit.
 */
int soft_type_name(const struct soft_type *type, char *buf, size_t size);

/**
 * soft_type_describe() - a type as "key=value, ..."
 * @type: the type
 * @max_instance: vGPUs of it that an empty GPU holds
 * @buf: room for it
 * @size: bytes of @buf
 *
 * Return: 0, or -ENOSPC when it does not fit.
 */
int soft_type_describe(const struct soft_type *type, unsigned int max_instance,
		       char *buf, size_t size);

#endif /* SOFT_TYPES_H */
