/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - whole files: bounded reading, atomic replacing.
 */
#include "file.h"

#include "error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as is read at once: more than any file of sysfs has. */
#define PIECE 16384

/* Appends what read(2) gives, up to @max bytes; -1 with errno, 0 at the end. */
static ssize_t
read_piece(int fd, GByteArray *data, gsize max, gboolean *too_large)
{
    guint8 piece[PIECE];
    ssize_t got;
    do {
        got = read(fd, piece, sizeof(piece));
    } while (got < 0 && errno == EINTR);
    if (got > 0 && (gsize)got > max - data->len)
        *too_large = TRUE;
    if (got > 0 && !*too_large)
        g_byte_array_append(data, piece, (guint)got);
    return got;
}

/* @enough: a read of less is the last one, as it is of a file that says how large it is */
static char *
read_all(int fd, const char *name, gsize max, ssize_t enough, gsize *length, GError **error)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    gboolean too_large = FALSE;
    ssize_t got;

    do {
        got = read_piece(fd, data, max, &too_large);
    } while (got >= enough);
    if (got < 0) {
        vgpu_error_set_errno(error, errno, "cannot read '%s'", name);
        return NULL;
    }
    if (too_large) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "'%s' is larger than %" G_GSIZE_FORMAT " bytes", name, max);
        return NULL;
    }
    if (length)
        *length = data->len;
    g_byte_array_append(data, (const guint8 *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&data), FALSE);
}

char *
vgpu_file_read_fd(int fd, const char *name, gsize max, gsize *length, GError **error)
{
    return read_all(fd, name, max, 1, length, error);
}

static gboolean
check_regular(int fd, const char *path, gsize max, gsize *size, GError **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        vgpu_error_set_errno(error, errno, "cannot look at '%s'", path);
        return FALSE;
    }
    *size = (gsize)st.st_size;
    if (!S_ISREG(st.st_mode)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%s' is not a regular file", path);
        return FALSE;
    }
    if ((guint64)st.st_size > max) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "'%s' is larger than %" G_GSIZE_FORMAT " bytes", path, max);
        return FALSE;
    }
    return TRUE;
}

char *
vgpu_file_read(const char *path, gsize max, gsize *length, GError **error)
{
    /* O_NONBLOCK: a FIFO must not hold us up before it is refused */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        vgpu_error_set_errno(error, errno, "cannot open '%s'", path);
        return NULL;
    }
    char *data = NULL;
    gsize size;
    /* a file of /proc says that it is empty, and comes in pieces of the kernel's choice */
    if (check_regular(fd, path, max, &size, error))
        data = read_all(fd, path, max, size ? PIECE : 1, length, error);
    close(fd);
    return data;
}

char *
vgpu_file_read_text(const char *path, gsize max, GError **error)
{
    gsize length = 0;
    g_autofree char *text = vgpu_file_read(path, max, &length, error);

    if (!text || strlen(text) == length)
        return g_steal_pointer(&text);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%s' holds a NUL and is no text", path);
    return NULL;
}

static gboolean
write_all(int fd, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return FALSE;
        data += done;
        length -= (gsize)done;
    }
    return TRUE;
}

/* Makes the entry of a file in its folder last through a loss of power. */
static gboolean
sync_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* EINVAL: a file system that has nothing to flush */
    gboolean ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    if (!ok)
        vgpu_error_set_errno(error, errno, "cannot flush the folder '%s'", folder);
    if (fd >= 0)
        close(fd);
    return ok;
}

static gboolean
fill_file(int fd, const char *data, gsize length, mode_t mode, gboolean flush)
{
    gboolean ok =
        write_all(fd, data, length) && fchmod(fd, mode) == 0 && (!flush || fsync(fd) == 0);
    int saved = errno;
    if (close(fd) < 0 && ok)
        return FALSE;
    errno = saved;
    return ok;
}

gboolean
vgpu_file_make_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (!vgpu_file_make_folder(folder, error))
        return FALSE;
    if (mkdir(folder, 0755) == 0)
        return sync_folder(folder, error);
    if (errno == EEXIST)
        return TRUE;
    vgpu_error_set_errno(error, errno, "cannot make the folder '%s'", folder);
    return FALSE;
}

/* Always the same, so that one which a killed process left behind is the next one's. */
static char *
temporary_of(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);

    return g_strdup_printf("%s/.%s.new", folder, name);
}

static gboolean
replace(const char *path, const char *data, gsize length, mode_t mode, gboolean flush,
        GError **error)
{
    g_autofree char *temporary = temporary_of(path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        vgpu_error_set_errno(error, errno, "cannot make the file '%s'", temporary);
        return FALSE;
    }
    if (!fill_file(fd, data, length, mode, flush) || rename(temporary, path) < 0) {
        vgpu_error_set_errno(error, errno, "cannot write '%s'", path);
        unlink(temporary);
        return FALSE;
    }
    return TRUE;
}

gboolean
vgpu_file_replace(const char *path, const char *data, gsize length, mode_t mode, GError **error)
{
    return replace(path, data, length, mode, FALSE, error);
}

gboolean
vgpu_file_write_atomic(const char *path, const char *data, gsize length, mode_t mode,
                       GError **error)
{
    return replace(path, data, length, mode, TRUE, error) && sync_folder(path, error);
}

gboolean
vgpu_file_remove(const char *path, GError **error)
{
    g_autofree char *temporary = temporary_of(path);

    unlink(temporary);
    if (unlink(path) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return TRUE;
        vgpu_error_set_errno(error, errno, "cannot remove '%s'", path);
        return FALSE;
    }
    return sync_folder(path, error);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

VgpuFileStamp
vgpu_file_stamp(const char *path)
{
    struct stat st;

    if (!path || lstat(path, &st) < 0)
        return (VgpuFileStamp){0};
    return (VgpuFileStamp){
        .inode = st.st_ino,
        .changed_ns = (gint64)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec,
    };
}

gboolean
vgpu_file_stamp_is_same(const VgpuFileStamp *one, const VgpuFileStamp *other)
{
    return one->inode != 0 && one->inode == other->inode && one->changed_ns == other->changed_ns;
}

GPtrArray *
vgpu_file_list(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const struct dirent *entry;

    /* not GDir, which loads tables of characters for a folder that is not there */
    g_autoptr(DIR) dir = opendir(path);
    if (!dir && errno != ENOENT) {
        g_set_error(error, VGPU_ERROR, errno == EACCES ? VGPU_ERROR_ACCESS : VGPU_ERROR_IO,
                    "cannot list '%s': %s", path, strerror(errno));
        return NULL;
    }
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            g_ptr_array_add(names, g_strdup(entry->d_name));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}
