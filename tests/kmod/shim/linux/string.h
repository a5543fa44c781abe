/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/string.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

static inline ssize_t
strscpy(char *to, const char *from, size_t size)
{
    size_t length = strnlen(from, size);

    if (length == size) {
        memcpy(to, from, size - 1);
        to[size - 1] = '\0';
        return -7; /* -E2BIG */
    }
    memcpy(to, from, length + 1);
    return length;
}

#endif
