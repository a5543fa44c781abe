/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/uuid.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_UUID_H
#define SHIM_LINUX_UUID_H

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

#define UUID_STRING_LEN 36

typedef struct {
    u8 b[16];
} uuid_t;

static inline bool
uuid_equal(const uuid_t *a, const uuid_t *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static inline bool
uuid_is_null(const uuid_t *uuid)
{
    static const uuid_t null;

    return uuid_equal(uuid, &null);
}

static inline int
uuid_parse(const char *text, uuid_t *uuid)
{
    unsigned int at = 0;

    for (unsigned int i = 0; i < sizeof uuid->b; i++) {
        char pair[3] = {text[at], text[at] ? text[at + 1] : '\0', '\0'};

        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
            return -EINVAL;
        uuid->b[i] = strtoul(pair, NULL, 16);
        at += 2;
        if ((i == 3 || i == 5 || i == 7 || i == 9) && text[at++] != '-')
            return -EINVAL;
    }
    return 0;
}

#endif
