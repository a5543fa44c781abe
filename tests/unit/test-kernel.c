/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-kernel.c - a kernel with mediated devices, one without, and one that nobody asked yet.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "kernel.h"

#include <sys/stat.h>
#include <unistd.h>

#define LIST "lib/modules/9.9.9-cloud/modules.dep"

static MockSysfs *
mock_without_mdev(void)
{
    MockSysfs *mock = mock_sysfs_new();
    g_autofree char *folder = vgpu_root_dir(mock->root, VGPU_DIR_PARENTS);
    g_autofree char *bus = vgpu_root_dir(mock->root, VGPU_DIR_MDEVS);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(bus), 0);
    mock_sysfs_write(mock, "proc/sys/kernel/osrelease", "9.9.9-cloud\n");
    return mock;
}

static void
test_there(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;
    assert_true(vgpu_kernel_check_mdev(mock->root, &error));
    assert_no_error(error);
}

static void
test_kernel_without(void **state)
{
    g_autoptr(MockSysfs) mock = mock_without_mdev();
    GError *error = NULL;
    mock_sysfs_write(mock, LIST, "kernel/drivers/vfio/vfio.ko.xz:\nkernel/a/xmdev.ko:\n");
    assert_false(vgpu_kernel_check_mdev(mock->root, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "kernel '9.9.9-cloud' can't make vGPUs");
}

static void
test_not_loaded(void **state)
{
    g_autoptr(MockSysfs) mock = mock_without_mdev();
    GError *error = NULL;
    mock_sysfs_write(mock, LIST, "kernel/drivers/vfio/mdev/mdev.ko.xz:\n");
    assert_false(vgpu_kernel_check_mdev(mock->root, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "load the GPU's driver");
}

static void
test_unknown_kernel(void **state)
{
    g_autoptr(MockSysfs) mock = mock_without_mdev();
    GError *error = NULL;
    assert_false(vgpu_kernel_check_mdev(mock->root, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "load the GPU's driver");
}

/* Built in is as good. */
static void
test_builtin(void **state)
{
    g_autoptr(MockSysfs) mock = mock_without_mdev();
    g_autofree char *bus = vgpu_root_dir(mock->root, VGPU_DIR_MDEVS);

    mock_sysfs_write(mock, LIST, "kernel/drivers/vfio/vfio.ko:\n");
    mock_sysfs_write(mock, "lib/modules/9.9.9-other/modules.dep", "");
    assert_false(vgpu_kernel_may_have(mock->root, "9.9.9-cloud", "mdev"));
    assert_true(vgpu_kernel_may_have(mock->root, "9.9.9-cloud", "vfio"));
    assert_true(vgpu_kernel_may_have(mock->root, "8.8.8", "mdev"));
    assert_false(vgpu_kernel_has_mdev(mock->root, "9.9.9-cloud"));
    mock_sysfs_write(mock, "lib/modules/9.9.9-cloud/modules.builtin",
                     "kernel/drivers/vfio/mdev/mdev.ko\n");
    assert_true(vgpu_kernel_has_mdev(mock->root, "9.9.9-cloud"));
    /* its bus is there, whatever the lists say */
    assert_false(vgpu_kernel_has_mdev(mock->root, "9.9.9-other"));
    assert_int_equal(mkdir(bus, 0755), 0);
    assert_true(vgpu_kernel_has_mdev(mock->root, "9.9.9-other"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there),      cmocka_unit_test(test_kernel_without),
        cmocka_unit_test(test_not_loaded), cmocka_unit_test(test_unknown_kernel),
        cmocka_unit_test(test_builtin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
