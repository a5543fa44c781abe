/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * holder.c - looks for an open device file through /proc/<pid>/fd.
 */
#include "holder.h"

#include "file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_device(const struct stat *st, const GArray *devices)
{
    for (guint i = 0; S_ISCHR(st->st_mode) && i < devices->len; i++)
        if (g_array_index(devices, dev_t, i) == st->st_rdev)
            return TRUE;
    return FALSE;
}

static gboolean
is_file(const struct stat *st, const GPtrArray *files)
{
    struct stat file;
    for (guint i = 0; i < files->len; i++)
        if (stat(files->pdata[i], &file) == 0 && file.st_dev == st->st_dev &&
            file.st_ino == st->st_ino)
            return TRUE;
    return FALSE;
}

static gboolean
link_matches(const char *link, const VgpuHolderTarget *target)
{
    char text[512];
    struct stat st;
    ssize_t length = readlink(link, text, sizeof(text) - 1);
    if (length < 0)
        return FALSE;
    text[length] = '\0';
    /* stat follows the open file itself, not its name */
    return strstr(text, target->hint) && stat(link, &st) == 0 &&
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
        if (process_holds(folder, target))
            *pid = (pid_t)number;
    }
    return TRUE;
}
