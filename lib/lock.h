/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.h - locks between processes of ours, one for each vGPU and one for each GPU, which the
 * kernel gives back when their holder dies.
 */
#ifndef VGPU_LOCK_H
#define VGPU_LOCK_H

#include "deadline.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_LOCK_FILE:
 *
 * The file in /run/openvgpu whose bytes the locks are.
 */
#define VGPU_LOCK_FILE "locks"

/**
 * VgpuLock:
 *
 * Locks that are held.
 *
 * Who decides about a vGPU and then acts on it, its record and its definition included, holds the
 * lock of that vGPU; who makes one also holds, for as long as the kernel makes it, the lock of the
 * GPU. The order is: all vGPUs of a call at once, then one GPU. None is held across a call to
 * libvirt, but for vgpu_lock_attach().
 */
typedef struct _VgpuLock VgpuLock;

/**
 * vgpu_lock_vgpu:
 * @root: a root
 * @id: id of a vGPU, as the kernel spells it
 * @deadline: until when to wait
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT, %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Takes the lock of one vGPU. Who waits gets it before one who has just let it go does again. Not
 * recursive: a second call in the same process waits too. All locks are bytes of one file,
 * /run/openvgpu/locks (mode 0600), which is made here and stays.
 *
 * Returns: (transfer full) (nullable): the lock, or NULL with @error set.
 */
VgpuLock *vgpu_lock_vgpu(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                         GError **error);

/**
 * vgpu_lock_vgpus:
 * @root: a root
 * @ids: (element-type utf8): ids of vGPUs, in any order, any of them more than once
 * @deadline: until when to wait
 * @error: (out) (optional): as vgpu_lock_vgpu()
 *
 * Takes the locks of several vGPUs, in an order that is the same for everybody.
 *
 * Returns: (transfer full) (nullable): all of the locks, or NULL with @error set and none held.
 */
VgpuLock *vgpu_lock_vgpus(const VgpuRoot *root, const GPtrArray *ids, const VgpuDeadline *deadline,
                          GError **error);

/**
 * vgpu_lock_parent:
 * @root: a root
 * @name: name of a GPU, or of a virtual function, whose GPU is meant
 * @deadline: until when to wait
 * @error: (out) (optional): as vgpu_lock_vgpu()
 *
 * Takes the lock of one GPU. The caller holds the lock of the vGPU in question and of no GPU.
 *
 * Returns: (transfer full) (nullable): the lock, or NULL with @error set.
 */
VgpuLock *vgpu_lock_parent(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                           GError **error);

/**
 * vgpu_lock_attach:
 * @root: a root
 * @deadline: until when to wait
 * @error: (out) (optional): as vgpu_lock_vgpu()
 *
 * Takes the one lock of those who choose a vGPU that no other domain's definition names, and then
 * define a domain with it. It is held across calls to libvirt, so no hook ever takes it; the caller
 * holds no other.
 *
 * Returns: (transfer full) (nullable): the lock, or NULL with @error set.
 */
VgpuLock *vgpu_lock_attach(const VgpuRoot *root, const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_lock_open:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Returns: the file of all locks, opened; negative with @error set.
 */
int vgpu_lock_open(const VgpuRoot *root, GError **error);

/**
 * vgpu_lock_share:
 * @file: a file of vgpu_lock_open(), which stays open
 *
 * From now on this process takes its locks in @file, so that another that has it too, from before a
 * fork, can let go of them. It holds none yet; vgpu_lock_get_files() gives none of them, and a lock
 * that it has is no obstacle to a second call.
 */
void vgpu_lock_share(int file);

/**
 * vgpu_lock_close:
 * @file: a file of vgpu_lock_open()
 *
 * Lets go of all locks that were taken in it, whoever did, and closes it.
 */
void vgpu_lock_close(int file);

/**
 * VGPU_LOCK_FILES_MAX:
 *
 * As many files vgpu_lock_get_files() gives at most.
 */
#define VGPU_LOCK_FILES_MAX 4

/**
 * vgpu_lock_get_files:
 * @files: (out): room for %VGPU_LOCK_FILES_MAX
 *
 * The open files that stand for the locks of vGPUs which this process holds. A process forked from
 * it that keeps them open holds the locks if this one is killed, and until then has no say in them.
 *
 * Returns: how many they are.
 */
guint vgpu_lock_get_files(int *files);

/**
 * vgpu_lock_waited:
 * @lock: a lock
 *
 * Returns: TRUE if somebody else had it first, so that what was seen before may be out of date.
 */
gboolean vgpu_lock_waited(const VgpuLock *lock);

/**
 * vgpu_lock_release:
 * @lock: (nullable) (transfer full): locks
 *
 * Unlocks and frees. Pairs with the functions above; g_autoptr does it at the end of the block.
 */
void vgpu_lock_release(VgpuLock *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuLock, vgpu_lock_release)

G_END_DECLS

#endif
