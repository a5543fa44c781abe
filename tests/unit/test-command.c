/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-command.c - programs of a host, found below its root and ended in time.
 */
#include "mock-host.h"
#include "unit.h"

#include "command.h"
#include "file.h"

#define SECOND G_USEC_PER_SEC

static gboolean
run(MockSysfs *mock, const char *name, guint milliseconds, char **output, GError **error)
{
    const char *const argv[] = {name, "first", "second word", NULL};
    VgpuDeadline deadline = vgpu_deadline_after(milliseconds);

    return vgpu_command_run(mock->root, argv, &deadline, output, error);
}

static void
test_find(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();

    mock_host_program(mock, "usr/bin/tool", "exit 0");
    mock_host_program(mock, "usr/local/sbin/tool", "exit 0");
    mock_host_program(mock, "opt/other", "exit 0");
    mock_sysfs_write(mock, "usr/bin/text", "");
    g_autofree char *first = g_build_filename(mock->path, "usr/local/sbin/tool", NULL);
    g_autofree char *other = g_build_filename(mock->path, "opt/other", NULL);
    g_autofree char *found = vgpu_command_find(mock->root, "tool");
    g_autofree char *by_path = vgpu_command_find(mock->root, "/opt/other");
    assert_string_equal(found, first);
    assert_string_equal(by_path, other);
    assert_null(vgpu_command_find(mock->root, "other"));
    assert_null(vgpu_command_find(mock->root, "text"));
    /* a folder may be "executed", too */
    assert_null(vgpu_command_find(mock->root, "/usr/bin"));
    assert_null(vgpu_command_find(mock->root, "sh"));
}

static void
test_output(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *output = NULL;
    g_autofree char *failed = NULL;
    GError *error = NULL;

    mock_host_program(mock, "bin/tool", "echo \"$1, $2, $LC_ALL\"; echo more >&2; cat");
    assert_true(run(mock, "tool", 10000, &output, &error));
    assert_no_error(error);
    assert_string_equal(output, "first, second word, C\nmore\n");
    mock_host_program(mock, "bin/tool", "echo 'no way'; echo really; exit 3");
    assert_false(run(mock, "tool", 10000, &failed, &error));
    assert_error(&error, VGPU_ERROR_FAILED, "'tool' fails: no way");
    assert_string_equal(failed, "no way\nreally\n");
    mock_host_program(mock, "bin/tool", "kill -TERM $$");
    assert_false(run(mock, "tool", 10000, NULL, &error));
    assert_error(&error, VGPU_ERROR_FAILED, "it does not say why");
    assert_false(run(mock, "absent", 10000, NULL, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "there is no program 'absent'");
    mock_sysfs_write(mock, "bin/tool", "#!/nowhere/interpreter\n");
    mock_host_chmod(mock, "bin/tool", 0755);
    assert_false(run(mock, "tool", 10000, NULL, &error));
    assert_error(&error, VGPU_ERROR_FAILED, "tool");
}

/* What is too much is read, so that it does not wait for us, and dropped. */
static void
test_much_output(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *output = NULL;

    mock_host_program(mock, "bin/tool", "head -c 3000000 /dev/zero | tr '\\0' x");
    assert_true(run(mock, "tool", 30000, &output, NULL));
    assert_in_range(strlen(output), 1, VGPU_FILE_MAX);
}

static void
check_ended(const char *script)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    gint64 began = g_get_monotonic_time();
    GError *error = NULL;

    mock_host_program(mock, "bin/tool", script);
    assert_false(run(mock, "tool", 300, NULL, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "'tool' does not end");
    assert_in_range(g_get_monotonic_time() - began, SECOND / 4, 20 * SECOND);
    g_autofree char *pid = mock_sysfs_read(mock, "pid");
    g_autofree char *proc = g_strdup_printf("/proc/%s", g_strchomp(pid));
    /* one that is not our child is init's to bury */
    for (int i = 0; i < 5000 && g_file_test(proc, G_FILE_TEST_EXISTS); i++)
        g_usleep(1000);
    assert_false(g_file_test(proc, G_FILE_TEST_EXISTS));
}

static void
test_deadline(void **state)
{
    check_ended("echo $$ >\"${0%/bin/*}/pid\"; exec sleep 30");
    /* one that it has started */
    check_ended("sleep 30 & echo $! >\"${0%/bin/*}/pid\"; wait");
    /* it has closed its output */
    check_ended("echo $$ >\"${0%/bin/*}/pid\"; exec sleep 30 >/dev/null 2>&1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_much_output),
        cmocka_unit_test(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
