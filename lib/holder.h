/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * holder.h - finds a process that has a device file open, without opening the
 * file, which would disturb whoever is about to; and says whose process it is.
 */
#ifndef VGPU_HOLDER_H
#define VGPU_HOLDER_H

#include "root.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * VgpuHolderTarget:
 * @hint: text that the link in /proc/<pid>/fd holds, whatever mount namespace the
 *   process is in ("vfio"): spares a stat(2) of all other files
 * @files: (element-type utf8): device files, as this process sees them
 * @devices: (element-type dev_t): device numbers, for files seen elsewhere
 *
 * What to look for.
 */
typedef struct {
    const char *hint;
    GPtrArray *files;
    GArray *devices;
} VgpuHolderTarget;

/**
 * vgpu_holder_find:
 * @root: a root
 * @target: what to look for
 * @pid: (out): a process that has one of them open, 0 if none has
 * @error: (out) (optional): %VGPU_ERROR_IO, %VGPU_ERROR_ACCESS if /proc cannot be listed
 *
 * A process that comes or goes meanwhile may be missed; other users' processes are seen by
 * root only. One of our own ancestors counts only if it has a VFIO device open: libvirtd has the
 * group open while it has mdevctl stop a vGPU.
 *
 * Returns: TRUE if @pid was set.
 */
gboolean vgpu_holder_find(const VgpuRoot *root, const VgpuHolderTarget *target, pid_t *pid,
                          GError **error);

/**
 * vgpu_holder_sees_all:
 * @root: a root
 *
 * Returns: TRUE if vgpu_holder_find() sees processes of all users: for root, and on a mock machine
 * for who made it. Others may be told that there is none and know nothing by that.
 */
gboolean vgpu_holder_sees_all(const VgpuRoot *root);

/**
 * vgpu_holder_get_name:
 * @root: a root
 * @pid: a process
 *
 * The name is the process's own choice: text for people, nothing to decide by.
 *
 * Returns: (transfer full) (nullable): what the kernel calls it ("qemu-system-x86"); NULL if it
 * is gone.
 */
char *vgpu_holder_get_name(const VgpuRoot *root, pid_t pid);

/**
 * vgpu_holder_get_domain:
 * @root: a root
 * @pid: a process
 *
 * Looks at what libvirt's system daemon has written down and not at the process, whose memory
 * it could keep us from reading to the end.
 *
 * Returns: (transfer full) (nullable): the domain whose QEMU it is, or NULL if libvirt knows none.
 */
char *vgpu_holder_get_domain(const VgpuRoot *root, pid_t pid);

G_END_DECLS

#endif
