// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a type of vGPU. Pure logic, compiled in user space as well by
 * tests/kmod/test-types.c.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "type-text.h"

/* What a type shows that says nothing of it: the largest that fits twice. */
static const struct {
	u16 width;
	u16 height;
} screens[] = {
	{ 7680, 4320 }, { 3840, 2160 }, { 2560, 1600 }, { 1920, 1080 }, { 1280, 800 },
	{ 800, 600 }, { 640, 400 }, { 400, 300 },
};

static void choose_screen(struct soft_type *type)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(screens) - 1 &&
	       2 * 4 * (u32)screens[i].width * screens[i].height >
	       soft_type_vram(type))
		i++;
	type->max_width = screens[i].width;
	type->max_height = screens[i].height;
}

static const char *parse_all(struct soft_span value, u32 *number, u32 most)
{
	if (!soft_span_take_number(&value, number) || value.length ||
	    *number > most)
		return "not a number, or too large";
	return NULL;
}

static const char *parse_id(void *into, struct soft_span value)
{
	struct soft_type *type = into;
	const char *why = parse_all(value, &type->id, U32_MAX);

	return why || type->id ? why : "0 is no number for a type";
}

static const char *parse_name(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	size_t i;

	if (!value.length || value.length >= sizeof(type->name))
		return "a name has 1 to 63 characters and no comma";
	for (i = 0; i < value.length; i++)
		if (iscntrl(value.start[i]))
			return "a name has no control characters";
	memcpy(type->name, value.start, value.length);
	type->name[value.length] = '\0';
	return NULL;
}

static const char *parse_framebuffer(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	if (!soft_span_take_number(&value, &type->framebuffer_mib) ||
	    type->framebuffer_mib > SOFT_MOST_MIB ||
	    !soft_span_equals(value, "M"))
		return "not MiB with M behind, 65536M at most";
	return NULL;
}

static const char *parse_max_resolution(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	if (!soft_span_take_size(&value, &type->max_width,
				 &type->max_height) ||
	    !type->max_width)
		return "not of the form WIDTHxHEIGHT";
	return NULL;
}

static const char *parse_u8(u8 *byte, struct soft_span value)
{
	u32 number;
	const char *why = parse_all(value, &number, 255);

	*byte = number;
	return why;
}

static const char *parse_num_heads(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	return parse_u8(&type->heads, value);
}

static const char *parse_frl_config(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	return parse_u8(&type->frame_rate, value);
}

static const char *parse_max_instance(void *into, struct soft_span value)
{
	struct soft_type *type = into;

	return parse_all(value, &type->max_instance, U32_MAX);
}

static const char *parse_model(void *into, struct soft_span value)
{
	return soft_span_equals(value, "bochs") ?
	       NULL : "no device model but bochs is there";
}

static const struct soft_key known[] = {
	{ "num_heads", parse_num_heads },
	{ "frl_config", parse_frl_config },
	{ "framebuffer", parse_framebuffer },
	{ "max_resolution", parse_max_resolution },
	{ "max_instance", parse_max_instance },
	{ "name", parse_name },
	{ "id", parse_id },
	{ "model", parse_model },
};

static const struct soft_keys keys = {
	.key = known,
	.count = ARRAY_SIZE(known),
	.unknown = "not known; vgpu-soft(7) has what a type may say",
};

static const char *parse_profile(struct soft_type *type, struct soft_span text)
{
	if (!text.length || text.length >= sizeof(type->profile))
		return "a type's name in sysfs has 1 to 31 characters";
	memcpy(type->profile, text.start, text.length);
	type->profile[text.length] = '\0';
	return NULL;
}

static void fill_in(struct soft_type *type)
{
	if (!type->max_width)
		choose_screen(type);
	if (!*type->name)
		snprintf(type->name, sizeof(type->name), "OpenVGPU %s",
			 type->profile);
}

int soft_type_parse(struct soft_type *type, const char *text,
		    struct soft_text_error *error)
{
	struct soft_span rest = { text, strlen(text) };
	bool colon;
	int err;

	memset(type, 0, sizeof(*type));
	type->heads = 1;
	type->frame_rate = 60;
	error->where = soft_span_take_until(&rest, ':', &colon);
	error->why = colon ? parse_profile(type, error->where) :
			     "not of the form NAME: key=value, ...";
	if (error->why)
		return -EINVAL;
	err = soft_keys_parse(&keys, type, rest, error);
	if (err)
		return err;
	if (!type->framebuffer_mib) {
		error->where = (struct soft_span){ text, strlen(text) };
		error->why = "framebuffer is not given, or 0";
		return -EINVAL;
	}
	fill_in(type);
	return 0;
}
