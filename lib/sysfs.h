/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs.h - the one place that reads and writes the text of sysfs files, with
 * bounds, deadlines, and errors that name file and value.
 */
#ifndef VGPU_SYSFS_H
#define VGPU_SYSFS_H

#include "deadline.h"

G_BEGIN_DECLS

/**
 * VGPU_SYSFS_MAX:
 *
 * The most a sysfs attribute holds, in bytes: one page, of the largest that Linux has. As large
 * sysfs says every attribute is (fs/sysfs/file.c).
 */
#define VGPU_SYSFS_MAX 65536

/**
 * VGPU_SYSFS_VALUE_MAX:
 *
 * The most that is written, in bytes with a NUL: one page, of the smallest.
 */
#define VGPU_SYSFS_VALUE_MAX 4096

/**
 * VgpuSysfsWriteFunc:
 * @path: the file
 * @value: what would be written, with no newline added
 * @user_data: as given to vgpu_sysfs_set_writer()
 *
 * Stands in for the kernel in a test. With vgpu_sysfs_write_deadline() it runs in another
 * process: what it changes, and what it goes by, must be in files.
 *
 * Returns: 0, or the errno the kernel would give.
 */
typedef int (*VgpuSysfsWriteFunc)(const char *path, const char *value, gpointer user_data);

/**
 * vgpu_sysfs_set_writer:
 * @writer: (nullable): instead of write(2); NULL for write(2)
 * @user_data: for @writer
 *
 * For tests only: gives the process a kernel of its own. Not thread-safe; to be
 * called before anything is written.
 */
void vgpu_sysfs_set_writer(VgpuSysfsWriteFunc writer, gpointer user_data);

/**
 * vgpu_sysfs_read:
 * @path: a sysfs file
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID if it is
 *   no regular file, holds a NUL or more than %VGPU_SYSFS_MAX, else by errno
 *
 * Returns: (transfer full) (nullable): its text without the newline at its end.
 */
char *vgpu_sysfs_read(const char *path, GError **error);

/**
 * vgpu_sysfs_read_uint:
 * @path: a sysfs file
 * @value: (out): its value
 * @error: (out) (optional): as vgpu_sysfs_read(); %VGPU_ERROR_INVALID if the text
 *   is no decimal number that fits
 *
 * Returns: TRUE if @value was set.
 */
gboolean vgpu_sysfs_read_uint(const char *path, guint *value, GError **error);

/**
 * vgpu_sysfs_read_int:
 * @path: a sysfs file
 * @value: (out): its value, which may be negative (numa_node)
 * @error: (out) (optional): as vgpu_sysfs_read_uint()
 *
 * Returns: TRUE if @value was set.
 */
gboolean vgpu_sysfs_read_int(const char *path, int *value, GError **error);

/**
 * vgpu_sysfs_read_link:
 * @path: a symbolic link in sysfs ("driver", "mdev_type", "iommu_group")
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID if it is no
 *   link, else by errno
 *
 * Returns: (transfer full) (nullable): the last component of what it points to.
 */
char *vgpu_sysfs_read_link(const char *path, GError **error);

/**
 * vgpu_sysfs_read_link_folder:
 * @path: a symbolic link in sysfs, to a device ("/sys/bus/mdev/devices/<uuid>")
 * @error: (out) (optional): as vgpu_sysfs_read_link()
 *
 * Returns: (transfer full) (nullable): the last component but one of what it points to, which is
 * the name of the device above.
 */
char *vgpu_sysfs_read_link_folder(const char *path, GError **error);

/**
 * vgpu_sysfs_write_deadline:
 * @path: a sysfs file; a symbolic link as last component is refused
 * @value: text, at most %VGPU_SYSFS_VALUE_MAX - 1 bytes
 * @deadline: when to give up waiting
 * @error: (out) (optional): by errno, naming @path and @value, or %VGPU_ERROR_TIMEOUT
 *
 * Writes @value by a single write(2), as sysfs wants it, from a process of its own
 * (sysfs-writer.h): if the kernel keeps it past the deadline, when no signal may help, it stays
 * behind, and holds none of our files; locks are let go of by word. On %VGPU_ERROR_TIMEOUT the
 * kernel may therefore still act on @value later. After vgpu_sysfs_write_here() it writes itself,
 * and waits for as long as the kernel takes.
 *
 * Returns: TRUE if the kernel took all of it in time.
 */
gboolean vgpu_sysfs_write_deadline(const char *path, const char *value,
                                   const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_sysfs_write_here:
 * @is_left: is asked before and after each write
 *
 * For a process that others may leave behind: from now on it writes itself. Once @is_left says that
 * it was, what it would do next is others' to decide, and it ends.
 */
void vgpu_sysfs_write_here(gboolean (*is_left)(void));

G_END_DECLS

#endif
