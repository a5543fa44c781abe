/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-programs.c - vgpuctl, callout and notifier as programs: what they print, and their exit
 * status.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "record.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define GPU     "0001:00:00.0"
#define CALLOUT "mdevctl-callout/openvgpu-callout"

typedef struct {
    char *output;
    char *errors;
    int status;
} Result;

static void
result_clear(Result *result)
{
    g_free(result->output);
    g_free(result->errors);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

/* Runs a program of the build with words @arguments, and @input on its stdin. */
static Result
run(MockSysfs *mock, const char *program, const char *arguments, const char *input)
{
    const char *top = getenv("top_builddir");
    g_autofree char *path = g_build_filename(top ? top : "../..", program, NULL);
    g_autofree char *file = g_build_filename(mock->path, "input", NULL);
    g_autofree char *line = g_strdup_printf("'%s' %s <'%s'", path, arguments, file);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "OPENVGPU_ROOT", mock->path, 1);
    Result result = {0};
    GError *error = NULL;

    mock_sysfs_write(mock, "input", input);
    if (!g_spawn_sync(NULL, (char **)argv, environment, 0, NULL, NULL, &result.output,
                      &result.errors, &result.status, &error))
        fail_msg("%s", error->message);
    result.status = WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1;
    return result;
}

static char *
golden(const char *name)
{
    const char *top = getenv("top_srcdir");
    g_autofree char *path = g_build_filename(top ? top : "../..", "tests/data/vgpuctl", name, NULL);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

static MockSysfs *
machine(void)
{
    MockSysfs *mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, GPU);
    mock_sysfs_add_parent(mock, "0000:3b:00.0", "nvidia", 1);
    mock_sysfs_add_type(mock, "0000:3b:00.0", "nvidia-63", 2, 1024);
    mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_define(mock, GPU, UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
                      "\"resolution=800x600\"}]}");
    VgpuRecord record = {.state = VGPU_RECORD_CREATED,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)"de\033mo",
                         .uuid = (char *)UUID_A,
                         .parent = (char *)GPU,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_root_make_state_dir(mock->root, NULL));
    assert_true(vgpu_record_save(mock->root, &record, NULL));
    return mock;
}

static void
test_list(void **state)
{
    g_autoptr(MockSysfs) mock = machine();
    g_autofree char *expected = golden("list.txt");
    g_auto(Result) result = run(mock, "tools/vgpuctl", "list", "");
    assert_int_equal(result.status, 0);
    assert_string_equal(result.errors, "");
    assert_string_equal(result.output, expected);
}

static void
test_list_json(void **state)
{
    g_autoptr(MockSysfs) mock = machine();
    g_autofree char *expected = golden("list.json");
    g_auto(Result) result = run(mock, "tools/vgpuctl", "list --json", "");
    g_autoptr(GRegex) space = g_regex_new("\\s+", 0, 0, NULL);
    g_autofree char *a = g_regex_replace_literal(space, result.output, -1, 0, "", 0, NULL);
    g_autofree char *b = g_regex_replace_literal(space, expected, -1, 0, "", 0, NULL);
    assert_int_equal(result.status, 0);
    assert_string_equal(a, b);
}

static void
test_restore(void **state)
{
    g_autoptr(MockSysfs) mock = machine();
    mock_sysfs_serve(mock);
    g_auto(Result) result = run(mock, "tools/vgpuctl", "restore", "");
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.errors, "openvgpu: 1 restored, 0 there already, 0 failed"));
    assert_true(mock_sysfs_has_mdev(mock, UUID_B));
    g_autofree char *value = mock_sysfs_get_attr(mock, UUID_B, "vgpu/params");
    assert_string_equal(value, "resolution=800x600");
    mock_sysfs_define(mock, GPU, UUID_C, "rubbish");
    g_auto(Result) again = run(mock, "tools/vgpuctl", "restore " GPU, "");
    assert_int_equal(again.status, 1);
    assert_non_null(strstr(again.errors, UUID_C));
}

static void
test_command_line(void **state)
{
    static const char *const bad[] = {
        "", "frobnicate", "list --all", "restore --all", "--frob list", "--root"};
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_auto(Result) result = run(mock, "tools/vgpuctl", bad[i], "");
        assert_int_equal(result.status, 2);
        assert_string_equal(result.output, "");
        assert_non_null(strstr(result.errors, "openvgpu: "));
    }
    g_auto(Result) version = run(mock, "tools/vgpuctl", "--version", "");
    assert_int_equal(version.status, 0);
    assert_true(g_str_has_prefix(version.output, "vgpuctl "));
    g_auto(Result) full = run(mock, "tools/vgpuctl", "--help >/dev/full", "");
    assert_int_equal(full.status, 1);
}

static void
test_callout(void **state)
{
    g_autoptr(MockSysfs) mock = machine();
    const char *arguments = "-t vgpu-16m -e %s -a %s -s none -u " UUID_A " -p " GPU;
    g_autofree char *caps = g_strdup_printf(arguments, "get", "capabilities");
    g_autofree char *define = g_strdup_printf(arguments, "pre", "define");
    g_auto(Result) a = run(mock, CALLOUT, caps, "");
    assert_int_equal(a.status, 0);
    assert_true(g_str_has_prefix(a.output, "{\"supports\":"));
    assert_string_equal(a.errors, "");
    g_auto(Result) b = run(mock, CALLOUT, define, "{\"mdev_type\":\"x\",\"start\":\"auto\"}");
    assert_int_equal(b.status, 1);
    assert_string_equal(b.output, "");
    assert_true(g_str_has_prefix(b.errors, "openvgpu: define of vGPU '" UUID_A "'"));
    assert_true(strchr(b.errors, '\n') == b.errors + strlen(b.errors) - 1);
    g_autofree char *large = g_strnfill(2 * 1024 * 1024, ' ');
    g_auto(Result) c = run(mock, CALLOUT, define, large);
    assert_int_equal(c.status, 1);
    assert_non_null(strstr(c.errors, "larger than"));
    g_auto(Result) d = run(mock, CALLOUT, "--help", "");
    assert_int_equal(d.status, 2);
}

/* mdevctl 1.2 passes over a script that closes its stdin before all is written. */
static void
test_callout_reads_to_the_end_even_if_not_mine(void **state)
{
    g_autoptr(MockSysfs) mock = machine();
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
    g_autoptr(MockSysfs) mock = machine();
    const char *program = "mdevctl-callout/openvgpu-notifier";
    g_auto(Result) ours =
        run(mock, program, "-t t -e notify -a start -s success -u " UUID_A " -p " GPU, "");
    g_auto(Result) other =
        run(mock, program, "-t t -e notify -a start -s success -u " UUID_A " -p 0000:3b:00.0", "");
    assert_int_equal(ours.status, 0);
    assert_int_equal(other.status, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_list_json),
        cmocka_unit_test(test_restore),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_callout),
        cmocka_unit_test(test_callout_reads_to_the_end_even_if_not_mine),
        cmocka_unit_test(test_notifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
