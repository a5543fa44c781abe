/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel.h - what the running kernel comes with, and why a host has no device that can make vGPUs
 * where the kernel is the reason.
 */
#ifndef VGPU_KERNEL_H
#define VGPU_KERNEL_H

#include "root.h"

G_BEGIN_DECLS

/**
 * vgpu_kernel_release:
 * @root: a root
 *
 * Returns: (transfer full) (nullable): the running kernel's release, "6.12.9-amd64" say.
 */
char *vgpu_kernel_release(const VgpuRoot *root);

/**
 * vgpu_kernel_may_have:
 * @root: a root
 * @release: a kernel's release
 * @module: name of a module as its file has it, "vgpu-vfio"
 *
 * Goes by the kernel's own lists, of modules and of what is built in.
 *
 * Returns: FALSE only if the list of modules is there and neither list names @module.
 */
gboolean vgpu_kernel_may_have(const VgpuRoot *root, const char *release, const char *module);

/**
 * vgpu_kernel_has_mdev:
 * @root: a root
 * @release: (nullable): the running kernel's release
 *
 * Returns: FALSE only if that kernel surely comes without mediated devices.
 */
gboolean vgpu_kernel_has_mdev(const VgpuRoot *root, const char *release);

/**
 * vgpu_kernel_check_mdev:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, with the reason and what to do: the running
 *   kernel comes without mediated devices, or no driver that uses them is loaded
 *
 * Returns: TRUE if the kernel's mdev module is loaded or built in.
 */
gboolean vgpu_kernel_check_mdev(const VgpuRoot *root, GError **error);

G_END_DECLS

#endif
