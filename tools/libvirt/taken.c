/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * taken.c - the vGPUs that domains of this host are to have, running or not.
 */
#include "taken.h"

#include "domain-edit.h"
#include "error.h"
#include "log.h"

static gboolean
add_xml(virDomain *domain, unsigned int flags, GHashTable *ids, GError **error)
{
    g_autofree char *xml = vgpuctl_connection_get_xml(domain, flags, error);

    return xml && vgpu_domain_edit_list(xml, !(flags & VIR_DOMAIN_XML_INACTIVE), ids, error);
}

static void
add_domain(virDomain *domain, const char *own, GHashTable *taken)
{
    const char *name = virDomainGetName(domain);
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GError) error = NULL;
    GHashTableIter iter;
    gpointer id;

    /* of a domain that does not run the second is the same as the first */
    if ((!add_xml(domain, VIR_DOMAIN_XML_INACTIVE, ids, &error) ||
         !add_xml(domain, 0, ids, &error)) &&
        !g_error_matches(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND))
        vgpu_log("domain \"%s\" is not looked at: %s", name, error->message);
    g_hash_table_iter_init(&iter, ids);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (!g_str_equal(name, own) || !g_hash_table_contains(taken, id))
            g_hash_table_insert(taken, g_strdup(id), g_strdup(name));
}

GHashTable *
vgpuctl_taken_new(VgpuctlConnection *connection, const char *own, GError **error)
{
    g_autoptr(GPtrArray) domains = vgpuctl_connection_list(connection, error);
    GHashTable *taken;

    if (!domains)
        return NULL;
    taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < domains->len; i++)
        add_domain(domains->pdata[i], own, taken);
    return taken;
}
