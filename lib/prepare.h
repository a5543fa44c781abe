/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.h - a domain is about to start: each vGPU that it names is there
 * afterwards, or nothing has changed.
 */
#ifndef VGPU_PREPARE_H
#define VGPU_PREPARE_H

#include "settings.h"
#include "deadline.h"
#include "domain.h"

G_BEGIN_DECLS

/**
 * vgpu_prepare:
 * @root: a root
 * @domain: the domain
 * @settings: what the administrator allows and prefers
 * @limit: until when this call must be over, undoing included
 * @error: (out) (optional): what could not be had, with the vGPU's uuid
 *
 * Does for each host device of @domain what vgpu_plan_new() says. What was made by this call is
 * undone when it fails. Takes the locks of the domain's vGPUs, unless there is nothing to decide.
 *
 * Returns: TRUE if the start may go on.
 */
gboolean vgpu_prepare(const VgpuRoot *root, const VgpuDomain *domain, const VgpuSettings *settings,
                      const VgpuDeadline *limit, GError **error);

/**
 * vgpu_prepare_added:
 * @root: a root
 * @domain: a domain that runs, as it would be
 * @id: id of the one host device that it does not have yet
 * @settings: what the administrator allows and prefers
 * @limit: until when this call must be over, undoing included
 * @error: (out) (optional): what could not be had
 *
 * As vgpu_prepare(), for one vGPU that is about to be hot-plugged: libvirt calls no hook then. The
 * domain owns what is made, so the hook removes it when the domain stops. What else it owns is in
 * use and not looked at. Takes the lock of the vGPU.
 *
 * Returns: TRUE if the vGPU is there and may be attached.
 */
gboolean vgpu_prepare_added(const VgpuRoot *root, const VgpuDomain *domain, const char *id,
                            const VgpuSettings *settings, const VgpuDeadline *limit,
                            GError **error);

/**
 * vgpu_prepare_session:
 * @root: a root
 * @domain: the domain
 * @error: (out) (optional): %VGPU_ERROR_ACCESS
 *
 * The same without the right to make anything: a vGPU the metadata asks for must be there.
 *
 * Returns: TRUE if the start may go on.
 */
gboolean vgpu_prepare_session(const VgpuRoot *root, const VgpuDomain *domain, GError **error);

G_END_DECLS

#endif
