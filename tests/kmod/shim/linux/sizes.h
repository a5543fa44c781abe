/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/sizes.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_SIZES_H
#define SHIM_LINUX_SIZES_H

#define SZ_1M 0x00100000

#endif
