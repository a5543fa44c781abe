/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-restore.c - makes the vGPUs whose definitions are marked auto; the systemd units run it.
 */
#include "error.h"
#include "log.h"
#include "restore.h"
#include "verb.h"

static gboolean
run_restore(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuRestoreCount count;
    for (guint i = 0; words[i]; i++)
        if (!vgpu_name_check(words[i], "parent", error))
            return FALSE;
    if (!vgpu_restore_run(root, words, VGPU_RESTORE_DEFAULT_MS, &count, error))
        return FALSE;
    vgpu_log("%u restored, %u there already, %u failed, %u waiting for their GPU", count.started,
             count.present, count.failed, count.waiting);
    if (count.failed == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED, "%u could not be restored", count.failed);
    return FALSE;
}

const VgpuctlVerb vgpuctl_restore = {
    .name = "restore",
    .arguments = "[PARENT...]",
    .summary = "make the vGPUs that are defined to start with the machine",
    .most = G_MAXUINT,
    .run = run_restore,
};
