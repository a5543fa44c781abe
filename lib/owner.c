/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * owner.c - one vGPU made for a domain and undone again, with a record on disk
 * from before it is made until after it is gone.
 */
#include "owner.h"

#include "attr.h"
#include "device.h"
#include "error.h"
#include "lock.h"
#include "log.h"

/* How an attempt on one parent ended. */
typedef enum {
    ATTEMPT_DONE,
    ATTEMPT_NEXT, /* not here; another parent may do */
    ATTEMPT_OVER, /* nowhere */
} Attempt;

gboolean
vgpu_owner_is_same(const VgpuRoot *root, const VgpuRecord *record)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, record->vgpu, NULL);

    /* one with no type to read is half made, and then by us: we had the record first */
    if (!device)
        return TRUE;
    /* a late one may have been asked for on one parent before, and then on another */
    return g_str_equal(device->type, record->type) &&
           (g_str_equal(device->parent, record->parent) || record->state == VGPU_RECORD_LATE);
}

gboolean
vgpu_owner_forget_stale(const VgpuRoot *root, const char *id, gboolean *kept, GError **error)
{
    g_autoptr(VgpuRecord) record = NULL;

    if (!vgpu_record_find(root, id, &record, error))
        return FALSE;
    *kept = record && (record->state == VGPU_RECORD_LATE || vgpu_device_exists(root, id));
    return !record || *kept || vgpu_record_delete(root, id, error);
}

static void
log_removed(const VgpuRecord *record)
{
    VgpuLogVgpu about = {record->vgpu, record->parent, record->type};

    vgpu_log_about(VGPU_LOG_INFO, &about, "domain \"%s\" (%s): vGPU %s: removed from '%s'",
                   record->domain_name, record->domain, record->vgpu, record->parent);
}

/* The kernel may still remove it: nobody must take it for ready. */
static void
note_going(const VgpuRoot *root, const VgpuRecord *record)
{
    VgpuRecord going = *record;
    g_autoptr(GError) error = NULL;

    if (going.state != VGPU_RECORD_READY && going.state != VGPU_RECORD_RELEASED)
        return;
    going.state = VGPU_RECORD_CREATED;
    if (!vgpu_record_save(root, &going, &error))
        vgpu_log_error(error);
}

static gboolean
remove_noted(const VgpuRoot *root, const VgpuRecord *record, const VgpuDeadline *deadline,
             GError **error)
{
    GError *cause = NULL;

    if (vgpu_device_remove(root, record->vgpu, deadline, &cause)) {
        log_removed(record);
        return TRUE;
    }
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_TIMEOUT))
        note_going(root, record);
    g_propagate_error(error, cause);
    return FALSE;
}

gboolean
vgpu_owner_drop(const VgpuRoot *root, const VgpuRecord *record, const VgpuDeadline *deadline,
                GError **error)
{
    if (vgpu_device_exists(root, record->vgpu)) {
        if (!vgpu_owner_is_same(root, record))
            vgpu_log_about(VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
                           "vGPU %s: it is not the one made for domain \"%s\": left alone",
                           record->vgpu, record->domain_name);
        else if (!remove_noted(root, record, deadline, error))
            return FALSE;
    } else if (record->state == VGPU_RECORD_LATE) {
        return TRUE;
    }
    return vgpu_record_delete(root, record->vgpu, error);
}

static gboolean
save_state(const VgpuOwner *owner, VgpuRecord *record, VgpuRecordState state, GError **error)
{
    record->state = state;
    return vgpu_record_save(owner->root, record, error);
}

/* Undoes an attempt; what cannot be undone now keeps its record, and release tries again. */
static void
undo(const VgpuOwner *owner, VgpuRecord *record)
{
    g_autoptr(GError) error = NULL;

    if (!vgpu_owner_drop(owner->root, record, &owner->limit, &error))
        vgpu_log_about(
            VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
            "domain \"%s\" (%s): vGPU %s: not removed yet: %s; it is tried again when the "
            "domain is released",
            owner->domain_name, owner->domain, record->vgpu, error->message);
}

/* The kernel has not answered in time: from here on the vGPU may appear at any moment. */
static void
note_late(const VgpuOwner *owner, VgpuRecord *record)
{
    g_autoptr(GError) error = NULL;

    if (!save_state(owner, record, VGPU_RECORD_LATE, &error))
        vgpu_log_error(error);
}

/* Creates on the record's parent; what did not come of it has no record afterwards. */
static Attempt
create(const VgpuOwner *owner, const VgpuOrder *order, VgpuRecord *record, GError **error)
{
    GError *cause = NULL;
    int code;

    if (vgpu_device_create(owner->root, record->parent, record->type, record->vgpu, &owner->work,
                           &cause))
        return ATTEMPT_DONE;
    code = cause->code;
    g_propagate_error(error, cause);
    if (code == VGPU_ERROR_TIMEOUT)
        note_late(owner, record);
    if (code == VGPU_ERROR_EXISTS && order->late)
        return ATTEMPT_OVER;
    /* of these two, what is there may be ours */
    if (code == VGPU_ERROR_TIMEOUT ||
        (code == VGPU_ERROR_IO && vgpu_device_exists(owner->root, record->vgpu))) {
        undo(owner, record);
        return ATTEMPT_OVER;
    }
    if (!vgpu_record_delete(owner->root, record->vgpu, NULL))
        return ATTEMPT_OVER;
    return code == VGPU_ERROR_EXISTS ? ATTEMPT_OVER : ATTEMPT_NEXT;
}

static void
log_made(const VgpuOwner *owner, const VgpuRecord *record)
{
    VgpuLogVgpu about = {record->vgpu, record->parent, record->type};

    vgpu_log_about(VGPU_LOG_INFO, &about, "domain \"%s\" (%s): vGPU %s: made, type '%s' on '%s'",
                   owner->domain_name, owner->domain, record->vgpu, record->type, record->parent);
}

/* From created to ready; everything is undone on failure. */
static Attempt
finish(const VgpuOwner *owner, const VgpuOrder *order, VgpuRecord *record, GError **error)
{
    gboolean plain = order->attrs->len == 0;

    if ((plain || save_state(owner, record, VGPU_RECORD_CREATED, error)) &&
        vgpu_device_set_attrs(owner->root, order->vgpu, order->attrs, &owner->work, error) &&
        save_state(owner, record, VGPU_RECORD_READY, error)) {
        log_made(owner, record);
        return ATTEMPT_DONE;
    }
    undo(owner, record);
    return ATTEMPT_OVER;
}

/* Where @parent stands in @places; NULL if it is none of them. */
static const VgpuPlace *
find_place(const GArray *places, const VgpuParent *parent)
{
    for (guint i = 0; i < places->len; i++) {
        const VgpuPlace *place = &g_array_index(places, VgpuPlace, i);

        if (g_str_equal(place->parent->name, parent->name))
            return place;
    }
    return NULL;
}

/*
 * What was decided may be out of date once the GPU's lock was waited for: others have made theirs
 * meanwhile. And instances that are left for definitions marked auto are taken by nobody else,
 * which the kernel does not know. So in both cases there is a second look, while nobody else of
 * ours makes anything on that GPU.
 */
static gboolean
check_current(const VgpuOwner *owner, const VgpuOrder *order, const VgpuPlace *place,
              gboolean waited, GError **error)
{
    VgpuPlacementQuery query = *order->query;
    g_autoptr(VgpuHost) host = NULL;
    g_autoptr(GArray) places = NULL;
    const VgpuPlace *now, *best;

    if (!place->reserved && !waited)
        return TRUE;
    query.host = host = vgpu_host_look_for(owner->root, query.type, error);
    if (!host)
        return FALSE;
    places = vgpu_placement_order(&query, NULL);
    now = find_place(places, place->parent);
    best = now ? &g_array_index(places, VgpuPlace, 0) : NULL;
    if (now && (order->settled || (now->distance == best->distance && now->load <= best->load)))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_STALE,
                "others were faster on '%s', and go on being so; try again", place->parent->name);
    return FALSE;
}

static VgpuRecord *
record_new(const VgpuOwner *owner, const VgpuOrder *order, const VgpuParent *parent)
{
    VgpuRecord *record = g_new0(VgpuRecord, 1);

    record->source = order->source;
    record->domain = g_strdup(owner->domain);
    record->domain_name = g_strdup(owner->domain_name);
    record->vgpu = g_strdup(order->vgpu);
    record->parent = g_strdup(parent->name);
    record->type = g_strdup(order->type);
    return record;
}

/* The record comes before the lock is waited for: others see that one more is to be made there. */
static Attempt
create_locked(const VgpuOwner *owner, const VgpuOrder *order, const VgpuPlace *place,
              VgpuRecord *record, GError **error)
{
    if (!save_state(owner, record, order->late ? VGPU_RECORD_LATE : VGPU_RECORD_INTENDED, error))
        return ATTEMPT_OVER;
    g_autoptr(VgpuLock) lock =
        vgpu_lock_parent(owner->root, place->parent->name, &owner->work, error);
    if (lock && check_current(owner, order, place, vgpu_lock_waited(lock), error) &&
        vgpu_deadline_check(&owner->work, "the GPU's turn", error))
        return create(owner, order, record, error);
    if (!order->late)
        vgpu_record_delete(owner->root, record->vgpu, NULL);
    return ATTEMPT_OVER;
}

static Attempt
attempt(const VgpuOwner *owner, const VgpuOrder *order, const VgpuPlace *place, GError **error)
{
    const VgpuType *type = vgpu_parent_find_type(place->parent, order->type, error);
    g_autoptr(VgpuRecord) record = NULL;
    Attempt result;

    if (!type)
        return ATTEMPT_NEXT;
    if (!vgpu_attr_check_list(place->parent->driver, type, order->attrs, error))
        return ATTEMPT_OVER;
    record = record_new(owner, order, place->parent);
    result = create_locked(owner, order, place, record, error);
    return result == ATTEMPT_DONE ? finish(owner, order, record, error) : result;
}

gboolean
vgpu_owner_make(const VgpuOwner *owner, const VgpuOrder *order, GError **error)
{
    g_autoptr(GString) reasons = g_string_new(NULL);

    for (guint i = 0; i < order->places->len; i++) {
        const VgpuPlace *place = &g_array_index(order->places, VgpuPlace, i);
        GError *cause = NULL;

        switch (attempt(owner, order, place, &cause)) {
        case ATTEMPT_DONE:
            return TRUE;
        case ATTEMPT_OVER:
            g_propagate_error(error, cause);
            return FALSE;
        case ATTEMPT_NEXT:
            g_string_append_printf(reasons, "%s%s: %s", reasons->len ? "; " : "",
                                   place->parent->name, cause->message);
            g_error_free(cause);
        }
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL,
                "no GPU could make it (%s); free an instance or ask for another type or parent",
                reasons->str);
    return FALSE;
}
