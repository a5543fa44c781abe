/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * migrate.c - a domain comes from elsewhere, or back from a file: its vGPUs get
 * other uuids where the present ones are taken on this host.
 */
#include "migrate.h"

#include "log.h"
#include "device.h"
#include "provider.h"
#include "record.h"
#include "rewrite.h"
#include "wish.h"

/* Has what is there another type than @request says? */
static gboolean
is_other_type(const VgpuRoot *root, const VgpuRequest *request)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, request->vgpu, NULL);
    g_autofree char *type = device ? vgpu_wish_choose_type(root, request, NULL) : NULL;

    return type && !g_str_equal(device->type, type);
}

/* Why the uuid can't be used here, or NULL if it can. */
static const char *
why_taken(const VgpuRoot *root, const VgpuDomain *domain, const VgpuRequest *request)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, request->vgpu, NULL);
    gboolean mine = record && g_str_equal(record->domain, domain->uuid);
    gboolean in_use = FALSE;

    if (record && !mine && record->state != VGPU_RECORD_RELEASED)
        return "another domain owns it";
    if (vgpu_device_in_use(root, request->vgpu, &in_use, NULL) && in_use)
        return "it is in use";
    if (!mine && is_other_type(root, request))
        return "it has another type";
    return NULL;
}

static GHashTable *
find_taken(const VgpuRoot *root, const VgpuDomain *domain)
{
    GHashTable *fresh = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

    for (guint i = 0; i < domain->requests->len; i++) {
        const VgpuRequest *request = g_ptr_array_index(domain->requests, i);
        const char *why = NULL;
        char *uuid;

        /* a virtual function is one and no other: prepare says if it can't be had */
        if (vgpu_provider_of_id(request->vgpu, NULL, NULL) == &vgpu_provider_mdev &&
            vgpu_domain_find_hostdev(domain, request->vgpu))
            why = why_taken(root, domain, request);
        if (!why)
            continue;
        uuid = g_uuid_string_random();
        vgpu_log("domain \"%s\" (%s): vGPU %s: %s on this host; the domain gets %s instead",
                 domain->name, domain->uuid, request->vgpu, why, uuid);
        g_hash_table_insert(fresh, request->vgpu, uuid);
    }
    return fresh;
}

gboolean
vgpu_migrate_filter(const VgpuRoot *root, const VgpuDomain *domain, const char *xml, gsize length,
                    char **result, gsize *result_length, GError **error)
{
    g_autoptr(GHashTable) fresh = find_taken(root, domain);

    *result = NULL;
    *result_length = 0;
    if (g_hash_table_size(fresh) == 0)
        return TRUE;
    *result = vgpu_rewrite_uuids(xml, length, domain, fresh, result_length, error);
    return *result != NULL;
}
