/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-sysfs.c - text in and out of sysfs, and writes that the kernel keeps.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "lock.h"
#include "sysfs.h"

#include <errno.h>
#include <signal.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_read(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "x", NULL);
    g_autofree char *big = g_strnfill(VGPU_SYSFS_MAX + 1, 'x');
    GError *error = NULL;
    guint number;
    int node;

    mock_sysfs_write(mock, "x", "some text \n");
    g_autofree char *text = vgpu_sysfs_read(path, &error);
    assert_string_equal(text, "some text ");
    assert_false(vgpu_sysfs_read_uint(path, &number, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "some text");
    mock_sysfs_write(mock, "x", "4294967295\n");
    assert_true(vgpu_sysfs_read_uint(path, &number, &error));
    assert_int_equal(number, 4294967295U);
    mock_sysfs_write(mock, "x", "-1\n");
    assert_true(vgpu_sysfs_read_int(path, &node, &error));
    assert_int_equal(node, -1);
    assert_false(vgpu_sysfs_read_uint(path, &number, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "-1");
    /* as large as every attribute is with pages of 64 KiB */
    mock_sysfs_write(mock, "x", big + 1);
    g_autofree char *page = vgpu_sysfs_read(path, &error);
    assert_no_error(error);
    mock_sysfs_write(mock, "x", big);
    assert_null(vgpu_sysfs_read(path, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "larger");
    assert_null(vgpu_sysfs_read_link(path, &error));
    assert_error(&error, VGPU_ERROR_INVALID, path);
}

static void
test_write_reaches_the_file(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "x", NULL);
    g_autofree char *link = g_build_filename(mock->path, "link", NULL);
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;

    vgpu_sysfs_set_writer(NULL, NULL);
    mock_sysfs_write(mock, "x", "something longer");
    assert_true(vgpu_sysfs_write_deadline(path, "a=b", &deadline, &error));
    g_autofree char *first = mock_sysfs_read(mock, "x");
    assert_string_equal(first, "a=b");
    assert_true(vgpu_sysfs_write_deadline(path, "c", &deadline, &error));
    g_autofree char *second = mock_sysfs_read(mock, "x");
    assert_string_equal(second, "c");
    assert_int_equal(symlink(path, link), 0);
    assert_false(vgpu_sysfs_write_deadline(link, "d", &deadline, &error));
    assert_error(&error, VGPU_ERROR_INVALID, link);
    assert_false(vgpu_sysfs_write_deadline("/nonexistent", "d", &deadline, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "cannot write 'd' to '/nonexistent'");
}

static int
refuse(const char *path, const char *value, gpointer user_data)
{
    return GPOINTER_TO_INT(user_data);
}

static void
test_errno_comes_back_from_the_writer(void **state)
{
    VgpuDeadline deadline = vgpu_deadline_after(10000), past = vgpu_deadline_after(0);
    GError *error = NULL;
    vgpu_sysfs_set_writer(refuse, GINT_TO_POINTER(EUSERS));
    assert_false(vgpu_sysfs_write_deadline("/x", "v", &deadline, &error));
    assert_error(&error, VGPU_ERROR_FULL, "'v' to '/x'");
    assert_false(vgpu_sysfs_write_deadline("/x", "v", &past, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "'/x'");
    vgpu_sysfs_set_writer(NULL, NULL);
}

/* A parent may have left us with SIGCHLD ignored, which exec(2) keeps: then nothing can be waited
 * for. */
static void
test_children_that_nobody_reaps(void **state)
{
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;
    signal(SIGCHLD, SIG_IGN);
    vgpu_sysfs_set_writer(refuse, GINT_TO_POINTER(0));
    assert_true(vgpu_sysfs_write_deadline("/x", "v", &deadline, &error));
    vgpu_sysfs_set_writer(refuse, GINT_TO_POINTER(EBUSY));
    assert_false(vgpu_sysfs_write_deadline("/x", "v", &deadline, &error));
    assert_error(&error, VGPU_ERROR_BUSY, "'/x'");
    vgpu_sysfs_set_writer(NULL, NULL);
    signal(SIGCHLD, SIG_DFL);
}

/* A kernel that keeps the writer until the file @user_data is there. */
static int
keep(const char *path, const char *value, gpointer user_data)
{
    for (int i = 0; i < 1000 && !g_file_test(user_data, G_FILE_TEST_EXISTS); i++)
        g_usleep(5000);
    return 0;
}

static void
test_writer_that_is_kept_holds_nothing_of_ours(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *go = g_build_filename(mock->path, "go", NULL);
    VgpuDeadline deadline = vgpu_deadline_after(10000), soon = vgpu_deadline_after(50);
    GError *error = NULL;
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    VgpuLock *lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    vgpu_sysfs_set_writer(keep, go);
    gint64 before = g_get_monotonic_time();
    assert_false(vgpu_sysfs_write_deadline("/x", "1", &soon, &error));
    assert_true(g_get_monotonic_time() - before < 3 * G_USEC_PER_SEC);
    assert_error(&error, VGPU_ERROR_TIMEOUT, "'/x'");

    /* it runs, and has no end of a pipe and no lock */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    vgpu_lock_release(lock);
    lock = vgpu_lock_vgpu(mock->root, "active", &soon, NULL);
    if (!lock)
        lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    assert_no_error(error);
    vgpu_lock_release(lock);

    /* and it ends once the kernel lets it, since nobody waits for its answer */
    mock_sysfs_write(mock, "go", "");
    assert_true(waitpid(-1, NULL, 0) > 0);
}

/* Which process wrote. */
static int
say_who(const char *path, const char *value, gpointer user_data)
{
    g_autofree char *text = g_strdup_printf("%d", (int)getpid());
    return g_file_set_contents(path, text, -1, NULL) ? 0 : EIO;
}

static int
ask_who(const char *path)
{
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    g_autofree char *text = NULL;

    assert_true(vgpu_sysfs_write_deadline(path, "?", &deadline, NULL));
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return atoi(text);
}

static void
test_one_writer_for_all_writes(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "who", NULL);
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;

    vgpu_sysfs_set_writer(say_who, NULL);
    int first = ask_who(path);
    assert_int_not_equal(first, getpid());
    assert_int_equal(ask_who(path), first);

    /* a child of ours has one of its own, and leaves ours alone */
    pid_t child = fork();
    if (child == 0)
        _exit(ask_who(path) == first);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(ask_who(path), first);

    /* one that was killed is said, and replaced */
    kill(first, SIGKILL);
    assert_false(vgpu_sysfs_write_deadline(path, "?", &deadline, &error));
    assert_error(&error, VGPU_ERROR_IO, path);
    assert_int_not_equal(ask_who(path), first);
    vgpu_sysfs_set_writer(NULL, NULL);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_write_reaches_the_file),
        cmocka_unit_test(test_errno_comes_back_from_the_writer),
        cmocka_unit_test(test_children_that_nobody_reaps),
        cmocka_unit_test(test_writer_that_is_kept_holds_nothing_of_ours),
        cmocka_unit_test(test_one_writer_for_all_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
