/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/bitops.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

#define BITS_PER_LONG    ((unsigned int)(8 * sizeof(long)))
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)

#define SHIM_BIT(n) (1UL << ((n) % BITS_PER_LONG))

static inline void
set_bit(unsigned int n, unsigned long *bits)
{
    __atomic_fetch_or(&bits[n / BITS_PER_LONG], SHIM_BIT(n), __ATOMIC_RELAXED);
}

static inline void
clear_bit(unsigned int n, unsigned long *bits)
{
    __atomic_fetch_and(&bits[n / BITS_PER_LONG], ~SHIM_BIT(n), __ATOMIC_RELAXED);
}

static inline bool
test_bit(unsigned int n, const unsigned long *bits)
{
    return __atomic_load_n(&bits[n / BITS_PER_LONG], __ATOMIC_RELAXED) & SHIM_BIT(n);
}

static inline bool
test_and_clear_bit(unsigned int n, unsigned long *bits)
{
    return __atomic_fetch_and(&bits[n / BITS_PER_LONG], ~SHIM_BIT(n), __ATOMIC_SEQ_CST) &
           SHIM_BIT(n);
}

static inline unsigned int
find_next_bit(const unsigned long *bits, unsigned int size, unsigned int n)
{
    while (n < size && !test_bit(n, bits))
        n++;
    return n < size ? n : size;
}

static inline unsigned int
find_next_zero_bit(const unsigned long *bits, unsigned int size, unsigned int n)
{
    while (n < size && test_bit(n, bits))
        n++;
    return n < size ? n : size;
}

#define for_each_set_bit_from(n, bits, size)                                                       \
    for ((n) = find_next_bit(bits, size, n); (n) < (size); (n) = find_next_bit(bits, size, (n) + 1))
#define for_each_set_bit(n, bits, size)                                                            \
    for ((n) = find_next_bit(bits, size, 0); (n) < (size); (n) = find_next_bit(bits, size, (n) + 1))

#endif
