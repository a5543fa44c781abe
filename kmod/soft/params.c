// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a vGPU's parameters. Pure logic, compiled in user space as well by
 * tests/kmod/test-params.c.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "capacity.h"
#include "params.h"

#define DEFAULT_WIDTH	1024
#define DEFAULT_HEIGHT	768

/* What the keys are given. */
struct target {
	struct soft_params *params;
	const struct soft_type *type;
	bool has_monitor;	/* by resolution or by edid */
};

void soft_params_init(struct soft_params *params, const struct soft_type *type)
{
	memset(params, 0, sizeof(*params));
	params->width = min_t(u16, DEFAULT_WIDTH, type->max_width);
	params->height = min_t(u16, DEFAULT_HEIGHT, type->max_height);
	params->placement = SOFT_ANY_PLACEMENT;
}

/* Both say which monitor it is. */
static const char *take_monitor(struct target *target)
{
	if (target->has_monitor)
		return "resolution and edid don't go together";
	target->has_monitor = true;
	return NULL;
}

static const char *parse_resolution(void *into, struct soft_span value)
{
	struct target *target = into;
	const struct soft_type *type = target->type;
	u16 width, height;

	if (!soft_span_take_size(&value, &width, &height))
		return "not of the form WIDTHxHEIGHT";
	if (width < SOFT_MIN_EDGE || height < SOFT_MIN_EDGE)
		return "less than 64x64";
	if (width > type->max_width || height > type->max_height)
		return "more than the max_resolution of its type";
	if (width % 8)
		return "width is not a multiple of 8";
	target->params->width = width;
	target->params->height = height;
	return take_monitor(target);
}

/* Two hexadecimal digits a byte. False if there is anything else. */
static bool take_bytes(struct soft_span value, u8 *bytes)
{
	size_t i;

	for (i = 0; i < value.length; i++) {
		char c = value.start[i];

		if (!isascii(c) || !isxdigit(c))
			return false;
		bytes[i / 2] = bytes[i / 2] << 4 |
			       (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return value.length % 2 == 0;
}

static const char *parse_edid(void *into, struct soft_span value)
{
	struct target *target = into;
	struct soft_params *params = target->params;

	if (value.length > 2 * sizeof(params->edid))
		return "more than two blocks of EDID";
	if (!take_bytes(value, params->edid))
		return "not two hexadecimal digits for each byte";
	params->edid_size = value.length / 2;
	if (!soft_edid_valid(params->edid, params->edid_size))
		return "no EDID: its header, size, number of blocks or a checksum is wrong";
	return take_monitor(target);
}

static const char *parse_placement(void *into, struct soft_span value)
{
	const struct target *target = into;
	u32 placement;

	if (!soft_span_take_number(&value, &placement) || value.length ||
	    placement > S32_MAX)
		return "not a number";
	target->params->placement = placement;
	return NULL;
}

static const char *parse_display(void *into, struct soft_span value)
{
	const struct target *target = into;

	target->params->dmabuf = soft_span_equals(value, "dmabuf");
	if (!target->params->dmabuf && !soft_span_equals(value, "region"))
		return "neither region nor dmabuf";
	return NULL;
}

static const char *parse_switch(bool *on, struct soft_span value)
{
	if (!soft_span_equals(value, "0") && !soft_span_equals(value, "1"))
		return "neither 0 nor 1";
	*on = *value.start == '1';
	return NULL;
}

static const char *parse_disable_vnc(void *into, struct soft_span value)
{
	const struct target *target = into;

	return parse_switch(&target->params->hide_display, value);
}

/* For a part that a display without an engine does not have. */
static const char *parse_unused(void *into, struct soft_span value)
{
	bool on;

	return parse_switch(&on, value);
}

/* But for the first three they are those of NVIDIA's vgpu_params. */
static const struct soft_key known[] = {
	{ "resolution", parse_resolution },
	{ "edid", parse_edid },
	{ "display", parse_display },
	{ "vgpu-placement-id", parse_placement },
	{ "disable_vnc", parse_disable_vnc },
	{ "frame_rate_limiter", parse_unused },
	{ "enable_uvm", parse_unused },
	{ "enable_debugging", parse_unused },
	{ "enable_profiling", parse_unused },
};

static const struct soft_keys keys = {
	.key = known,
	.count = ARRAY_SIZE(known),
	.unknown = "not known; vgpu-soft(7) has all parameters",
};

int soft_params_parse(struct soft_params *params, const struct soft_type *type,
		      const char *text, struct soft_text_error *error)
{
	struct soft_params new;
	struct target target = { &new, type, false };
	int err;

	soft_params_init(&new, type);
	err = soft_keys_parse(&keys, &target,
			      (struct soft_span){ text, strlen(text) }, error);
	if (!err)
		*params = new;
	return err;
}
