/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-worker.c - tasks of a list are done one after another, the next list is begun while
 * one waits, and one that is stuck or killed stops no other.
 */
#include "mock-log.h"
#include "mock-sysfs.h"
#include "unit.h"

#include "lock.h"
#include "log.h"
#include "sysfs.h"
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define GPU   "0001:00:00.0"
#define TASKS 4

/* Which one does not do as it should. */
#define ODD 1

/* How long a task that is stuck takes; one is late after 1050 ms. */
#define STUCK_MS 2500

typedef struct {
    MockSysfs *mock;
    int (*odd)(VgpuWorker *worker, MockSysfs *mock);
    GString *told; /* "task:result " for each */
    guint first;   /* the number of its first mark */
} Case;

static void
put_mark(MockSysfs *mock, guint task)
{
    g_autofree char *file = g_strdup_printf("mark/%u", task);
    mock_sysfs_write(mock, file, "through");
}

static gboolean
has_mark(MockSysfs *mock, guint task)
{
    g_autofree char *file = g_strdup_printf("mark/%u", task);
    g_autofree char *text = mock_sysfs_read(mock, file);
    return text != NULL;
}

static int
run_one(VgpuWorker *worker, guint task, gpointer user_data)
{
    const Case *c = user_data;
    int result = (int)task;

    vgpu_worker_expect(worker, 50);
    if (task == ODD && c->odd)
        result = c->odd(worker, c->mock);
    put_mark(c->mock, task);
    return result;
}

static void
note(guint task, int result, gpointer user_data)
{
    const Case *c = user_data;
    g_string_append_printf(c->told, "%u:%d ", task, result);
}

static void
assert_told(Case *c, const char *told)
{
    g_autoptr(GString) text = c->told = g_string_new(NULL);
    VgpuWorkerTasks tasks = {
        .root = c->mock->root, .count = TASKS, .run = run_one, .done = note, .user_data = c};
    GError *error = NULL;

    assert_true(vgpu_worker_run(&tasks, 1, &error));
    assert_no_error(error);
    assert_string_equal(text->str, told);
}

static void
test_all_are_done(void **state)
{
    Case c = {.mock = *state};

    assert_told(&c, "0:0 1:1 2:2 3:3 ");
    for (guint i = 0; i < TASKS; i++)
        assert_true(has_mark(c.mock, i));
}

static void
test_none(void **state)
{
    VgpuWorkerTasks tasks = {.count = 0};

    (void)state;
    assert_true(vgpu_worker_run(&tasks, 1, NULL));
    assert_true(vgpu_worker_run(NULL, 0, NULL));
}

static int
say(VgpuWorker *worker G_GNUC_UNUSED, MockSysfs *mock G_GNUC_UNUSED)
{
    vgpu_log("a line of the worker's");
    vgpu_log_about(VGPU_LOG_INFO, NULL, "a word that nobody asked for");
    return 7;
}

static void
test_its_lines_are_ours(void **state)
{
    Case c = {.mock = *state, .odd = say};

    assert_told(&c, "0:0 1:7 2:2 3:3 ");
    assert_string_equal(logged->str, "a line of the worker's\n");
}

static int
be_stuck(VgpuWorker *worker G_GNUC_UNUSED, MockSysfs *mock G_GNUC_UNUSED)
{
    g_usleep(STUCK_MS * 1000);
    return 0;
}

static void
wait_for_mark(MockSysfs *mock, guint task)
{
    for (guint i = 0; i < 1000 && !has_mark(mock, task); i++)
        g_usleep(10000);
    assert_true(has_mark(mock, task));
}

/* What it held open of ours would keep whoever reads it waiting. */
static void
test_one_that_is_stuck_is_left_behind(void **state)
{
    Case c = {.mock = *state, .odd = be_stuck};
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    assert_told(&c, "0:0 1:-1 2:2 3:3 ");
    assert_false(has_mark(c.mock, ODD));
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    assert_false(has_mark(c.mock, ODD));
    wait_for_mark(c.mock, ODD);
}

#define FILE_OF_KERNEL "sys/kernel-file"

/* With all the locks it may have; then it goes on to write. */
static int
be_stuck_with_locks(VgpuWorker *worker, MockSysfs *mock)
{
    VgpuDeadline deadline = vgpu_deadline_after(50);
    g_autoptr(VgpuLock) vgpu = vgpu_lock_vgpu(mock->root, UUID_A, &deadline, NULL);
    g_autoptr(VgpuLock) parent = vgpu_lock_parent(mock->root, GPU, &deadline, NULL);
    g_autofree char *file = g_build_filename(mock->path, FILE_OF_KERNEL, NULL);
    VgpuDeadline never = vgpu_deadline_never();

    assert_non_null(vgpu);
    assert_non_null(parent);
    be_stuck(worker, mock);
    return vgpu_sysfs_write_deadline(file, "1", &never, NULL);
}

static int
write_file(const char *path, const char *value, gpointer user_data)
{
    mock_sysfs_write(user_data, FILE_OF_KERNEL, value);
    return g_str_has_suffix(path, FILE_OF_KERNEL) ? 0 : ENOENT;
}

static void
test_one_left_behind_has_no_lock_and_changes_nothing(void **state)
{
    Case c = {.mock = *state, .odd = be_stuck_with_locks};
    VgpuDeadline deadline = vgpu_deadline_after(50);

    vgpu_sysfs_set_writer(write_file, c.mock);
    assert_told(&c, "0:0 1:-1 2:2 3:3 ");
    g_autoptr(VgpuLock) vgpu = vgpu_lock_vgpu(c.mock->root, UUID_A, &deadline, NULL);
    g_autoptr(VgpuLock) parent = vgpu_lock_parent(c.mock->root, GPU, &deadline, NULL);
    assert_non_null(vgpu);
    assert_non_null(parent);
    g_usleep(STUCK_MS * 1000);
    g_autofree char *written = mock_sysfs_read(c.mock, FILE_OF_KERNEL);
    assert_null(written);
    assert_false(has_mark(c.mock, ODD));
}

/* It says so itself. */
static int
take_time(VgpuWorker *worker, MockSysfs *mock)
{
    vgpu_worker_expect(worker, STUCK_MS);
    return be_stuck(worker, mock);
}

static void
test_one_that_takes_time_is_waited_for(void **state)
{
    Case c = {.mock = *state, .odd = take_time};

    assert_told(&c, "0:0 1:0 2:2 3:3 ");
}

static int
be_killed(VgpuWorker *worker G_GNUC_UNUSED, MockSysfs *mock G_GNUC_UNUSED)
{
    raise(SIGKILL);
    return 0;
}

static void
test_one_that_is_killed_stops_no_other(void **state)
{
    Case c = {.mock = *state, .odd = be_killed};

    assert_told(&c, "0:0 1:-2 2:2 3:3 ");
    assert_false(has_mark(c.mock, ODD));
    assert_true(has_mark(c.mock, TASKS - 1));
}

/* The other list's, which is not begun when this is if one comes after the other. */
static int
wait_for_the_other(VgpuWorker *worker, guint task, gpointer user_data)
{
    const Case *c = user_data;

    vgpu_worker_expect(worker, 20000);
    put_mark(c->mock, c->first + task);
    for (guint i = 0; i < 1000 && !has_mark(c->mock, (TASKS - c->first) + task); i++)
        g_usleep(10000);
    return !has_mark(c->mock, (TASKS - c->first) + task);
}

static void
test_one_that_waits_has_the_next_list_begun(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(GString) one = g_string_new(NULL);
    g_autoptr(GString) other = g_string_new(NULL);
    Case cases[] = {{.mock = mock, .told = one}, {.mock = mock, .told = other, .first = TASKS}};
    VgpuWorkerTasks lists[] = {
        {mock->root, TASKS, wait_for_the_other, note, &cases[0]},
        {mock->root, TASKS, wait_for_the_other, note, &cases[1]},
    };

    assert_true(vgpu_worker_run(lists, G_N_ELEMENTS(lists), NULL));
    assert_string_equal(one->str, "0:0 1:0 2:0 3:0 ");
    assert_string_equal(other->str, "0:0 1:0 2:0 3:0 ");
}

/* What is in the way of the other list's worker goes. */
static int
make_way(VgpuWorker *worker G_GNUC_UNUSED, MockSysfs *mock)
{
    g_autofree char *path = g_build_filename(mock->path, "other/run/openvgpu", NULL);

    g_usleep(400000); /* by then the other was to start */
    return unlink(path);
}

static void
test_one_that_cannot_start_is_tried_again(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *path = g_build_filename(mock->path, "other", NULL);
    g_autoptr(VgpuRoot) root = vgpu_root_new(path);
    g_autoptr(GString) one = g_string_new(NULL);
    g_autoptr(GString) other = g_string_new(NULL);
    Case cases[] = {{.mock = mock, .odd = make_way, .told = one}, {.mock = mock, .told = other}};
    VgpuWorkerTasks lists[] = {
        {mock->root, TASKS, run_one, note, &cases[0]},
        {root, TASKS, run_one, note, &cases[1]},
    };

    mock_sysfs_write(mock, "other/run/openvgpu", "no folder");
    assert_true(vgpu_worker_run(lists, G_N_ELEMENTS(lists), NULL));
    assert_string_equal(one->str, "0:0 1:0 2:2 3:3 ");
    assert_string_equal(other->str, "0:0 1:1 2:2 3:3 ");
}

/* As control-C does. */
static int
kill_the_caller(VgpuWorker *worker G_GNUC_UNUSED, MockSysfs *mock G_GNUC_UNUSED)
{
    kill(getppid(), SIGKILL);
    g_usleep(200000);
    vgpu_log("nobody reads this");
    return 0;
}

static void
test_ends_with_its_caller(void **state)
{
    Case c = {.mock = *state, .odd = kill_the_caller};
    int status;
    pid_t caller = fork();

    if (caller == 0) {
        assert_told(&c, "");
        _exit(0);
    }
    assert_int_equal(waitpid(caller, &status, 0), caller);
    assert_true(WIFSIGNALED(status));
    wait_for_mark(c.mock, ODD);
    g_usleep(300000);
    assert_false(has_mark(c.mock, ODD + 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_are_done),
        TEST(test_none),
        TEST(test_its_lines_are_ours),
        TEST(test_one_that_is_stuck_is_left_behind),
        TEST(test_one_left_behind_has_no_lock_and_changes_nothing),
        TEST(test_one_that_takes_time_is_waited_for),
        TEST(test_one_that_is_killed_stops_no_other),
        TEST(test_one_that_waits_has_the_next_list_begun),
        TEST(test_one_that_cannot_start_is_tried_again),
        TEST(test_ends_with_its_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
