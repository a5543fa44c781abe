/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs-writer.c - a process of our own that takes orders by a socket, one at a time, and answers
 * each with an errno.
 */
#include "sysfs-writer.h"

#include "lock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A path and a value, a NUL after each. */
#define ORDER_MAX (PATH_MAX + 4096)

/* The writer, and who started it: a child forked since has the socket too, but no writer. */
static struct {
    pid_t owner;
    pid_t pid;
    int fd;
} writer;
G_LOCK_DEFINE_STATIC(writer);

/* The files that a writer keeps open, in ascending order. */
typedef struct {
    int files[1 + VGPU_LOCK_FILES_MAX];
    guint count;
} Kept;

static int
compare_files(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static Kept
choose_kept(int fd)
{
    Kept kept = {.files = {fd}};

    kept.count = 1 + vgpu_lock_get_files(kept.files + 1);
    qsort(kept.files, kept.count, sizeof(kept.files[0]), compare_files);
    return kept;
}

/* Lets go of everything else that the caller has open, libvirt's pipes above all. */
static void
keep_files(const Kept *kept)
{
    unsigned int first = 0;

    for (guint i = 0; i < kept->count; i++) {
        unsigned int file = (unsigned int)kept->files[i];

        if (file > first)
            close_range(first, file - 1, 0);
        first = file + 1;
    }
    close_range(first, ~0U, 0);
}

/* In the child: nothing of ours here allocates, another thread may have held the lock for that. */
static void G_GNUC_NORETURN
serve(int fd, const Kept *kept, VgpuSysfsWriterFunc write)
{
    static char order[ORDER_MAX];
    ssize_t length;

    setsid();
    keep_files(kept);
    while ((length = recv(fd, order, sizeof(order), 0)) > 0 || (length < 0 && errno == EINTR)) {
        int err = length > 0 ? write(order, order + strlen(order) + 1) : 0;

        /* after the deadline nobody is there to read it */
        if (length > 0 && send(fd, &err, sizeof(err), MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0);
}

static int
start(VgpuSysfsWriterFunc write)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return errno;
    Kept kept = choose_kept(ends[1]);
    writer.pid = fork();
    if (writer.pid == 0)
        serve(ends[1], &kept, write);
    close(ends[1]);
    if (writer.pid < 0) {
        close(ends[0]);
        return EAGAIN;
    }
    writer.owner = getpid();
    writer.fd = ends[0];
    return 0;
}

/* One that the kernel keeps is init's when we end; we don't wait for it. */
static void
stop(gboolean kept)
{
    if (writer.owner == 0)
        return;
    close(writer.fd);
    if (writer.owner == getpid())
        waitpid(writer.pid, NULL, kept ? WNOHANG : 0);
    writer.owner = 0;
}

static int
order(const char *path, const char *value)
{
    struct iovec parts[] = {
        {(void *)path, strlen(path) + 1},
        {(void *)value, strlen(value) + 1},
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = G_N_ELEMENTS(parts)};

    return sendmsg(writer.fd, &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* Returns the errno that the writer reported, or ETIMEDOUT. */
static int
await_report(const VgpuDeadline *deadline)
{
    struct pollfd wait = {.fd = writer.fd, .events = POLLIN};
    int err = EIO, ready;

    do {
        ready = poll(&wait, 1, vgpu_deadline_left(deadline));
    } while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return errno;
    if (ready == 0)
        return ETIMEDOUT;
    /* nothing to read: it was killed */
    return recv(writer.fd, &err, sizeof(err), 0) == sizeof(err) ? err : EPIPE;
}

int
vgpu_sysfs_writer_run(VgpuSysfsWriterFunc write, const char *path, const char *value,
                      const VgpuDeadline *deadline)
{
    int err = 0;

    if (strlen(path) >= PATH_MAX)
        return ENAMETOOLONG;
    G_LOCK(writer);
    if (writer.owner != getpid()) {
        stop(FALSE);
        err = start(write);
    }
    if (!err)
        err = order(path, value);
    if (!err)
        err = await_report(deadline);
    if (err == ETIMEDOUT || err == EPIPE)
        stop(err == ETIMEDOUT);
    G_UNLOCK(writer);
    return err == EPIPE ? EIO : err;
}

void
vgpu_sysfs_writer_stop(void)
{
    G_LOCK(writer);
    stop(FALSE);
    G_UNLOCK(writer);
}
