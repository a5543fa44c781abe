/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore.c - makes the vGPUs whose definitions say "auto", side by side with whoever else
 * may be doing the same.
 */
#include "restore.h"

#include "attr.h"
#include "error.h"
#include "lock.h"
#include "log.h"
#include "device.h"
#include "owner.h"
#include "provider.h"
#include "setup.h"
#include "worker.h"

#include <string.h>

/* How much longer than for a vGPU we wait for its lock: a guest that starts keeps it for up to ten
 * seconds, and nobody waits for us. */
#define LOCK_PATIENCE 10

/* How long what was made and can't be finished may take to go again, in milliseconds. */
#define UNDO_MS (VGPU_DEADLINE_DEFAULT_MS / 10)

/* Between two tries to have an id that the kernel is about to let go of. */
#define PAUSE_MS 50

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
    GPtrArray *wanted;  /* (element-type VgpuDefinition): those to be seen to; borrowed */
    VgpuParent *parent; /* the one looked at last, for all definitions of it, which follow */
    const char *slow;   /* the GPU that kept us waiting last, and how often in a row; both sides */
    guint times; /* of the worker count that, since another worker starts from what we know */
    VgpuRestoreCount *count;
} Run;

static gboolean
check_values(const VgpuParent *parent, const VgpuDefinition *definition, GError **error)
{
    const VgpuType *type = vgpu_parent_find_type(parent, definition->type, error);
    return type && vgpu_attr_check_list(parent->driver, type, definition->attrs, error);
}

/* Virtual functions are there before the driver knows what can be made on them. */
static VgpuParent *
load_with_types(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                GError **error)
{
    VgpuParent *parent = vgpu_parent_load(root, name, error);

    while (parent && parent->provider->enable && parent->types->len == 0 &&
           vgpu_deadline_pause(deadline, PAUSE_MS)) {
        vgpu_parent_free(parent);
        parent = vgpu_parent_load(root, name, error);
    }
    return parent;
}

/* A GPU with virtual functions tells of other types by and by. */
static gboolean
check(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuParent *seen,
      const VgpuDeadline *deadline, GError **error)
{
    if (seen && vgpu_parent_find_type(seen, definition->type, NULL))
        return check_values(seen, definition, error);
    g_autoptr(VgpuParent) parent = load_with_types(root, definition->parent, deadline, error);
    return parent && check_values(parent, definition, error);
}

static gboolean
check_same(const VgpuDevice *device, const VgpuDefinition *definition, GError **error)
{
    if (strcmp(device->type, definition->type) == 0 &&
        strcmp(device->parent, definition->parent) == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "vGPU '%s' is there with type '%s' on parent '%s', but is defined with type '%s' "
                "on parent '%s'; remove it or undefine it",
                definition->vgpu, device->type, device->parent, definition->type,
                definition->parent);
    return FALSE;
}

/* An attribute that cannot be read back counts as right: nobody can tell. */
static gboolean
attrs_differ(const VgpuRoot *root, const VgpuDefinition *definition)
{
    for (guint i = 0; i < definition->attrs->len; i++) {
        const VgpuAttr *attr = definition->attrs->pdata[i];
        const char *wanted = vgpu_attr_list_find(definition->attrs, attr->name);
        g_autofree char *value = vgpu_device_get_attr(root, definition->vgpu, attr->name, NULL);
        if (value && strcmp(value, wanted) != 0)
            return TRUE;
    }
    return FALSE;
}

/* Between prepare and QEMU's open a domain's vGPU looks idle. */
static gboolean
is_owned(const VgpuRoot *root, const char *id)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, id, NULL);

    return record && record->state != VGPU_RECORD_RELEASED;
}

static gboolean
adopt(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
      GError **error)
{
    if (!vgpu_device_wait_ready(root, definition->vgpu, deadline, error))
        return FALSE;
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, definition->vgpu, error);
    if (!device || !check_same(device, definition, error))
        return FALSE;
    /* one that a domain has, or a guest has open, is as its owner wants it */
    if (!attrs_differ(root, definition) || is_owned(root, definition->vgpu) ||
        !vgpu_device_check_idle(root, definition->vgpu, NULL))
        return TRUE;
    return vgpu_device_set_attrs(root, definition->vgpu, definition->attrs, deadline, error);
}

/* Takes back what this call made; the reason of the failure is the caller's to say. */
static void
undo(const VgpuRoot *root, const char *id)
{
    g_autoptr(GError) error = NULL;
    /* the call's own deadline may be what has passed */
    VgpuDeadline deadline = vgpu_deadline_after(UNDO_MS);
    /* one that is late is the definition's when it comes */
    if (!vgpu_device_remove(root, id, &deadline, &error) &&
        !g_error_matches(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT))
        vgpu_log_error(error);
}

static gboolean
finish(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
       GError **error)
{
    /* that the kernel took all the time to make it is no reason to make it in vain */
    VgpuDeadline more = vgpu_deadline_after(UNDO_MS);
    const VgpuDeadline *until = deadline->at > more.at ? deadline : &more;

    if (vgpu_device_set_attrs(root, definition->vgpu, definition->attrs, until, error))
        return TRUE;
    undo(root, definition->vgpu);
    return FALSE;
}

/* *@asked: whether the kernel was asked, so that what is there then may be ours. */
static gboolean
create(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
       gboolean *asked, GError **error)
{
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(root, definition->parent, deadline, error);

    *asked = lock && vgpu_deadline_check(deadline, "the GPU's turn", error);
    return *asked && vgpu_device_create(root, definition->parent, definition->type,
                                        definition->vgpu, deadline, error);
}

/* The kernel keeps the id of a removed vGPU a while longer than it can be seen. */
static gboolean
create_when_free(const VgpuRoot *root, const VgpuDefinition *definition,
                 const VgpuDeadline *deadline, gboolean *asked, GError **error)
{
    GError *cause = NULL;

    while (!create(root, definition, deadline, asked, &cause)) {
        if (!g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_EXISTS) ||
            vgpu_device_exists(root, definition->vgpu) ||
            !vgpu_deadline_pause(deadline, PAUSE_MS) || vgpu_deadline_passed(deadline)) {
            g_propagate_error(error, cause);
            return FALSE;
        }
        g_clear_error(&cause);
    }
    return TRUE;
}

static VgpuRestoreResult
start(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
      GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean asked, recorded;
    if (!vgpu_owner_forget_stale(root, definition->vgpu, &recorded, error))
        return VGPU_RESTORE_FAILED;
    /* a record is of an earlier call that had no answer: this vGPU is nobody's */
    if (create_when_free(root, definition, deadline, &asked, &reason) &&
        (!recorded || vgpu_record_delete(root, definition->vgpu, &reason)))
        return finish(root, definition, deadline, error) ? VGPU_RESTORE_STARTED
                                                         : VGPU_RESTORE_FAILED;
    /* mdevctl's own rule was faster, between our look and our write */
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_EXISTS) &&
        vgpu_device_exists(root, definition->vgpu))
        return adopt(root, definition, deadline, error) ? VGPU_RESTORE_PRESENT
                                                        : VGPU_RESTORE_FAILED;
    /* made, but it did not get its type in time */
    if (asked && g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_TIMEOUT))
        undo(root, definition->vgpu);
    g_propagate_error(error, g_steal_pointer(&reason));
    return VGPU_RESTORE_FAILED;
}

VgpuRestoreResult
vgpu_restore_definition(const VgpuRoot *root, const VgpuDefinition *definition,
                        const VgpuParent *parent, const VgpuDeadline *deadline, GError **error)
{
    if (!vgpu_device_enable(root, definition->parent, definition->vgpu, deadline, error) ||
        !check(root, definition, parent, deadline, error))
        return VGPU_RESTORE_FAILED;
    if (vgpu_device_exists(root, definition->vgpu))
        return adopt(root, definition, deadline, error) ? VGPU_RESTORE_PRESENT
                                                        : VGPU_RESTORE_FAILED;
    return start(root, definition, deadline, error);
}

static void
log_failed(const VgpuDefinition *definition, const char *why)
{
    vgpu_log("vGPU '%s' of parent '%s' is not restored: %s", definition->vgpu, definition->parent,
             why);
}

static void
count_late(Run *run, const VgpuDefinition *definition, gboolean late)
{
    gboolean same = run->slow && strcmp(run->slow, definition->parent) == 0;

    if (!late && !same)
        return;
    run->times = !late ? 0 : same ? run->times + 1 : 1;
    run->slow = definition->parent;
}

static gboolean
is_given_up(const Run *run, const VgpuDefinition *definition)
{
    return run->times >= LATE_MOST && strcmp(run->slow, definition->parent) == 0;
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
    vgpu_worker_expect(worker, run->milliseconds + UNDO_MS);
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
is_wanted(const VgpuDefinition *definition)
{
    return definition->autostart || definition->error;
}

static gboolean
restore_list(Run *run, const GPtrArray *definitions, GError **error)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    VgpuWorkerTasks tasks = {.root = run->root, .run = see_to, .done = note, .user_data = run};

    for (guint i = 0; i < definitions->len; i++)
        if (is_wanted(definitions->pdata[i]))
            g_ptr_array_add(wanted, definitions->pdata[i]);
    run->wanted = wanted;
    run->slow = NULL;
    run->times = 0;
    tasks.count = wanted->len;
    return vgpu_worker_run(&tasks, error);
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

/* Is @name among @parents, or is any meant? */
static gboolean
is_meant(const char *const *parents, const char *name)
{
    return !parents || !parents[0] || g_strv_contains(parents, name);
}

/* GPUs that are to be set up are, whether any vGPU is defined on them or not. */
static void
set_up(const VgpuRoot *root, const char *const *parents, VgpuRestoreCount *count)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(root);
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, settings->setup);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autoptr(GError) error = NULL;
        if (!is_meant(parents, name) ||
            vgpu_setup_run(root, settings, name, VGPU_SETUP_DEFAULT_MS, &error))
            continue;
        count->failed++;
        vgpu_log_error(error);
    }
}

gboolean
vgpu_restore_run(const VgpuRoot *root, const char *const *parents, guint milliseconds,
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
    gboolean any = parents && parents[0];

    *count = (VgpuRestoreCount){0};
    set_up(root, parents, count);
    for (guint i = 0; any ? parents[i] != NULL : i == 0; i++)
        if (!restore_parent(&run, any ? parents[i] : NULL, error))
            return FALSE;
    return TRUE;
}
