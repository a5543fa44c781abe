/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.c - a domain is about to start: each vGPU that it names is there
 * afterwards, or nothing has changed.
 */
#include "prepare.h"

#include "error.h"
#include "kernel.h"
#include "lock.h"
#include "log.h"
#include "owner.h"
#include "provider.h"
#include "wish.h"

/* Of the time a call has, this part is kept for undoing what it made. */
#define UNDO_PERCENT 15

/* One call. */
typedef struct {
    VgpuOwner owner;
    const VgpuDomain *domain;
    const VgpuSettings *settings;
    VgpuNumaSet nodes;
    GPtrArray *made; /* ids, in the order they were made here; borrowed from the domain */
} Prepare;

/* What is to happen with a vGPU whose record was found. */
typedef enum {
    FOUND_KEEP,  /* it is as it should be */
    FOUND_MAKE,  /* it is gone now, record and all: go on as if there had been none */
    FOUND_WRONG, /* error set */
} Found;

static gboolean
is_mine(const Prepare *prepare, const VgpuRecord *record)
{
    return g_str_equal(record->domain, prepare->domain->uuid);
}

static gboolean
is_as_wished(const VgpuWish *wish, const VgpuRecord *record)
{
    return !wish->wanted || (g_str_equal(wish->type, record->type) &&
                             (!wish->parent || g_str_equal(wish->parent, record->parent)));
}

static Found
drop_and_make(const Prepare *prepare, const VgpuRecord *record, GError **error)
{
    return vgpu_owner_drop(prepare->owner.root, record, &prepare->owner.work, error) ? FOUND_MAKE
                                                                                     : FOUND_WRONG;
}

/*
 * Its domain has stopped while somebody had it open, and now nobody has. Whoever
 * names it without saying what it is gets it as it is, and with it the duty to remove it.
 */
static Found
hand_over(const Prepare *prepare, VgpuRecord *record, GError **error)
{
    g_free(record->domain);
    g_free(record->domain_name);
    record->domain = g_strdup(prepare->domain->uuid);
    record->domain_name = g_strdup(prepare->domain->name);
    record->state = VGPU_RECORD_READY;
    return vgpu_record_save(prepare->owner.root, record, error) ? FOUND_KEEP : FOUND_WRONG;
}

static Found
refuse_foreign(const VgpuRecord *record, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "it belongs to domain \"%s\" (%s), which has not released it; stop that domain, or "
                "give this one a vGPU of its own",
                record->domain_name, record->domain);
    return FOUND_WRONG;
}

/* A record was found and its vGPU is there. The lock is held, so nobody is in the middle of this.
 */
static Found
look_at_owned(const Prepare *prepare, const VgpuWish *wish, VgpuRecord *record, GError **error)
{
    gboolean released = record->state == VGPU_RECORD_RELEASED;

    if (!is_mine(prepare, record) && !released)
        return refuse_foreign(record, error);
    if (!vgpu_device_check_idle(prepare->owner.root, record->vgpu, error))
        return FOUND_WRONG;
    if (released && !wish->wanted)
        return hand_over(prepare, record, error);
    if (record->state == VGPU_RECORD_READY && is_as_wished(wish, record))
        return FOUND_KEEP;
    return drop_and_make(prepare, record, error);
}

/*
 * A record whose vGPU is not there is stale, whoever's it is: since we hold the lock nobody is
 * about to make it, and no guest runs on it. The same holds for one whose id
 * somebody has given to a vGPU of another kind since.
 */
static Found
look_at_record(const Prepare *prepare, const VgpuWish *wish, VgpuRecord *record, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;

    if (vgpu_device_exists(root, record->vgpu) && vgpu_owner_is_same(root, record))
        return look_at_owned(prepare, wish, record, error);
    return vgpu_record_delete(root, record->vgpu, error) ? FOUND_MAKE : FOUND_WRONG;
}

/* Words for why no parent is left to try. */
static gboolean
report_none(const VgpuRoot *root, const VgpuWish *wish, const GPtrArray *parents,
            const GString *refused, GError **error)
{
    if (parents->len == 0 && !vgpu_kernel_check_mdev(root, error))
        g_prefix_error(error, "type '%s': ", wish->type);
    else if (parents->len == 0)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "type '%s': this host has no GPU that can make vGPUs now; load the GPU's "
                    "driver and look at 'vgpuctl list'",
                    wish->type);
    else if (wish->parent && refused->len == 0)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "type '%s': its parent '%s' is not there; 'vgpuctl list' shows which are",
                    wish->type, wish->parent);
    else
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL,
                    "type '%s' can't be had (%s); 'vgpuctl list' shows types and what is left of "
                    "them",
                    wish->type, refused->str);
    return FALSE;
}

static gboolean
make_on(const Prepare *prepare, const VgpuWish *wish, const VgpuPlacementQuery *query,
        GError **error)
{
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(GPtrArray) order = vgpu_placement_order(query, refused);
    VgpuOrder what = {
        .vgpu = wish->vgpu,
        .type = wish->type,
        .source = wish->source,
        .attrs = wish->attrs,
        .parents = order,
    };

    if (order->len == 0)
        return report_none(prepare->owner.root, wish, query->parents, refused, error);
    if (!vgpu_owner_make(&prepare->owner, &what, error))
        return FALSE;
    g_ptr_array_add(prepare->made, (gpointer)wish->vgpu);
    return TRUE;
}

static gboolean
make(const Prepare *prepare, const VgpuWish *wish, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, error);
    g_autoptr(GPtrArray) devices = parents ? vgpu_device_list(root, error) : NULL;
    g_autoptr(GPtrArray) definitions = devices ? vgpu_definition_list(root, NULL, error) : NULL;
    VgpuPlacementQuery query = {
        .parents = parents,
        .devices = devices,
        .definitions = definitions,
        .vgpu = wish->vgpu,
        .type = wish->type,
        .only = wish->parent,
        .placement = wish->placement ? wish->placement : prepare->settings->placement,
        .nodes = &prepare->nodes,
    };

    return definitions && make_on(prepare, wish, &query, error);
}

/* Somebody else made it, or is about to: its type may be a moment behind. */
static gboolean
check_existing(const Prepare *prepare, const VgpuWish *wish, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;
    g_autoptr(VgpuDevice) device = NULL;

    if (wish->request && !vgpu_device_wait_ready(root, wish->vgpu, &prepare->owner.work, error))
        return FALSE;
    device = vgpu_device_load(root, wish->vgpu, wish->request ? error : NULL);
    return device ? vgpu_wish_accepts(wish, device->type, device->parent, error) : !wish->request;
}

/* A definition is the administrator's own word. */
static gboolean
is_allowed(const Prepare *prepare, const VgpuWish *wish, GError **error)
{
    return !wish->request ||
           vgpu_settings_check_request(prepare->settings, wish->type, wish->request->attrs, error);
}

/* Cases 1 to 4, once there is no record. */
static gboolean
have(const Prepare *prepare, const VgpuWish *wish, GError **error)
{
    const VgpuRoot *root = prepare->owner.root;
    GError *cause = NULL;

    if (vgpu_device_exists(root, wish->vgpu))
        return check_existing(prepare, wish, error);
    if (!wish->wanted || (is_allowed(prepare, wish, &cause) && make(prepare, wish, &cause)))
        return TRUE;
    /* mdevctl or virsh, which know no lock of ours, made it just now */
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_EXISTS)) {
        g_clear_error(&cause);
        return check_existing(prepare, wish, error);
    }
    g_propagate_error(error, cause);
    return FALSE;
}

/*
 * libvirt takes a managed PCI device from its driver, and the vGPU would be gone. One that is not
 * there has no parent to be seen, but the metadata may name it.
 */
static gboolean
ready_function(const Prepare *prepare, const VgpuHostdev *hostdev, GError **error)
{
    const VgpuRequest *request = vgpu_domain_find_request(prepare->domain, hostdev->vgpu);

    if (vgpu_provider_of_id(hostdev->vgpu, NULL, NULL) == &vgpu_provider_mdev)
        return TRUE;
    if (hostdev->managed) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the host device of a virtual function with a vGPU must say managed='no'; "
                    "change it with 'virsh edit'");
        return FALSE;
    }
    if (!request || !request->parent)
        return TRUE;
    return (!request->type ||
            vgpu_settings_check_request(prepare->settings, request->type, request->attrs, error)) &&
           vgpu_device_enable(prepare->owner.root, request->parent, hostdev->vgpu,
                              &prepare->owner.work, error);
}

static gboolean
prepare_one(const Prepare *prepare, const VgpuHostdev *hostdev, GError **error)
{
    g_autoptr(VgpuWish) wish = NULL;
    g_autoptr(VgpuRecord) record = NULL;

    if (!ready_function(prepare, hostdev, error))
        return FALSE;
    wish = vgpu_wish_new(prepare->owner.root, prepare->domain, hostdev, error);
    if (!wish || !vgpu_record_find(prepare->owner.root, hostdev->vgpu, &record, error))
        return FALSE;
    switch (record ? look_at_record(prepare, wish, record, error) : FOUND_MAKE) {
    case FOUND_KEEP:
        return TRUE;
    case FOUND_MAKE:
        return have(prepare, wish, error);
    case FOUND_WRONG:
        break;
    }
    return FALSE;
}

/* Latest first; what can't be undone keeps its record, and the release that follows sees to it. */
static void
roll_back(const Prepare *prepare)
{
    for (guint i = prepare->made->len; i > 0; i--) {
        const char *id = g_ptr_array_index(prepare->made, i - 1);
        g_autoptr(VgpuRecord) record = NULL;
        g_autoptr(GError) error = NULL;

        if (!vgpu_record_find(prepare->owner.root, id, &record, &error) || !record ||
            !vgpu_owner_drop(prepare->owner.root, record, &prepare->owner.limit, &error))
            vgpu_log("vGPU %s: not removed yet: %s", id, error ? error->message : "no record");
    }
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
            return FALSE;
        }
    }
    return TRUE;
}

/* What an earlier run of this domain left and its XML no longer names: it would block an instance.
 */
static void
sweep(const Prepare *prepare)
{
    g_autoptr(GPtrArray) records = vgpu_record_list(prepare->owner.root, NULL, NULL);

    for (guint i = 0; records && i < records->len; i++) {
        const VgpuRecord *record = g_ptr_array_index(records, i);
        g_autoptr(GError) error = NULL;

        if (is_mine(prepare, record) && !vgpu_domain_find_hostdev(prepare->domain, record->vgpu) &&
            !vgpu_owner_drop(prepare->owner.root, record, &prepare->owner.work, &error))
            vgpu_log("vGPU %s: left over from an earlier run of domain \"%s\", not removed: %s",
                     record->vgpu, prepare->domain->name, error->message);
    }
}

/*
 * Is there anything to decide about @hostdev? If not, neither lock nor folder is needed, and a
 * guest whose vGPU others manage starts whatever state ours are in.
 */
static gboolean
concerns_us(const VgpuRoot *root, const VgpuDomain *domain, const VgpuHostdev *hostdev)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, hostdev->vgpu, &error);
    g_autoptr(VgpuDefinition) definition = NULL;

    if (record || vgpu_domain_find_request(domain, hostdev->vgpu) ||
        g_error_matches(error, VGPU_ERROR, VGPU_ERROR_VERSION))
        return TRUE;
    if (vgpu_device_exists(root, hostdev->vgpu) || !hostdev->managed)
        return FALSE;
    g_clear_error(&error);
    definition = vgpu_definition_find(root, hostdev->vgpu, &error);
    return definition || !g_error_matches(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND);
}

static gboolean
any_concerns_us(const VgpuRoot *root, const VgpuDomain *domain)
{
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        if (concerns_us(root, domain, g_ptr_array_index(domain->hostdevs, i)))
            return TRUE;
    }
    return FALSE;
}

/* An earlier point than @limit, so that there is time to undo. */
static VgpuDeadline
work_until(const VgpuDeadline *limit)
{
    VgpuDeadline work = *limit;
    int left = vgpu_deadline_left(limit);

    if (left > 0)
        work.at -= (gint64)left * 1000 * UNDO_PERCENT / 100;
    return work;
}

gboolean
vgpu_prepare(const VgpuRoot *root, const VgpuDomain *domain, const VgpuSettings *settings,
             const VgpuDeadline *limit, GError **error)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new();
    g_autoptr(VgpuLock) lock = NULL;
    Prepare prepare = {
        .owner = {.root = root, .domain = domain->uuid, .domain_name = domain->name},
        .domain = domain,
        .settings = settings,
        .made = made,
    };

    if (!any_concerns_us(root, domain))
        return TRUE;
    prepare.owner.work = work_until(limit);
    prepare.owner.limit = *limit;
    lock = vgpu_lock_acquire(root, VGPU_LOCK_ACTIVE, &prepare.owner.work, error);
    if (!lock)
        return FALSE;
    vgpu_numa_nodes(root, &domain->numa, &prepare.nodes);
    sweep(&prepare);
    return prepare_all(&prepare, error);
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
