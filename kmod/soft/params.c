// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a vGPU's parameters. Pure logic, compiled in user space as well by
 * tests/kmod/test-params.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "params.h"

#define DEFAULT_WIDTH	1024
#define DEFAULT_HEIGHT	768

/* Part of a text, not NUL-terminated. */
struct span {
	const char *start;
	size_t length;
};

struct param {
	const char *key;
	/* NULL, or why the value is refused. */
	const char *(*parse)(struct soft_params *params,
			     const struct soft_type *type, struct span value);
};

void soft_params_init(struct soft_params *params, const struct soft_type *type)
{
	params->width = min_t(u16, DEFAULT_WIDTH, type->max_width);
	params->height = min_t(u16, DEFAULT_HEIGHT, type->max_height);
}

/* Takes decimal digits off @span; false without any or past 16 bits. */
static bool take_number(struct span *span, u16 *number)
{
	size_t i;
	u32 n = 0;

	for (i = 0; i < span->length; i++) {
		char c = span->start[i];

		if (c < '0' || c > '9')
			break;
		n = n * 10 + (c - '0');
		if (n > U16_MAX)
			return false;
	}
	span->start += i;
	span->length -= i;
	*number = n;
	return i > 0;
}

static bool take_char(struct span *span, char c)
{
	if (!span->length || *span->start != c)
		return false;
	span->start++;
	span->length--;
	return true;
}

static const char *parse_resolution(struct soft_params *params,
				    const struct soft_type *type,
				    struct span value)
{
	u16 width, height;

	if (!take_number(&value, &width) || !take_char(&value, 'x') ||
	    !take_number(&value, &height) || value.length)
		return "not of the form WIDTHxHEIGHT";
	if (width < SOFT_MIN_EDGE || height < SOFT_MIN_EDGE)
		return "less than 64x64";
	if (width > type->max_width || height > type->max_height)
		return "more than the max_resolution of its type";
	if (width % 8)
		return "width is not a multiple of 8";
	params->width = width;
	params->height = height;
	return NULL;
}

static const struct param known[] = {
	{ "resolution", parse_resolution },
};

static const struct param *find_param(struct span key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].key) == key.length &&
		    !memcmp(known[i].key, key.start, key.length))
			return &known[i];
	return NULL;
}

/* Takes everything before @delimiter off @rest, and the delimiter too. */
static struct span take_until(struct span *rest, char delimiter, bool *found)
{
	struct span head = { rest->start, 0 };

	while (head.length < rest->length &&
	       rest->start[head.length] != delimiter)
		head.length++;
	*found = head.length < rest->length;
	rest->start += head.length + *found;
	rest->length -= head.length + *found;
	return head;
}

/* Reads one "key=value"; @seen has a bit for each known parameter read so far. */
static const char *parse_param(struct soft_params *params,
			       const struct soft_type *type, struct span value,
			       struct span *key, unsigned int *seen)
{
	const struct param *param;
	bool equals;

	*key = take_until(&value, '=', &equals);
	if (!equals)
		return "not of the form key=value";
	param = find_param(*key);
	if (!param)
		return "not known, only \"resolution\" is";
	if (*seen & 1U << (param - known))
		return "given twice";
	*seen |= 1U << (param - known);
	return param->parse(params, type, value);
}

int soft_params_parse(struct soft_params *params, const struct soft_type *type,
		      const char *text, struct soft_params_error *error)
{
	struct span rest = { text, strlen(text) };
	struct soft_params new;
	unsigned int seen = 0;
	bool more = rest.length > 0;

	soft_params_init(&new, type);
	while (more) {
		struct span item = take_until(&rest, ',', &more);
		struct span key;

		error->why = parse_param(&new, type, item, &key, &seen);
		if (error->why) {
			error->key = key.start;
			error->key_length = key.length;
			return -EINVAL;
		}
	}
	*params = new;
	return 0;
}
