/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.h - what systemd says of a unit.
 */
#ifndef VGPU_SERVICE_H
#define VGPU_SERVICE_H

#include "deadline.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuService:
 * @load_state: "loaded", "masked", "not-found", …
 * @active_state: "active", "inactive", "failed", …
 * @wanted: TRUE if something starts it by itself
 * @changed: when its state changed last, by starting or reloading say; microseconds of
 *   CLOCK_MONOTONIC, 0 for never
 */
typedef struct {
    char *load_state;
    char *active_state;
    gboolean wanted;
    gint64 changed;
} VgpuService;

/**
 * vgpu_service_load:
 * @root: a root
 * @unit: name of a unit, "libvirtd.service"
 * @deadline: when systemd must have answered
 * @error: (out) (optional): as vgpu_command_run(); %VGPU_ERROR_INVALID if the answer makes no sense
 *
 * Returns: (transfer full) (nullable): the unit, there or not.
 */
VgpuService *vgpu_service_load(const VgpuRoot *root, const char *unit, const VgpuDeadline *deadline,
                               GError **error);

/**
 * vgpu_service_free:
 * @service: (nullable): a unit
 */
void vgpu_service_free(VgpuService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuService, vgpu_service_free)

G_END_DECLS

#endif
