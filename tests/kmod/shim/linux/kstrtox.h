/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/kstrtox.h for kernel logic compiled in user space: as strict as
 * that about signs, blanks and what follows, but for a newline.
 */
#ifndef SHIM_LINUX_KSTRTOX_H
#define SHIM_LINUX_KSTRTOX_H

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <linux/types.h>

static inline int
shim_kstrtoll(const char *text, unsigned int base, long long *value)
{
    char *end;

    if (!isxdigit(text[*text == '-']))
        return -EINVAL;
    errno = 0;
    *value = strtoll(text, &end, base);
    return *end ? -EINVAL : -errno;
}

static inline int
kstrtoint(const char *text, unsigned int base, int *value)
{
    long long number;
    int err = shim_kstrtoll(text, base, &number);

    if (!err && (number < INT32_MIN || number > INT32_MAX))
        err = -ERANGE;
    if (!err)
        *value = number;
    return err;
}

static inline int
kstrtou16(const char *text, unsigned int base, u16 *value)
{
    long long number;
    int err = shim_kstrtoll(text, base, &number);

    if (!err && (number < 0 || number > U16_MAX))
        err = -ERANGE;
    if (!err)
        *value = number;
    return err;
}

#endif
