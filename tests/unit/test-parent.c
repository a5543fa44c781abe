/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-parent.c - parents of any vendor, and what a broken one costs.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "device.h"
#include "parent.h"

#include <unistd.h>

static void
test_list(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;
    mock_sysfs_add_parent(mock, "mtty", NULL, -1);
    mock_sysfs_add_type(mock, "mtty", "mtty-1", 24, 0);
    mock_sysfs_add_gpu(mock, "0002:00:00.0");
    mock_sysfs_add_parent(mock, "0000:3b:00.0", "nvidia", 1);

    g_autoptr(GPtrArray) list = vgpu_parent_list(mock->root, &error);
    assert_no_error(error);
    assert_int_equal(list->len, 3);
    const VgpuParent *nvidia = list->pdata[0], *ours = list->pdata[1], *mtty = list->pdata[2];
    assert_string_equal(nvidia->name, "0000:3b:00.0");
    assert_string_equal(nvidia->driver, "nvidia");
    assert_int_equal(nvidia->numa_node, 1);
    assert_int_equal(nvidia->types->len, 0);
    assert_string_equal(ours->driver, VGPU_PARENT_OUR_DRIVER);
    assert_null(mtty->driver);
    assert_int_equal(mtty->numa_node, -1);
    assert_int_equal(ours->types->len, 3);
}

static void
test_no_mdev_at_all(void **state)
{
    g_autoptr(VgpuRoot) root = vgpu_root_new("/nonexistent");
    GError *error = NULL;
    g_autoptr(GPtrArray) list = vgpu_parent_list(root, &error);
    assert_no_error(error);
    assert_int_equal(list->len, 0);
    assert_null(vgpu_parent_load(root, "0001:00:00.0", &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "'0001:00:00.0'");
}

static void
test_bad_type_does_not_lose_the_parent(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    mock_sysfs_write(mock, "sys/devices/pci/0001:00:00.0/mdev_supported_types/vgpu-1g/name", "x\n");
    g_autoptr(VgpuParent) parent = vgpu_parent_load(mock->root, "0001:00:00.0", NULL);
    assert_int_equal(parent->types->len, 3);
    assert_int_equal(parent->problems->len, 1);
    const GError *problem = parent->problems->pdata[0];
    assert_non_null(strstr(problem->message, "0001:00:00.0"));
    assert_non_null(strstr(problem->message, "vgpu-1g"));
}

static void
test_find_type(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    g_autoptr(VgpuParent) parent = vgpu_parent_load(mock->root, "0001:00:00.0", NULL);
    const VgpuType *type = vgpu_parent_find_type(parent, "vgpu-32m", &error);
    assert_int_equal(type->available_instances, 8);
    assert_null(vgpu_parent_find_type(parent, "vgpu-1g\n", &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "vgpu-16m, vgpu-32m, vgpu-64m");
    assert_null(vgpu_parent_find_type(parent, NULL, NULL));
}

static void
test_driver_alone(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    mock_sysfs_add_parent(mock, "mtty", NULL, -1);
    g_autofree char *driver = vgpu_parent_read_driver(mock->root, "0001:00:00.0", &error);
    assert_string_equal(driver, "vgpu");
    assert_null(vgpu_parent_read_driver(mock->root, "mtty", &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "mtty");
    assert_null(vgpu_parent_read_driver(mock->root, "../mtty", &error));
    assert_error(&error, VGPU_ERROR_INVALID, "../mtty");
    assert_true(vgpu_device_has_parent(mock->root, "mtty", UUID_A));
    assert_false(vgpu_device_has_parent(mock->root, "..", UUID_A));
}

static void
test_parent_that_goes_is_left_out(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *link = g_build_filename(mock->path, "sys/class/mdev_bus/gone", NULL);
    mock_sysfs_add_gpu(mock, "0001:00:00.0");
    assert_int_equal(symlink("../../devices/pci/gone", link), 0);
    g_autoptr(GPtrArray) list = vgpu_parent_list(mock->root, NULL);
    assert_int_equal(list->len, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_no_mdev_at_all),
        cmocka_unit_test(test_bad_type_does_not_lose_the_parent),
        cmocka_unit_test(test_find_type),
        cmocka_unit_test(test_driver_alone),
        cmocka_unit_test(test_parent_that_goes_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
