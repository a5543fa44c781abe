/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * provider.c - the interfaces by which kernels make vGPUs.
 */
#include "provider.h"

#include "error.h"

const VgpuProvider *const vgpu_providers[] = {
    &vgpu_provider_mdev,
    &vgpu_provider_nvidia_vf,
    NULL,
};

const VgpuProvider *
vgpu_provider_of_id(const char *id, char **canonical, GError **error)
{
    for (guint i = 0; id && vgpu_providers[i]; i++) {
        g_autofree char *name = vgpu_providers[i]->id_canonical(id);
        if (!name)
            continue;
        if (canonical)
            *canonical = g_steal_pointer(&name);
        return vgpu_providers[i];
    }
    g_autofree char *shown = g_strescape(id ? id : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "'%.64s' is neither a uuid nor the PCI address of a virtual function", shown);
    return NULL;
}
