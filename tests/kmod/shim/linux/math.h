/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/math.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_MATH_H
#define SHIM_LINUX_MATH_H

#define roundup(x, y) (((x) + (y) - 1) / (y) * (y))

#endif
