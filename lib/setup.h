/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * setup.h - what a GPU must be told, by a program of its vendor's, before vGPUs are made on it: its
 * mixed-size mode, say, which it forgets with each reboot and each reload of its driver.
 */
#ifndef VGPU_SETUP_H
#define VGPU_SETUP_H

#include "settings.h"

G_BEGIN_DECLS

/**
 * VGPU_SETUP_DEFAULT_MS:
 *
 * How long such a program may take, in milliseconds.
 */
#define VGPU_SETUP_DEFAULT_MS 60000

/**
 * vgpu_setup_run:
 * @root: a root
 * @settings: what the administrator has set
 * @parent: name of a GPU
 * @milliseconds: how long it may take, the wait for the GPU's lock included
 * @error: (out) (optional): %VGPU_ERROR_ACCESS if others than root could have written the
 *   settings; %VGPU_ERROR_TIMEOUT; as vgpu_command_run()
 *
 * Runs what [setup] in openvgpu.conf(5) has for the GPU, if anything, unless the GPU is away or has
 * a vGPU: it was told then, and takes nothing now. Takes the lock of the GPU.
 *
 * Returns: TRUE unless it failed.
 */
gboolean vgpu_setup_run(const VgpuRoot *root, const VgpuSettings *settings, const char *parent,
                        guint milliseconds, GError **error);

G_END_DECLS

#endif
