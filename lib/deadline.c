/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deadline.c - one point in time by which a whole call must be over.
 */
#include "deadline.h"

#include "error.h"

VgpuDeadline
vgpu_deadline_after(guint milliseconds)
{
    /* g_get_monotonic_time() is CLOCK_MONOTONIC */
    return (VgpuDeadline){.at = g_get_monotonic_time() + (gint64)milliseconds * 1000};
}

VgpuDeadline
vgpu_deadline_never(void)
{
    return (VgpuDeadline){.at = G_MAXINT64};
}

VgpuDeadline
vgpu_deadline_share(const VgpuDeadline *deadline, guint parts)
{
    gint64 now = g_get_monotonic_time();

    if (deadline->at == G_MAXINT64 || deadline->at <= now)
        return *deadline;
    return (VgpuDeadline){.at = now + (deadline->at - now) / parts};
}

int
vgpu_deadline_left(const VgpuDeadline *deadline)
{
    if (deadline->at == G_MAXINT64)
        return -1;
    gint64 left = deadline->at - g_get_monotonic_time();
    return left <= 0 ? 0 : (int)MIN((left + 999) / 1000, G_MAXINT);
}

gboolean
vgpu_deadline_passed(const VgpuDeadline *deadline)
{
    return vgpu_deadline_left(deadline) == 0;
}

gboolean
vgpu_deadline_check(const VgpuDeadline *deadline, const char *what, GError **error)
{
    if (!vgpu_deadline_passed(deadline))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT, "time is up while waiting for %s", what);
    return FALSE;
}

gboolean
vgpu_deadline_pause(const VgpuDeadline *deadline, guint milliseconds)
{
    int left = vgpu_deadline_left(deadline);
    if (left == 0)
        return FALSE;
    g_usleep((left < 0 ? milliseconds : MIN((guint)left, milliseconds)) * 1000UL);
    return TRUE;
}
