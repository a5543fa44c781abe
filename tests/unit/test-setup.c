/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-setup.c - lib/setup.c: a GPU is set up by the administrator's command, once and in time.
 */
#include "unit.h"

#include "domain-text.h"
#include "mock-log.h"
#include "mock-sysfs.h"
#include "restore.h"
#include "setup.h"

#include <sys/stat.h>
#include <unistd.h>

#define CONF "etc/openvgpu/openvgpu.conf"

/* A program of a vendor's: writes down how it was called, and whether vGPUs were there then. */
static void
put_program(MockSysfs *mock, const char *end)
{
    g_autofree char *path = g_build_filename(mock->path, "usr/bin/mode", NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n"
                                            "echo \"$# $*\" >>%s/told\n"
                                            "ls %s/sys/bus/mdev/devices >>%s/told\n%s\n",
                                            mock->path, mock->path, mock->path, end);

    mock_sysfs_write(mock, "usr/bin/mode", text);
    assert_int_equal(chmod(path, 0755), 0);
}

static void
put_settings(MockSysfs *mock, const char *text, mode_t mode)
{
    g_autofree char *path = g_build_filename(mock->path, CONF, NULL);

    mock_sysfs_write(mock, CONF, text);
    assert_int_equal(chmod(path, mode), 0);
}

static VgpuRestoreCount
restore(MockSysfs *mock, const char *parent)
{
    const char *const parents[] = {parent, NULL};
    VgpuRestoreCount count;

    assert_true(vgpu_restore_run(mock->root, parents, 5000, NULL, NULL, &count, NULL));
    return count;
}

static void
check_told(MockSysfs *mock, const char *expected)
{
    g_autofree char *told = mock_sysfs_read(mock, "told");

    assert_string_equal(told ? told : "", expected);
}

static void
test_before_its_first_vgpu(void **state)
{
    MockSysfs *mock = *state;

    put_program(mock, "");
    put_settings(mock, "[setup]\n" GPU_1 " = mode -i %g 'mixed size' \"for %g\"\n", 0644);
    mock_sysfs_define(mock, GPU_1, VGPU_1, "{\"mdev_type\": \"vgpu-16m\", \"start\": \"auto\"}");
    assert_int_equal(restore(mock, GPU_2).started, 0);
    check_told(mock, "");
    assert_int_equal(restore(mock, NULL).started, 1);
    check_told(mock, "4 -i " GPU_1 " mixed size for " GPU_1 "\n");
    /* it has a vGPU now, and needs it no more */
    assert_int_equal(restore(mock, GPU_1).present, 1);
    check_told(mock, "4 -i " GPU_1 " mixed size for " GPU_1 "\n");
}

/* Its vGPUs are on a virtual function of it, which makes mediated devices. */
static void
test_vgpu_on_a_function(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *folder = g_build_filename(mock->path, "sys/bus/pci/devices/" GPU_2, NULL);
    g_autofree char *link = g_build_filename(folder, "physfn", NULL);

    put_program(mock, "");
    put_settings(mock, "[setup]\n" GPU_1 " = mode\n", 0644);
    mock_sysfs_add_gpu(mock, GPU_2);
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(symlink("../" GPU_1, link), 0);
    assert_int_equal(mock_sysfs_add_mdev(mock, GPU_2, "vgpu-16m", VGPU_1), 0);
    restore(mock, GPU_1);
    check_told(mock, "");
}

static void
test_absent_gpu(void **state)
{
    MockSysfs *mock = *state;

    put_program(mock, "");
    put_settings(mock, "[setup]\n" GPU_2 " = mode\n", 0644);
    assert_int_equal(restore(mock, NULL).failed, 0);
    check_told(mock, "");
}

/* The vGPUs are made all the same: nobody but the driver knows whether they can be. */
static void
test_failure(void **state)
{
    MockSysfs *mock = *state;

    put_program(mock, "echo 'no such mode'; exit 3");
    put_settings(mock, "[setup]\n" GPU_1 " = mode\n", 0644);
    mock_sysfs_define(mock, GPU_1, VGPU_1, "{\"mdev_type\": \"vgpu-16m\", \"start\": \"auto\"}");
    VgpuRestoreCount count = restore(mock, NULL);
    assert_int_equal(count.failed, 1);
    assert_int_equal(count.started, 1);
    assert_non_null(strstr(logged->str, "GPU '" GPU_1 "' is not set up"));
    assert_non_null(strstr(logged->str, "no such mode"));
}

static void
test_program_that_does_not_end(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(VgpuSettings) settings = NULL;
    GError *error = NULL;

    put_program(mock, "exec sleep 20");
    put_settings(mock, "[setup]\n" GPU_1 " = mode\n", 0644);
    settings = vgpu_settings_load(mock->root);
    assert_false(vgpu_setup_run(mock->root, settings, GPU_1, 300, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "does not end");
}

static void
test_file_of_others(void **state)
{
    MockSysfs *mock = *state;

    put_program(mock, "");
    put_settings(mock, "[setup]\n" GPU_1 " = mode\n", 0664);
    assert_int_equal(restore(mock, NULL).failed, 1);
    check_told(mock, "");
    assert_non_null(strstr(logged->str, CONF "' can be written by others"));
    put_settings(mock, "[setup]\n" GPU_1 " = 'mode\n", 0644);
    assert_int_equal(restore(mock, NULL).failed, 0);
    assert_non_null(strstr(logged->str, "not a command with its arguments"));
    put_settings(mock, "[setup]\n../x = mode\n", 0644);
    restore(mock, NULL);
    assert_non_null(strstr(logged->str, "../x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(before_its_first_vgpu),     TEST(vgpu_on_a_function), TEST(absent_gpu), TEST(failure),
        TEST(program_that_does_not_end), TEST(file_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
