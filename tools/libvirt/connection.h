/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.h - a connection to the libvirt of this host, and libvirt's errors as ours. Nothing
 * of ours calls libvirt while it holds one of our locks: libvirt may be waiting for our hook.
 */
#ifndef VGPUCTL_CONNECTION_H
#define VGPUCTL_CONNECTION_H

#include "root.h"

#include <libvirt/libvirt.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, virDomainFree)

/**
 * VgpuctlConnection:
 *
 * A connection that is open.
 */
typedef struct _VgpuctlConnection VgpuctlConnection;

/**
 * vgpuctl_connection_open:
 * @uri: (nullable): libvirt's URI of a hypervisor; NULL for the one that $LIBVIRT_DEFAULT_URI or
 *   libvirt's own configuration says, but qemu:///system for root if that variable is not set
 * @error: (out) (optional): %VGPU_ERROR_INVALID for one of another host, whose GPUs we can't see;
 *   else as vgpuctl_connection_set_error()
 *
 * May ask for a user name and password, as virsh does.
 *
 * Returns: (transfer full) (nullable): the connection.
 */
VgpuctlConnection *vgpuctl_connection_open(const char *uri, GError **error);

/**
 * vgpuctl_connection_open_system:
 * @root: a root; with one for tests any URI will do
 * @uri: (nullable): as for vgpuctl_connection_open()
 * @error: (out) (optional): %VGPU_ERROR_INVALID for any but qemu:///system, whose domains the hook
 *   makes vGPUs for; else as vgpuctl_connection_open()
 *
 * For who takes a domain that is not known there to be gone.
 *
 * Returns: (transfer full) (nullable): the connection.
 */
VgpuctlConnection *vgpuctl_connection_open_system(const VgpuRoot *root, const char *uri,
                                                  GError **error);

/**
 * vgpuctl_connection_close:
 * @connection: (nullable) (transfer full): a connection
 */
void vgpuctl_connection_close(VgpuctlConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuctlConnection, vgpuctl_connection_close)

/**
 * vgpuctl_connection_find:
 * @connection: a connection
 * @domain: uuid or name of a domain
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND if libvirt has no such domain; any other means
 *   that nobody knows
 *
 * Returns: (transfer full) (nullable): the domain.
 */
virDomain *vgpuctl_connection_find(VgpuctlConnection *connection, const char *domain,
                                   GError **error);

/**
 * vgpuctl_connection_list:
 * @connection: a connection
 * @error: (out) (optional): as vgpuctl_connection_set_error()
 *
 * Returns: (transfer full) (nullable) (element-type virDomain): all domains, running or not; an
 * array that frees its elements.
 */
GPtrArray *vgpuctl_connection_list(VgpuctlConnection *connection, GError **error);

/**
 * vgpuctl_connection_define:
 * @connection: a connection
 * @xml: a domain's XML
 * @error: (out) (optional): as vgpuctl_connection_set_error()
 *
 * Makes @xml the definition of its domain, in one step.
 *
 * Returns: TRUE if libvirt took it.
 */
gboolean vgpuctl_connection_define(VgpuctlConnection *connection, const char *xml, GError **error);

/**
 * vgpuctl_connection_is_active:
 * @domain: a domain
 * @active: (out): TRUE if it runs
 * @error: (out) (optional): as vgpuctl_connection_set_error(); %VGPU_ERROR_NOT_FOUND if it has gone
 *   meanwhile
 *
 * Returns: TRUE if @active was set.
 */
gboolean vgpuctl_connection_is_active(virDomain *domain, gboolean *active, GError **error);

/**
 * vgpuctl_connection_get_xml:
 * @domain: a domain
 * @flags: virDomainXMLFlags
 * @error: (out) (optional): as vgpuctl_connection_is_active()
 *
 * Returns: (transfer full) (nullable): its XML; free with vgpu_domain_edit_wipe() if @flags ask for
 * secrets, else with g_free().
 */
char *vgpuctl_connection_get_xml(virDomain *domain, unsigned int flags, GError **error);

/**
 * vgpuctl_connection_set_error:
 * @error: (out) (optional): where to report
 * @format: what could not be done, to which object (quoted); no full stop
 *
 * Sets @error to "@format: what libvirt said last", with the code that fits best. Of what libvirt
 * says only the first line is taken: further ones may be a domain's XML.
 */
void vgpuctl_connection_set_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_END_DECLS

#endif
