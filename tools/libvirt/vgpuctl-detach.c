/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-detach.c - takes a vGPU from a domain: out of its definition, while it runs, or both.
 */
#include "attach.h"
#include "domain-edit.h"
#include "error.h"
#include "log.h"
#include "order.h"
#include "target.h"
#include "verbs.h"

#include <stdio.h>
#include <unistd.h>

/* How long a guest may take to let go of it. */
#define UNPLUG_MS 60000
#define POLL_MS   100

static VgpuctlTargetWords target_words;

static const GOptionEntry options[] = {
    VGPUCTL_TARGET_OPTIONS(target_words),
    {NULL},
};

/* XML of its host device in the domain that runs; NULL in @hostdev if it has none. */
static gboolean
find(const VgpuctlTarget *target, const char *id, gboolean owned, char **hostdev, GError **error)
{
    g_autofree char *xml = vgpuctl_connection_get_xml(target->domain, 0, error);

    return xml && vgpu_domain_edit_find(xml, id, owned, hostdev, error);
}

/* Has the guest let go of it, or stopped? */
static gboolean
is_gone(const VgpuctlTarget *target, const char *id, gboolean *gone, GError **error)
{
    g_autofree char *hostdev = NULL;
    GError *cause = NULL;
    gboolean active;

    *gone = TRUE;
    if (vgpuctl_connection_is_active(target->domain, &active, &cause) && active)
        *gone = find(target, id, TRUE, &hostdev, &cause) && !hostdev;
    if (!cause)
        return TRUE;
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_error_free(cause);
        return *gone = TRUE;
    }
    g_propagate_error(error, cause);
    return FALSE;
}

/* libvirt asks the guest and does not wait for long. */
static gboolean
wait_gone(const VgpuRoot *root, const VgpuctlTarget *target, const char *id, GError **error)
{
    const char *text = vgpu_root_is_mock(root) ? g_getenv("OPENVGPU_DEADLINE_MS") : NULL;
    guint milliseconds = text ? (guint)g_ascii_strtoull(text, NULL, 10) : UNPLUG_MS;
    VgpuDeadline deadline = vgpu_deadline_after(milliseconds);
    gboolean gone, told = !isatty(STDERR_FILENO);

    while (is_gone(target, id, &gone, error)) {
        if (gone)
            return TRUE;
        if (!told)
            fprintf(stderr, "waiting for the guest to let go of it, for up to %u s\n",
                    milliseconds / 1000);
        told = TRUE;
        if (vgpu_deadline_pause(&deadline, POLL_MS))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT,
                    "the guest has not let go of vGPU %s in %u seconds; when it has, this command "
                    "removes it, and so does the domain's end",
                    id, milliseconds / 1000);
        return FALSE;
    }
    return FALSE;
}

static gboolean
unplug(const VgpuctlTarget *target, const char *id, const char *hostdev, GError **error)
{
    if (virDomainDetachDeviceFlags(target->domain, hostdev, VIR_DOMAIN_AFFECT_LIVE) == 0)
        return TRUE;
    vgpuctl_connection_set_error(error, "vGPU %s can't be taken from the domain that runs", id);
    return FALSE;
}

/* Of the domain that runs; @found is set if there was anything of it. */
static gboolean
detach_live(const VgpuRoot *root, const VgpuctlTarget *target, const char *id, guint *found,
            GError **error)
{
    VgpuFileStamp seen = vgpu_record_stamp(root, id);
    gboolean owned = vgpu_attach_owns(root, target->uuid, id);
    g_autofree char *hostdev = NULL;

    if (!find(target, id, owned, &hostdev, error))
        return FALSE;
    if (!hostdev && !owned)
        return TRUE;
    *found |= VGPU_DOMAIN_HOSTDEV;
    if (hostdev && (!unplug(target, id, hostdev, error) || !wait_gone(root, target, id, error)))
        return FALSE;
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    return vgpu_attach_drop(root, target->uuid, id, &seen, &deadline, error);
}

static gboolean
detach(const VgpuRoot *root, const VgpuctlTarget *target, const char *id, GError **error)
{
    guint defined = 0, found;

    if (target->config && !vgpuctl_target_take_out(target, id, &defined, error))
        return FALSE;
    if (defined == VGPU_DOMAIN_METADATA)
        vgpu_log("domain \"%s\": its metadata named vGPU %s, but no host device did", target->name,
                 id);
    found = defined;
    if (target->live && !detach_live(root, target, id, &found, error))
        return FALSE;
    if (!found)
        vgpu_log("domain \"%s\" has no vGPU %s: there was nothing to detach", target->name, id);
    return TRUE;
}

static gboolean
run_detach(const VgpuRoot *root, const char *const *words, GError **error)
{
    g_autofree char *id = vgpuctl_order_id(words[1], error);
    g_autoptr(VgpuctlTarget) target =
        id ? vgpuctl_target_open(root, &target_words, words[0], error) : NULL;

    if (target && detach(root, target, id, error))
        return TRUE;
    if (target)
        g_prefix_error(error, "domain \"%s\": ", target->name);
    return FALSE;
}

const VgpuctlVerb vgpuctl_detach = {
    .name = "detach",
    .arguments = "DOMAIN ID",
    .summary = "take a vGPU from a domain, from its next start or at once",
    .options = options,
    .least = 2,
    .most = 2,
    .run = run_detach,
};
