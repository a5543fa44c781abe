// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of vGPU types, its check and its texts. Pure logic, compiled in user
 * space as well by tests/kmod/test-types.c.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "types.h"
#include "vgpu-rm.h"

/*
 * The largest screen of each type fits twice into its framebuffer: bochs-drm up
 * to Linux 6.12 refuses modes of more than half (drm_vram_helper_mode_valid()).
 */
const struct soft_type soft_types[] = {
	{ .id = 1, .profile = "16m", .framebuffer_mib = 16,
	  .max_width = 1920, .max_height = 1080, .heads = 1, .frame_rate = 60 },
	{ .id = 2, .profile = "32m", .framebuffer_mib = 32,
	  .max_width = 2560, .max_height = 1600, .heads = 1, .frame_rate = 60 },
	{ .id = 3, .profile = "64m", .framebuffer_mib = 64,
	  .max_width = 3840, .max_height = 2160, .heads = 1, .frame_rate = 60 },
};

const unsigned int soft_type_count = ARRAY_SIZE(soft_types);

const struct soft_type *soft_type_find(u32 id)
{
	unsigned int i;

	for (i = 0; i < soft_type_count; i++)
		if (soft_types[i].id == id)
			return &soft_types[i];
	return NULL;
}

static bool profile_valid(const char *profile)
{
	size_t length = strlen(profile);
	size_t i;

	for (i = 0; i < length; i++)
		if (!(isascii(profile[i]) && isalnum(profile[i])) &&
		    !strchr("._-", profile[i]))
			return false;
	return length > 0 && length < VGPU_PROFILE_SIZE;
}

static const char *check_screen(const struct soft_type *type)
{
	u64 pixels = (u64)type->max_width * type->max_height;

	if (type->heads != 1)
		return "a type without exactly one head";
	if (!type->frame_rate)
		return "a type without frame rate";
	if (type->max_width < SOFT_MIN_EDGE || type->max_width > SOFT_MAX_EDGE ||
	    type->max_height < SOFT_MIN_EDGE ||
	    type->max_height > SOFT_MAX_EDGE || type->max_width % 8)
		return "a largest screen that EDID can't say";
	if ((type->max_width + 160) * type->max_height > 10000000)
		return "a largest screen that is too fast for EDID at 60 Hz";
	if (2 * 4 * pixels > soft_type_framebuffer(type))
		return "a largest screen that does not fit twice into the framebuffer";
	return NULL;
}

static const char *check_type(const struct soft_type *type)
{
	u32 mib = type->framebuffer_mib;

	if (!type->id)
		return "a type with the number 0";
	if (!profile_valid(type->profile))
		return "a profile that is no name for sysfs";
	if (!mib || (mib & (mib - 1)) || mib > 1024)
		return "a framebuffer that can't be a BAR";
	return check_screen(type);
}

static bool same_name(const struct soft_type *a, const struct soft_type *b)
{
	return a->id == b->id || !strcmp(a->profile, b->profile);
}

const char *soft_types_check(const struct soft_type *types, unsigned int count)
{
	const char *wrong;
	unsigned int i, j;

	if (!count || count > VGPU_MAX_TYPES)
		return "no type, or more than the contract allows";
	for (i = 0; i < count; i++) {
		wrong = check_type(&types[i]);
		if (wrong)
			return wrong;
		for (j = 0; j < i; j++)
			if (same_name(&types[i], &types[j]))
				return "two types of one number or profile";
	}
	return NULL;
}

int soft_type_name(const struct soft_type *type, char *buf, size_t size)
{
	int length = snprintf(buf, size, "OpenVGPU %uM", type->framebuffer_mib);

	return length < (int)size ? 0 : -ENOSPC;
}

int soft_type_describe(const struct soft_type *type, unsigned int max_instance,
		       char *buf, size_t size)
{
	int length = snprintf(buf, size,
			      "num_heads=%u, frl_config=%u, framebuffer=%uM, max_resolution=%ux%u, max_instance=%u",
			      type->heads, type->frame_rate,
			      type->framebuffer_mib, type->max_width,
			      type->max_height, max_instance);

	return length < (int)size ? 0 : -ENOSPC;
}
