/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/log2.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_LOG2_H
#define SHIM_LINUX_LOG2_H

#include <linux/types.h>

static inline bool
is_power_of_2(unsigned long n)
{
    return n && !(n & (n - 1));
}

/* Of n > 0, as the kernel's, both. */
static inline int
ilog2(u64 n)
{
    return 63 - __builtin_clzll(n);
}

static inline unsigned long
rounddown_pow_of_two(unsigned long n)
{
    return 1UL << ilog2(n);
}

#endif
