/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * release.c - a domain has stopped: the vGPUs that were made for it go, and no
 * others.
 */
#include "release.h"

#include "error.h"
#include "lock.h"
#include "log.h"
#include "device.h"
#include "owner.h"

/* How long a closing QEMU is waited for, for all vGPUs of a domain together. */
#define SETTLE_MS 1000

/* Somebody has it open: it is nobody's from now on, and the next domain to name it may take it. */
static void
keep_released(const VgpuRoot *root, VgpuRecord *record, const GError *why)
{
    g_autoptr(GError) error = NULL;

    vgpu_log_about(
        VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
        "domain \"%s\" (%s): vGPU %s: kept: %s; it was attached elsewhere, and goes when "
        "its next user releases it",
        record->domain_name, record->domain, record->vgpu, why->message);
    record->state = VGPU_RECORD_RELEASED;
    if (!vgpu_record_save(root, record, &error))
        vgpu_log_error(error);
}

static void
release_one(const VgpuRoot *root, VgpuRecord *record, const VgpuDeadline *settle,
            const VgpuDeadline *deadline)
{
    g_autoptr(GError) error = NULL;

    if (vgpu_device_wait_idle(root, record->vgpu, settle, &error) &&
        vgpu_owner_drop(root, record, deadline, &error))
        return;
    if (error->code == VGPU_ERROR_BUSY && record->state != VGPU_RECORD_RELEASED)
        keep_released(root, record, error);
    else
        vgpu_log_about(VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
                       "domain \"%s\" (%s): vGPU %s: kept with its record: %s; the domain's next "
                       "start or release tries again",
                       record->domain_name, record->domain, record->vgpu, error->message);
}

static gboolean
is_to_go(const VgpuRecord *record, const char *uuid, const VgpuDomain *domain)
{
    if (g_str_equal(record->domain, uuid))
        return TRUE;
    return record->state == VGPU_RECORD_RELEASED && domain &&
           vgpu_domain_find_hostdev(domain, record->vgpu);
}

/*
 * A look without a lock, so that a domain that owns nothing waits for nobody: one whose start has
 * just failed for want of a lock, say. libvirt keeps a prepare of the same domain away meanwhile; a
 * record of any state whose vGPU is among its host devices may be changed by another's release, and
 * wants its lock. Returns (element-type utf8): the ids.
 */
static GPtrArray *
look(const VgpuRoot *root, const char *uuid, const VgpuDomain *domain, GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GPtrArray) records = vgpu_record_list(root, problems, error);
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < problems->len; i++)
        vgpu_log_error(g_ptr_array_index(problems, i));
    for (guint i = 0; records && i < records->len; i++) {
        const VgpuRecord *record = g_ptr_array_index(records, i);

        if (g_str_equal(record->domain, uuid) ||
            (domain && vgpu_domain_find_hostdev(domain, record->vgpu)))
            g_ptr_array_add(ids, g_strdup(record->vgpu));
    }
    if (!records)
        g_clear_pointer(&ids, g_ptr_array_unref);
    return ids;
}

static gboolean
release_all(const VgpuRoot *root, const char *uuid, const VgpuDomain *domain, const GPtrArray *ids,
            const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpus(root, ids, deadline, error);
    VgpuDeadline settle = vgpu_deadline_after(SETTLE_MS);

    settle.at = MIN(settle.at, deadline->at);
    for (guint i = 0; lock && i < ids->len; i++) {
        g_autoptr(VgpuRecord) record = vgpu_record_load(root, ids->pdata[i], NULL);

        /* the GPU of one may have hung: those of others have time left */
        VgpuDeadline share = vgpu_deadline_share(deadline, ids->len - i);
        if (record && is_to_go(record, uuid, domain))
            release_one(root, record, &settle, &share);
    }
    return lock != NULL;
}

gboolean
vgpu_release(const VgpuRoot *root, const char *uuid, const VgpuDomain *domain,
             const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(GPtrArray) ids = look(root, uuid, domain, error);

    return ids && (!ids->len || release_all(root, uuid, domain, ids, deadline, error));
}
