/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore-run.c - all definitions marked auto, of some GPUs or all, or of a vGPU, one after
 * another; none that fails or takes its time stops the others.
 */
#include "restore.h"

#include "device.h"
#include "error.h"
#include "lock.h"
#include "log.h"
#include "provider.h"
#include "setup.h"
#include "worker.h"

#include <string.h>

/* How much longer than for a vGPU we wait for its lock: a guest that starts keeps it for up to ten
 * seconds, and nobody waits for us. */
#define LOCK_PATIENCE 10

/* How many vGPUs in a row a GPU may keep us waiting for before its others are not tried. */
#define LATE_MOST 2

/*
 * How it went with one definition: as VgpuRestoreResult, or its GPU is not there, or it is no
 * definition marked auto any more, or its GPU has kept us waiting for it in vain.
 */
enum { WAITING = VGPU_RESTORE_PRESENT + 1, CHANGED, OVERDUE };

/* One run. */
typedef struct {
    const VgpuRoot *root;
    guint milliseconds;
    VgpuRestoreProgressFunc progress;
    gpointer user_data;
    char *only;         /* the one vGPU that is meant of those of its parent; NULL for all */
    GPtrArray *wanted;  /* (element-type VgpuDefinition): those to be seen to; borrowed */
    VgpuParent *parent; /* the one looked at last, for all definitions of it, which follow */
    /* which GPU kept us waiting last, and how often in a row: the worker counts that for itself,
     * and we do, since another worker starts from what we know */
    char *slow;
    guint times;
    VgpuRestoreCount *count;
} Run;

static void
log_failed(const VgpuDefinition *definition, const char *why)
{
    vgpu_log("vGPU '%s' of parent '%s' is not restored: %s", definition->vgpu, definition->parent,
             why);
}

static void
count_late(Run *run, const VgpuDefinition *definition, gboolean late)
{
    if (!late && !run->slow)
        return;
    g_autofree char *gpu = vgpu_parent_gpu(run->root, definition->parent);
    gboolean same = g_strcmp0(run->slow, gpu) == 0;
    if (!late && !same)
        return;
    run->times = !late ? 0 : same ? run->times + 1 : 1;
    g_free(run->slow);
    run->slow = g_steal_pointer(&gpu);
}

static gboolean
is_given_up(const Run *run, const VgpuDefinition *definition)
{
    if (run->times < LATE_MOST)
        return FALSE;
    g_autofree char *gpu = vgpu_parent_gpu(run->root, definition->parent);
    return strcmp(run->slow, gpu) == 0;
}

static int
restore_in_time(const Run *run, const VgpuDefinition *definition, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(run->milliseconds);
    int result = vgpu_restore_definition(run->root, definition, run->parent, &deadline, error);

    return result == VGPU_RESTORE_FAILED && vgpu_deadline_passed(&deadline) ? OVERDUE : result;
}

/* Others have undefined or changed it since it was read, when the lock was theirs. */
static int
restore_changed(const Run *run, const VgpuDefinition *definition, GError **error)
{
    GError *reason = NULL;
    g_autoptr(VgpuDefinition) now =
        vgpu_definition_load(run->root, definition->parent, definition->vgpu, &reason);

    if (now)
        return now->autostart ? restore_in_time(run, now, error) : CHANGED;
    if (!g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_propagate_error(error, reason);
        return VGPU_RESTORE_FAILED;
    }
    g_error_free(reason);
    return CHANGED;
}

static int
restore_locked(const Run *run, VgpuWorker *worker, const VgpuDefinition *definition, GError **error)
{
    VgpuDeadline wait = vgpu_deadline_after(LOCK_PATIENCE * run->milliseconds);

    vgpu_worker_expect(worker, LOCK_PATIENCE * run->milliseconds);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(run->root, definition->vgpu, &wait, error);
    if (!lock)
        return VGPU_RESTORE_FAILED;
    vgpu_worker_expect(worker, run->milliseconds + VGPU_RESTORE_UNDO_MS);
    if (!vgpu_definition_is_current(run->root, definition))
        return restore_changed(run, definition, error);
    return restore_in_time(run, definition, error);
}

static int
restore_one(Run *run, VgpuWorker *worker, const VgpuDefinition *definition)
{
    g_autoptr(GError) error = NULL;
    int result = restore_locked(run, worker, definition, &error);

    if (error)
        log_failed(definition, error->message);
    if (result != VGPU_RESTORE_FAILED)
        count_late(run, definition, result == OVERDUE);
    return result;
}

static void
look_at_parent(Run *run, const char *name)
{
    if (run->parent && strcmp(run->parent->name, name) == 0)
        return;
    vgpu_parent_free(run->parent);
    run->parent = vgpu_parent_load(run->root, name, NULL);
}

/* In the worker. */
static int
see_to(VgpuWorker *worker, guint task, gpointer user_data)
{
    Run *run = user_data;
    const VgpuDefinition *definition = run->wanted->pdata[task];

    if (definition->error) {
        vgpu_log_error(definition->error);
        return VGPU_RESTORE_FAILED;
    }
    if (is_given_up(run, definition)) {
        if (vgpu_device_exists(run->root, definition->vgpu))
            return VGPU_RESTORE_PRESENT;
        log_failed(definition, "its GPU has answered in time for none of the last; look at its "
                               "driver with 'journalctl -k', then run 'vgpuctl restore'");
        return VGPU_RESTORE_FAILED;
    }
    vgpu_worker_expect(worker, run->milliseconds);
    if (!vgpu_device_has_parent(run->root, definition->parent, definition->vgpu))
        return WAITING;
    look_at_parent(run, definition->parent);
    return restore_one(run, worker, definition);
}

/* And here. */
static void
note(guint task, int result, gpointer user_data)
{
    Run *run = user_data;
    guint *const counts[] = {
        [VGPU_RESTORE_FAILED] = &run->count->failed,
        [VGPU_RESTORE_STARTED] = &run->count->started,
        [VGPU_RESTORE_PRESENT] = &run->count->present,
        [WAITING] = &run->count->waiting,
        [CHANGED] = NULL,
        [OVERDUE] = &run->count->failed,
    };
    guint *count = counts[MAX(result, VGPU_RESTORE_FAILED)];

    if (result == VGPU_WORKER_LATE)
        log_failed(run->wanted->pdata[task],
                   "time is up while waiting for the kernel, which may still make it; look at the "
                   "GPU's driver with 'journalctl -k'");
    else if (result == VGPU_WORKER_DIED)
        log_failed(run->wanted->pdata[task], "the process that was about to do it was killed");
    if (count)
        (*count)++;
    if (result != VGPU_RESTORE_FAILED)
        count_late(run, run->wanted->pdata[task], result == OVERDUE || result == VGPU_WORKER_LATE);
    if (run->progress)
        run->progress(task + 1, run->wanted->len, run->user_data);
}

/* Nobody can tell whether one that can't be understood was meant to start. */
static gboolean
is_wanted(const Run *run, const VgpuDefinition *definition)
{
    return (definition->autostart || definition->error) &&
           (!run->only || g_str_equal(definition->vgpu, run->only));
}

static gboolean
restore_list(Run *run, const GPtrArray *definitions, GError **error)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    VgpuWorkerTasks tasks = {.root = run->root, .run = see_to, .done = note, .user_data = run};

    for (guint i = 0; i < definitions->len; i++)
        if (is_wanted(run, definitions->pdata[i]))
            g_ptr_array_add(wanted, definitions->pdata[i]);
    run->wanted = wanted;
    tasks.count = wanted->len;
    gboolean all = vgpu_worker_run(&tasks, error);
    g_clear_pointer(&run->slow, g_free);
    run->times = 0;
    return all;
}

/* @parent: (nullable): NULL for all of them. One whose folder can't be read stops no other. */
static gboolean
restore_parent(Run *run, const char *parent, GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GPtrArray) list = vgpu_definition_list(run->root, parent, problems, error);

    if (!list)
        return FALSE;
    for (guint i = 0; i < problems->len; i++) {
        run->count->failed++;
        vgpu_log_error(problems->pdata[i]);
    }
    return restore_list(run, list, error);
}

/* Where vGPU @name is defined; of several parents the one that it is there on, if it is. */
static char *
find_parent(Run *run, const char *name)
{
    g_autoptr(GError) reason = NULL;
    char *parent = vgpu_definition_find_parent(run->root, name, &reason);

    /* folders that can't be read were told of when it was looked for as a parent */
    if (!g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_CONFLICT))
        return parent;
    parent = vgpu_device_parent_of(run->root, name);
    if (!parent) {
        run->count->failed++;
        vgpu_log_error(reason);
    }
    return parent;
}

static gboolean
restore_vgpu(Run *run, const char *name, GError **error)
{
    g_autofree char *parent = find_parent(run, name);

    if (!parent)
        return TRUE;
    vgpu_provider_of_id(name, &run->only, NULL);
    gboolean ok = restore_parent(run, parent, error);
    g_clear_pointer(&run->only, g_free);
    return ok;
}

/* Is @name among @names, or is any meant? */
static gboolean
is_meant(const char *const *names, const char *name)
{
    return !names || !names[0] || g_strv_contains(names, name);
}

/* How long all GPUs together may take to be set up, and each if others have taken it all: so that
 * some of what a unit may take is left for vGPUs. */
#define SETUP_ALL_MS   (2 * VGPU_SETUP_DEFAULT_MS)
#define SETUP_LEAST_MS 1000

/* GPUs that are to be set up are, whether any vGPU is defined on them or not. */
static void
set_up(const VgpuRoot *root, const char *const *names, VgpuRestoreCount *count)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(root);
    VgpuDeadline all = vgpu_deadline_after(SETUP_ALL_MS);
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, settings->setup);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        guint left = CLAMP(vgpu_deadline_left(&all), SETUP_LEAST_MS, VGPU_SETUP_DEFAULT_MS);
        g_autoptr(GError) error = NULL;
        if (!is_meant(names, name) || vgpu_setup_run(root, settings, name, left, &error))
            continue;
        count->failed++;
        vgpu_log_error(error);
    }
}

gboolean
vgpu_restore_run(const VgpuRoot *root, const char *const *names, guint milliseconds,
                 VgpuRestoreProgressFunc progress, gpointer user_data, VgpuRestoreCount *count,
                 GError **error)
{
    Run run = {
        .root = root,
        .milliseconds = milliseconds,
        .progress = progress,
        .user_data = user_data,
        .count = count,
    };
    gboolean any = names && names[0];

    *count = (VgpuRestoreCount){0};
    set_up(root, names, count);
    if (!any)
        return restore_parent(&run, NULL, error);
    /* a virtual function can be both, a vGPU and a parent */
    for (guint i = 0; names[i]; i++)
        if (!restore_parent(&run, names[i], error) || !restore_vgpu(&run, names[i], error))
            return FALSE;
    return TRUE;
}
