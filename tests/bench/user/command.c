/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs programs and takes their time, from the call that makes the process to the one that
 * sees its end.
 */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

double
command_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

const char *
command_beside(const char *name)
{
    static char folder[PATH_MAX], paths[2][PATH_MAX];
    static unsigned turn;
    char *path = paths[turn++ % 2];

    if (!folder[0] && readlink("/proc/self/exe", folder, sizeof folder - 1) < 0)
        strcpy(folder, "./");
    snprintf(path, PATH_MAX, "%.*s/%s", (int)(strrchr(folder, '/') - folder), folder, name);
    return path;
}

static bool
spawn(const struct command *command, int output, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    int err;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, command->input ? command->input : "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, errors, 2);
    err = posix_spawnp(pid, command->argv[0], &files, NULL, (char *const *)command->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (err)
        fprintf(stderr, "%s: %s\n", command->argv[0], strerror(err));
    return !err;
}

/* What it wrote to standard error, and how it ended. */
static void
complain(const struct command *command, int errors, int status)
{
    char block[4096];
    ssize_t count;

    lseek(errors, 0, SEEK_SET);
    while ((count = read(errors, block, sizeof block)) > 0)
        fwrite(block, 1, (size_t)count, stderr);
    fprintf(stderr, "%s %s: failed, wait status %#x\n", command->argv[0],
            command->argv[1] ? command->argv[1] : "", (unsigned)status);
}

static unsigned
count_lines(int output)
{
    char block[65536];
    unsigned lines = 0;
    ssize_t count;

    lseek(output, 0, SEEK_SET);
    while ((count = read(output, block, sizeof block)) > 0)
        for (ssize_t i = 0; i < count; i++)
            lines += block[i] == '\n';
    return lines;
}

/* What @command prints goes to @output and @errors. */
static bool
run(const struct command *command, int output, int errors, double *ms)
{
    double start = command_now();
    unsigned lines;
    int status;
    pid_t pid;

    if (!spawn(command, output, errors, &pid))
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *ms += command_now() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        complain(command, errors, status);
        return false;
    }
    lines = command->lines ? count_lines(output) : 0;
    if (lines < command->lines)
        fprintf(stderr, "%s printed %u lines, not %u\n", command->argv[0], lines, command->lines);
    return lines >= command->lines;
}

bool
command_run(const struct command *command, double *ms)
{
    int output = memfd_create("output", MFD_CLOEXEC);
    int errors = memfd_create("errors", MFD_CLOEXEC);
    bool done = output >= 0 && errors >= 0 && run(command, output, errors, ms);

    if (output >= 0)
        close(output);
    if (errors >= 0)
        close(errors);
    return done;
}
