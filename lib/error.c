/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c - the error domain of the library: errno values to codes, codes to
 * exit statuses.
 */
#include "error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(vgpu - error - quark, vgpu_error)

VgpuError
vgpu_error_from_errno(int err)
{
    switch (err) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return VGPU_ERROR_NOT_FOUND;
    case EEXIST:
        return VGPU_ERROR_EXISTS;
    case ENOSPC:
    case EUSERS: /* mdev core, with no instance left */
    case EDQUOT:
        return VGPU_ERROR_FULL;
    case EBUSY:
        return VGPU_ERROR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
        return VGPU_ERROR_ACCESS;
    case EINVAL:
    case ERANGE:
    case ELOOP: /* what O_NOFOLLOW says of a symbolic link */
    case ENOTDIR:
    case EISDIR:
        return VGPU_ERROR_INVALID;
    default:
        return VGPU_ERROR_IO;
    }
}

void
vgpu_error_set_errno(GError **error, int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    /* g_strerror() loads tables of characters first, though no message of ours is translated */
    g_set_error(error, VGPU_ERROR, vgpu_error_from_errno(err), "%s: %s", what, strerror(err));
}

int
vgpu_error_exit_status(const GError *error)
{
    if (!error)
        return VGPU_EXIT_OK;
    if (g_error_matches(error, VGPU_ERROR, VGPU_ERROR_USAGE))
        return VGPU_EXIT_USAGE;
    return VGPU_EXIT_FAILED;
}
