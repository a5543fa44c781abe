/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * input.h - the domain's XML from standard input, read to its end, kept up to a
 * bound, and looked at on the way.
 */
#ifndef VGPU_INPUT_H
#define VGPU_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"

/* The most that is kept, in bytes: what lib/xml.h takes. */
#define INPUT_MAX (16u * 1024 * 1024)

/**
 * struct input:
 * @text: (owned): what was kept, with a NUL after it
 * @length: bytes of @text
 * @whole: false if more came than is kept, if it did not end in time, or on an error
 * @scan: what was seen in all that came, kept or not
 *
 * What came in.
 */
struct input {
    char *text;
    size_t length;
    bool whole;
    struct scan scan;
};

/**
 * input_read:
 * @input: (out): what came; free with input_free()
 * @fd: where from
 * @until: when to give up, microseconds of CLOCK_MONOTONIC
 *
 * Reads to the end, so that libvirt's write does not fail.
 */
void input_read(struct input *input, int fd, int64_t until);

/**
 * input_free:
 * @input: what input_read() filled
 *
 * Frees and overwrites the text: it may hold passwords.
 */
void input_free(struct input *input);

/**
 * input_now:
 *
 * Returns: microseconds of CLOCK_MONOTONIC.
 */
int64_t input_now(void);

#endif
