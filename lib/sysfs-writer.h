/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs-writer.h - the process that writes to sysfs for us: the kernel may keep a writer past any
 * signal, and then it keeps that process and not ours. For sysfs.c.
 */
#ifndef VGPU_SYSFS_WRITER_H
#define VGPU_SYSFS_WRITER_H

#include "deadline.h"

G_BEGIN_DECLS

/**
 * VgpuSysfsWriterFunc:
 * @path: a file
 * @value: what to write
 *
 * Runs in the writer.
 *
 * Returns: 0 or an errno.
 */
typedef int (*VgpuSysfsWriterFunc)(const char *path, const char *value);

/**
 * VGPU_SYSFS_WRITER_LATE:
 *
 * No errno: the deadline has passed, and the kernel may still act on what it was told.
 */
#define VGPU_SYSFS_WRITER_LATE (-1)

/**
 * vgpu_sysfs_writer_run:
 * @write: how to write; the one that the first call names is the writer's for good
 * @path: a file, less than PATH_MAX bytes
 * @value: what to write, less than a page
 * @deadline: when to give up waiting
 *
 * Has the writer write, and starts one if there is none: forked once for all the writes of this
 * process. It ends when we do, or when the kernel lets go of it after that. One that is kept past
 * @deadline is left behind, and the next call starts another. One call at a time; a second thread
 * waits.
 *
 * It has nothing of ours open but, while it writes, the locks of vGPUs that we hold then: if we are
 * killed, nobody decides about those vGPUs before the kernel has done what it was told.
 *
 * Returns: 0, the writer's errno, %VGPU_SYSFS_WRITER_LATE, or EIO if somebody killed the writer.
 */
int vgpu_sysfs_writer_run(VgpuSysfsWriterFunc write, const char *path, const char *value,
                          const VgpuDeadline *deadline);

/**
 * vgpu_sysfs_writer_stop:
 *
 * Ends the writer, if there is one.
 */
void vgpu_sysfs_writer_stop(void);

G_END_DECLS

#endif
