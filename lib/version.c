/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version.c - versions of programs, as they print them.
 */
#include "version.h"

#include <string.h>

/* Longer numbers are no part of a version, and would not fit. */
#define DIGITS_MAX 6

/* Reads one number at *@at and steps over it. */
static gboolean
read_part(const char **at, guint *part)
{
    gsize digits = strspn(*at, "0123456789");

    if (digits == 0 || digits > DIGITS_MAX)
        return FALSE;
    *part = (guint)g_ascii_strtoull(*at, NULL, 10);
    *at += digits;
    return TRUE;
}

static gboolean
read_version(const char *at, VgpuVersion *version)
{
    VgpuVersion read = {{0}};

    if (!read_part(&at, &read.part[0]) || *at++ != '.' || !read_part(&at, &read.part[1]))
        return FALSE;
    if (*at == '.') {
        at++;
        read_part(&at, &read.part[2]);
    }
    *version = read;
    return TRUE;
}

gboolean
vgpu_version_parse(const char *text, VgpuVersion *version)
{
    for (const char *at = text; at && *at; at++) {
        gboolean begins = g_ascii_isdigit(*at) && (at == text || !g_ascii_isalnum(at[-1]));
        if (begins && read_version(at, version))
            return TRUE;
    }
    return FALSE;
}

gboolean
vgpu_version_is_before(const VgpuVersion *version, guint major, guint minor)
{
    if (version->part[0] != major)
        return version->part[0] < major;
    return version->part[1] < minor;
}

char *
vgpu_version_to_string(const VgpuVersion *version)
{
    return g_strdup_printf("%u.%u.%u", version->part[0], version->part[1], version->part[2]);
}
