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

/* Takes the lock on the file <name><suffix>; returns the open file, or -1 with @error set. */
static int
take(const VgpuRoot *root, const char *name, const char *suffix, const VgpuDeadline *deadline,
     GError **error)
{
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_STATE, error, file, NULL);
    int fd = path ? open_lock_file(path, error) : -1;
    if (fd < 0 || wait_for_lock(fd, name, deadline, error))
        return fd;
    close(fd);
    return -1;
}

/*
 * Who waits looks again after a pause, so whoever lets go and takes the lock again at once
 * (restore, one vGPU after the other) would always be first. Hence a second lock: who has it is
 * next in line, and who has just let go of the first has to wait for it.
 */
VgpuLock *
vgpu_lock_acquire(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                  GError **error)
{
    if (!vgpu_name_check(name, "lock", error) || !vgpu_root_make_state_dir(root, error))
        return NULL;
    int next = take(root, name, ".next", deadline, error);
    if (next < 0)
        return NULL;
    int fd = take(root, name, ".lock", deadline, error);
    close(next);
    if (fd < 0)
        return NULL;
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
