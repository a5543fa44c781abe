/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs.c - text of sysfs files in and out, each file named in errors.
 */
#include "sysfs.h"

#include "error.h"
#include "file.h"
#include "sysfs-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static VgpuSysfsWriteFunc test_writer;
static gpointer test_writer_data;

/* If we write ourselves: whether we were left behind. */
static gboolean (*was_left)(void);

void
vgpu_sysfs_set_writer(VgpuSysfsWriteFunc writer, gpointer user_data)
{
    vgpu_sysfs_writer_stop();
    test_writer = writer;
    test_writer_data = user_data;
}

char *
vgpu_sysfs_read(const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = vgpu_file_read(path, VGPU_SYSFS_MAX, &length, error);
    if (!text)
        return NULL;
    if (memchr(text, '\0', length)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%s' holds no text", path);
        return NULL;
    }
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    return g_steal_pointer(&text);
}

static gboolean
read_number(const char *path, gint64 min, gint64 max, gint64 *value, GError **error)
{
    g_autofree char *text = vgpu_sysfs_read(path, error);
    if (!text)
        return FALSE;
    if (g_ascii_string_to_signed(text, 10, min, max, value, NULL))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "'%s' holds '%.32s', which is no number",
                path, text);
    return FALSE;
}

gboolean
vgpu_sysfs_read_uint(const char *path, guint *value, GError **error)
{
    gint64 number;
    if (!read_number(path, 0, G_MAXUINT, &number, error))
        return FALSE;
    *value = (guint)number;
    return TRUE;
}

gboolean
vgpu_sysfs_read_int(const char *path, int *value, GError **error)
{
    gint64 number;
    if (!read_number(path, G_MININT, G_MAXINT, &number, error))
        return FALSE;
    *value = (int)number;
    return TRUE;
}

static gboolean
read_link(const char *path, char target[PATH_MAX], GError **error)
{
    ssize_t length = readlink(path, target, PATH_MAX - 1);
    if (length < 0) {
        vgpu_error_set_errno(error, errno, "cannot read the link '%s'", path);
        return FALSE;
    }
    target[length] = '\0';
    return TRUE;
}

char *
vgpu_sysfs_read_link(const char *path, GError **error)
{
    char target[PATH_MAX];
    return read_link(path, target, error) ? g_path_get_basename(target) : NULL;
}

char *
vgpu_sysfs_read_link_folder(const char *path, GError **error)
{
    char target[PATH_MAX];
    if (!read_link(path, target, error))
        return NULL;
    char *slash = strrchr(target, '/');
    if (slash)
        *slash = '\0';
    return g_path_get_basename(slash ? target : ".");
}

static int
write_kernel(const char *path, const char *value)
{
    gsize length = strlen(value);
    /* O_TRUNC means nothing to sysfs, and lets a plain file stand in for it */
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno;
    ssize_t done;
    do {
        done = write(fd, value, length);
    } while (done < 0 && errno == EINTR);
    int err = done < 0 ? errno : (gsize)done < length ? EIO : 0;
    close(fd);
    return err;
}

void
vgpu_sysfs_write_here(gboolean (*is_left)(void))
{
    was_left = is_left;
}

static int
write_value(const char *path, const char *value)
{
    if (test_writer)
        return test_writer(path, value, test_writer_data);
    return write_kernel(path, value);
}

static int
write_here(const char *path, const char *value)
{
    int err = was_left() ? EINTR : write_value(path, value);
    if (was_left())
        _exit(0);
    return err;
}

static gboolean
report_write(int err, const char *path, const char *value, GError **error)
{
    if (err == 0)
        return TRUE;
    if (err == VGPU_SYSFS_WRITER_LATE)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT,
                    "time is up while waiting for the kernel to take '%.64s' for '%s'", value,
                    path);
    else
        vgpu_error_set_errno(error, err, "cannot write '%.64s' to '%s'", value, path);
    return FALSE;
}

gboolean
vgpu_sysfs_write_deadline(const char *path, const char *value, const VgpuDeadline *deadline,
                          GError **error)
{
    int err;
    if (vgpu_deadline_passed(deadline))
        err = VGPU_SYSFS_WRITER_LATE;
    else if (strlen(value) >= VGPU_SYSFS_VALUE_MAX)
        err = E2BIG;
    else if (was_left)
        err = write_here(path, value);
    else
        err = vgpu_sysfs_writer_run(write_value, path, value, deadline);
    return report_write(err, path, value, error);
}
