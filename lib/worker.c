/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker.c - a process that does tasks, and tells of them in memory that it shares with us, so that
 * neither waits for the other between two tasks.
 */
#include "worker.h"

#include "error.h"
#include "lock.h"
#include "log.h"
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_US (G_USEC_PER_SEC)

/* How often we look how far it is. */
#define LOOK_MS 50

/* More than vgpu_log() makes of a line. */
#define TEXT_MAX 2048

/* Standard files, lines and locks. */
#define FILES_KEPT 5

/* No task has that number: a worker that is left behind claims no more. */
#define BARRED G_MAXINT

struct _VgpuWorker {
    gint claimed;    /* tasks begun; both sides change it, so atomically */
    gint through;    /* tasks whose result stands; set by the worker, after the result */
    gint64 until;    /* when the task that runs is late, g_get_monotonic_time() */
    gint8 results[]; /* of each task */
};

/* One worker, as we see it. */
typedef struct {
    const VgpuWorkerTasks *tasks;
    VgpuWorker *shared;
    gsize size;
    pid_t pid;
    int fd;        /* its lines; at its end when it ends */
    int locks;     /* the file that it takes them in */
    gboolean left; /* behind */
} Hand;

/* In the worker. */
static VgpuWorker *own;

void
vgpu_worker_expect(VgpuWorker *worker, guint milliseconds)
{
    gint64 until = g_get_monotonic_time() + (gint64)milliseconds * 1000 + GRACE_US;

    __atomic_store_n(&worker->until, until, __ATOMIC_SEQ_CST);
}

/* In the worker: one message a line. */
static void
send_line(const VgpuLogEntry *entry, gpointer user_data)
{
    const int *fd = user_data;

    if (entry->level >= VGPU_LOG_WARNING &&
        send(*fd, entry->line, strlen(entry->line), MSG_NOSIGNAL) < 0)
        return; /* nobody is left to be told */
}

/*
 * In the worker: its lines and its locks, and nothing else. No pipe or terminal of ours must stay
 * open for as long as the kernel takes.
 */
static void
keep_files(Hand *hand)
{
    int lines = fcntl(hand->fd, F_DUPFD_CLOEXEC, FILES_KEPT);
    int locks = fcntl(hand->locks, F_DUPFD_CLOEXEC, FILES_KEPT);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; i <= STDERR_FILENO; i++)
        dup2(null, i);
    hand->fd = dup3(lines, STDERR_FILENO + 1, O_CLOEXEC);
    hand->locks = dup3(locks, STDERR_FILENO + 2, O_CLOEXEC);
    close_range(FILES_KEPT, ~0U, 0);
}

static gboolean
is_left(void)
{
    return g_atomic_int_get(&own->claimed) == BARRED;
}

static void G_GNUC_NORETURN
work(Hand *hand, guint first, pid_t caller)
{
    const VgpuWorkerTasks *tasks = hand->tasks;
    VgpuWorker *shared = own = hand->shared;

    setsid();
    keep_files(hand);
    vgpu_log_set_sink(send_line, &hand->fd);
    vgpu_lock_share(hand->locks);
    vgpu_sysfs_write_here(is_left);
    for (guint i = first; i < tasks->count && getppid() == caller; i++) {
        /* before it is claimed: how late the one before was must not count for this */
        vgpu_worker_expect(shared, 0);
        if (!g_atomic_int_compare_and_exchange(&shared->claimed, (gint)i, (gint)i + 1))
            break;
        shared->results[i] = (gint8)tasks->run(shared, i, tasks->user_data);
        g_atomic_int_set(&shared->through, (gint)i + 1);
    }
    _exit(0);
}

/* Forks; %FALSE with errno set if that can't be. */
static gboolean
begin(Hand *hand, guint first)
{
    pid_t caller = getpid();
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return FALSE;
    hand->shared->claimed = hand->shared->through = (gint)first;
    hand->pid = fork();
    hand->fd = ends[hand->pid == 0];
    if (hand->pid == 0)
        work(hand, first, caller);
    close(ends[1]);
    if (hand->pid < 0)
        close(ends[0]);
    return hand->pid > 0;
}

static gboolean
start(Hand *hand, guint first, GError **error)
{
    hand->locks = vgpu_lock_open(hand->tasks->root, error);
    if (hand->locks < 0)
        return FALSE;
    hand->size = sizeof(VgpuWorker) + hand->tasks->count;
    hand->shared =
        mmap(NULL, hand->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (hand->shared != MAP_FAILED && begin(hand, first))
        return TRUE;
    vgpu_error_set_errno(error, errno, "cannot start a worker");
    if (hand->shared != MAP_FAILED)
        munmap(hand->shared, hand->size);
    close(hand->locks);
    return FALSE;
}

/* One that is left behind is no child that we wait for, and has its locks from us. */
static void
finish(Hand *hand)
{
    close(hand->fd);
    vgpu_lock_close(hand->locks);
    munmap(hand->shared, hand->size);
    waitpid(hand->pid, NULL, hand->left ? WNOHANG : 0);
}

/* FALSE when it has ended, and all that it said was heard. */
static gboolean
listen_to(const Hand *hand)
{
    struct pollfd wait = {.fd = hand->fd, .events = POLLIN};
    char line[TEXT_MAX];
    ssize_t length = -1;

    if (poll(&wait, 1, LOOK_MS) > 0) {
        length = recv(hand->fd, line, sizeof(line) - 1, MSG_DONTWAIT);
        if (length > 0) {
            line[length] = '\0';
            vgpu_log("%s", line);
        }
    }
    return length != 0;
}

static guint
tell(const Hand *hand, guint next)
{
    guint through = (guint)g_atomic_int_get(&hand->shared->through);

    for (; next < through; next++)
        hand->tasks->done(next, hand->shared->results[next], hand->tasks->user_data);
    return next;
}

/* Is it still at @task, and too late? Then it begins no other. */
static gboolean
bar_if_late(const Hand *hand, guint task)
{
    gint64 until = __atomic_load_n(&hand->shared->until, __ATOMIC_SEQ_CST);

    return g_get_monotonic_time() > until &&
           g_atomic_int_compare_and_exchange(&hand->shared->claimed, (gint)task + 1, BARRED);
}

/* Unless it has come to the end of @task just before it was barred. */
static guint
leave_behind(Hand *hand, guint task)
{
    hand->left = TRUE;
    if (tell(hand, task) == task)
        hand->tasks->done(task, VGPU_WORKER_LATE, hand->tasks->user_data);
    return task + 1;
}

/* Until it has ended or is left behind. Returns the first task that is not seen to. */
static guint
follow(Hand *hand, guint next)
{
    gboolean on = TRUE;

    while (on) {
        on = listen_to(hand);
        next = tell(hand, next);
        if (on && bar_if_late(hand, next))
            return leave_behind(hand, next);
    }
    if (next < hand->tasks->count)
        hand->tasks->done(next++, VGPU_WORKER_DIED, hand->tasks->user_data);
    return next;
}

gboolean
vgpu_worker_run(const VgpuWorkerTasks *tasks, GError **error)
{
    guint next = 0;

    while (next < tasks->count) {
        Hand hand = {.tasks = tasks};

        if (!start(&hand, next, error))
            return FALSE;
        next = follow(&hand, next);
        finish(&hand);
    }
    return TRUE;
}
