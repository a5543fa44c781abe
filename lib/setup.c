/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * setup.c - runs a program of the administrator's choice for a GPU that has no vGPU yet.
 */
#include "setup.h"

#include "command.h"
#include "device.h"
#include "error.h"
#include "lock.h"
#include "provider.h"

static gboolean
is_there(const VgpuRoot *root, const char *parent)
{
    for (guint i = 0; vgpu_providers[i]; i++)
        if (vgpu_providers[i]->has_parent(root, parent))
            return TRUE;
    return FALSE;
}

/* On one of its virtual functions too. */
static gboolean
is_on(const VgpuRoot *root, const VgpuDevice *device, const char *gpu)
{
    g_autofree char *of = vgpu_parent_gpu(root, device->parent);

    return g_str_equal(of, gpu);
}

static gboolean
has_vgpu(const VgpuRoot *root, const char *gpu, gboolean *has, GError **error)
{
    g_autoptr(GPtrArray) devices = vgpu_device_list(root, error);

    *has = FALSE;
    for (guint i = 0; devices && !*has && i < devices->len; i++)
        *has = is_on(root, devices->pdata[i], gpu);
    return devices != NULL;
}

/* The words with the GPU's name for each "%g". */
static char **
fill_in(char **words, const char *parent)
{
    char **argv = g_new0(char *, g_strv_length(words) + 1);

    for (guint i = 0; words[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], "%g", -1);
        argv[i] = g_strjoinv(parent, parts);
    }
    return argv;
}

static gboolean
run(const VgpuRoot *root, char **words, const char *parent, const VgpuDeadline *deadline,
    GError **error)
{
    g_auto(GStrv) argv = fill_in(words, parent);

    if (vgpu_command_run(root, (const char *const *)argv, deadline, NULL, error))
        return TRUE;
    g_prefix_error(error, "GPU '%s' is not set up as openvgpu.conf(5) says: ", parent);
    return FALSE;
}

gboolean
vgpu_setup_run(const VgpuRoot *root, const VgpuSettings *settings, const char *parent,
               guint milliseconds, GError **error)
{
    char **words = g_hash_table_lookup(settings->setup, parent);
    VgpuDeadline deadline = vgpu_deadline_after(milliseconds);
    gboolean has;

    if (!words || !is_there(root, parent))
        return TRUE;
    if (!vgpu_settings_check_owner(root, error))
        return FALSE;
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(root, parent, &deadline, error);
    if (!lock || !has_vgpu(root, parent, &has, error))
        return FALSE;
    return has || run(root, words, parent, &deadline, error);
}
