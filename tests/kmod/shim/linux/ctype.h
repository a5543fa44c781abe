/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/ctype.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_CTYPE_H
#define SHIM_LINUX_CTYPE_H

#include <ctype.h>

#endif
