/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon.h - libvirt's daemons, seen from outside: by their programs, sockets and pid files, so
 * that it works where they don't.
 */
#ifndef VGPU_DAEMON_H
#define VGPU_DAEMON_H

#include "root.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * VgpuDaemon:
 * @name: name of its program: "libvirtd", "virtqemud", "virtnodedevd"
 * @program: (nullable): its program, below the root; NULL if that is not installed
 * @socket: path of its socket
 * @has_socket: TRUE if the socket's file is there
 * @listening: TRUE if somebody listens on it: the daemon, or systemd, which then starts the daemon
 * @pid: the daemon, 0 if it does not run
 * @started: when it was started, microseconds since 1970, as exact as a second
 */
typedef struct {
    char *name;
    char *program;
    char *socket;
    gboolean has_socket;
    gboolean listening;
    pid_t pid;
    gint64 started;
} VgpuDaemon;

/**
 * vgpu_daemon_load:
 * @root: a root
 * @name: name of a daemon
 *
 * Returns: (transfer full): the daemon, installed or not.
 */
VgpuDaemon *vgpu_daemon_load(const VgpuRoot *root, const char *name);

/**
 * vgpu_daemon_free:
 * @daemon: (nullable): a daemon
 */
void vgpu_daemon_free(VgpuDaemon *daemon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuDaemon, vgpu_daemon_free)

G_END_DECLS

#endif
