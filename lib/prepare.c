/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.c - a domain is about to start: each vGPU that it names is there
 * afterwards, or none that was made for it is.
 */
#include "prepare.h"

#include "error.h"
#include "lock.h"
#include "log.h"
#include "owner.h"
#include "plan.h"
#include "provider.h"

/* Of the time a call has, this part is kept for undoing what it made. */
#define UNDO_PERCENT 15

/* How often a plan may be overtaken by what others do; each turn has a reason of its own. */
#define TURNS_MAX 8

/* How long the first turn waits for what can't be seen; each further one twice as long. */
#define PAUSE_MS 50

/* One call. */
typedef struct {
    VgpuOwner owner;
    VgpuPlanCall plan;
    const VgpuDomain *domain;
    GPtrArray *locked; /* (element-type utf8): ids whose locks are held */
    GPtrArray *made;   /* ids, in the order they were made here; borrowed from the domain */
} Prepare;

/* How a turn at one vGPU ended. */
typedef enum {
    TURN_DONE,
    TURN_AGAIN,  /* something has changed: decide again */
    TURN_FAILED, /* error set */
} Turn;

/*
 * Its domain has stopped while somebody had it open, and now nobody has. Whoever names it without
 * saying what it is gets it as it is, and with it the duty to remove it. One that is this
 * domain's is recorded anew as well, so that who has seen the old record knows it is in use again.
 */
static Turn
own(const Prepare *prepare, VgpuRecord *record, GError **error)
{
    g_free(record->domain);
    g_free(record->domain_name);
    record->domain = g_strdup(prepare->domain->uuid);
    record->domain_name = g_strdup(prepare->domain->name);
    record->state = VGPU_RECORD_READY;
    return vgpu_record_save(prepare->owner.root, record, error) ? TURN_DONE : TURN_FAILED;
}

/*
 * mdevctl or virsh, which know no lock of ours, are making or removing it. The kernel keeps the id
 * of a removed one for as long as its driver takes to let go of it, with nothing to be seen.
 */
static Turn
wait_for_others(const Prepare *prepare, const char *id, guint turn, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;
    const VgpuDeadline *work = &prepare->owner.work;

    if (!vgpu_device_exists(root, id))
        vgpu_deadline_pause(work, PAUSE_MS << turn);
    return vgpu_device_wait_settled(root, id, work, error) ? TURN_AGAIN : TURN_FAILED;
}

static Turn
make(const Prepare *prepare, const VgpuPlan *plan, guint turn, GError **error)
{
    const VgpuWish *wish = plan->wish;
    VgpuOrder order = {
        .vgpu = wish->vgpu,
        .type = wish->type,
        .source = wish->source,
        .attrs = wish->attrs,
        .query = &plan->query,
        .places = plan->places,
        .late = plan->record && plan->record->state == VGPU_RECORD_LATE,
        .settled = turn >= TURNS_MAX / 2,
    };
    GError *cause = NULL;

    if (vgpu_owner_make(&prepare->owner, &order, &cause)) {
        g_ptr_array_add(prepare->made, (gpointer)wish->vgpu);
        return TURN_DONE;
    }
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_STALE) && turn + 1 < TURNS_MAX) {
        g_error_free(cause);
        return TURN_AGAIN;
    }
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_EXISTS) && turn + 1 < TURNS_MAX) {
        g_error_free(cause);
        return wait_for_others(prepare, wish->vgpu, turn, error);
    }
    g_propagate_error(error, cause);
    return TURN_FAILED;
}

/* KEEP: its attributes may be asked for otherwise by now. */
static Turn
keep(const Prepare *prepare, const VgpuPlan *plan, GError **error)
{
    const VgpuWish *wish = plan->wish;
    gboolean set = !wish->wanted || vgpu_device_set_attrs(prepare->owner.root, plan->vgpu,
                                                          wish->attrs, &prepare->owner.work, error);

    return set ? own(prepare, plan->record, error) : TURN_FAILED;
}

static Turn
act(const Prepare *prepare, const VgpuPlan *plan, guint turn, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;
    const VgpuDeadline *work = &prepare->owner.work;
    gboolean ok = FALSE;

    switch (plan->action) {
    case VGPU_PLAN_LEAVE:
        return TURN_DONE;
    case VGPU_PLAN_KEEP:
        return keep(prepare, plan, error);
    case VGPU_PLAN_TAKE_OVER:
        return own(prepare, plan->record, error);
    case VGPU_PLAN_ENABLE:
        ok = vgpu_device_enable(root, plan->parent, plan->vgpu, work, error);
        break;
    case VGPU_PLAN_WAIT:
        ok = vgpu_device_wait_settled(root, plan->vgpu, work, error);
        break;
    case VGPU_PLAN_FORGET:
        ok = vgpu_record_delete(root, plan->vgpu, error);
        break;
    case VGPU_PLAN_REMOVE:
        ok = vgpu_owner_drop(root, plan->record, work, error);
        break;
    case VGPU_PLAN_MAKE:
        return make(prepare, plan, turn, error);
    }
    return ok ? TURN_AGAIN : TURN_FAILED;
}

static gboolean
prepare_one(const Prepare *prepare, const VgpuHostdev *hostdev, GError **error)
{
    for (guint i = 0; i < TURNS_MAX; i++) {
        g_autoptr(VgpuPlan) plan = vgpu_plan_new(&prepare->plan, hostdev, error);
        Turn turn = plan ? act(prepare, plan, i, error) : TURN_FAILED;

        if (turn != TURN_AGAIN)
            return turn == TURN_DONE;
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                "others make and remove it again and again; see who does");
    return FALSE;
}

/* Latest first; what can't be undone keeps its record, and the release that follows sees to it. */
static void
roll_back(const Prepare *prepare)
{
    for (guint i = prepare->made->len; i > 0; i--) {
        const char *id = g_ptr_array_index(prepare->made, i - 1);
        VgpuDeadline share = vgpu_deadline_share(&prepare->owner.limit, i);
        g_autoptr(VgpuRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        if (!vgpu_record_find(prepare->owner.root, id, &record, &error) || !record ||
            !vgpu_owner_drop(prepare->owner.root, record, &share, &error))
            vgpu_log("vGPU %s: not removed yet: %s", id, error ? error->message : "no record");
    }
}

/* The line that says why the start fails is the caller's. */
static void
blame(const VgpuDomain *domain, const char *id)
{
    const VgpuRequest *request = vgpu_domain_find_request(domain, id);

    vgpu_log_blame(id, request ? request->type : NULL);
}

static gboolean
prepare_all(const Prepare *prepare, GError **error)
{
    const VgpuDomain *domain = prepare->domain;

    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);

        if (!prepare_one(prepare, hostdev, error)) {
            g_prefix_error(error, "vGPU %s: ", hostdev->vgpu);
            roll_back(prepare);
            blame(domain, hostdev->vgpu);
            return FALSE;
        }
    }
    return TRUE;
}

/* What is left of @limit but for the time to undo what was made. */
static VgpuDeadline
time_to_work(const VgpuDeadline *limit)
{
    VgpuDeadline work = *limit;
    int left = vgpu_deadline_left(limit);

    if (left > 0)
        work.at -= (gint64)left * 1000 * UNDO_PERCENT / 100;
    return work;
}

/*
 * What an earlier run of this domain left and its XML no longer names: it would block an instance.
 * One that does not go leaves time for what the domain names.
 */
static void
sweep(const Prepare *prepare)
{
    VgpuDeadline until = vgpu_deadline_share(&prepare->owner.work, 2);

    for (guint i = 0; i < prepare->locked->len; i++) {
        const char *id = g_ptr_array_index(prepare->locked, i);
        g_autoptr(VgpuRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        if (vgpu_domain_find_hostdev(prepare->domain, id))
            continue;
        record = vgpu_record_load(prepare->owner.root, id, NULL);
        if (record && g_str_equal(record->domain, prepare->domain->uuid) &&
            !vgpu_owner_drop(prepare->owner.root, record, &until, &error))
            vgpu_log_about(VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
                           "vGPU %s: left over from an earlier run of domain \"%s\", not removed: "
                           "%s",
                           record->vgpu, prepare->domain->name, error->message);
    }
}

/* What others made and is not as it is defined is used as it is; that it is so is said. */
static void
look_at_others(const VgpuRoot *root, const VgpuDomain *domain)
{
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);
        g_autoptr(VgpuWish) wish = vgpu_wish_new(root, domain, hostdev, NULL);
        g_autoptr(VgpuDevice) device = wish ? vgpu_device_load(root, hostdev->vgpu, NULL) : NULL;

        if (device)
            vgpu_wish_compare(wish, device->type, device->parent);
    }
}

/* The ids of all that the call may touch: the domain's host devices, and what it owned before. */
static GPtrArray *
ids_to_lock(const VgpuRoot *root, const VgpuDomain *domain)
{
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) records = vgpu_record_list(root, NULL, NULL);

    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);
        g_ptr_array_add(ids, g_strdup(hostdev->vgpu));
    }
    for (guint i = 0; records && i < records->len; i++) {
        const VgpuRecord *record = g_ptr_array_index(records, i);
        if (g_str_equal(record->domain, domain->uuid))
            g_ptr_array_add(ids, g_strdup(record->vgpu));
    }
    return ids;
}

/* What vgpu_prepare() and vgpu_prepare_added() share; @run does the work, with the locks held. */
static gboolean
run_locked(const VgpuRoot *root, const VgpuDomain *domain, const VgpuSettings *settings,
           const VgpuDeadline *limit, GPtrArray *ids,
           gboolean (*run)(const Prepare *prepare, GError **error), GError **error)
{
    VgpuDeadline work = time_to_work(limit);
    VgpuNumaSet nodes;
    g_autoptr(GPtrArray) made = g_ptr_array_new();
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpus(root, ids, &work, error);
    Prepare prepare = {
        .owner = {root, domain->uuid, domain->name, work, *limit},
        .plan = {.root = root, .domain = domain, .settings = settings, .nodes = &nodes},
        .domain = domain,
        .locked = ids,
        .made = made,
    };

    if (!lock)
        return FALSE;
    vgpu_numa_nodes(root, &domain->numa, &nodes);
    return run(&prepare, error);
}

static gboolean
sweep_and_prepare(const Prepare *prepare, GError **error)
{
    sweep(prepare);
    return prepare_all(prepare, error);
}

gboolean
vgpu_prepare(const VgpuRoot *root, const VgpuDomain *domain, const VgpuSettings *settings,
             const VgpuDeadline *limit, GError **error)
{
    if (!vgpu_plan_concerns_us(root, domain)) {
        look_at_others(root, domain);
        return TRUE;
    }
    g_autoptr(GPtrArray) ids = ids_to_lock(root, domain);
    return run_locked(root, domain, settings, limit, ids, sweep_and_prepare, error);
}

static gboolean
prepare_locked_one(const Prepare *prepare, GError **error)
{
    return prepare_one(prepare,
                       vgpu_domain_find_hostdev(prepare->domain, prepare->locked->pdata[0]), error);
}

gboolean
vgpu_prepare_added(const VgpuRoot *root, const VgpuDomain *domain, const char *id,
                   const VgpuSettings *settings, const VgpuDeadline *limit, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();

    g_ptr_array_add(ids, (gpointer)id);
    return run_locked(root, domain, settings, limit, ids, prepare_locked_one, error);
}

gboolean
vgpu_prepare_session(const VgpuRoot *root, const VgpuDomain *domain, GError **error)
{
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);

        if (!vgpu_domain_find_request(domain, hostdev->vgpu) ||
            vgpu_device_exists(root, hostdev->vgpu))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                    "vGPU %s: an unprivileged libvirt (qemu:///session) can't make vGPUs; use "
                    "qemu:///system, or let an administrator make it first",
                    hostdev->vgpu);
        return FALSE;
    }
    return TRUE;
}
