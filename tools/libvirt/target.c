/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * target.c - the domain that a verb changes: its definition, or the domain as it runs, or both.
 */
#include "target.h"

#include "domain-edit.h"
#include "error.h"

#include <sys/prctl.h>

static gboolean
refuse(const VgpuctlTarget *target, const char *why, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT, "domain \"%s\" %s", target->name, why);
    return FALSE;
}

static gboolean
check(const VgpuctlTarget *target, GError **error)
{
    gboolean active;

    if (!vgpuctl_connection_is_active(target->domain, &active, error))
        return FALSE;
    if (target->live && !active)
        return refuse(target, "does not run; leave out --live", error);
    if (target->config && virDomainIsPersistent(target->domain) != 1)
        return refuse(target, "has no definition; say --live", error);
    return TRUE;
}

VgpuctlTarget *
vgpuctl_target_open(const VgpuRoot *root, const VgpuctlTargetWords *words, const char *domain,
                    GError **error)
{
    g_autoptr(VgpuctlTarget) target = g_new0(VgpuctlTarget, 1);

    if (!vgpu_root_is_mock(root))
        prctl(PR_SET_DUMPABLE, 0);
    target->live = words->live;
    target->config = words->config || !words->live;
    target->connection = vgpuctl_connection_open(words->uri, error);
    if (target->connection)
        target->domain = vgpuctl_connection_find(target->connection, domain, error);
    if (!target->domain)
        return NULL;
    target->name = virDomainGetName(target->domain);
    if (virDomainGetUUIDString(target->domain, target->uuid) < 0) {
        vgpuctl_connection_set_error(error, "domain \"%s\": cannot get its uuid", target->name);
        return NULL;
    }
    return check(target, error) ? g_steal_pointer(&target) : NULL;
}

void
vgpuctl_target_free(VgpuctlTarget *target)
{
    if (!target)
        return;
    if (target->domain)
        virDomainFree(target->domain);
    vgpuctl_connection_close(target->connection);
    g_free(target);
}

char *
vgpuctl_target_get_definition(const VgpuctlTarget *target, GError **error)
{
    return vgpuctl_connection_get_xml(target->domain,
                                      VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE, error);
}

gboolean
vgpuctl_target_take_out(const VgpuctlTarget *target, const char *id, guint *found, GError **error)
{
    char *xml = vgpuctl_target_get_definition(target, error);
    VgpuDomainParts removed = 0;
    char *without = xml ? vgpu_domain_edit_remove(xml, id, &removed, error) : NULL;
    gboolean ok =
        without && (!removed || vgpuctl_connection_define(target->connection, without, error));

    *found = removed;
    vgpu_domain_edit_wipe(xml);
    vgpu_domain_edit_wipe(without);
    return ok;
}
