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

/*
 * A terminal of our own: a character device that nobody else has open. Where several instances of
 * devpts are mounted (containers) others may have the same number; those are left open, so that the
 * next one is another.
 */
static int
open_terminal(const VgpuRoot *root, struct stat *st)
{
    for (int i = 0; i < 64; i++) {
        int terminal = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(terminal >= 0);
        assert_int_equal(grantpt(terminal), 0);
        assert_int_equal(unlockpt(terminal), 0);
        assert_int_equal(stat(ptsname(terminal), st), 0);
        if (find(root, "pts", NULL, st->st_rdev) == 0)
            return terminal;
    }
    return -1;
}

static void
test_by_device_number(void **state)
{
    g_autoptr(VgpuRoot) root = vgpu_root_new("/");
    struct stat st;
    int terminal = open_terminal(root, &st);
    assert_true(terminal >= 0);
    int fd = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);

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

/* A mock /proc where @pid has the file open, and our parent is its child. */
static void
add_process(MockSysfs *mock, pid_t pid, const char *file)
{
    g_autofree char *status = g_strdup_printf("proc/%d/status", (int)getppid());
    g_autofree char *text = g_strdup_printf("Name:\tx\nPid:\t1\nPPid:\t%d\n", (int)pid);
    g_autofree char *folder = g_strdup_printf("%s/proc/%d/fd", mock->path, (int)pid);
    g_autofree char *link = g_build_filename(folder, "3", NULL);
    mock_sysfs_write(mock, status, text);
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(symlink(file, link), 0);
}

static void
test_libvirtd_asks(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "dev/vfio/7", NULL);
    g_autofree char *device = g_strdup_printf("%s/proc/77777777/fd/4", mock->path);
    mock_sysfs_write(mock, "dev/vfio/7", "");
    add_process(mock, 77777777, path);
    assert_int_equal(find(mock->root, "vfio", path, 0), 0);

    assert_int_equal(symlink("anon_inode:[vfio-device]", device), 0);
    assert_int_equal(find(mock->root, "vfio", path, 0), 77777777);
}

static void
test_a_stranger_counts(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "dev/vfio/7", NULL);
    g_autofree char *status = g_strdup_printf("proc/%d/status", (int)getppid());
    mock_sysfs_write(mock, "dev/vfio/7", "");
    add_process(mock, 77777777, path);
    mock_sysfs_write(mock, status, "Name:\tx\nPPid:\t1\n");
    assert_int_equal(find(mock->root, "vfio", path, 0), 77777777);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_device_number),
        cmocka_unit_test(test_by_file),
        cmocka_unit_test(test_libvirtd_asks),
        cmocka_unit_test(test_a_stranger_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
