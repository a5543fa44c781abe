/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of vGPU that a GPU offers: plain data.
 */
#ifndef SOFT_TYPES_H
#define SOFT_TYPES_H

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "vgpu-rm.h"

struct soft_personality;

#define SOFT_MIN_EDGE	64	/* least width and height of a screen, pixels */
#define SOFT_MAX_EDGE	8192	/* most that bochs-drm sets */
#define SOFT_NAME_SIZE	64	/* of a type for people, NUL included */
#define SOFT_MOST_MIB	65536U	/* framebuffer of a type */
#define SOFT_VRAM_MIB	256U	/* what of it the guest sees */
#define SOFT_MOST_HEADS	4	/* as NVIDIA's types have at most */

/**
 * struct soft_type - a type of vGPU
 * @id: its number in the contract, not 0
 * @framebuffer_mib: video memory in MiB, 1 to SOFT_MOST_MIB
 * @profile: its name in sysfs, after the driver's name
 * @name: its name for people
 * @max_width: widest screen, pixels, a multiple of 8
 * @max_height: highest screen, pixels
 * @heads: most monitors, for the description; the device model has one
 * @frame_rate: most frames a second, for the description
 * @max_instance: most vGPUs of it on a GPU, 0 for as many as memory allows
 */
struct soft_type {
	u32 id;
	u32 framebuffer_mib;
	char profile[VGPU_PROFILE_SIZE];
	char name[SOFT_NAME_SIZE];
	u16 max_width;
	u16 max_height;
	u8 heads;
	u8 frame_rate;
	u32 max_instance;
};

/**
 * struct soft_types - the types of a GPU
 * @count: how many
 * @type: each; numbers and profiles differ
 */
struct soft_types {
	unsigned int count;
	struct soft_type type[VGPU_MAX_TYPES];
};

#define SOFT_LEAST_MIB	16U	/* framebuffer of a GPU, for the smallest native type */

/**
 * soft_types_init() - the types that a GPU has if nobody says others
 * @types: what to fill
 * @personality: the GPU's make
 * @total_mib: the GPU's video memory, in MiB
 */
void soft_types_init(struct soft_types *types,
		     const struct soft_personality *personality, u32 total_mib);

/**
 * soft_types_find() - a type by its number
 * @types: the types
 * @id: the number
 *
 * Return: the type, or NULL.
 */
const struct soft_type *soft_types_find(const struct soft_types *types,
					u32 id);

/**
 * soft_types_add() - one more type
 * @types: the types
 * @type: the type; @id 0 for a number that is free; copied
 * @total_mib: the GPU's video memory, which must hold one, in MiB
 *
 * Return: NULL, or what is wrong with it; nothing changes then.
 */
const char *soft_types_add(struct soft_types *types,
			   const struct soft_type *type, u32 total_mib);

/**
 * soft_types_remove() - one type less
 * @types: the types
 * @profile: its name in sysfs, after the driver's
 *
 * Return: whether there was one.
 */
bool soft_types_remove(struct soft_types *types, const char *profile);

/**
 * soft_type_vram() - what a vGPU shows of its video memory to its guest
 * @type: the type
 *
 * The size of a BAR, so a power of two; not more than the largest screens need and
 * firmware finds room for below 4 GiB.
 *
 * Return: bytes.
 */
static inline u32 soft_type_vram(const struct soft_type *type)
{
	return rounddown_pow_of_two(min(type->framebuffer_mib, SOFT_VRAM_MIB))
	       << 20;
}

/**
 * soft_type_name() - a type's name for people
 * @type: the type
 * @buf: room for it
 * @size: bytes of @buf
 *
 * Return: 0, or -ENOSPC when it does not fit.
 */
int soft_type_name(const struct soft_type *type, char *buf, size_t size);

#endif /* SOFT_TYPES_H */
