/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Part of a text that an administrator wrote, not NUL-terminated, and what can be
 * taken off its front.
 */
#ifndef SOFT_SPAN_H
#define SOFT_SPAN_H

#include <linux/types.h>

/**
 * struct soft_span - part of a text
 * @start: its first character
 * @length: how many there are
 */
struct soft_span {
	const char *start;
	size_t length;
};

/**
 * soft_span_equals() - is it this text?
 * @span: the part
 * @text: the text
 */
bool soft_span_equals(struct soft_span span, const char *text);

/**
 * soft_span_take_number() - take decimal digits off the front
 * @span: the part
 * @number: what they say
 *
 * Return: false without any, or past 32 bits.
 */
bool soft_span_take_number(struct soft_span *span, u32 *number);

/**
 * soft_span_take_text() - take a text off the front
 * @span: the part
 * @text: the text
 *
 * Return: false if it begins otherwise, and then nothing is taken.
 */
bool soft_span_take_text(struct soft_span *span, const char *text);

/**
 * soft_span_take_until() - take all before a character, and that too
 * @span: the part
 * @delimiter: the character
 * @found: whether it is there; all of @span is taken if not
 *
 * Return: what was before it.
 */
struct soft_span soft_span_take_until(struct soft_span *span, char delimiter,
				      bool *found);

/**
 * soft_span_take_size() - take WIDTHxHEIGHT, which must be all there is
 * @span: the part
 * @width: pixels
 * @height: pixels
 *
 * Return: false if it is something else, or past 16 bits.
 */
bool soft_span_take_size(struct soft_span *span, u16 *width, u16 *height);

#endif /* SOFT_SPAN_H */
