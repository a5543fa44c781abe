/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.c - a connection to the libvirt of this host, and libvirt's errors as ours.
 */
#include "connection.h"

#include "error.h"
#include "root.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_URI "qemu:///system"

struct _VgpuctlConnection {
    virConnect *handle;
};

/* libvirt prints each error itself unless it is given something else to do. */
static void
print_nothing(void *data G_GNUC_UNUSED, virErrorPtr error G_GNUC_UNUSED)
{
}

/* That something is not there is said of domains only: who asks may act on it. */
static VgpuError
code_of(const virError *reason)
{
    switch (reason->code) {
    case VIR_ERR_NO_DOMAIN:
        return VGPU_ERROR_NOT_FOUND;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
        return VGPU_ERROR_ACCESS;
    case VIR_ERR_OPERATION_TIMEOUT:
        return VGPU_ERROR_TIMEOUT;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
        return VGPU_ERROR_INVALID;
    case VIR_ERR_SYSTEM_ERROR:
        return reason->int1 == EACCES || reason->int1 == EPERM ? VGPU_ERROR_ACCESS : VGPU_ERROR_IO;
    default:
        return VGPU_ERROR_FAILED;
    }
}

void
vgpuctl_connection_set_error(GError **error, const char *format, ...)
{
    const virError *reason = virGetLastError();
    va_list args;

    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_auto(GStrv) lines = g_strsplit(reason && reason->message ? reason->message : "", "\n", 2);
    g_set_error(error, VGPU_ERROR, reason ? code_of(reason) : VGPU_ERROR_FAILED, "%s: %s", what,
                lines[0] && lines[0][0] ? lines[0] : "libvirt does not say why");
}

/* NULL leaves it to libvirt. */
static const char *
choose_uri(const char *uri)
{
    if (!uri)
        uri = g_getenv("LIBVIRT_DEFAULT_URI");
    if (uri && uri[0])
        return uri;
    return geteuid() == 0 ? SYSTEM_URI : NULL;
}

/* GPUs, locks and records are looked for on this host. */
static gboolean
check_local(const char *uri, GError **error)
{
    static const char *const here[] = {"", "localhost", "127.0.0.1", "::1", NULL};
    g_autofree char *host = NULL;

    if (uri)
        g_uri_split(uri, G_URI_FLAGS_NONE, NULL, NULL, &host, NULL, NULL, NULL, NULL, NULL);
    if (!host || g_strv_contains(here, host))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "libvirt's URI '%s' is of another host, whose GPUs are not seen from here; run "
                "vgpuctl there",
                uri);
    return FALSE;
}

/* libvirt may have made another URI of it, by its configuration. */
static gboolean
check_reached(virConnect *handle, GError **error)
{
    char *uri = virConnectGetURI(handle);
    gboolean local = check_local(uri, error);

    free(uri);
    return local;
}

VgpuctlConnection *
vgpuctl_connection_open(const char *uri, GError **error)
{
    g_autoptr(VgpuctlConnection) connection = g_new0(VgpuctlConnection, 1);

    uri = choose_uri(uri);
    if (!check_local(uri, error))
        return NULL;
    virSetErrorFunc(NULL, print_nothing);
    connection->handle = virConnectOpenAuth(uri, virConnectAuthPtrDefault, 0);
    if (!connection->handle) {
        vgpuctl_connection_set_error(error, "cannot connect to libvirt%s%s%s", uri ? " at '" : "",
                                     uri ? uri : "", uri ? "'" : "");
        return NULL;
    }
    return check_reached(connection->handle, error) ? g_steal_pointer(&connection) : NULL;
}

VgpuctlConnection *
vgpuctl_connection_open_system(const VgpuRoot *root, const char *uri, GError **error)
{
    g_autoptr(VgpuctlConnection) connection = vgpuctl_connection_open(uri, error);
    char *reached = connection ? virConnectGetURI(connection->handle) : NULL;
    gboolean system = vgpu_root_is_mock(root) || g_strcmp0(reached, SYSTEM_URI) == 0;

    if (connection && !system)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "libvirt's URI is '%s', and the hook makes vGPUs for domains of '" SYSTEM_URI
                    "' only; run it as root, without --connect",
                    reached ? reached : "not known");
    free(reached);
    return connection && system ? g_steal_pointer(&connection) : NULL;
}

void
vgpuctl_connection_close(VgpuctlConnection *connection)
{
    if (!connection)
        return;
    if (connection->handle)
        virConnectClose(connection->handle);
    g_free(connection);
}

/* A domain may be named like the uuid of another. */
static virDomain *
look_up(virConnect *handle, const char *domain)
{
    virDomain *found;

    if (!vgpu_uuid_check(domain, NULL))
        return virDomainLookupByName(handle, domain);
    found = virDomainLookupByUUIDString(handle, domain);
    if (found || virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
        return found;
    return virDomainLookupByName(handle, domain);
}

virDomain *
vgpuctl_connection_find(VgpuctlConnection *connection, const char *domain, GError **error)
{
    virDomain *found = look_up(connection->handle, domain);
    GError *reason = NULL;

    if (found)
        return found;
    vgpuctl_connection_set_error(&reason, "domain \"%s\"", domain);
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_NOT_FOUND))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "%s; 'virsh list --all' shows which there are", reason->message);
    else
        g_propagate_error(error, g_steal_pointer(&reason));
    g_clear_error(&reason);
    return NULL;
}

static void
free_domain(gpointer domain)
{
    virDomainFree(domain);
}

GPtrArray *
vgpuctl_connection_list(VgpuctlConnection *connection, GError **error)
{
    virDomain **found = NULL;
    int count = virConnectListAllDomains(connection->handle, &found, 0);
    GPtrArray *domains;

    if (count < 0) {
        vgpuctl_connection_set_error(error, "cannot list domains");
        return NULL;
    }
    domains = g_ptr_array_new_with_free_func(free_domain);
    for (int i = 0; i < count; i++)
        g_ptr_array_add(domains, found[i]);
    free(found);
    return domains;
}

gboolean
vgpuctl_connection_define(VgpuctlConnection *connection, const char *xml, GError **error)
{
    g_autoptr(virDomain) domain = virDomainDefineXML(connection->handle, xml);

    if (!domain)
        vgpuctl_connection_set_error(error, "cannot define the domain");
    return domain != NULL;
}

gboolean
vgpuctl_connection_is_active(virDomain *domain, gboolean *active, GError **error)
{
    int answer = virDomainIsActive(domain);

    *active = answer > 0;
    if (answer < 0)
        vgpuctl_connection_set_error(error, "domain \"%s\": cannot see whether it runs",
                                     virDomainGetName(domain));
    return answer >= 0;
}

char *
vgpuctl_connection_get_xml(virDomain *domain, unsigned int flags, GError **error)
{
    char *xml = virDomainGetXMLDesc(domain, flags);

    if (!xml)
        vgpuctl_connection_set_error(error, "domain \"%s\": cannot get its XML",
                                     virDomainGetName(domain));
    return xml;
}
