/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deadline.h - one point in time by which a whole call must be over, locks
 * and waits included.
 */
#ifndef VGPU_DEADLINE_H
#define VGPU_DEADLINE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VGPU_DEADLINE_DEFAULT_MS:
 *
 * How long a call of the hook may take by default, in milliseconds.
 */
#define VGPU_DEADLINE_DEFAULT_MS 10000

/**
 * VgpuDeadline:
 * @at: microseconds of CLOCK_MONOTONIC; G_MAXINT64 for no deadline
 *
 * A value: make it once where a call comes in, hand its address down.
 */
typedef struct {
    gint64 at;
} VgpuDeadline;

/**
 * vgpu_deadline_after:
 * @milliseconds: from now
 *
 * Returns: a deadline.
 */
VgpuDeadline vgpu_deadline_after(guint milliseconds);

/**
 * vgpu_deadline_never:
 *
 * Returns: a deadline that never passes.
 */
VgpuDeadline vgpu_deadline_never(void);

/**
 * vgpu_deadline_share:
 * @deadline: a deadline
 * @parts: not 0
 *
 * For the first of several things that may each take their time, and leave some to the others.
 *
 * Returns: when one of so many equal parts of what is left is over.
 */
VgpuDeadline vgpu_deadline_share(const VgpuDeadline *deadline, guint parts);

/**
 * vgpu_deadline_left:
 * @deadline: a deadline
 *
 * Returns: milliseconds left, rounded up, 0 if it has passed, -1 if there is none:
 * what poll(2) takes.
 */
int vgpu_deadline_left(const VgpuDeadline *deadline);

/**
 * vgpu_deadline_passed:
 * @deadline: a deadline
 *
 * Returns: TRUE if it has passed.
 */
gboolean vgpu_deadline_passed(const VgpuDeadline *deadline);

/**
 * vgpu_deadline_check:
 * @deadline: a deadline
 * @what: what is being waited for, for the message ("vGPU 'X' to be gone")
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT
 *
 * Returns: TRUE if there is time left.
 */
gboolean vgpu_deadline_check(const VgpuDeadline *deadline, const char *what, GError **error);

/**
 * vgpu_deadline_pause:
 * @deadline: a deadline
 * @milliseconds: how long to sleep; less if the deadline comes first
 *
 * Sleeps. For the polling of what the kernel gives no event for.
 *
 * Returns: FALSE if the deadline had passed already; nothing was slept then.
 */
gboolean vgpu_deadline_pause(const VgpuDeadline *deadline, guint milliseconds);

G_END_DECLS

#endif
