/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/uuid.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_UUID_H
#define SHIM_LINUX_UUID_H

#include <linux/types.h>

typedef struct {
    u8 b[16];
} uuid_t;

#endif
