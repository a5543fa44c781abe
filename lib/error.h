/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.h - the error domain of the library, and what a code means to a caller
 * and to the exit status of a program.
 */
#ifndef VGPU_ERROR_H
#define VGPU_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VGPU_ERROR:
 *
 * The one GError domain that functions of this library report in. Codes are
 * of type #VgpuError.
 */
#define VGPU_ERROR (vgpu_error_quark())

/**
 * VgpuError:
 * @VGPU_ERROR_FAILED: nothing more precise is known
 * @VGPU_ERROR_INVALID: a name, value or document is not well formed
 * @VGPU_ERROR_NOT_FOUND: the parent, type, vGPU, attribute or file is not there
 * @VGPU_ERROR_EXISTS: a vGPU or file of that name is there already
 * @VGPU_ERROR_CONFLICT: it is there, but not as asked (another type, another owner)
 * @VGPU_ERROR_FULL: the parent has no instance of the type left
 * @VGPU_ERROR_BUSY: somebody has the vGPU open
 * @VGPU_ERROR_TIMEOUT: the deadline of the call has passed; never the kernel's own ETIMEDOUT
 * @VGPU_ERROR_STALE: others have changed what was decided from; decide again
 * @VGPU_ERROR_ACCESS: the caller may not do this
 * @VGPU_ERROR_IO: the kernel or the file system refused
 * @VGPU_ERROR_VERSION: a file of ours was written by a newer release; it is left alone
 * @VGPU_ERROR_USAGE: the command line is wrong
 */
typedef enum {
    VGPU_ERROR_FAILED,
    VGPU_ERROR_INVALID,
    VGPU_ERROR_NOT_FOUND,
    VGPU_ERROR_EXISTS,
    VGPU_ERROR_CONFLICT,
    VGPU_ERROR_FULL,
    VGPU_ERROR_BUSY,
    VGPU_ERROR_TIMEOUT,
    VGPU_ERROR_STALE,
    VGPU_ERROR_ACCESS,
    VGPU_ERROR_IO,
    VGPU_ERROR_VERSION,
    VGPU_ERROR_USAGE,
} VgpuError;

/**
 * VgpuExit:
 * @VGPU_EXIT_OK: done
 * @VGPU_EXIT_FAILED: not done; one line on stderr says why
 * @VGPU_EXIT_USAGE: the command line is wrong (vgpuctl)
 * @VGPU_EXIT_NOT_MINE: the parent is not one of ours (callout and notifier; mdevctl's number)
 *
 * The exit statuses of all programs of this project.
 */
typedef enum {
    VGPU_EXIT_OK = 0,
    VGPU_EXIT_FAILED = 1,
    VGPU_EXIT_USAGE = 2,
    VGPU_EXIT_NOT_MINE = 2,
} VgpuExit;

/**
 * vgpu_error_quark:
 *
 * Returns: the quark behind %VGPU_ERROR.
 */
GQuark vgpu_error_quark(void);

/**
 * vgpu_error_from_errno:
 * @err: an errno value
 *
 * Returns: the code that says best what @err means here; %VGPU_ERROR_IO for what
 * has no better one.
 */
VgpuError vgpu_error_from_errno(int err);

/**
 * vgpu_error_set_errno:
 * @error: (out) (optional): where to report
 * @err: an errno value
 * @format: what could not be done, to which object (quoted); no full stop
 *
 * Sets @error to "@format: text of @err", with the code that
 * vgpu_error_from_errno() gives.
 */
void vgpu_error_set_errno(GError **error, int err, const char *format, ...) G_GNUC_PRINTF(3, 4);

/**
 * vgpu_error_exit_status:
 * @error: (nullable): an error, or NULL for success
 *
 * Returns: %VGPU_EXIT_OK, %VGPU_EXIT_USAGE or %VGPU_EXIT_FAILED.
 */
int vgpu_error_exit_status(const GError *error);

G_END_DECLS

#endif
