/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/string.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

#endif
