/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.c - locks between processes: flock(2) on a file that is never removed.
 */
#include "lock.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 2
#define PAUSE_MOST_MS  50

struct _VgpuLock {
    int fd;
};

static char *
lock_path(const VgpuRoot *root, const char *name, GError **error)
{
    if (!vgpu_name_check(name, "lock", error))
        return NULL;
    g_autofree char *file = g_strconcat(name, ".lock", NULL);
    return vgpu_root_path(root, VGPU_DIR_STATE, error, file, NULL);
}

static int
open_lock_file(const char *path, GError **error)
{
    /* 0600: whoever can open it for reading could hold it for ever */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        vgpu_error_set_errno(error, errno, "cannot open the lock file '%s'", path);
    return fd;
}

/* flock has no time limit of its own, and a signal for one would be the caller's business */
static gboolean
wait_for_lock(int fd, const char *name, const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *what = g_strdup_printf("the lock '%s', which another process holds", name);
    guint pause = PAUSE_FIRST_MS;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK) {
            vgpu_error_set_errno(error, errno, "cannot take the lock '%s'", name);
            return FALSE;
        }
        if (!vgpu_deadline_check(deadline, what, error))
            return FALSE;
        vgpu_deadline_pause(deadline, pause);
        pause = MIN(pause * 2, PAUSE_MOST_MS);
    }
    return TRUE;
}

VgpuLock *
vgpu_lock_acquire(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                  GError **error)
{
    g_autofree char *path = lock_path(root, name, error);
    if (!path || !vgpu_root_make_state_dir(root, error))
        return NULL;
    int fd = open_lock_file(path, error);
    if (fd < 0)
        return NULL;
    if (!wait_for_lock(fd, name, deadline, error)) {
        close(fd);
        return NULL;
    }
    VgpuLock *lock = g_new(VgpuLock, 1);
    lock->fd = fd;
    return lock;
}

void
vgpu_lock_release(VgpuLock *lock)
{
    if (!lock)
        return;
    /* by word and not by close alone: a child forked meanwhile shares the open file */
    flock(lock->fd, LOCK_UN);
    close(lock->fd);
    g_free(lock);
}
