/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/bitmap.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

#endif
