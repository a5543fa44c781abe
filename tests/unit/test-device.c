/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-device.c - vGPUs made, set, looked at and removed; never one that is open.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "attr.h"
#include "device.h"

#include <errno.h>
#include <unistd.h>

#define GPU "0001:00:00.0"

typedef struct {
    MockSysfs *mock;
    VgpuDeadline deadline;
    GError *error;
} Fixture;

static int
setup(void **state)
{
    Fixture *f = g_new0(Fixture, 1);
    f->mock = mock_sysfs_new();
    f->deadline = vgpu_deadline_after(20000);
    mock_sysfs_add_gpu(f->mock, GPU);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *f = *state;
    g_clear_error(&f->error);
    mock_sysfs_free(f->mock);
    g_free(f);
    return 0;
}

static gboolean
create(Fixture *f, const char *parent, const char *type, const char *uuid)
{
    return vgpu_device_create(f->mock->root, parent, type, uuid, &f->deadline, &f->error);
}

static void
test_create_and_remove(void **state)
{
    Fixture *f = *state;
    assert_true(create(f, GPU, "vgpu-32m", "83B8F4F2-509F-382F-3C1E-E6BFE0FA1001"));
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_A));
    g_autoptr(VgpuDevice) device = vgpu_device_load(f->mock->root, UUID_A, &f->error);
    assert_string_equal(device->parent, GPU);
    assert_string_equal(device->type, "vgpu-32m");
    assert_string_equal(device->id, UUID_A);
    assert_true(create(f, GPU, "vgpu-16m", UUID_B));
    g_autoptr(GPtrArray) list = vgpu_device_list(f->mock->root, &f->error);
    assert_int_equal(list->len, 2);
    assert_true(vgpu_device_remove(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_false(vgpu_device_exists(f->mock->root, UUID_A));
    assert_true(vgpu_device_exists(f->mock->root, UUID_B));
    /* again is no error */
    assert_true(vgpu_device_remove(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_no_error(f->error);
}

static void
test_create_refused(void **state)
{
    Fixture *f = *state;
    assert_false(create(f, "0009:00:00.0", "vgpu-16m", UUID_A));
    assert_error(&f->error, VGPU_ERROR_NOT_FOUND, "0009:00:00.0");
    assert_false(create(f, GPU, "vgpu-1g", UUID_A));
    assert_error(&f->error, VGPU_ERROR_NOT_FOUND, "vgpu-1g");
    assert_false(create(f, GPU, "vgpu-16m", "no-uuid"));
    assert_error(&f->error, VGPU_ERROR_INVALID, "no-uuid");
    assert_false(create(f, "../x", "vgpu-16m", UUID_A));
    assert_error(&f->error, VGPU_ERROR_INVALID, "../x");
    assert_int_equal(mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A), 0);
    assert_false(create(f, GPU, "vgpu-16m", UUID_A));
    assert_error(&f->error, VGPU_ERROR_EXISTS, UUID_A);
}

static void
test_full(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_type(f->mock, GPU, "vgpu-big", 0, 256);
    assert_false(create(f, GPU, "vgpu-big", UUID_A));
    assert_error(&f->error, VGPU_ERROR_FULL, "no instance of type 'vgpu-big'");
    /* lost a race after the look */
    mock_sysfs_fail(f->mock, "create", EUSERS);
    assert_false(create(f, GPU, "vgpu-16m", UUID_A));
    assert_error(&f->error, VGPU_ERROR_FULL, "no instance of type 'vgpu-16m'");
    mock_sysfs_fail(f->mock, "create", EEXIST);
    assert_false(create(f, GPU, "vgpu-16m", UUID_A));
    assert_error(&f->error, VGPU_ERROR_EXISTS, UUID_A "', which is being removed or made");
}

static void
test_create_that_hangs_ends_in_time(void **state)
{
    Fixture *f = *state;
    mock_sysfs_fail(f->mock, "create", MOCK_HANG);
    f->deadline = vgpu_deadline_after(50);
    gint64 before = g_get_monotonic_time();
    assert_false(create(f, GPU, "vgpu-16m", UUID_A));
    assert_true(g_get_monotonic_time() - before < 2 * G_USEC_PER_SEC);
    assert_error(&f->error, VGPU_ERROR_TIMEOUT, UUID_A);
}

static void
test_not_ready_in_time(void **state)
{
    Fixture *f = *state;
    assert_int_equal(mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A), 0);
    g_autofree char *group =
        g_build_filename(f->mock->path, "sys/bus/mdev/devices", UUID_A, "iommu_group", NULL);
    assert_int_equal(unlink(group), 0);
    f->deadline = vgpu_deadline_after(30);
    assert_false(vgpu_device_wait_ready(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_TIMEOUT, UUID_A);
}

static void
test_open_vgpu_is_never_written_to(void **state)
{
    Fixture *f = *state;
    gboolean in_use = TRUE;
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_B);
    assert_true(vgpu_device_in_use(f->mock->root, UUID_A, &in_use, &f->error));
    assert_false(in_use);
    mock_sysfs_hold(f->mock, UUID_A, 4711);
    assert_true(vgpu_device_in_use(f->mock->root, UUID_A, &in_use, &f->error));
    assert_true(in_use);
    assert_true(vgpu_device_check_idle(f->mock->root, UUID_B, &f->error));
    /* the write would say EIO */
    mock_sysfs_fail(f->mock, "remove", EIO);
    assert_false(vgpu_device_remove(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_BUSY, "process 4711");
    assert_false(vgpu_device_remove(f->mock->root, UUID_B, &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_IO, UUID_B);
    mock_sysfs_fail(f->mock, "remove", 0);
    mock_sysfs_let_go(f->mock, 4711);
    assert_true(vgpu_device_remove(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_no_error(f->error);
    assert_true(vgpu_device_in_use(f->mock->root, UUID_A, &in_use, &f->error));
    assert_false(in_use);
}

static void
test_remove_that_hangs_ends_in_time(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_fail(f->mock, "remove", MOCK_HANG);
    f->deadline = vgpu_deadline_after(50);
    gint64 before = g_get_monotonic_time();
    assert_false(vgpu_device_remove(f->mock->root, UUID_A, &f->deadline, &f->error));
    assert_true(g_get_monotonic_time() - before < 2 * G_USEC_PER_SEC);
    assert_error(&f->error, VGPU_ERROR_TIMEOUT, UUID_A);
}

static void
test_cdev_counts_as_use(void **state)
{
    Fixture *f = *state;
    gboolean in_use = FALSE;
    g_autofree char *node = g_build_filename(f->mock->path, "dev/vfio/devices/vfio3", NULL);
    g_autofree char *link = g_build_filename(f->mock->path, "proc/1/fd/9", NULL);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_write(f->mock, "sys/devices/pci/" GPU "/" UUID_A "/vfio-dev/vfio3/dev", "511:3\n");
    mock_sysfs_write(f->mock, "dev/vfio/devices/vfio3", "");
    assert_int_equal(symlink(node, link), 0);
    assert_true(vgpu_device_in_use(f->mock->root, UUID_A, &in_use, &f->error));
    assert_true(in_use);
}

static void
test_attributes(void **state)
{
    Fixture *f = *state;
    VgpuRoot *root = f->mock->root;
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    g_autoptr(GPtrArray) none = vgpu_device_read_attrs(root, UUID_A, "vgpu", &f->error);
    assert_int_equal(none->len, 0);

    vgpu_attr_list_add(attrs, "vgpu/vm_name", "guest");
    vgpu_attr_list_add(attrs, "vgpu/params", "resolution=800x600");
    assert_true(vgpu_device_set_attrs(root, UUID_A, attrs, &f->deadline, &f->error));
    g_autofree char *value = vgpu_device_get_attr(root, UUID_A, "vgpu/params", &f->error);
    assert_string_equal(value, "resolution=800x600");

    g_autoptr(GPtrArray) back = vgpu_device_read_attrs(root, UUID_A, "vgpu", &f->error);
    assert_int_equal(back->len, 2);
    assert_string_equal(((VgpuAttr *)back->pdata[0])->name, "vgpu/params");
    g_autoptr(GPtrArray) other = vgpu_device_read_attrs(root, UUID_A, "nvidia", &f->error);
    assert_int_equal(other->len, 0);
    assert_null(vgpu_device_read_attrs(root, UUID_B, "vgpu", &f->error));
    assert_error(&f->error, VGPU_ERROR_NOT_FOUND, UUID_B);
}

static void
test_attributes_refused(void **state)
{
    Fixture *f = *state;
    VgpuRoot *root = f->mock->root;
    g_autofree char *link =
        g_build_filename(f->mock->path, "sys/bus/mdev/devices", UUID_A, "sub", NULL);
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    assert_false(vgpu_device_set_attr(root, UUID_A, "vgpu/none", "1", &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_NOT_FOUND, "vgpu/none");
    assert_false(vgpu_device_set_attr(root, UUID_A, "remove", "1", &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_INVALID, "remove");
    assert_int_equal(symlink("..", link), 0);
    assert_false(vgpu_device_set_attr(root, UUID_A, "sub/numa_node", "1", &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_NOT_FOUND, "sub/numa_node");
    mock_sysfs_hold(f->mock, UUID_A, 99);
    assert_false(vgpu_device_set_attr(root, UUID_A, "vgpu/params", "x", &f->deadline, &f->error));
    assert_error(&f->error, VGPU_ERROR_BUSY, "vgpu/params");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_create_and_remove),
        TEST(test_create_refused),
        TEST(test_full),
        TEST(test_create_that_hangs_ends_in_time),
        TEST(test_not_ready_in_time),
        TEST(test_open_vgpu_is_never_written_to),
        TEST(test_remove_that_hangs_ends_in_time),
        TEST(test_cdev_counts_as_use),
        TEST(test_attributes),
        TEST(test_attributes_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
