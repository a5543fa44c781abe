/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-attach.c - gives a domain one more vGPU: in its definition, while it runs, or both.
 */
#include "attach.h"
#include "domain-edit.h"
#include "error.h"
#include "lock.h"
#include "log.h"
#include "order.h"
#include "prepare.h"
#include "provider.h"
#include "settings.h"
#include "taken.h"
#include "target.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

static VgpuctlOrderWords order_words = {.for_domain = TRUE};
static VgpuctlTargetWords target_words;
static gboolean display;

static const GOptionEntry options[] = {
    VGPUCTL_ORDER_OPTIONS(order_words, "spread, compact or numa (as openvgpu.conf(5) says)"),
    {"display", 0, 0, G_OPTION_ARG_NONE, &display, "show it on the domain's graphics", NULL},
    VGPUCTL_TARGET_OPTIONS(target_words),
    {NULL},
};

/* What the domain gets, and what it is to be with it. */
typedef struct {
    const VgpuRoot *root;
    VgpuctlTarget *target;
    VgpuRequest *request;
    VgpuDomainDevice device;
    char *before;        /* XML of the definition, passwords and all; NULL if it is not changed */
    char *definition;    /* what it is changed to */
    char *after;         /* what libvirt made of that; NULL if it did not say */
    VgpuDomain *running; /* NULL if it is not changed */
    VgpuSettings *settings;
    VgpuLock *lock; /* until what is chosen is defined or made */
} Attach;

static void
attach_clear(Attach *attach)
{
    vgpu_domain_free(attach->running);
    vgpu_domain_edit_wipe(attach->before);
    vgpu_domain_edit_wipe(attach->definition);
    vgpu_domain_edit_wipe(attach->after);
    vgpu_request_free(attach->request);
    vgpuctl_target_free(attach->target);
    g_clear_pointer(&attach->settings, vgpu_settings_free);
    vgpu_lock_release(attach->lock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Attach, attach_clear)

/* An id that the user named may be the domain's own: in its definition, and now wanted live. */
static gboolean
check_free(const Attach *attach, const char *id, GHashTable *taken, GError **error)
{
    const char *domain = id ? g_hash_table_lookup(taken, id) : NULL;

    if (!domain || g_str_equal(domain, attach->target->name))
        return !id || vgpu_attach_check_free(attach->root, attach->target->uuid, id, error);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS,
                "domain \"%s\" has '%s' already; 'vgpuctl detach' takes it out", domain, id);
    return FALSE;
}

static gboolean
check_display(const VgpuRequest *request, GError **error)
{
    if (!display || vgpu_provider_of_id(request->vgpu, NULL, NULL) == &vgpu_provider_mdev)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "what a guest draws on virtual function '%s' is not seen by libvirt; leave out "
                "--display",
                request->vgpu);
    return FALSE;
}

static gboolean
choose(Attach *attach, const VgpuctlOrder *words, GError **error)
{
    g_autoptr(GHashTable) taken =
        vgpuctl_taken_new(attach->target->connection, attach->target->name, error);
    VgpuCreateOrder order = words->order;

    if (!taken || !check_free(attach, order.vgpu, taken, error))
        return FALSE;
    order.taken = taken;
    attach->request = vgpu_attach_choose(attach->root, &order, &attach->device.model, error);
    attach->device.request = attach->request;
    attach->device.display = display;
    return attach->request && check_display(attach->request, error);
}

/* The domain of @xml with the vGPU, if a start of it would not refuse that. Takes @xml. */
static char *
edit(const Attach *attach, char *xml, VgpuDomain **domain, GError **error)
{
    char *edited = xml ? vgpu_domain_edit_add(xml, &attach->device, domain, error) : NULL;

    vgpu_domain_edit_wipe(xml);
    if (edited &&
        !vgpu_attach_check(attach->root, attach->settings, *domain, attach->request->vgpu, error))
        g_clear_pointer(&edited, vgpu_domain_edit_wipe);
    return edited;
}

/* Before anything is changed. */
static gboolean
plan(Attach *attach, GError **error)
{
    const VgpuctlTarget *target = attach->target;
    g_autoptr(VgpuDomain) defined = NULL;

    if (target->config) {
        attach->before = vgpuctl_target_get_definition(target, error);
        attach->definition = edit(attach, g_strdup(attach->before), &defined, error);
        if (!attach->definition)
            return FALSE;
    }
    if (!target->live)
        return TRUE;
    g_autofree char *xml =
        edit(attach, vgpuctl_connection_get_xml(target->domain, 0, error), &attach->running, error);
    return xml != NULL;
}

static void
drop(const Attach *attach, const VgpuFileStamp *made)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autoptr(GError) error = NULL;

    if (!vgpu_attach_drop(attach->root, attach->target->uuid, attach->request->vgpu, made,
                          &deadline, &error))
        vgpu_log("vGPU %s: not removed yet: %s; it goes when domain \"%s\" stops",
                 attach->request->vgpu, error->message, attach->target->name);
}

/*
 * libvirt calls no hook for this. It is asked with no lock of ours held: a record says by then
 * whose the vGPU is.
 */
static gboolean
plug(Attach *attach, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autofree char *xml = vgpu_domain_edit_hostdev(&attach->device);
    const char *id = attach->request->vgpu;

    if (!vgpu_prepare_added(attach->root, attach->running, id, attach->settings, &deadline,
                            error)) {
        g_prefix_error(error, "vGPU %s: ", id);
        return FALSE;
    }
    g_clear_pointer(&attach->lock, vgpu_lock_release);
    VgpuFileStamp made = vgpu_record_stamp(attach->root, id);
    if (virDomainAttachDeviceFlags(attach->target->domain, xml, VIR_DOMAIN_AFFECT_LIVE) == 0)
        return TRUE;
    vgpuctl_connection_set_error(error, "vGPU %s was not taken by the domain that runs", id);
    drop(attach, &made);
    return FALSE;
}

/*
 * Graphics that came with it go too, so all of it is as it was; unless others have changed the
 * definition meanwhile, which must not be lost.
 */
static gboolean
restore_definition(const Attach *attach, GError **error)
{
    const VgpuctlTarget *target = attach->target;
    char *now = vgpuctl_target_get_definition(target, error);
    gboolean ours = now && attach->after && strcmp(now, attach->after) == 0;
    guint found;

    if (!now)
        return FALSE;
    vgpu_domain_edit_wipe(now);
    return ours ? vgpuctl_connection_define(target->connection, attach->before, error)
                : vgpuctl_target_take_out(target, attach->request->vgpu, &found, error);
}

static void
take_back(const Attach *attach)
{
    g_autoptr(GError) error = NULL;

    if (!restore_definition(attach, &error))
        vgpu_log("vGPU %s: it stays in the definition of domain \"%s\": %s", attach->request->vgpu,
                 attach->target->name, error->message);
}

/* Others than root can't be kept from choosing the same; libvirt may let them define domains. */
static gboolean
begin(Attach *attach, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    GError *reason = NULL;

    attach->lock = vgpu_lock_attach(attach->root, &deadline, &reason);
    if (!reason)
        return TRUE;
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_ACCESS)) {
        g_error_free(reason);
        return TRUE;
    }
    g_propagate_error(error, reason);
    return FALSE;
}

/* The definition first: it can be changed back, while a guest may keep what it was given. */
static gboolean
change(Attach *attach, GError **error)
{
    const VgpuctlTarget *target = attach->target;

    if (target->config && !vgpuctl_connection_define(target->connection, attach->definition, error))
        return FALSE;
    if (target->config && target->live)
        attach->after = vgpuctl_target_get_definition(target, NULL);
    if (!target->live || plug(attach, error))
        return TRUE;
    if (target->config)
        take_back(attach);
    return FALSE;
}

static gboolean
run_attach(const VgpuRoot *root, const char *const *words, GError **error)
{
    g_autoptr(VgpuctlOrder) order = vgpuctl_order_read(&order_words, error);
    g_auto(Attach) attach = {.root = root};

    if (order)
        attach.target = vgpuctl_target_open(root, &target_words, words[0], error);
    if (!attach.target)
        return FALSE;
    attach.settings = vgpu_settings_load(root);
    if (!begin(&attach, error) || !choose(&attach, order, error) || !plan(&attach, error) ||
        !change(&attach, error)) {
        g_prefix_error(error, "domain \"%s\": ", attach.target->name);
        return FALSE;
    }
    puts(attach.request->vgpu);
    return TRUE;
}

const VgpuctlVerb vgpuctl_attach = {
    .name = "attach",
    .arguments = "DOMAIN",
    .summary = "give a domain a vGPU, from its next start or at once; print its id",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run_attach,
};
