/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.c - what is to be done about one vGPU of a domain that starts.
 */
#include "plan.h"

#include "attr.h"
#include "error.h"
#include "kernel.h"
#include "owner.h"
#include "provider.h"

void
vgpu_plan_free(VgpuPlan *plan)
{
    if (!plan)
        return;
    g_clear_pointer(&plan->places, g_array_unref);
    vgpu_host_free(plan->host);
    vgpu_wish_free(plan->wish);
    vgpu_record_free(plan->record);
    g_free(plan);
}

static gboolean
decide(VgpuPlan *plan, VgpuPlanAction action, const char *why)
{
    plan->action = action;
    plan->why = why;
    return TRUE;
}

static gboolean
is_as_wished(const VgpuWish *wish, const VgpuRecord *record)
{
    return !wish->wanted || (g_str_equal(wish->type, record->type) &&
                             (!wish->parent || g_str_equal(wish->parent, record->parent)));
}

static gboolean
refuse_foreign(const VgpuRecord *record, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "it belongs to domain \"%s\" (%s), which has not released it; stop that domain (if "
                "it is off, run 'vgpuctl gc'), or give this one a vGPU of its own",
                record->domain_name, record->domain);
    return FALSE;
}

/* What an earlier call has set, and this one does not ask for, can't be taken back. */
static gboolean
has_other_attrs(const VgpuPlanCall *call, const VgpuPlan *plan)
{
    g_autoptr(VgpuParent) parent = vgpu_parent_load(call->root, plan->record->parent, NULL);
    g_autoptr(GPtrArray) attrs =
        parent ? vgpu_device_read_attrs(call->root, plan->record->vgpu, parent->driver, NULL)
               : NULL;

    for (guint i = 0; attrs && i < attrs->len; i++) {
        const VgpuAttr *attr = attrs->pdata[i];
        if (!vgpu_attr_list_find(plan->wish->attrs, attr->name))
            return TRUE;
    }
    return FALSE;
}

/* A definition is the administrator's own word. */
static gboolean
is_allowed(const VgpuPlanCall *call, const VgpuWish *wish, GError **error)
{
    return !wish->request ||
           vgpu_settings_check_request(call->settings, wish->type, wish->request->attrs, error);
}

/* There is a record, and its vGPU is there. */
static gboolean
decide_owned(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    const VgpuRecord *record = plan->record;
    gboolean released = record->state == VGPU_RECORD_RELEASED;

    /* whoever has half made one is through with it, since the lock is held */
    if (!g_str_equal(record->domain, call->domain->uuid) && !released &&
        (record->state == VGPU_RECORD_READY || !plan->wish->wanted))
        return refuse_foreign(record, error);
    if (!vgpu_device_check_idle(call->root, record->vgpu, error))
        return FALSE;
    if (released && !plan->wish->wanted)
        return decide(plan, VGPU_PLAN_TAKE_OVER, "its last domain has let go of it");
    if (record->state != VGPU_RECORD_READY)
        return decide(plan, VGPU_PLAN_REMOVE, "an earlier call has left it unfinished");
    if (!is_as_wished(plan->wish, record))
        return decide(plan, VGPU_PLAN_REMOVE, "it was made with another type or on another GPU");
    if (plan->wish->wanted && has_other_attrs(call, plan))
        return decide(plan, VGPU_PLAN_REMOVE,
                      "it was made with an attribute that is not asked for");
    decide(plan, VGPU_PLAN_KEEP, "an earlier call has made it for this domain");
    return is_allowed(call, plan->wish, error);
}

/*
 * A record whose vGPU is not there is stale, whoever's it is: since the lock is held nobody is
 * about to make it, and no guest runs on it. But the kernel may be, if it was too late: then it is
 * asked again, and the record stays till it has answered.
 */
static gboolean
decide_missing(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    if (plan->record->state != VGPU_RECORD_LATE)
        return decide(plan, VGPU_PLAN_FORGET, "there is a record of it, but it is gone");
    if (!plan->wish->wanted)
        return decide(plan, VGPU_PLAN_LEAVE, "the kernel was asked for it and has not answered");
    return vgpu_plan_make(call, plan, error);
}

/* A record is stale too if somebody has given its id to a vGPU of another kind since. */
static gboolean
decide_recorded(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    if (!vgpu_device_exists(call->root, plan->record->vgpu))
        return decide_missing(call, plan, error);
    if (!vgpu_owner_is_same(call->root, plan->record))
        return decide(plan, VGPU_PLAN_FORGET, "what is there is not what the record says");
    return decide_owned(call, plan, error);
}

/* It is there, and there is no record of it: somebody else made it, or is about to. */
static gboolean
decide_existing(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    const VgpuWish *wish = plan->wish;
    g_autoptr(VgpuDevice) device = vgpu_device_load(call->root, wish->vgpu, NULL);

    if (!device && wish->request)
        return decide(plan, VGPU_PLAN_WAIT, "somebody else is making it");
    if (device) {
        if (!vgpu_wish_accepts(wish, device->type, device->parent, error))
            return FALSE;
        vgpu_wish_compare(wish, device->type, device->parent);
    }
    return decide(plan, VGPU_PLAN_LEAVE, "it is there, and others made it");
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
find_places(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    const VgpuWish *wish = plan->wish;
    g_autoptr(GString) refused = g_string_new(NULL);

    if (!call->host && !plan->host &&
        !(plan->host = vgpu_host_look_for(call->root, wish->type, error)))
        return FALSE;
    plan->query = (VgpuPlacementQuery){
        .host = call->host ? call->host : plan->host,
        .vgpu = wish->vgpu,
        .type = wish->type,
        .only = wish->parent,
        .placement = wish->placement ? wish->placement : call->settings->placement,
        .nodes = call->nodes,
    };
    g_clear_pointer(&plan->places, g_array_unref);
    plan->places = vgpu_placement_order(&plan->query, refused);
    return plan->places->len ||
           report_none(call->root, wish, plan->query.host->parents, refused, error);
}

/* On the GPU that is tried first; each of the others is asked when it has its turn. */
static gboolean
check_attrs(const VgpuPlan *plan, GError **error)
{
    const VgpuParent *parent = g_array_index(plan->places, VgpuPlace, 0).parent;
    const VgpuType *type = vgpu_parent_find_type(parent, plan->wish->type, error);

    return type && vgpu_attr_check_list(parent->driver, type, plan->wish->attrs, error);
}

gboolean
vgpu_plan_make(const VgpuPlanCall *call, VgpuPlan *plan, GError **error)
{
    decide(plan, VGPU_PLAN_MAKE,
           plan->wish->source == VGPU_RECORD_METADATA
               ? "the metadata asks for it"
               : "it is defined, and its host device is managed");
    return is_allowed(call, plan->wish, error) && find_places(call, plan, error) &&
           check_attrs(plan, error);
}

static gboolean
decide_absent(const VgpuPlanCall *call, const VgpuHostdev *hostdev, VgpuPlan *plan, GError **error)
{
    if (plan->wish->wanted)
        return vgpu_plan_make(call, plan, error);
    if (plan->wish->definition)
        return decide(plan, VGPU_PLAN_LEAVE,
                      "it is defined, but its host device does not say managed='yes'");
    return decide(plan, VGPU_PLAN_LEAVE,
                  hostdev->managed ? "neither metadata nor a definition say what it is"
                                   : "the metadata does not name it");
}

/* libvirt takes a managed PCI device from its driver, and the vGPU would be gone. */
static gboolean
check_managed(const VgpuHostdev *hostdev, GError **error)
{
    if (!hostdev->managed || vgpu_provider_of_id(hostdev->vgpu, NULL, NULL) == &vgpu_provider_mdev)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "the host device of a virtual function with a vGPU must say managed='no'; "
                "change it with 'virsh edit'");
    return FALSE;
}

/* A virtual function that is not there has no parent to be seen, but the metadata may name it. */
static gboolean
is_to_enable(const VgpuPlanCall *call, const VgpuHostdev *hostdev, const VgpuRequest *request)
{
    return request && request->parent &&
           !vgpu_device_is_enabled(call->root, request->parent, hostdev->vgpu);
}

static gboolean
decide_enable(const VgpuPlanCall *call, VgpuPlan *plan, const VgpuRequest *request, GError **error)
{
    plan->parent = request->parent;
    decide(plan, VGPU_PLAN_ENABLE, "its virtual function is not there yet");
    return !request->type ||
           vgpu_settings_check_request(call->settings, request->type, request->attrs, error);
}

static gboolean
decide_enabled(const VgpuPlanCall *call, const VgpuHostdev *hostdev, VgpuPlan *plan, GError **error)
{
    plan->wish = vgpu_wish_new(call->root, call->domain, hostdev, error);
    if (!plan->wish ||
        (!call->forgotten && !vgpu_record_find(call->root, hostdev->vgpu, &plan->record, error)))
        return FALSE;
    if (plan->record)
        return decide_recorded(call, plan, error);
    if (vgpu_device_exists(call->root, hostdev->vgpu))
        return decide_existing(call, plan, error);
    return decide_absent(call, hostdev, plan, error);
}

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

gboolean
vgpu_plan_concerns_us(const VgpuRoot *root, const VgpuDomain *domain)
{
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        if (concerns_us(root, domain, g_ptr_array_index(domain->hostdevs, i)))
            return TRUE;
    }
    return FALSE;
}

VgpuPlan *
vgpu_plan_new(const VgpuPlanCall *call, const VgpuHostdev *hostdev, GError **error)
{
    g_autoptr(VgpuPlan) plan = g_new0(VgpuPlan, 1);
    const VgpuRequest *request = vgpu_domain_find_request(call->domain, hostdev->vgpu);
    gboolean decided;

    plan->vgpu = hostdev->vgpu;
    if (!check_managed(hostdev, error))
        return NULL;
    if (is_to_enable(call, hostdev, request))
        decided = decide_enable(call, plan, request, error);
    else
        decided = decide_enabled(call, hostdev, plan, error);
    return decided ? g_steal_pointer(&plan) : NULL;
}
