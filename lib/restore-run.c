/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore-run.c - all definitions marked auto, of some GPUs or all, or of a vGPU: those of one GPU
 * one after another, and while a GPU takes its time, those of others; none that fails stops them.
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

/* How many GPUs are seen to at the same time, if they take their time. */
#define SHARES_MOST 4

/*
 * How it went with one definition: as VgpuRestoreResult, or its GPU is not there, or it is not
 * marked auto or there any more, or its GPU has kept us waiting for it in vain.
 */
enum { WAITING = VGPU_RESTORE_PRESENT + 1, NOT_WANTED, OVERDUE };

/* One run. */
typedef struct {
    const VgpuRoot *root;
    guint milliseconds;
    VgpuRestoreProgressFunc progress;
    gpointer user_data;
    GPtrArray *unread; /* (element-type VgpuDefinition): of all that is to be restored */
    guint done;        /* how many of them are seen to */
    VgpuRestoreCount *count;
} Run;

/* What one worker sees to: all definitions of some GPUs. */
typedef struct {
    Run *run;
    GPtrArray *unread;  /* (element-type VgpuDefinition): borrowed */
    VgpuParent *parent; /* the one looked at last, for all definitions of it, which follow */
    /* which GPU kept us waiting last, and how often in a row: the worker counts that for itself,
     * and we do, since another worker starts from what we know */
    char *slow;
    guint times;
} Share;

static void
log_failed(const VgpuDefinition *definition, const char *why)
{
    vgpu_log("vGPU '%s' of parent '%s' is not restored: %s", definition->vgpu, definition->parent,
             why);
}

static void
count_late(Share *share, const VgpuDefinition *definition, int result)
{
    gboolean late = result == OVERDUE || result == VGPU_WORKER_LATE;

    if (result == VGPU_RESTORE_FAILED || result == NOT_WANTED || (!late && !share->slow))
        return;
    g_autofree char *gpu = vgpu_parent_gpu(share->run->root, definition->parent);
    gboolean same = g_strcmp0(share->slow, gpu) == 0;
    if (!late && !same)
        return;
    share->times = !late ? 0 : same ? share->times + 1 : 1;
    g_free(share->slow);
    share->slow = g_steal_pointer(&gpu);
}

static gboolean
is_given_up(const Share *share, const VgpuDefinition *definition)
{
    if (share->times < LATE_MOST)
        return FALSE;
    g_autofree char *gpu = vgpu_parent_gpu(share->run->root, definition->parent);
    return strcmp(share->slow, gpu) == 0;
}

static int
restore_in_time(const Share *share, const VgpuDefinition *definition, GError **error)
{
    const Run *run = share->run;
    VgpuDeadline deadline = vgpu_deadline_after(run->milliseconds);
    int result = vgpu_restore_definition(run->root, definition, share->parent, &deadline, error);

    return result == VGPU_RESTORE_FAILED && vgpu_deadline_passed(&deadline) ? OVERDUE : result;
}

/* Others have undefined or changed it since it was read, when the lock was theirs. */
static int
restore_changed(const Share *share, const VgpuDefinition *definition, GError **error)
{
    g_autoptr(VgpuDefinition) now = vgpu_definition_read(share->run->root, definition);

    if (!now)
        return NOT_WANTED;
    if (now->error) {
        g_propagate_error(error, g_steal_pointer(&now->error));
        return VGPU_RESTORE_FAILED;
    }
    return now->autostart ? restore_in_time(share, now, error) : NOT_WANTED;
}

static int
restore_locked(const Share *share, VgpuWorker *worker, const VgpuDefinition *definition,
               GError **error)
{
    const Run *run = share->run;
    VgpuDeadline wait = vgpu_deadline_after(LOCK_PATIENCE * run->milliseconds);

    vgpu_worker_expect(worker, LOCK_PATIENCE * run->milliseconds);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(run->root, definition->vgpu, &wait, error);
    if (!lock)
        return VGPU_RESTORE_FAILED;
    vgpu_worker_expect(worker, run->milliseconds + VGPU_RESTORE_UNDO_MS);
    if (!vgpu_definition_is_current(run->root, definition))
        return restore_changed(share, definition, error);
    return restore_in_time(share, definition, error);
}

static int
restore_one(Share *share, VgpuWorker *worker, const VgpuDefinition *definition)
{
    g_autoptr(GError) error = NULL;
    int result = restore_locked(share, worker, definition, &error);

    if (error)
        log_failed(definition, error->message);
    count_late(share, definition, result);
    return result;
}

static void
look_at_parent(Share *share, const char *name)
{
    if (share->parent && strcmp(share->parent->name, name) == 0)
        return;
    vgpu_parent_free(share->parent);
    share->parent = vgpu_parent_load(share->run->root, name, NULL);
}

/* It is looked at once more, without patience. */
static int
give_up(const Share *share, VgpuWorker *worker, const VgpuDefinition *definition)
{
    vgpu_worker_expect(worker, 0);
    if (vgpu_device_exists(share->run->root, definition->vgpu))
        return VGPU_RESTORE_PRESENT;
    log_failed(definition, "its GPU has answered in time for none of the last; look at its "
                           "driver with 'journalctl -k', then run 'vgpuctl restore'");
    return VGPU_RESTORE_FAILED;
}

/* In the worker. */
static int
see_to(VgpuWorker *worker, guint task, gpointer user_data)
{
    Share *share = user_data;
    const VgpuRoot *root = share->run->root;

    vgpu_worker_expect(worker, share->run->milliseconds);
    g_autoptr(VgpuDefinition) definition = vgpu_definition_read(root, share->unread->pdata[task]);
    if (definition && definition->error) {
        /* nobody can tell whether it was meant to start */
        vgpu_log_error(definition->error);
        return VGPU_RESTORE_FAILED;
    }
    if (!definition || !definition->autostart)
        return NOT_WANTED;
    if (is_given_up(share, definition))
        return give_up(share, worker, definition);
    if (!vgpu_device_has_parent(root, definition->parent, definition->vgpu))
        return WAITING;
    look_at_parent(share, definition->parent);
    return restore_one(share, worker, definition);
}

/* And here. */
static void
note(guint task, int result, gpointer user_data)
{
    Share *share = user_data;
    Run *run = share->run;
    const VgpuDefinition *definition = share->unread->pdata[task];
    guint *const counts[] = {
        [VGPU_RESTORE_FAILED] = &run->count->failed,
        [VGPU_RESTORE_STARTED] = &run->count->started,
        [VGPU_RESTORE_PRESENT] = &run->count->present,
        [WAITING] = &run->count->waiting,
        [NOT_WANTED] = NULL,
        [OVERDUE] = &run->count->failed,
    };
    guint *count = counts[MAX(result, VGPU_RESTORE_FAILED)];

    if (result == VGPU_WORKER_LATE)
        log_failed(definition,
                   "time is up while waiting for the kernel, which may still make it; look at the "
                   "GPU's driver with 'journalctl -k'");
    else if (result == VGPU_WORKER_DIED)
        log_failed(definition, "the process that was about to do it was killed");
    if (count)
        (*count)++;
    count_late(share, definition, result);
    run->done++;
    if (run->progress)
        run->progress(run->done, run->unread->len, run->user_data);
}

/* The kernel turns functions on of one GPU at a time, so the time of one would be another's. */
static gboolean
has_yet_to_be_turned_on(const Run *run, const VgpuDefinition *definition)
{
    const VgpuProvider *provider = vgpu_provider_of_id(definition->vgpu, NULL, NULL);
    g_autofree char *parent = vgpu_device_parent_of(run->root, definition->vgpu);

    return provider && provider->parent_of && !parent;
}

/*
 * Which share @definition is of: that of its GPU, whichever function it is on; GPUs take turns.
 * @turns: of each GPU's name
 */
static guint
find_turn(const Run *run, GHashTable *turns, const VgpuDefinition *definition)
{
    g_autofree char *gpu = vgpu_parent_gpu(run->root, definition->parent);
    gpointer turn;

    if (!g_hash_table_lookup_extended(turns, gpu, NULL, &turn)) {
        guint next = g_hash_table_size(turns) % SHARES_MOST;
        turn = GUINT_TO_POINTER(has_yet_to_be_turned_on(run, definition) ? 0 : next);
        g_hash_table_insert(turns, g_steal_pointer(&gpu), turn);
    }
    return GPOINTER_TO_UINT(turn);
}

static void
share_out(const Run *run, Share *shares)
{
    g_autoptr(GHashTable) turns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *parent = "";
    guint turn = 0;

    for (guint i = 0; i < run->unread->len; i++) {
        const VgpuDefinition *definition = run->unread->pdata[i];
        if (strcmp(parent, definition->parent) != 0)
            turn = find_turn(run, turns, definition);
        parent = definition->parent;
        g_ptr_array_add(shares[turn].unread, run->unread->pdata[i]);
    }
}

static gboolean
restore_all(Run *run, GError **error)
{
    Share shares[SHARES_MOST];
    VgpuWorkerTasks lists[SHARES_MOST];

    for (guint i = 0; i < SHARES_MOST; i++)
        shares[i] = (Share){.run = run, .unread = g_ptr_array_new()};
    share_out(run, shares);
    for (guint i = 0; i < SHARES_MOST; i++)
        lists[i] = (VgpuWorkerTasks){.root = run->root,
                                     .count = shares[i].unread->len,
                                     .run = see_to,
                                     .done = note,
                                     .user_data = &shares[i]};
    gboolean all = vgpu_worker_run(lists, SHARES_MOST, error);
    for (guint i = 0; i < SHARES_MOST; i++) {
        g_ptr_array_unref(shares[i].unread);
        g_free(shares[i].slow);
    }
    return all;
}

/*
 * @parent: (nullable): NULL for all of them. One whose folder can't be read stops no other.
 * @only: (nullable): the one vGPU that is meant of those of @parent; NULL for all
 */
static gboolean
add_parent(Run *run, const char *parent, const char *only, GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GPtrArray) list = vgpu_definition_list_unread(run->root, parent, problems, error);

    if (!list)
        return FALSE;
    for (guint i = 0; i < problems->len; i++) {
        run->count->failed++;
        vgpu_log_error(problems->pdata[i]);
    }
    for (guint i = list->len; only && i > 0; i--)
        if (!g_str_equal(((const VgpuDefinition *)list->pdata[i - 1])->vgpu, only))
            g_ptr_array_remove_index(list, i - 1);
    g_ptr_array_extend_and_steal(run->unread, g_steal_pointer(&list));
    return TRUE;
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
add_vgpu(Run *run, const char *name, GError **error)
{
    g_autofree char *parent = find_parent(run, name);

    if (!parent)
        return TRUE;
    g_autofree char *only = NULL;
    vgpu_provider_of_id(name, &only, NULL);
    return add_parent(run, parent, only, error);
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
    g_autoptr(GPtrArray) unread =
        g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_definition_free);
    gboolean any = names && names[0];

    run.unread = unread;
    *count = (VgpuRestoreCount){0};
    set_up(root, names, count);
    if (!any && !add_parent(&run, NULL, NULL, error))
        return FALSE;
    /* a virtual function can be both, a vGPU and a parent */
    for (guint i = 0; any && names[i]; i++)
        if (!add_parent(&run, names[i], NULL, error) || !add_vgpu(&run, names[i], error))
            return FALSE;
    return restore_all(&run, error);
}
