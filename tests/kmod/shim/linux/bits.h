/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/bits.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_BITS_H
#define SHIM_LINUX_BITS_H

#define BIT(n)     (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))

#endif
