/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.h - a lock between processes of ours: a file under /run/openvgpu that the
 * kernel unlocks when its holder dies.
 */
#ifndef VGPU_LOCK_H
#define VGPU_LOCK_H

#include "deadline.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_LOCK_ACTIVE:
 *
 * The lock around everything that decides about vGPUs and then acts on it: the
 * hook's prepare and release, restore. Held for one call, never across a call to
 * libvirt.
 */
#define VGPU_LOCK_ACTIVE "active"

/**
 * VgpuLock:
 *
 * A lock that is held.
 */
typedef struct _VgpuLock VgpuLock;

/**
 * vgpu_lock_acquire:
 * @root: a root
 * @name: name of the lock; its files are /run/openvgpu/@name.lock and @name.next, mode 0600
 * @deadline: until when to wait
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT, %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Takes the lock, exclusively; who waits gets it before one who has just let it go does again. The
 * files stay after release: removing them would let two holders in. Not recursive: a second acquire
 * in the same process waits too.
 *
 * Returns: (transfer full) (nullable): the lock, or NULL with @error set.
 */
VgpuLock *vgpu_lock_acquire(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                            GError **error);

/**
 * vgpu_lock_release:
 * @lock: (nullable) (transfer full): a lock
 *
 * Unlocks and frees. Pairs with vgpu_lock_acquire(); g_autoptr does it at the end
 * of the block.
 */
void vgpu_lock_release(VgpuLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuLock, vgpu_lock_release)

G_END_DECLS

#endif
