/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel.h - says why a host has no device that can make vGPUs, where the kernel
 * is the reason.
 */
#ifndef VGPU_KERNEL_H
#define VGPU_KERNEL_H

#include "root.h"

G_BEGIN_DECLS

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
