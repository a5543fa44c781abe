/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.c - reads the folder vgpu_stats of a device, which has one number a file.
 */
#include "stats.h"

#include "file.h"
#include "sysfs.h"

static void
stat_free(gpointer data)
{
    VgpuStat *stat = data;

    g_free(stat->name);
    g_free(stat);
}

static void
add_stat(GPtrArray *stats, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = vgpu_sysfs_read(path, NULL);
    guint64 value;

    if (!text || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL))
        return;
    VgpuStat *stat = g_new(VgpuStat, 1);
    stat->name = g_strdup(name);
    stat->value = value;
    g_ptr_array_add(stats, stat);
}

GPtrArray *
vgpu_stats_read(const char *device)
{
    g_autofree char *folder = g_build_filename(device, "vgpu_stats", NULL);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);
    GPtrArray *stats = g_ptr_array_new_with_free_func(stat_free);

    for (guint i = 0; names && i < names->len; i++)
        add_stat(stats, folder, names->pdata[i]);
    return stats;
}
