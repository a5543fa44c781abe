/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notifier.c - the notifier that mdevctl runs after each action. mdevctl throws its output away,
 * so it speaks to the system's log.
 */
#include "callout.h"
#include "error.h"
#include "file.h"
#include "log.h"

#include <syslog.h>
#include <unistd.h>

static void
to_syslog(const VgpuLogEntry *entry, gpointer user_data G_GNUC_UNUSED)
{
    syslog(LOG_INFO, "%s", entry->line);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuRoot) root = vgpu_root_new(NULL);
    g_autofree char *input =
        vgpu_file_read_fd(STDIN_FILENO, "standard input", VGPU_FILE_MAX, NULL, NULL);
    g_autoptr(VgpuCallout) callout = vgpu_callout_parse(argc, argv, &error);
    if (!callout) {
        vgpu_log_error(error);
        return VGPU_EXIT_USAGE;
    }
    openlog("openvgpu", LOG_PID, LOG_DAEMON);
    vgpu_log_set_sink(to_syslog, NULL);
    return vgpu_callout_notify(root, callout);
}
