// SPDX-License-Identifier: GPL-2.0-only
/*
 * The types of a GPU: those built in, what a type must be, and its name. Pure
 * logic, compiled in user space as well by tests/kmod/test-types.c.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "personality.h"
#include "types.h"

static void type_init(struct soft_type *type, const struct soft_built_in *from)
{
	memset(type, 0, sizeof(*type));
	type->id = from->id;
	type->framebuffer_mib = from->framebuffer_mib;
	strscpy(type->profile, from->profile, sizeof(type->profile));
	strscpy(type->name, from->name, sizeof(type->name));
	type->max_width = from->max_width;
	type->max_height = from->max_height;
	type->heads = 1;
	type->frame_rate = 60;
}

void soft_types_init(struct soft_types *types,
		     const struct soft_personality *personality, u32 total_mib)
{
	unsigned int i;

	types->count = 0;
	for (i = 0; i < personality->type_count; i++)
		if (total_mib >= personality->types[i].gpu_mib)
			type_init(&types->type[types->count++],
				  &personality->types[i]);
}

const struct soft_type *soft_types_find(const struct soft_types *types, u32 id)
{
	unsigned int i;

	for (i = 0; i < types->count; i++)
		if (types->type[i].id == id)
			return &types->type[i];
	return NULL;
}

/* Where a type is; @types->count if it is not there. */
static unsigned int find_profile(const struct soft_types *types,
				 const char *profile)
{
	unsigned int i;

	for (i = 0; i < types->count; i++)
		if (!strcmp(types->type[i].profile, profile))
			break;
	return i;
}

static bool profile_valid(const char *profile)
{
	size_t length = strlen(profile);
	size_t i;

	for (i = 0; i < length; i++)
		if (!(isascii(profile[i]) && isalnum(profile[i])) &&
		    !strchr("._-", profile[i]))
			return false;
	return length > 0;
}

static const char *check_screen(const struct soft_type *type)
{
	u64 pixels = (u64)type->max_width * type->max_height;

	if (!type->heads || type->heads > SOFT_MOST_HEADS)
		return "num_heads is 1 to 4";
	if (!type->frame_rate)
		return "frl_config is 1 to 255 frames a second";
	if (type->max_width < SOFT_MIN_EDGE || type->max_width > SOFT_MAX_EDGE ||
	    type->max_height < SOFT_MIN_EDGE ||
	    type->max_height > SOFT_MAX_EDGE || type->max_width % 8)
		return "max_resolution is 64x64 to 8192x8192, the width a multiple of 8";
	if (2 * 4 * pixels > soft_type_vram(type))
		return "max_resolution does not fit twice into what guests see of the framebuffer";
	return NULL;
}

static const char *check_type(const struct soft_type *type, u32 total_mib)
{
	u32 mib = type->framebuffer_mib;

	if (!profile_valid(type->profile))
		return "a type's name has letters, digits, \".\", \"_\" and \"-\" only";
	if (!mib || mib > SOFT_MOST_MIB)
		return "framebuffer is 1M to 65536M";
	if (mib > total_mib)
		return "framebuffer is more than the GPU has";
	return check_screen(type);
}

static const char *check_among(const struct soft_types *types,
			       const struct soft_type *type)
{
	if (types->count == VGPU_MAX_TYPES)
		return "the GPU has as many types as it can have";
	if (find_profile(types, type->profile) < types->count)
		return "the GPU has a type of this name";
	if (type->id && soft_types_find(types, type->id))
		return "the GPU has a type of this id";
	return NULL;
}

static u32 free_id(const struct soft_types *types)
{
	u32 id = 1;

	while (soft_types_find(types, id))
		id++;
	return id;
}

const char *soft_types_add(struct soft_types *types,
			   const struct soft_type *type, u32 total_mib)
{
	const char *wrong = check_type(type, total_mib);
	struct soft_type *new;

	if (!wrong)
		wrong = check_among(types, type);
	if (wrong)
		return wrong;
	new = &types->type[types->count];
	*new = *type;
	if (!new->id)
		new->id = free_id(types);
	types->count++;
	return NULL;
}

bool soft_types_remove(struct soft_types *types, const char *profile)
{
	unsigned int at = find_profile(types, profile);

	if (at == types->count)
		return false;
	types->count--;
	memmove(&types->type[at], &types->type[at + 1],
		(types->count - at) * sizeof(types->type[0]));
	return true;
}

int soft_type_name(const struct soft_type *type, char *buf, size_t size)
{
	int length = snprintf(buf, size, "%s", type->name);

	return length < (int)size ? 0 : -ENOSPC;
}
