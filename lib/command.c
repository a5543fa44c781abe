/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command.c - programs of the host, run for what they print, with a deadline.
 */
#include "command.h"

#include "error.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 5
/* How long a killed program may take to go. */
#define KILL_MS 200

static const char *const folders[] = {
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec",
};

gboolean
vgpu_command_is_program(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
           g_file_test(path, G_FILE_TEST_IS_EXECUTABLE);
}

static char *
check_program(char *path)
{
    if (vgpu_command_is_program(path))
        return path;
    g_free(path);
    return NULL;
}

char *
vgpu_command_find(const VgpuRoot *root, const char *name)
{
    char *path = NULL;

    if (name[0] == '/')
        return check_program(vgpu_root_at(root, name));
    for (gsize i = 0; !path && i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = vgpu_root_at(root, folders[i]);
        path = check_program(g_build_filename(folder, name, NULL));
    }
    return path;
}

/* In the child: what it starts in turn is ended with it. */
static void
lead_group(gpointer unused G_GNUC_UNUSED)
{
    setpgid(0, 0);
}

static GPid
start(const char *path, const char *const *argv, int output, GError **error)
{
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    GError *reason = NULL;
    GPid pid = 0;

    environment = g_environ_setenv(environment, "SYSTEMD_PAGER", "", TRUE);
    g_ptr_array_add(words, (char *)path);
    for (guint i = 1; argv[i]; i++)
        g_ptr_array_add(words, (char *)argv[i]);
    g_ptr_array_add(words, NULL);
    if (!g_spawn_async_with_pipes_and_fds(NULL, (const char *const *)words->pdata,
                                          (const char *const *)environment,
                                          G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL, -1, output,
                                          output, NULL, NULL, 0, &pid, NULL, NULL, NULL, &reason)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED, "%s", reason->message);
        g_error_free(reason);
        return 0;
    }
    return pid;
}

/* Until the end of @fd, or the deadline; what is more than is kept is read and dropped. */
static void
gather(int fd, GString *text, const VgpuDeadline *deadline)
{
    char piece[4096];

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, vgpu_deadline_left(deadline));
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t got = ready > 0 ? read(fd, piece, sizeof(piece)) : 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        if (text->len + (gsize)got <= VGPU_FILE_MAX)
            g_string_append_len(text, piece, got);
    }
}

/* FALSE if it has not ended by @deadline. */
static gboolean
await_end(GPid pid, int *status, const VgpuDeadline *deadline)
{
    for (;;) {
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended > 0 || (ended < 0 && errno != EINTR))
            return ended > 0;
        if (!vgpu_deadline_pause(deadline, POLL_MS))
            return FALSE;
    }
}

static gboolean
finish(GPid pid, const char *name, const char *text, const VgpuDeadline *deadline, GError **error)
{
    int status = 0;

    if (!await_end(pid, &status, deadline)) {
        VgpuDeadline grace = vgpu_deadline_after(KILL_MS);
        kill(-pid, SIGKILL);
        await_end(pid, &status, &grace);
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT, "'%s' does not end", name);
        return FALSE;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TRUE;
    g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED, "'%s' fails: %s", name,
                line[0] ? line : "it does not say why");
    return FALSE;
}

gboolean
vgpu_command_run(const VgpuRoot *root, const char *const *argv, const VgpuDeadline *deadline,
                 char **output, GError **error)
{
    g_autofree char *path = vgpu_command_find(root, argv[0]);
    g_autoptr(GString) text = g_string_new(NULL);
    int ends[2];

    if (!path) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "there is no program '%s'", argv[0]);
        return FALSE;
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        vgpu_error_set_errno(error, errno, "cannot run '%s'", argv[0]);
        return FALSE;
    }
    GPid pid = start(path, argv, ends[1], error);
    close(ends[1]);
    if (pid > 0)
        gather(ends[0], text, deadline);
    close(ends[0]);
    gboolean ok = pid > 0 && finish(pid, argv[0], text->str, deadline, error);
    if (output)
        *output = g_string_free(g_steal_pointer(&text), FALSE);
    return ok;
}
