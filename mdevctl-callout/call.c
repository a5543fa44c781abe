/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call.c - one call of mdevctl, as its arguments have it, and whether it is about a vGPU
 * of ours. Needs libc only.
 */
#include "call.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUR_DRIVER "vgpu"
#define NAME_MOST  255

static const char **
option_target(struct call *call, const char **unused, const char *option)
{
    if (option[0] != '-' || !option[1] || option[2])
        return NULL;
    switch (option[1]) {
    case 'e':
        return &call->event;
    case 'a':
        return &call->action;
    case 'u':
        return &call->uuid;
    case 'p':
        return &call->parent;
    case 't':
    case 's':
        return unused;
    default:
        return NULL;
    }
}

bool
call_parse(struct call *call, int argc, char **argv)
{
    const char *unused;

    memset(call, 0, sizeof(*call));
    for (int i = 1; i < argc; i += 2) {
        const char **target = option_target(call, &unused, argv[i]);

        if (!target || i + 1 >= argc)
            return false;
        *target = argv[i + 1];
    }
    return call->event && call->action && call->uuid && call->parent;
}

/* As vgpu_name_check(): one component of a path, and no way out of its folder. */
static bool
is_plain_name(const char *name)
{
    size_t length = strnlen(name, NAME_MOST + 1);

    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
            return false;
    return length > 0 && length <= NAME_MOST && name[0] != '.';
}

bool
call_is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (strnlen(text, sizeof(form)) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
            return false;
    return true;
}

bool
call_is_ours(const struct call *call, const char *root)
{
    char path[PATH_MAX], target[PATH_MAX];
    const char *driver;
    ssize_t length;

    if (!is_plain_name(call->parent) || !call_is_uuid(call->uuid))
        return false;
    if ((size_t)snprintf(path, sizeof(path), "%s/sys/class/mdev_bus/%s/driver", root,
                         call->parent) >= sizeof(path))
        return false;
    length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    driver = strrchr(target, '/');
    return strcmp(driver ? driver + 1 : target, OUR_DRIVER) == 0;
}
