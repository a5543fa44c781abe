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

#endif
