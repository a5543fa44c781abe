/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker.h - lists of tasks, each done one after another by a process of our own: one that the
 * kernel keeps past its time is left behind with that process, and the others go on.
 */
#ifndef VGPU_WORKER_H
#define VGPU_WORKER_H

#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_WORKER_LATE:
 *
 * No result: the task was not through in time. It goes no further than the write to sysfs that it
 * is at, and holds no lock any more.
 */
#define VGPU_WORKER_LATE (-1)

/**
 * VGPU_WORKER_DIED:
 *
 * No result: somebody killed the worker.
 */
#define VGPU_WORKER_DIED (-2)

/**
 * VgpuWorker:
 *
 * The worker, for the task that runs in it.
 */
typedef struct _VgpuWorker VgpuWorker;

/**
 * VgpuWorkerTasks:
 * @root: a root
 * @count: how many there are, numbered from 0
 * @run: does one, in the worker; returns its result, 0 to 127. It says vgpu_worker_expect() before
 *   anything that may take long. vgpu_sysfs_write_deadline() writes without a process of its own
 *   there, and what is logged is logged by the caller
 * @done: is told the result of one, in the caller, in order
 * @user_data: for both
 *
 * One list of what is to be done. What @run changes in memory is the worker's alone.
 */
typedef struct {
    const VgpuRoot *root;
    guint count;
    int (*run)(VgpuWorker *worker, guint task, gpointer user_data);
    void (*done)(guint task, int result, gpointer user_data);
    gpointer user_data;
} VgpuWorkerTasks;

/**
 * vgpu_worker_run:
 * @lists: (array length=count): what is to be done; the @done of a list is called once for each of
 *   its tasks that was tried
 * @count: how many lists there are
 * @error: (out) (optional): as vgpu_lock_open(), or %VGPU_ERROR_IO if there can be no worker
 *
 * Has all tasks done, one list after another; but while those that are begun come to no end of a
 * task, another list is begun beside them. A worker has none of the caller's files open, and is in
 * a session of its own: if the caller is interrupted, the tasks that run are done to their end, and
 * no other is begun.
 *
 * Returns: FALSE if some were not tried.
 */
gboolean vgpu_worker_run(const VgpuWorkerTasks *lists, guint count, GError **error);

/**
 * vgpu_worker_expect:
 * @worker: the worker
 * @milliseconds: within which its task is through, or says otherwise; it is given a second more
 *
 * For tasks.
 */
void vgpu_worker_expect(VgpuWorker *worker, guint milliseconds);

G_END_DECLS

#endif
