/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * worker.c - processes that do tasks, and tell of them in memory that each shares with us, so that
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

/* One list of tasks and its worker, as we see it. */
typedef struct {
    const VgpuWorkerTasks *tasks;
    guint next; /* the first task that is not seen to */
    pid_t pid;  /* 0 while none works */
    VgpuWorker *shared;
    gsize size;
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
work(Hand *hand, pid_t caller)
{
    const VgpuWorkerTasks *tasks = hand->tasks;
    VgpuWorker *shared = own = hand->shared;

    setsid();
    keep_files(hand);
    vgpu_log_set_sink(send_line, &hand->fd);
    vgpu_lock_share(hand->locks);
    vgpu_sysfs_write_here(is_left);
    for (guint i = hand->next; i < tasks->count && getppid() == caller; i++) {
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
begin(Hand *hand)
{
    pid_t caller = getpid();
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return FALSE;
    hand->shared->claimed = hand->shared->through = (gint)hand->next;
    pid_t pid = fork();
    hand->fd = ends[pid == 0];
    if (pid == 0)
        work(hand, caller);
    close(ends[1]);
    if (pid < 0)
        close(ends[0]);
    hand->pid = MAX(pid, 0);
    return pid > 0;
}

static gboolean
start(Hand *hand, GError **error)
{
    hand->left = FALSE;
    hand->locks = vgpu_lock_open(hand->tasks->root, error);
    if (hand->locks < 0)
        return FALSE;
    hand->size = sizeof(VgpuWorker) + hand->tasks->count;
    hand->shared =
        mmap(NULL, hand->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (hand->shared != MAP_FAILED && begin(hand))
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
    hand->pid = 0;
}

/* FALSE when it has ended, and all that it said was heard. */
static gboolean
listen_to(const Hand *hand)
{
    char line[TEXT_MAX];
    ssize_t length;

    while ((length = recv(hand->fd, line, sizeof(line) - 1, MSG_DONTWAIT)) > 0) {
        line[length] = '\0';
        vgpu_log("%s", line);
    }
    return length != 0;
}

static void
tell(Hand *hand, int result)
{
    hand->tasks->done(hand->next++, result, hand->tasks->user_data);
}

static void
tell_results(Hand *hand)
{
    guint through = (guint)g_atomic_int_get(&hand->shared->through);

    while (hand->next < through)
        tell(hand, hand->shared->results[hand->next]);
}

/* Is it at the same task yet, and too late? Then it begins no other. */
static gboolean
bar_if_late(const Hand *hand)
{
    gint task = (gint)hand->next + 1;

    /* in this order: what is expected of a task is known before it is claimed */
    return g_atomic_int_get(&hand->shared->claimed) == task &&
           g_get_monotonic_time() > __atomic_load_n(&hand->shared->until, __ATOMIC_SEQ_CST) &&
           g_atomic_int_compare_and_exchange(&hand->shared->claimed, task, BARRED);
}

/* Unless it has come to the end of its task just before it was barred. */
static void
leave_behind(Hand *hand)
{
    guint task = hand->next;

    hand->left = TRUE;
    tell_results(hand);
    listen_to(hand);
    if (hand->next == task)
        tell(hand, VGPU_WORKER_LATE);
}

/* What it has said and done since; then it works on, has ended, or is left behind. */
static void
look_at(Hand *hand)
{
    gboolean on = listen_to(hand);

    tell_results(hand);
    if (on && !bar_if_late(hand))
        return;
    if (on)
        leave_behind(hand);
    else if (hand->next < hand->tasks->count)
        tell(hand, VGPU_WORKER_DIED);
    finish(hand);
}

/* Until one of them has something to say or it is time to look how far they are. */
static void
wait_for_any(const Hand *hands, guint count)
{
    g_autofree struct pollfd *lines = g_new0(struct pollfd, count);

    for (guint i = 0; i < count; i++)
        lines[i] = (struct pollfd){.fd = hands[i].pid ? hands[i].fd : -1, .events = POLLIN};
    poll(lines, count, LOOK_MS);
}

static gboolean
any_works(const Hand *hands, guint count)
{
    for (guint i = 0; i < count; i++)
        if (hands[i].pid)
            return TRUE;
    return FALSE;
}

/*
 * Starts a worker for the first list that has none, if nobody works or those who do are slow. If
 * that can't be, it is tried again; FALSE if there is nobody whose end could make room.
 */
static gboolean
start_next(Hand *hands, guint count, gboolean slow, GError **error)
{
    gboolean others = any_works(hands, count);

    for (guint i = 0; (slow || !others) && i < count; i++)
        if (!hands[i].pid && hands[i].next < hands[i].tasks->count)
            return start(&hands[i], others ? NULL : error) || others;
    return TRUE;
}

static guint
count_done(const Hand *hands, guint count)
{
    guint done = 0;

    for (guint i = 0; i < count; i++)
        done += hands[i].next;
    return done;
}

/* Two workers are not faster than one where the kernel is what takes the time and not a GPU. */
gboolean
vgpu_worker_run(const VgpuWorkerTasks *lists, guint count, GError **error)
{
    g_autofree Hand *hands = g_new0(Hand, count);
    gboolean slow = FALSE;

    for (guint i = 0; i < count; i++)
        hands[i].tasks = &lists[i];
    while (start_next(hands, count, slow, error)) {
        if (!any_works(hands, count))
            return TRUE;
        guint before = count_done(hands, count);
        wait_for_any(hands, count);
        for (guint i = 0; i < count; i++)
            if (hands[i].pid)
                look_at(&hands[i]);
        slow = count_done(hands, count) == before;
    }
    return FALSE;
}
