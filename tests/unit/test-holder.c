/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-holder.c - finds this very process by the number of a device it has open, in the real /proc.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "holder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static pid_t
find(const VgpuRoot *root, const char *hint, const char *file, dev_t device)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(dev_t));
    VgpuHolderTarget target = {.hint = hint, .files = files, .devices = devices};
    GError *error = NULL;
    pid_t pid = -1;
    if (file)
        g_ptr_array_add(files, (char *)file);
    else
        g_array_append_val(devices, device);
    assert_true(vgpu_holder_find(root, &target, &pid, &error));
    assert_no_error(error);
    return pid;
}

/* A terminal of our own: a character device that nobody else has open. */
static void
test_by_device_number(void **state)
{
    g_autoptr(VgpuRoot) root = vgpu_root_new("/");
    struct stat st;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    int fd = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_int_equal(fstat(fd, &st), 0);

    assert_int_equal(find(root, "pts", NULL, st.st_rdev), getpid());
    assert_int_equal(find(root, "another", NULL, st.st_rdev), 0);
    close(fd);
    assert_int_equal(find(root, "pts", NULL, st.st_rdev), 0);
    close(terminal);
}

static void
test_by_file(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuRoot) root = vgpu_root_new("/");
    g_autofree char *path = g_build_filename(mock->path, "dev/vfio/7", NULL);
    mock_sysfs_write(mock, "dev/vfio/7", "");
    int fd = open(path, O_RDONLY);
    assert_int_equal(find(root, "vfio", path, 0), getpid());
    close(fd);
    assert_int_equal(find(root, "vfio", path, 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_device_number),
        cmocka_unit_test(test_by_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
