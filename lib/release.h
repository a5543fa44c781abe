/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * release.h - a domain has stopped: the vGPUs that were made for it go, and no
 * others.
 */
#ifndef VGPU_RELEASE_H
#define VGPU_RELEASE_H

#include "deadline.h"
#include "domain.h"

G_BEGIN_DECLS

/**
 * vgpu_release:
 * @root: a root
 * @uuid: uuid of the domain
 * @domain: (nullable): the domain, if its XML could be read
 * @deadline: until when this call must be over
 * @error: (out) (optional): nothing could be looked at
 *
 * Removes each vGPU whose record names the domain. One that somebody has open is
 * never written to: after a moment its record is marked released and kept, which is
 * logged. A vGPU so marked goes at the release of any domain that has it among its host
 * devices, its last user by then. Takes the locks of those vGPUs, if there are any.
 *
 * Returns: TRUE if all was looked at; what could not be removed was logged.
 */
gboolean vgpu_release(const VgpuRoot *root, const char *uuid, const VgpuDomain *domain,
                      const VgpuDeadline *deadline, GError **error);

G_END_DECLS

#endif
