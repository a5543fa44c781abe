/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.h - whole files, read with a bound and replaced in one step, so that a
 * reader or a crash never meets half of one.
 */
#ifndef VGPU_FILE_H
#define VGPU_FILE_H

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * VGPU_FILE_MAX:
 *
 * Bound for a definition or a record, in bytes; both are a few hundred in life.
 */
#define VGPU_FILE_MAX (1024 * 1024)

/**
 * vgpu_file_read:
 * @path: a regular file; a symbolic link as last component is refused
 * @max: most bytes to take
 * @length: (out) (optional): bytes read
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID if larger than @max or not
 *   a regular file, %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Returns: (transfer full) (nullable): the contents with a NUL after them, or NULL
 * with @error set.
 */
char *vgpu_file_read(const char *path, gsize max, gsize *length, GError **error);

/**
 * vgpu_file_read_text:
 * @path: as for vgpu_file_read()
 * @max: most bytes to take
 * @error: (out) (optional): as for vgpu_file_read(); %VGPU_ERROR_INVALID also if it holds a NUL,
 *   behind which a reader of text would not look
 *
 * Returns: (transfer full) (nullable): the contents.
 */
char *vgpu_file_read_text(const char *path, gsize max, GError **error);

/**
 * vgpu_file_read_fd:
 * @fd: an open file, pipe or socket; stays open
 * @name: how to call it in a message ("standard input")
 * @max: most bytes to keep
 * @length: (out) (optional): bytes read
 * @error: (out) (optional): as for vgpu_file_read()
 *
 * Reads to the end of @fd even when more than @max comes (the rest is thrown
 * away, then the call fails), so that the writer never meets a closed pipe.
 *
 * Returns: (transfer full) (nullable): the contents with a NUL after them.
 */
char *vgpu_file_read_fd(int fd, const char *name, gsize max, gsize *length, GError **error);

/**
 * vgpu_file_write_atomic:
 * @path: the file to make or replace
 * @data: contents
 * @length: bytes of @data
 * @mode: permissions, whatever the umask
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND if the folder is not there,
 *   %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Writes the temporary file ".<name>.new" beside @path, flushes it, renames it over @path
 * and flushes the folder. The temporary file is gone when the call returns; what a killed process
 * left of one is used up by the next call for the same @path. The caller holds a lock, as
 * two calls for one @path at the same time would write to one temporary file.
 *
 * Returns: TRUE if @path has the new contents; else @path is as before.
 */
gboolean vgpu_file_write_atomic(const char *path, const char *data, gsize length, mode_t mode,
                                GError **error);

/**
 * vgpu_file_replace:
 * @path: the file to make or replace
 * @data: contents
 * @length: bytes of @data
 * @mode: permissions, whatever the umask
 * @error: (out) (optional): as vgpu_file_write_atomic()
 *
 * As vgpu_file_write_atomic(), with nothing flushed: for what is in /run, and gone after a loss of
 * power anyway.
 *
 * Returns: TRUE if @path has the new contents; else @path is as before.
 */
gboolean vgpu_file_replace(const char *path, const char *data, gsize length, mode_t mode,
                           GError **error);

/**
 * vgpu_file_make_folder:
 * @path: a file, there or not
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Makes the folder that it is in, and those above, if they are not there; they last through a loss
 * of power.
 *
 * Returns: TRUE if there is one.
 */
gboolean vgpu_file_make_folder(const char *path, GError **error);

/**
 * vgpu_file_remove:
 * @path: a file
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Removes @path and flushes its folder, with what a killed vgpu_file_write_atomic() left of it. A
 * file that is not there is no error. The caller holds the same lock as for that.
 *
 * Returns: TRUE if there is no @path any more.
 */
gboolean vgpu_file_remove(const char *path, GError **error);

/**
 * VgpuFileStamp:
 * @inode: number of the file, 0 if there is none
 * @changed_ns: when it was written, in nanoseconds
 *
 * Tells a file of vgpu_file_write_atomic() from one that was written in its place since, be it to
 * the same words.
 */
typedef struct {
    guint64 inode;
    gint64 changed_ns;
} VgpuFileStamp;

/**
 * vgpu_file_stamp:
 * @path: (nullable): a file, there or not
 *
 * Returns: its stamp now; what is read from it later is at least as new.
 */
VgpuFileStamp vgpu_file_stamp(const char *path);

/**
 * vgpu_file_stamp_is_same:
 * @one: a stamp
 * @other: another
 *
 * Returns: TRUE if nobody has written the file between the two, and it is there.
 */
gboolean vgpu_file_stamp_is_same(const VgpuFileStamp *one, const VgpuFileStamp *other);

/**
 * vgpu_file_list:
 * @path: a folder
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Names in a folder, sorted by strcmp, those that start with a dot left out (a
 * temporary file of vgpu_file_write_atomic() is one). A folder that is not there has none.
 *
 * Returns: (transfer full) (nullable) (element-type utf8): the names; NULL with @error set.
 */
GPtrArray *vgpu_file_list(const char *path, GError **error);

G_END_DECLS

#endif
