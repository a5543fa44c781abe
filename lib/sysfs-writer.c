/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs-writer.c - a process of our own that takes orders by a socket, one at a time, and answers
 * each with an errno.
 */
#include "sysfs-writer.h"

#include "lock.h"
#include "sysfs.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A path and a value, a NUL after each. */
#define ORDER_MAX (PATH_MAX + VGPU_SYSFS_VALUE_MAX)

/* The writer, and who started it: a child forked since has the socket too, but no writer. */
static struct {
    pid_t owner;
    pid_t pid;
    int fd;
} writer;
G_LOCK_DEFINE_STATIC(writer);

/* The locks that are held while one order is carried out come with it. */
typedef union {
    struct cmsghdr head;
    char room[CMSG_SPACE(VGPU_LOCK_FILES_MAX * sizeof(int))];
} Locks;

/* Lets go of everything else that is open: libvirt's pipes above all, and then the locks. */
static void
keep_file(unsigned int file)
{
    if (file > 0)
        close_range(0, file - 1, 0);
    close_range(file + 1, ~0U, 0);
}

/* In the child: nothing of ours here allocates, another thread may have held the lock for that. */
static void G_GNUC_NORETURN
serve(int fd, VgpuSysfsWriterFunc write)
{
    static char order[ORDER_MAX];
    static Locks locks;
    ssize_t length;
    sigset_t none;

    /* who left it behind may have blocked what ends it */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    keep_file((unsigned int)fd);
    for (;;) {
        struct iovec part = {order, sizeof(order)};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = &locks,
                                 .msg_controllen = sizeof(locks)};
        length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            break;
        int err = write(order, order + strlen(order) + 1);

        /* after the deadline nobody is there to read it */
        keep_file((unsigned int)fd);
        if (send(fd, &err, sizeof(err), MSG_NOSIGNAL) < 0)
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
    writer.pid = fork();
    if (writer.pid == 0) {
        close(
            ends[0]); /* or it would never see that we have gone, if the kernel lacks close_range */
        serve(ends[1], write);
    }
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
    Locks locks = {0};
    int files[VGPU_LOCK_FILES_MAX];
    guint count = vgpu_lock_get_files(files);

    if (count) {
        locks.head.cmsg_level = SOL_SOCKET;
        locks.head.cmsg_type = SCM_RIGHTS;
        locks.head.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&locks.head), files, count * sizeof(int));
        message.msg_control = &locks;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
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
    /* if it can't be waited for, its report must not be taken for the next order's */
    if (ready <= 0)
        return VGPU_SYSFS_WRITER_LATE;
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
    if (err == VGPU_SYSFS_WRITER_LATE || err == EPIPE)
        stop(err == VGPU_SYSFS_WRITER_LATE);
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
