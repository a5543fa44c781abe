/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reconnect.c - libvirt has been restarted and finds a running domain again: its
 * vGPUs are looked at, and what is wrong is said.
 */
#include "reconnect.h"

#include "log.h"
#include "device.h"
#include "owner.h"

static const char *
what_is_wrong(const VgpuRoot *root, const VgpuRecord *record)
{
    if (!vgpu_device_exists(root, record->vgpu))
        return "it is gone while the domain runs";
    if (!vgpu_owner_is_same(root, record))
        return "it is of another type or parent than was made";
    if (record->state != VGPU_RECORD_READY)
        return "it was not made to the end";
    return NULL;
}

guint
vgpu_reconnect_look(const VgpuRoot *root, const char *name)
{
    g_autoptr(GPtrArray) records = vgpu_record_list(root, NULL, NULL);
    guint wrong = 0;

    for (guint i = 0; records && i < records->len; i++) {
        const VgpuRecord *record = g_ptr_array_index(records, i);
        const char *what;

        if (!g_str_equal(record->domain_name, name))
            continue;
        what = what_is_wrong(root, record);
        if (!what)
            continue;
        vgpu_log_about(VGPU_LOG_WARNING, VGPU_RECORD_ABOUT(record),
                       "domain \"%s\" (%s): vGPU %s (state %s): %s", name, record->domain,
                       record->vgpu, vgpu_record_state_name(record->state), what);
        wrong++;
    }
    return wrong;
}
