/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/kernel.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <stdio.h>
#include <linux/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
