/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of "key=value", with commas between and blanks after those, as an
 * administrator writes them.
 */
#ifndef SOFT_KEYS_H
#define SOFT_KEYS_H

#include "span.h"

/**
 * struct soft_key - a key and who understands its value
 * @name: the key
 * @parse: puts @value into @target; NULL, or why it is refused
 */
struct soft_key {
	const char *name;
	const char *(*parse)(void *target, struct soft_span value);
};

/**
 * struct soft_keys - all that a list may have, each once
 * @key: the keys, 32 at most
 * @count: how many
 * @unknown: why any other is refused; says which there are
 */
struct soft_keys {
	const struct soft_key *key;
	unsigned int count;
	const char *unknown;
};

/**
 * struct soft_text_error - what is wrong with a text
 * @where: part of the text: the key, up to its "=" or its end
 * @why: the reason and what would be right
 */
struct soft_text_error {
	struct soft_span where;
	const char *why;
};

/**
 * soft_keys_parse() - read a list
 * @keys: what it may have
 * @target: what the keys are given; changed in part on an error
 * @text: the list; "" is an empty one
 * @error: filled on an error
 *
 * Return: 0 or -EINVAL.
 */
int soft_keys_parse(const struct soft_keys *keys, void *target,
		    struct soft_span text, struct soft_text_error *error);

#endif /* SOFT_KEYS_H */
