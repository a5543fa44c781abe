/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/bitmap.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

static inline void
bitmap_set(unsigned long *bits, unsigned int start, unsigned int count)
{
    for (unsigned int i = start; i < start + count; i++)
        set_bit(i, bits);
}

static inline void
bitmap_clear(unsigned long *bits, unsigned int start, unsigned int count)
{
    for (unsigned int i = start; i < start + count; i++)
        clear_bit(i, bits);
}

/* The first aligned run of zeros from @start on; more than @size if there is none. */
static inline unsigned long
bitmap_find_next_zero_area(unsigned long *bits, unsigned long size, unsigned long start,
                           unsigned int count, unsigned long align_mask)
{
    unsigned long at = (start + align_mask) & ~align_mask;

    while (at + count <= size && find_next_bit(bits, at + count, at) < at + count)
        at += align_mask + 1;
    return at + count <= size ? at : size + 1;
}

#endif
