// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading lists of "key=value". Pure logic, compiled in user space as well by the
 * tests of those that use it.
 */
#include <linux/errno.h>

#include "keys.h"

static const struct soft_key *find_key(const struct soft_keys *keys,
				       struct soft_span name)
{
	unsigned int i;

	for (i = 0; i < keys->count; i++)
		if (soft_span_equals(name, keys->key[i].name))
			return &keys->key[i];
	return NULL;
}

/* Reads one "key=value"; @seen has a bit for each key read so far. */
static const char *parse_item(const struct soft_keys *keys, void *target,
			      struct soft_span value, struct soft_span *name,
			      unsigned int *seen)
{
	const struct soft_key *key;
	bool equals;

	*name = soft_span_take_until(&value, '=', &equals);
	if (!equals)
		return "not of the form key=value";
	key = find_key(keys, *name);
	if (!key)
		return keys->unknown;
	if (*seen & 1U << (key - keys->key))
		return "given twice";
	*seen |= 1U << (key - keys->key);
	return key->parse(target, value);
}

int soft_keys_parse(const struct soft_keys *keys, void *target,
		    struct soft_span text, struct soft_text_error *error)
{
	unsigned int seen = 0;
	bool more = text.length > 0;

	while (more) {
		struct soft_span item = soft_span_take_until(&text, ',', &more);

		while (soft_span_take_text(&item, " "))
			;
		error->why = parse_item(keys, target, item, &error->where,
					&seen);
		if (error->why)
			return -EINVAL;
	}
	return 0;
}
