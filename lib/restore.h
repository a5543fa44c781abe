/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore.h - after a boot, or when a parent appears: makes the vGPUs whose
 * definitions say "auto".
 */
#ifndef VGPU_RESTORE_H
#define VGPU_RESTORE_H

#include "deadline.h"
#include "definition.h"
#include "parent.h"

G_BEGIN_DECLS

/**
 * VGPU_RESTORE_DEFAULT_MS:
 *
 * How long making one vGPU may take by default, in milliseconds. With what undoing takes it is less
 * than a guest's start can wait (%VGPU_DEADLINE_DEFAULT_MS), so a vGPU that can't be had fails no
 * guest.
 */
#define VGPU_RESTORE_DEFAULT_MS 6000

/**
 * VGPU_RESTORE_UNDO_MS:
 *
 * How long what was made and can't be finished may take to go again, in milliseconds.
 */
#define VGPU_RESTORE_UNDO_MS (VGPU_DEADLINE_DEFAULT_MS / 10)

/**
 * VgpuRestoreCount:
 * @started: made by this call
 * @present: there already, with the right type
 * @failed: could not be had, or GPUs that could not be set up or whose definitions could not be
 *   listed; each one was logged in one line
 * @waiting: their parent is not there yet; it will be served when it comes
 */
typedef struct {
    guint started;
    guint present;
    guint failed;
    guint waiting;
} VgpuRestoreCount;

/**
 * VgpuRestoreResult:
 * @VGPU_RESTORE_FAILED: not there, error set
 * @VGPU_RESTORE_STARTED: made by this call
 * @VGPU_RESTORE_PRESENT: it was there already, with the right type
 */
typedef enum {
    VGPU_RESTORE_FAILED,
    VGPU_RESTORE_STARTED,
    VGPU_RESTORE_PRESENT,
} VgpuRestoreResult;

/**
 * vgpu_restore_definition:
 * @root: a root
 * @definition: what to make
 * @parent: (nullable): its GPU, as it was seen a moment ago; NULL to look
 * @deadline: until when it must be there
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if one of that uuid has another type or parent,
 *   else as vgpu_device_create() and vgpu_device_set_attrs()
 *
 * Makes one vGPU and sets its attributes in order; on failure what was made here is
 * removed again. mdevctl may be doing the same at the same time: a vGPU that is there with the
 * right type and parent is success, and its attributes are brought to the definition's if
 * they differ and nobody has it open. The caller holds the lock of the vGPU; that of the GPU is
 * taken here.
 *
 * Returns: what happened.
 */
VgpuRestoreResult vgpu_restore_definition(const VgpuRoot *root, const VgpuDefinition *definition,
                                          const VgpuParent *parent, const VgpuDeadline *deadline,
                                          GError **error);

/**
 * VgpuRestoreProgressFunc:
 * @done: how many definitions have been seen to, those that are not marked auto among them
 * @total: how many there are of what is to be restored
 * @user_data: as given to vgpu_restore_run()
 *
 * Called after each of them; the caller holds no lock.
 */
typedef void (*VgpuRestoreProgressFunc)(guint done, guint total, gpointer user_data);

/**
 * vgpu_restore_run:
 * @root: a root
 * @names: (nullable) (array zero-terminated=1): names of parents, or ids of vGPUs that are defined
 *   on one, or NULL for all
 * @milliseconds: how long one vGPU may take, once its lock is had; for the lock it
 *   waits ten times as long
 * @progress: (nullable): is told how far it is
 * @user_data: for @progress
 * @count: (out): what happened
 * @error: (out) (optional): %VGPU_ERROR_INVALID for @names, or no process could be started
 *
 * Sets up the parents, see setup.h, but for those of vGPUs that are named, and makes all vGPUs with
 * definitions marked auto, one after another; while a GPU takes its time, those of up to three
 * others too. GPUs whose virtual functions are yet to be turned on are not seen to at the same
 * time, since Linux 7 turns on one GPU's after the other's (sriov_numvfs_store() in
 * drivers/pci/iov.c). One that fails is logged and the next one tried, unless the GPU was waited
 * for in vain for two in a row: then its others are not. A definition whose parent is not there is
 * counted as waiting, one that is not marked auto when its turn comes as nothing. Takes the lock of
 * one vGPU of a GPU at a time, so that a guest's start waits for one at most. Of a vGPU that is
 * defined on two parents, the one that has it first is made.
 *
 * Returns: FALSE if some were not tried; failures of single vGPUs are in @count.
 */
gboolean vgpu_restore_run(const VgpuRoot *root, const char *const *names, guint milliseconds,
                          VgpuRestoreProgressFunc progress, gpointer user_data,
                          VgpuRestoreCount *count, GError **error);

G_END_DECLS

#endif
