/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-programs.c - callout and notifier as programs: what they print, and their exit status.
 */
#include "program.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLOUT "mdevctl-callout/openvgpu-callout"
#define ANSWER  "mdevctl-callout/callout-answer"

static void
test_callout(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *arguments = "-t vgpu-16m -e %s -a %s -s none -u " UUID_A " -p " PROGRAM_GPU;
    g_autofree char *caps = g_strdup_printf(arguments, "get", "capabilities");
    g_autofree char *define = g_strdup_printf(arguments, "pre", "define");
    g_auto(ProgramResult) a = program_run(mock, CALLOUT, caps, "");
    assert_int_equal(a.status, 0);
    assert_true(g_str_has_prefix(a.output, "{\"supports\":"));
    assert_string_equal(a.errors, "");
    g_auto(ProgramResult) b =
        program_run(mock, CALLOUT, define, "{\"mdev_type\":\"x\",\"start\":\"auto\"}");
    assert_int_equal(b.status, 1);
    assert_string_equal(b.output, "");
    assert_true(g_str_has_prefix(b.errors, "openvgpu: define of vGPU '" UUID_A "'"));
    assert_true(strchr(b.errors, '\n') == b.errors + strlen(b.errors) - 1);
    g_autofree char *large = g_strnfill(2 * 1024 * 1024, ' ');
    g_auto(ProgramResult) c = program_run(mock, CALLOUT, define, large);
    assert_int_equal(c.status, 1);
    assert_non_null(strstr(c.errors, "larger than"));
    g_auto(ProgramResult) d = program_run(mock, CALLOUT, "--help", "");
    assert_int_equal(d.status, 2);
}

/* mdevctl 1.2 passes over a script that closes its stdin before all is written. */
static void
test_callout_reads_to_the_end_even_if_not_mine(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *top = getenv("top_builddir");
    g_autofree char *path = g_build_filename(top ? top : "../..", CALLOUT, NULL);
    const char *argv[] = {path, "-t",   "x",  "-e",   "pre", "-a",           "define",
                          "-s", "none", "-u", UUID_A, "-p",  "0000:3b:00.0", NULL};
    g_autofree char *data = g_strnfill(1024 * 1024, ' ');
    int in, status;
    GPid pid;

    assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                         NULL, &pid, &in, NULL, NULL, NULL));
    signal(SIGPIPE, SIG_IGN);
    for (gsize done = 0; done < 1024 * 1024;) {
        ssize_t n = write(in, data + done, 1024 * 1024 - done);
        assert_true(n > 0);
        done += (gsize)n;
    }
    close(in);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
}

static void
test_notifier(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *program = "mdevctl-callout/openvgpu-notifier";
    g_auto(ProgramResult) ours = program_run(
        mock, program, "-t t -e notify -a start -s success -u " UUID_A " -p " PROGRAM_GPU, "");
    g_auto(ProgramResult) other = program_run(
        mock, program, "-t t -e notify -a start -s success -u " UUID_A " -p 0000:3b:00.0", "");
    assert_int_equal(ours.status, 0);
    assert_int_equal(other.status, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callout),
        cmocka_unit_test(test_callout_reads_to_the_end_even_if_not_mine),
        cmocka_unit_test(test_notifier),
    };
    const char *top = getenv("top_builddir");
    g_autofree char *answer = g_build_filename(top ? top : "../..", ANSWER, NULL);

    g_setenv("OPENVGPU_CALLOUT_ANSWER", answer, TRUE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
