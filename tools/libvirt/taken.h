/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * taken.h - the vGPUs that domains of this host are to have, running or not.
 */
#ifndef VGPUCTL_TAKEN_H
#define VGPUCTL_TAKEN_H

#include "connection.h"

G_BEGIN_DECLS

/**
 * vgpuctl_taken_new:
 * @connection: a connection
 * @own: name of a domain that matters less than others
 * @error: (out) (optional): as vgpuctl_connection_list()
 *
 * Looks at the definition of each domain and at what runs. A domain that goes meanwhile is left
 * out; one whose XML can't be read is left out too, and logged.
 *
 * Returns: (transfer full) (nullable) (element-type utf8 utf8): ids of mdevs and of PCI devices,
 * with the name of a domain that has it for each; it is @own only if no other has it.
 */
GHashTable *vgpuctl_taken_new(VgpuctlConnection *connection, const char *own, GError **error);

G_END_DECLS

#endif
