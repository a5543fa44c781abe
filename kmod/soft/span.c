// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading what an administrator wrote. Pure logic, compiled in user space as well
 * by the tests of those that use it.
 */
#include <linux/string.h>

#include "span.h"

static void drop(struct soft_span *span, size_t count)
{
	span->start += count;
	span->length -= count;
}

bool soft_span_equals(struct soft_span span, const char *text)
{
	return span.length == strlen(text) &&
	       !memcmp(span.start, text, span.length);
}

bool soft_span_take_number(struct soft_span *span, u32 *number)
{
	size_t i;
	u64 n = 0;

	for (i = 0; i < span->length; i++) {
		char c = span->start[i];

		if (c < '0' || c > '9')
			break;
		n = n * 10 + (c - '0');
		if (n > U32_MAX)
			return false;
	}
	drop(span, i);
	*number = n;
	return i > 0;
}

bool soft_span_take_text(struct soft_span *span, const char *text)
{
	size_t length = strlen(text);

	if (span->length < length || memcmp(span->start, text, length))
		return false;
	drop(span, length);
	return true;
}

struct soft_span soft_span_take_until(struct soft_span *span, char delimiter,
				      bool *found)
{
	struct soft_span head = { span->start, 0 };

	while (head.length < span->length &&
	       span->start[head.length] != delimiter)
		head.length++;
	*found = head.length < span->length;
	drop(span, head.length + *found);
	return head;
}

bool soft_span_take_size(struct soft_span *span, u16 *width, u16 *height)
{
	u32 w, h;

	if (!soft_span_take_number(span, &w) ||
	    !soft_span_take_text(span, "x") ||
	    !soft_span_take_number(span, &h) || span->length ||
	    w > U16_MAX || h > U16_MAX)
		return false;
	*width = w;
	*height = h;
	return true;
}
