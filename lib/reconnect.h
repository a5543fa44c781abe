/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reconnect.h - libvirt has been restarted and finds a running domain again: its
 * vGPUs are looked at, and what is wrong is said.
 */
#ifndef VGPU_RECONNECT_H
#define VGPU_RECONNECT_H

#include "root.h"

G_BEGIN_DECLS

/**
 * vgpu_reconnect_look:
 * @root: a root
 * @name: the domain's name
 *
 * Looks and logs, changes nothing, takes no lock. Goes by name, since the hook
 * reads no XML there.
 *
 * Returns: how many vGPUs are not as their records say.
 */
guint vgpu_reconnect_look(const VgpuRoot *root, const char *name);

G_END_DECLS

#endif
