/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/kernel.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* With one suffix out of KMGT, as the kernel's knows some. */
static inline unsigned long long
memparse(const char *text, char **end)
{
    unsigned long long value = strtoull(text, end, 0);

    switch (**end) {
    case 'T':
        value <<= 10;
        /* fall through */
    case 'G':
        value <<= 10;
        /* fall through */
    case 'M':
        value <<= 10;
        /* fall through */
    case 'K':
        value <<= 10;
        (*end)++;
        break;
    default:
        break;
    }
    return value;
}

#endif
