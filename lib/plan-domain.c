/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan-domain.c - what the hook would do if a domain started now.
 */
#include "plan-domain.h"

#include "plan.h"

static const char *const words[] = {
    [VGPU_PLAN_LEAVE] = "leave",   [VGPU_PLAN_KEEP] = "keep", [VGPU_PLAN_TAKE_OVER] = "take-over",
    [VGPU_PLAN_ENABLE] = "enable", [VGPU_PLAN_WAIT] = "wait", [VGPU_PLAN_FORGET] = "forget",
    [VGPU_PLAN_REMOVE] = "remove", [VGPU_PLAN_MAKE] = "make",
};

/* The steps so far, and the host as it would be after them. */
typedef struct {
    VgpuPlanCall call;
    GPtrArray *steps;
    gboolean starts;
} Outlook;

static void
step_free(gpointer data)
{
    VgpuPlanStep *step = data;

    g_free(step->vgpu);
    g_free(step->parent);
    g_free(step->type);
    g_free(step->why);
    g_free(step);
}

static void
add(Outlook *outlook, const char *vgpu, const char *action, const char *parent, const char *type,
    const char *why)
{
    VgpuPlanStep *step = g_new0(VgpuPlanStep, 1);

    step->vgpu = g_strdup(vgpu);
    step->action = action;
    step->parent = g_strdup(parent);
    step->type = g_strdup(type);
    step->why = g_strdup(why);
    g_ptr_array_add(outlook->steps, step);
}

static void
add_refusal(Outlook *outlook, const char *vgpu, const GError *reason)
{
    add(outlook, vgpu, "refuse", NULL, NULL, reason->message);
    outlook->starts = FALSE;
}

/* "the metadata asks for it; placement 'spread': then 0002:00:00.0, 0003:00:00.0" */
static void
add_made(Outlook *outlook, const VgpuPlan *plan)
{
    const char *placement = vgpu_placement_to_string(plan->query.placement);
    const VgpuPlace *first = &g_array_index(plan->places, VgpuPlace, 0);
    g_autoptr(GString) why = g_string_new(plan->why);

    if (!plan->query.only)
        g_string_append_printf(why, "; placement '%s'", placement);
    for (guint i = 1; i < plan->places->len; i++)
        g_string_append_printf(why, "%s%s", i == 1 ? ", then " : ", ",
                               g_array_index(plan->places, VgpuPlace, i).parent->name);
    add(outlook, plan->vgpu, words[VGPU_PLAN_MAKE], first->parent->name, plan->wish->type,
        why->str);
    vgpu_host_assume(outlook->call.host, first->parent->name, plan->wish->type, plan->vgpu);
}

static void
add_plan(Outlook *outlook, const VgpuPlan *plan)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(outlook->call.root, plan->vgpu, NULL);
    const char *parent = plan->parent ? plan->parent : device ? device->parent : NULL;

    add(outlook, plan->vgpu, words[plan->action], parent, device ? device->type : NULL, plan->why);
}

/* What comes once a vGPU that is in the way has gone. */
static void
add_second(Outlook *outlook, VgpuPlan *plan)
{
    g_autoptr(GError) reason = NULL;

    vgpu_host_assume_gone(outlook->call.host, plan->vgpu);
    if (!plan->wish->wanted)
        return;
    if (vgpu_plan_make(&outlook->call, plan, &reason))
        add_made(outlook, plan);
    else
        add_refusal(outlook, plan->vgpu, reason);
}

/* With @forgotten, once the record that is in the way has gone. */
static void
look_ahead(Outlook *outlook, const VgpuHostdev *hostdev, gboolean forgotten)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(VgpuPlan) plan = NULL;

    outlook->call.forgotten = forgotten;
    plan = vgpu_plan_new(&outlook->call, hostdev, &reason);
    if (!plan) {
        add_refusal(outlook, hostdev->vgpu, reason);
    } else if (plan->action == VGPU_PLAN_MAKE) {
        add_made(outlook, plan);
    } else {
        add_plan(outlook, plan);
        if (plan->action == VGPU_PLAN_REMOVE)
            add_second(outlook, plan);
        else if (plan->action == VGPU_PLAN_FORGET)
            look_ahead(outlook, hostdev, TRUE);
    }
}

/* What an earlier run left and the XML no longer names goes first. */
static void
look_at_leftovers(Outlook *outlook)
{
    const VgpuDomain *domain = outlook->call.domain;
    const GPtrArray *records = outlook->call.host->records;

    for (guint i = 0; i < records->len; i++) {
        const VgpuRecord *record = records->pdata[i];

        if (!g_str_equal(record->domain, domain->uuid) ||
            vgpu_domain_find_hostdev(domain, record->vgpu))
            continue;
        add(outlook, record->vgpu, words[VGPU_PLAN_REMOVE], record->parent, record->type,
            "an earlier run of the domain has left it behind");
        vgpu_host_assume_gone(outlook->call.host, record->vgpu);
    }
}

static void
leave_all(Outlook *outlook, const char *why)
{
    for (guint i = 0; i < outlook->call.domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = outlook->call.domain->hostdevs->pdata[i];

        add(outlook, hostdev->vgpu, words[VGPU_PLAN_LEAVE], NULL, NULL, why);
    }
}

static void
look_at_all(Outlook *outlook)
{
    const VgpuPlanCall *call = &outlook->call;

    if (!call->settings->enabled) {
        leave_all(outlook, "the hook is turned off in openvgpu.conf(5)");
    } else if (!vgpu_plan_concerns_us(call->root, call->domain)) {
        leave_all(outlook, "neither metadata nor a definition make it the hook's business");
    } else {
        look_at_leftovers(outlook);
        for (guint i = 0; i < call->domain->hostdevs->len; i++)
            look_ahead(outlook, call->domain->hostdevs->pdata[i], FALSE);
    }
}

GPtrArray *
vgpu_plan_domain(const VgpuRoot *root, const VgpuDomain *domain, const VgpuSettings *settings,
                 gboolean *starts, GError **error)
{
    VgpuNumaSet nodes;
    g_autoptr(VgpuHost) host = vgpu_host_look(root, error);
    Outlook outlook = {
        .call =
            {.root = root, .domain = domain, .settings = settings, .nodes = &nodes, .host = host},
        .starts = TRUE,
    };

    if (!host)
        return NULL;
    outlook.steps = g_ptr_array_new_with_free_func(step_free);
    vgpu_numa_nodes(root, &domain->numa, &nodes);
    look_at_all(&outlook);
    *starts = outlook.starts;
    return outlook.steps;
}
