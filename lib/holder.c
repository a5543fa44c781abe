/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * holder.c - looks for an open device file through /proc/<pid>/fd, and for a name
 * of who has it.
 */
#include "holder.h"

#include "file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What an open device is called in /proc/<pid>/fd (drivers/vfio/group.c). */
#define VFIO_DEVICE "anon_inode:[vfio-device]"

/* Ends the walk up the processes, whatever /proc says meanwhile. */
#define ANCESTORS_MAX 64

#define COMM_MAX     64
#define PID_FILE_MAX 64

/* The daemon's own, among those of its domains. */
#define DAEMON_PID_FILE "driver.pid"

/*
 * As stat(2), but from what the kernel knows already: any user may have opened a file on a FUSE or
 * network file system that never answers.
 */
static gboolean
look(const char *path, struct statx *st)
{
    return statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, st) == 0;
}

static gboolean
is_device(const struct statx *st, const GArray *devices)
{
    dev_t device = makedev(st->stx_rdev_major, st->stx_rdev_minor);
    for (guint i = 0; S_ISCHR(st->stx_mode) && i < devices->len; i++)
        if (g_array_index(devices, dev_t, i) == device)
            return TRUE;
    return FALSE;
}

static gboolean
is_file(const struct statx *st, const GPtrArray *files)
{
    struct statx file;
    for (guint i = 0; i < files->len; i++)
        if (look(files->pdata[i], &file) && file.stx_dev_major == st->stx_dev_major &&
            file.stx_dev_minor == st->stx_dev_minor && file.stx_ino == st->stx_ino)
            return TRUE;
    return FALSE;
}

static gboolean
link_matches(const char *link, const VgpuHolderTarget *target)
{
    char text[512];
    struct statx st;
    ssize_t length = readlink(link, text, sizeof(text) - 1);
    if (length < 0)
        return FALSE;
    text[length] = '\0';
    /* this follows the open file itself, not its name */
    return strstr(text, target->hint) && look(link, &st) &&
           (is_device(&st, target->devices) || is_file(&st, target->files));
}

static gboolean
process_holds(const char *folder, const VgpuHolderTarget *target)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *link = g_strdup_printf("%s/%s", folder, name);
        if (link_matches(link, target))
            return TRUE;
    }
    return FALSE;
}

static pid_t
read_parent(const char *proc, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%s/%d/status", proc, (int)pid);
    g_autofree char *text = NULL;
    guint64 number = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *line = strstr(text, "\nPPid:");
    if (line)
        number = g_ascii_strtoull(line + strlen("\nPPid:"), NULL, 10);
    return number <= G_MAXINT ? (pid_t)number : 0;
}

static gboolean
is_ancestor(const char *proc, pid_t pid)
{
    pid_t ancestor = getppid();
    for (guint depth = 0; depth < ANCESTORS_MAX && ancestor > 1; depth++) {
        if (ancestor == pid)
            return TRUE;
        ancestor = read_parent(proc, ancestor);
    }
    return FALSE;
}

static gboolean
has_device(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *link = g_build_filename(folder, name, NULL);
        char text[sizeof(VFIO_DEVICE)] = "";
        if (readlink(link, text, sizeof(text)) == (ssize_t)strlen(VFIO_DEVICE) &&
            strncmp(text, VFIO_DEVICE, strlen(VFIO_DEVICE)) == 0)
            return TRUE;
    }
    return FALSE;
}

/*
 * libvirt's nodedev-destroy opens the group, to see that nobody else has it, and keeps it open
 * while mdevctl and with it our callout run. The kernel does not wait for that, only for
 * the device itself.
 */
static gboolean
is_holder(const char *proc, const char *folder, pid_t pid, const VgpuHolderTarget *target)
{
    return process_holds(folder, target) && (!is_ancestor(proc, pid) || has_device(folder));
}

gboolean
vgpu_holder_find(const VgpuRoot *root, const VgpuHolderTarget *target, pid_t *pid, GError **error)
{
    g_autofree char *proc = vgpu_root_dir(root, VGPU_DIR_PROC);
    g_autoptr(GPtrArray) names = vgpu_file_list(proc, error);
    if (!names)
        return FALSE;
    *pid = 0;
    for (guint i = 0; i < names->len && *pid == 0; i++) {
        guint64 number;
        if (!g_ascii_string_to_unsigned(names->pdata[i], 10, 1, G_MAXINT, &number, NULL))
            continue;
        g_autofree char *folder = g_strdup_printf("%s/%s/fd", proc, (char *)names->pdata[i]);
        if (is_holder(proc, folder, (pid_t)number, target))
            *pid = (pid_t)number;
    }
    return TRUE;
}

gboolean
vgpu_holder_sees_all(const VgpuRoot *root)
{
    g_autofree char *proc = vgpu_root_dir(root, VGPU_DIR_PROC);
    struct stat st;

    return geteuid() == 0 || (stat(proc, &st) == 0 && st.st_uid == geteuid());
}

char *
vgpu_holder_get_name(const VgpuRoot *root, pid_t pid)
{
    g_autofree char *proc = vgpu_root_dir(root, VGPU_DIR_PROC);
    g_autofree char *path = g_strdup_printf("%s/%d/comm", proc, (int)pid);
    char *name = vgpu_file_read(path, COMM_MAX, NULL, NULL);
    return name ? g_strstrip(name) : NULL;
}

static gboolean
file_has_pid(const char *folder, const char *name, pid_t pid)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = vgpu_file_read(path, PID_FILE_MAX, NULL, NULL);
    guint64 number;
    return text && g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, G_MAXINT, &number, NULL) &&
           (pid_t)number == pid;
}

char *
vgpu_holder_get_domain(const VgpuRoot *root, pid_t pid)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_DOMAINS);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);
    for (guint i = 0; names && i < names->len; i++) {
        const char *name = names->pdata[i];
        if (g_str_has_suffix(name, ".pid") && !g_str_equal(name, DAEMON_PID_FILE) &&
            file_has_pid(folder, name, pid))
            return g_strndup(name, strlen(name) - strlen(".pid"));
    }
    return NULL;
}
