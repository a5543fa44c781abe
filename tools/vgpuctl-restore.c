/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-restore.c - makes the vGPUs whose definitions are marked auto; the systemd units run it.
 */
#include "error.h"
#include "log.h"
#include "restore.h"
#include "verb.h"

static gboolean
check_arguments(int argc, char **argv, GError **error)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                        "'restore' does not know '%s'; see 'vgpuctl --help'", argv[i]);
            return FALSE;
        }
        if (!vgpu_name_check(argv[i], "parent", error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
run_restore(const VgpuRoot *root, int argc, char **argv, GError **error)
{
    VgpuRestoreCount count;
    if (!check_arguments(argc, argv, error) ||
        !vgpu_restore_run(root, (const char *const *)argv + 1, VGPU_RESTORE_DEFAULT_MS, &count,
                          error))
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
    .run = run_restore,
};
