/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-vgpuctl-interrupted.c - "vgpuctl create", interrupted while the kernel takes its time.
 */
#include "program.h"
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CREATE "sys/class/mdev_bus/" PROGRAM_GPU "/mdev_supported_types/vgpu-16m/create"
#define PARAMS "resolution=800x600"

static const char *const words[] = {
    "create", "--type", "vgpu-16m", "--uuid", UUID_C, "--attr", "vgpu/params=" PARAMS, NULL};

static void
wait_until_asked(MockSysfs *mock)
{
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *asked = mock_sysfs_read(mock, CREATE);

        if (g_strcmp0(asked, UUID_C) == 0)
            return;
        g_usleep(1000);
    }
    fail_msg("the kernel was not asked");
}

/* It ends by the signal, but not before its vGPU is as it was ordered, and its id is printed. */
static void
test_create(void **state)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};

    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(MockSysfs) mock = program_machine();
        char line[64] = "";
        int output, status;
        GPid pid = program_start(mock, words, &output, NULL);

        wait_until_asked(mock);
        kill(pid, signals[i]);
        mock_sysfs_serve(mock);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_int_equal(read(output, line, sizeof(line) - 1), strlen(UUID_C "\n"));
        assert_string_equal(line, UUID_C "\n");
        g_autofree char *params = mock_sysfs_get_attr(mock, UUID_C, "vgpu/params");
        assert_string_equal(params, PARAMS);
        close(output);
    }
}

/* It goes again, and why is said. */
static void
test_create_that_fails(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    char text[1024] = "";
    int output, errors, status;
    GPid pid = program_start(mock, words, &output, &errors);

    wait_until_asked(mock);
    kill(pid, SIGINT);
    mock_sysfs_write(mock, "kernel/" PROGRAM_GPU "/attributes", "vgpu/vm_name\n");
    mock_sysfs_serve(mock);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(read(errors, text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "vgpu/params"));
    assert_int_equal(read(output, text, sizeof(text)), 0);
    assert_false(mock_sysfs_has_mdev(mock, UUID_C));
    close(errors);
    close(output);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
