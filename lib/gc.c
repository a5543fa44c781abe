/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gc.c - vGPUs that a domain has left behind.
 */
#include "gc.h"

#include "device.h"
#include "error.h"
#include "lock.h"
#include "owner.h"

static void
item_free(gpointer data)
{
    VgpuGcItem *item = data;

    vgpu_record_free(item->record);
    g_free(item);
}

/* The stamp first: what is written between the two is then told from what was stamped. */
GPtrArray *
vgpu_gc_look(const VgpuRoot *root, GError **error)
{
    g_autoptr(GPtrArray) records = vgpu_record_list(root, NULL, error);
    GPtrArray *items;

    if (!records)
        return NULL;
    items = g_ptr_array_new_with_free_func(item_free);
    for (guint i = 0; i < records->len; i++) {
        const VgpuRecord *seen = records->pdata[i];
        g_autofree VgpuGcItem *item = g_new0(VgpuGcItem, 1);

        item->stamp = vgpu_record_stamp(root, seen->vgpu);
        if (!(item->record = vgpu_record_load(root, seen->vgpu, NULL)))
            continue; /* it went meanwhile */
        g_ptr_array_add(items, g_steal_pointer(&item));
    }
    return items;
}

static gboolean
check_unchanged(const VgpuRoot *root, const VgpuGcItem *item, GError **error)
{
    VgpuFileStamp now = vgpu_record_stamp(root, item->record->vgpu);

    if (vgpu_file_stamp_is_same(&now, &item->stamp))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "a domain has started with vGPU '%s' meanwhile, or let go of it",
                item->record->vgpu);
    return FALSE;
}

gboolean
vgpu_gc_check(const VgpuRoot *root, const VgpuGcItem *item, GError **error)
{
    const VgpuRecord *record = item->record;

    if (!check_unchanged(root, item, error))
        return FALSE;
    if (vgpu_device_exists(root, record->vgpu))
        return vgpu_device_check_idle(root, record->vgpu, error);
    if (record->state != VGPU_RECORD_LATE)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                "the kernel was asked for vGPU '%s' and has not answered: it may still appear",
                record->vgpu);
    return FALSE;
}

gboolean
vgpu_gc_remove(const VgpuRoot *root, const VgpuGcItem *item, const VgpuDeadline *deadline,
               GError **error)
{
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(root, item->record->vgpu, deadline, error);

    return lock && vgpu_gc_check(root, item, error) &&
           vgpu_owner_drop(root, item->record, deadline, error);
}
