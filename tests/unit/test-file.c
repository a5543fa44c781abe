/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-file.c - whole files or nothing.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_write_replaces_in_one_step(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *folder = g_build_filename(mock->path, "run", NULL);
    g_autofree char *path = g_build_filename(folder, "x", NULL);
    GError *error = NULL;
    struct stat before, after;

    assert_true(vgpu_file_write_atomic(path, "one", 3, 0600, &error));
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_mode & 07777, 0600);
    assert_true(vgpu_file_write_atomic(path, "second", 6, 0644, &error));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_mode & 07777, 0644);
    assert_true(before.st_ino != after.st_ino);

    gsize length;
    g_autofree char *text = vgpu_file_read(path, 100, &length, &error);
    assert_string_equal(text, "second");
    assert_int_equal(length, 6);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    assert_string_equal(g_dir_read_name(dir), "x");
    assert_null(g_dir_read_name(dir));
}

/* What a process that was killed in its write has left, longer than what comes now. */
static void
test_left_over_is_used_up(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *folder = g_build_filename(mock->path, "d", NULL);
    g_autofree char *path = g_build_filename(folder, "x", NULL);
    GError *error = NULL;

    mock_sysfs_write(mock, "d/.x.new", "torn, and longer");
    assert_true(vgpu_file_write_atomic(path, "whole", 5, 0600, &error));
    g_autofree char *text = mock_sysfs_read(mock, "d/x");
    assert_string_equal(text, "whole");
    mock_sysfs_write(mock, "d/.x.new", "torn");
    assert_true(vgpu_file_remove(path, &error));
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    assert_null(g_dir_read_name(dir));
}

static void
test_failed_write_leaves_nothing(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *folder = g_build_filename(mock->path, "run", NULL);
    g_autofree char *path = g_build_filename(folder, "x", NULL);
    g_autofree char *missing = g_build_filename(folder, "none", "x", NULL);
    GError *error = NULL;

    assert_false(vgpu_file_write_atomic(missing, "a", 1, 0600, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "none");
    /* a folder cannot be renamed over */
    assert_int_equal(mkdir(path, 0755), 0);
    assert_false(vgpu_file_write_atomic(path, "a", 1, 0600, &error));
    assert_error(&error, VGPU_ERROR_INVALID, path);
    assert_int_equal(rmdir(path), 0);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    assert_null(g_dir_read_name(dir));
}

static void
test_text_has_no_nul(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "x", NULL);
    GError *error = NULL;

    assert_true(g_file_set_contents(path, "one\n", 4, NULL));
    g_autofree char *text = vgpu_file_read_text(path, 4, &error);
    assert_string_equal(text, "one\n");
    assert_true(g_file_set_contents(path, "one\0", 4, NULL));
    assert_null(vgpu_file_read_text(path, 4, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "holds a NUL");
    assert_null(vgpu_file_read_text(path, 3, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "larger than 3");
}

static void
test_read_is_bounded(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "x", NULL);
    g_autofree char *link = g_build_filename(mock->path, "link", NULL);
    g_autofree char *fifo = g_build_filename(mock->path, "fifo", NULL);
    GError *error = NULL;

    mock_sysfs_write(mock, "x", "12345");
    g_autofree char *exact = vgpu_file_read(path, 5, NULL, &error);
    assert_string_equal(exact, "12345");
    assert_null(vgpu_file_read(path, 4, NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "larger than 4");
    assert_int_equal(symlink(path, link), 0);
    assert_null(vgpu_file_read(link, 5, NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, link);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_null(vgpu_file_read(fifo, 5, NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "not a regular file");
    assert_null(vgpu_file_read("/nonexistent", 5, NULL, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "/nonexistent");
}

static void
test_pipe_is_read_to_its_end(void **state)
{
    int ends[2], status;
    GError *error = NULL;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        g_autofree char *data = g_strnfill(300000, 'x');
        /* SIGPIPE would be seen below */
        _exit(write(ends[1], data, 300000) == 300000 ? 0 : 1);
    }
    close(ends[1]);
    assert_null(vgpu_file_read_fd(ends[0], "standard input", 1000, NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "standard input");
    close(ends[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
test_remove_and_list(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *folder = g_build_filename(mock->path, "d", NULL);
    g_autofree char *path = g_build_filename(folder, "b", NULL);
    g_autoptr(GPtrArray) none = vgpu_file_list(folder, NULL);
    assert_int_equal(none->len, 0);

    mock_sysfs_write(mock, "d/b", "");
    mock_sysfs_write(mock, "d/a", "");
    mock_sysfs_write(mock, "d/.b.temp", "");
    g_autoptr(GPtrArray) two = vgpu_file_list(folder, NULL);
    assert_int_equal(two->len, 2);
    assert_string_equal(two->pdata[0], "a");
    assert_string_equal(two->pdata[1], "b");

    GError *error = NULL;
    assert_true(vgpu_file_remove(path, &error));
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_true(vgpu_file_remove(path, &error));
    assert_no_error(error);
}

/* Of /proc a read gives less than was asked for although more is to come. */
static void
test_file_of_proc(void **state)
{
    gsize length = 0;
    gpointer maps[200];

    /* a line for each mapping: no two neighbours alike, or the kernel makes one of them */
    for (gsize i = 0; i < G_N_ELEMENTS(maps); i++)
        maps[i] = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)getpid());
    g_autofree char *text = vgpu_file_read(path, 4 * 1024 * 1024, &length, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(maps); i++)
        munmap(maps[i], 4096);
    assert_non_null(text);
    assert_true(length > 8192);
    assert_non_null(strstr(text, "[stack]"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_replaces_in_one_step),
        cmocka_unit_test(test_left_over_is_used_up),
        cmocka_unit_test(test_failed_write_leaves_nothing),
        cmocka_unit_test(test_text_has_no_nul),
        cmocka_unit_test(test_read_is_bounded),
        cmocka_unit_test(test_pipe_is_read_to_its_end),
        cmocka_unit_test(test_remove_and_list),
        cmocka_unit_test(test_file_of_proc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
