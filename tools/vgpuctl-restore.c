/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-restore.c - makes the vGPUs whose definitions are marked auto; the systemd units run it.
 */
#include "error.h"
#include "definition.h"
#include "log.h"
#include "order.h"
#include "provider.h"
#include "restore.h"
#include "settings.h"
#include "verb.h"

#include <stdio.h>
#include <unistd.h>

/* How often a person is told how far it is. */
#define TELL_US (G_USEC_PER_SEC / 5)

/* What a person has seen of it on the terminal. */
typedef struct {
    gint64 told;
    gboolean shown;
} Progress;

static void
tell(guint done, guint total, gpointer user_data)
{
    Progress *progress = user_data;
    gint64 now = g_get_monotonic_time();

    if (done < total && now - progress->told >= TELL_US) {
        fprintf(stderr, "\r%u of %u", done, total);
        progress->shown = TRUE;
        progress->told = now;
    } else if (done == total && progress->shown) {
        fputs("\r\033[K", stderr);
    }
}

/*
 * A name that is neither there nor known may be a typo. But the GPU may also have gone just after
 * udev told of it, and that is no failure.
 */
static void
say_if_unknown(const VgpuRoot *root, const VgpuSettings *settings, const char *gpu)
{
    g_autoptr(GPtrArray) definitions = vgpu_definition_list_unread(root, gpu, NULL, NULL);
    g_autoptr(GError) reason = NULL;
    g_autofree char *parent = vgpu_definition_find_parent(root, gpu, &reason);
    gboolean known = !definitions || definitions->len || parent || !settings ||
                     g_hash_table_contains(settings->setup, gpu) ||
                     g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_CONFLICT);

    for (guint i = 0; !known && vgpu_providers[i]; i++)
        known = vgpu_providers[i]->has_parent(root, gpu);
    if (!known)
        vgpu_log("there is no GPU '%s', nothing is defined on it, and it is no vGPU that is "
                 "defined; 'vgpuctl list gpus' and 'vgpuctl list definitions' show which are there",
                 gpu);
}

static gboolean
check_words(const VgpuRoot *root, const char *const *words, GError **error)
{
    /* what is wrong with them is said when they are used */
    g_autoptr(VgpuSettings) settings = vgpu_settings_read(root, NULL);

    for (guint i = 0; words[i]; i++) {
        if (!vgpuctl_order_check_gpu(words[i], error))
            return FALSE;
        say_if_unknown(root, settings, words[i]);
    }
    return TRUE;
}

static gboolean
run_restore(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuRestoreCount count;
    Progress progress = {.told = g_get_monotonic_time()};

    if (!check_words(root, words, error))
        return FALSE;
    if (!vgpu_restore_run(root, words, VGPU_RESTORE_DEFAULT_MS, isatty(STDERR_FILENO) ? tell : NULL,
                          &progress, &count, error))
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
    .arguments = "[PARENT|VGPU...]",
    .summary = "make the vGPUs that are defined to start with the machine",
    .most = G_MAXUINT,
    .run = run_restore,
};
