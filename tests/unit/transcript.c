/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transcript.c - commands in a shell on a mock machine and what they print.
 */
#include "transcript.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Before each command. On a plain terminal: no bold type. */
#define PRELUDE                                                                                    \
    "export TERM=dumb OPENVGPU_ROOT=\"$PWD\" OPENVGPU_HOOK_MODULE=\"$BUILD/libvirt-hook/hook.so\"" \
    "\nexport OPENVGPU_VGPUCTL_MODULE=\"$BUILD/tools/libvirt/vgpuctl-libvirt.so\"\n"               \
    "vgpuctl() { \"$BUILD/tools/vgpuctl\" \"$@\"; }\n"                                             \
    "hook() { \"$BUILD/libvirt-hook/openvgpu-hook\" \"$2\" \"$1\" begin - "                        \
    "<\"etc/libvirt/qemu/$2.xml\"; }\n"

/* In the child. */
static void G_GNUC_NORETURN
run_shell(const char *folder, const char *build, const char *script, const char *terminal)
{
    int fd;

    setsid();
    fd = open(terminal, O_RDWR);
    if (fd < 0 || chdir(folder) < 0 || setenv("BUILD", build, 1) < 0)
        _exit(127);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    execl("/bin/sh", "sh", "-c", script, NULL);
    _exit(127);
}

/* A new terminal: where to read, its name in @name; -1 on a machine that has none. */
static int
open_terminal(char **name)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    *name = fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0 ? g_strdup(ptsname(fd)) : NULL;
    return *name ? fd : -1;
}

/* The end of a terminal's output is an error. */
static GString *
read_terminal(int fd)
{
    GString *text = g_string_new(NULL);
    char piece[4096];
    ssize_t got;

    while ((got = read(fd, piece, sizeof(piece))) > 0 || (got < 0 && errno == EINTR))
        g_string_append_len(text, piece, MAX(got, 0));
    return text;
}

/* Lines end as in a file, and the machine's folder is the root. */
static void
make_portable(const MockSysfs *mock, GString *text)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\r\n", -1);
    g_autofree char *joined = g_strjoinv("\n", lines);
    g_auto(GStrv) parts = g_strsplit(joined, mock->path, -1);
    g_autofree char *all = g_strjoinv("", parts);

    g_string_assign(text, all);
}

static char *
run_command(MockSysfs *mock, const char *command)
{
    const char *top = getenv("top_builddir");
    g_autofree char *build = g_canonicalize_filename(top ? top : "../..", NULL);
    g_autofree char *script = g_strconcat(PRELUDE, command, NULL);
    g_autofree char *terminal = NULL;
    int fd = open_terminal(&terminal), status = -1;
    pid_t child;

    if (fd < 0)
        skip();
    child = fork();
    if (child == 0)
        run_shell(mock->path, build, script, terminal);
    assert_true(child > 0);
    g_autoptr(GString) text = read_terminal(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(fd);
    make_portable(mock, text);
    if (text->len && text->str[text->len - 1] != '\n')
        g_string_append_c(text, '\n');
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        g_string_append_printf(text, "[%d]\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    mock_sysfs_settle(mock);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
is_same_json(const char *a, const char *b)
{
    json_object *x = json_tokener_parse(a), *y = json_tokener_parse(b);
    gboolean same = x && y && json_object_equal(x, y);

    json_object_put(x);
    json_object_put(y);
    return same;
}

/* Where JSON begins, behind lines for people if there are any; NULL if there is none. */
static const char *
find_json(const char *text)
{
    const char *found = text[0] == '{' ? text : strstr(text, "\n{");

    return found && found[0] == '\n' ? found + 1 : found;
}

/* Libraries lay JSON out differently. */
static gboolean
is_same(const char *got, const char *expected)
{
    const char *a = find_json(got), *b = find_json(expected);

    return g_str_equal(got, expected) ||
           (a && b && a - got == b - expected && strncmp(got, expected, (gsize)(a - got)) == 0 &&
            is_same_json(a, b));
}

static void
compare(const char *command, const char *got, const char *expected)
{
    if (is_same(got, expected))
        return;
    fail_msg("$ %s\nprints:\n%s\nand not:\n%s", command, got, expected);
}

static gboolean
starts_block(const char *line)
{
    return !line || g_str_has_prefix(line, "$ ") || g_str_has_prefix(line, "# ");
}

/* Output up to the next command or remark, without the empty line between. */
static char *
take_expected(char **lines, guint *at)
{
    GString *text = g_string_new(NULL);

    for (; !starts_block(lines[*at]); (*at)++)
        g_string_append_printf(text, "%s\n", lines[*at]);
    while (text->len && (text->len == 1 || text->str[text->len - 2] == '\n') &&
           text->str[text->len - 1] == '\n')
        g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

void
transcript_check(MockSysfs *mock, const char *path)
{
    gboolean update = getenv("UPDATE_GOLDEN") != NULL;
    g_autoptr(GString) fresh = g_string_new(NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i];) {
        const char *line = lines[i++];
        gboolean is_command = g_str_has_prefix(line, "$ ");
        g_autofree char *expected = is_command ? take_expected(lines, &i) : NULL;
        g_autofree char *got = is_command ? run_command(mock, line + strlen("$ ")) : NULL;

        if (got && !update)
            compare(line + strlen("$ "), got, expected);
        if (line[0])
            g_string_append_printf(fresh, "%s\n", line);
        if (got)
            g_string_append_printf(fresh, "%s%s", got, lines[i] ? "\n" : "");
    }
    if (update && !g_file_set_contents(path, fresh->str, (gssize)fresh->len, NULL))
        fail_msg("cannot write %s", path);
}
