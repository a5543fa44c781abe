/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long libvirt takes until it knows of new vGPUs: from the first write to the kernel to the
 * last of its "Created" events, of which it sends one for each when it is done with it.
 */
#include "user.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUIET_MS    1000    /* libvirt looks when our callout is moved; it has done so by then */
#define PATIENCE_MS 3600000 /* for one event */

extern char **environ;

/* virsh, and what it prints: a line an event. */
static pid_t virsh;
static FILE *events;

/* stdbuf(1), since virsh would keep its lines to itself. */
static bool
start_virsh(int output)
{
    static const char *const argv[] = {"stdbuf",  "-oL",       "virsh",  "nodedev-event",
                                       "--event", "lifecycle", "--loop", NULL};
    posix_spawn_file_actions_t files;
    int err;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    err = posix_spawnp(&virsh, argv[0], &files, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (err)
        fprintf(stderr, "%s: %s\n", argv[0], strerror(err));
    return !err;
}

static bool
enter(unsigned level)
{
    int ends[2];
    bool started;

    (void)level;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        perror("pipe2");
        return false;
    }
    started = start_virsh(ends[1]);
    close(ends[1]);
    events = fdopen(ends[0], "r");
    /* or poll() would not see the lines that are in the buffer */
    return started && events && setvbuf(events, NULL, _IONBF, 0) == 0;
}

/* Reads lines until @count of them end in @word. */
static bool
await(const char *word, unsigned count)
{
    char line[512];

    while (count) {
        struct pollfd wait = {.fd = fileno(events), .events = POLLIN};

        if (poll(&wait, 1, PATIENCE_MS) <= 0 || !fgets(line, sizeof line, events)) {
            fprintf(stderr, "%u events \"%s\" have not come\n", count, word);
            return false;
        }
        count -= strstr(line, word) && strstr(line, " mdev_");
    }
    return true;
}

static bool
run(unsigned level, double *ms)
{
    double start;

    usleep(QUIET_MS * 1000);
    start = command_now();
    if (!host_make(level) || !await(": Created", level))
        return false;
    *ms += command_now() - start;
    return true;
}

static bool
run_with_attributes(unsigned level, double *ms)
{
    double start;

    usleep(QUIET_MS * 1000);
    start = command_now();
    if (!host_make(level) || !host_set_attribute(level, true) || !await(": Created", level))
        return false;
    *ms += command_now() - start;
    return true;
}

static bool
check(unsigned level)
{
    static const char *const argv[] = {"virsh", "-q", "nodedev-list", "--cap", "mdev", NULL};
    double ms;

    return command_run(&(struct command){argv, NULL, level}, &ms);
}

static bool
undo(unsigned level)
{
    return host_remove(level) && await(": Deleted", level);
}

static bool
leave(unsigned level)
{
    (void)level;
    kill(virsh, SIGTERM);
    waitpid(virsh, NULL, 0);
    fclose(events);
    return true;
}

static const struct subject subjects[] = {
    {"no callout", CALLOUT_AWAY, 0, run},
    {"our callout", CALLOUT_THERE, 0, run},
    {"our callout, attributes", CALLOUT_THERE, 64, run_with_attributes},
    {.name = NULL},
};

const struct operation operation_settle = {
    .name = "libvirt settles",
    .unit = "s",
    .enter = enter,
    .check = check,
    .undo = undo,
    .leave = leave,
    .subjects = subjects,
};
