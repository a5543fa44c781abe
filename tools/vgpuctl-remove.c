/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-remove.c - removes a vGPU that is there; a definition of it stays.
 */
#include "device.h"
#include "edit.h"
#include "error.h"
#include "owner.h"
#include "verb.h"

/* Between prepare and QEMU's open a domain's vGPU looks idle. */
static gboolean
remove_unowned(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuRecord) record = NULL;

    if (!vgpu_record_find(root, id, &record, error))
        return FALSE;
    /* no domain runs with one that it never had whole, and nobody is at it: the lock is held */
    if (record && record->state != VGPU_RECORD_READY && vgpu_owner_is_same(root, record))
        return vgpu_owner_drop(root, record, deadline, error);
    if (!record || record->state != VGPU_RECORD_READY)
        return vgpu_device_remove(root, id, deadline, error) && vgpu_record_delete(root, id, error);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                "vGPU '%s' belongs to domain \"%s\" (%s) and goes when that stops; shut it down "
                "first",
                id, record->domain_name, record->domain);
    return FALSE;
}

static gboolean
check_there(const VgpuRoot *root, const char *id, GError **error)
{
    if (vgpu_device_exists(root, id))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "there is no vGPU '%s'; 'vgpuctl list vgpus' shows which are", id);
    return FALSE;
}

static gboolean
run_remove(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autofree char *id = NULL;
    g_autoptr(VgpuLock) lock = vgpuctl_edit_lock(root, words[0], &deadline, &id, error);

    return lock && check_there(root, id, error) && remove_unowned(root, id, &deadline, error);
}

const VgpuctlVerb vgpuctl_remove = {
    .name = "remove",
    .arguments = "ID",
    .summary = "remove a vGPU that nobody uses; its definition stays",
    .least = 1,
    .most = 1,
    .run = run_remove,
};
