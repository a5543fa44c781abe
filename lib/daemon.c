/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon.c - libvirt's daemons, seen from outside.
 */
#include "daemon.h"

#include "command.h"
#include "file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* /proc/net/unix has a line a socket: a few thousand on a busy host. */
#define SOCKETS_MAX (16 * 1024 * 1024)
#define SMALL_MAX   (64 * 1024)
/* __SO_ACCEPTCON of linux/net.h, the flags' column of /proc/net/unix */
#define ACCEPTS 0x10000

/* "0000000000000000: 00000002 00000000 00010000 0001 01 18733 /run/libvirt/libvirt-sock" */
static gboolean
line_listens(const char *line, const char *socket)
{
    const char *path = strchr(line, '/');
    unsigned int flags;

    /* /var/run is /run */
    if (path && g_str_has_prefix(path, "/var/run/"))
        path += strlen("/var");
    return path && strcmp(path, socket) == 0 && sscanf(line, "%*[^:]: %*x %*x %x", &flags) == 1 &&
           (flags & ACCEPTS);
}

static gboolean
is_listening(const VgpuRoot *root, const char *socket)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PROC, NULL, "net", "unix", NULL);
    g_autofree char *text = vgpu_file_read(path, SOCKETS_MAX, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    for (guint i = 0; lines[i]; i++)
        if (line_listens(lines[i], socket))
            return TRUE;
    return FALSE;
}

static char *
read_proc(const VgpuRoot *root, const char *pid, const char *file)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PROC, NULL, pid, file, NULL);
    return path ? vgpu_file_read(path, SMALL_MAX, NULL, NULL) : NULL;
}

/* Seconds since 1970 at which the kernel started; 0 if that can't be known. */
static gint64
boot_time(const VgpuRoot *root)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PROC, NULL, "stat", NULL);
    g_autofree char *text = vgpu_file_read(path, VGPU_FILE_MAX, NULL, NULL);
    const char *line = text ? strstr(text, "\nbtime ") : NULL;

    return line ? g_ascii_strtoll(line + strlen("\nbtime "), NULL, 10) : 0;
}

/* proc(5): field 22 of stat, counted after the name, which may hold anything. */
static gint64
start_time(const VgpuRoot *root, const char *pid)
{
    g_autofree char *stat = read_proc(root, pid, "stat");
    const char *after = stat ? strrchr(stat, ')') : NULL;
    g_auto(GStrv) fields = g_strsplit(after ? after + 1 : "", " ", 22);

    if (g_strv_length(fields) < 21)
        return 0;
    gint64 ticks = g_ascii_strtoll(fields[20], NULL, 10);
    return boot_time(root) * G_USEC_PER_SEC + ticks * G_USEC_PER_SEC / sysconf(_SC_CLK_TCK);
}

/* A pid file outlives its daemon: the process must have the daemon's name. */
static void
find_process(const VgpuRoot *root, VgpuDaemon *daemon)
{
    g_autofree char *file = g_strdup_printf("/run/%s.pid", daemon->name);
    g_autofree char *path = vgpu_root_at(root, file);
    g_autofree char *text = vgpu_file_read(path, SMALL_MAX, NULL, NULL);
    guint64 pid;

    if (!text || !g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, G_MAXINT, &pid, NULL))
        return;
    g_autofree char *name = read_proc(root, text, "comm");
    if (!name || strcmp(g_strchomp(name), daemon->name) != 0)
        return;
    daemon->pid = (pid_t)pid;
    daemon->started = start_time(root, text);
}

VgpuDaemon *
vgpu_daemon_load(const VgpuRoot *root, const char *name)
{
    VgpuDaemon *daemon = g_new0(VgpuDaemon, 1);
    const char *stem = strcmp(name, "libvirtd") == 0 ? "libvirt" : name;

    daemon->name = g_strdup(name);
    daemon->program = vgpu_command_find(root, name);
    daemon->socket = g_strdup_printf("/run/libvirt/%s-sock", stem);
    g_autofree char *socket = vgpu_root_at(root, daemon->socket);
    daemon->has_socket = g_file_test(socket, G_FILE_TEST_EXISTS);
    daemon->listening = daemon->has_socket && is_listening(root, daemon->socket);
    find_process(root, daemon);
    return daemon;
}

void
vgpu_daemon_free(VgpuDaemon *daemon)
{
    if (!daemon)
        return;
    g_free(daemon->name);
    g_free(daemon->program);
    g_free(daemon->socket);
    g_free(daemon);
}
