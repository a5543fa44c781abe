/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-lock.c - one holder at a time, whoever it is, and no lock outlives its holder.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "lock.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_second_one_waits_until_its_deadline(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000), soon = vgpu_deadline_after(30);
    GError *error = NULL;

    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    assert_no_error(error);
    assert_null(vgpu_lock_vgpu(mock->root, "active", &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "'active'");
    g_autoptr(VgpuLock) other = vgpu_lock_vgpu(mock->root, "other", &deadline, &error);
    assert_no_error(error);
    g_clear_pointer(&lock, vgpu_lock_release);
    lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    assert_no_error(error);
}

static pid_t
fork_holder(MockSysfs *mock)
{
    int ends[2];
    char ready;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        VgpuDeadline deadline = vgpu_deadline_after(10000);
        VgpuLock *lock = vgpu_lock_vgpu(mock->root, "active", &deadline, NULL);
        if (!lock || write(ends[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void
test_functions_have_their_gpus_lock(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000), soon = vgpu_deadline_after(30);
    g_autofree char *folder =
        g_build_filename(mock->path, "sys/bus/pci/devices/0000:41:00.4", NULL);
    g_autofree char *link = g_build_filename(folder, "physfn", NULL);
    GError *error = NULL;

    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(symlink("../0000:41:00.0", link), 0);
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(mock->root, "0000:41:00.4", &deadline, &error);
    assert_no_error(error);
    assert_null(vgpu_lock_parent(mock->root, "0000:41:00.0", &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "GPU '0000:41:00.0'");
}

static void
test_killed_holder_holds_nothing(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000), soon = vgpu_deadline_after(30);
    GError *error = NULL;
    pid_t pid = fork_holder(mock);

    assert_null(vgpu_lock_vgpu(mock->root, "active", &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "active");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    assert_no_error(error);
}

static void
test_release_counts_although_a_child_has_the_file(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    GError *error = NULL;
    VgpuLock *lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    vgpu_lock_release(lock);
    lock = vgpu_lock_vgpu(mock->root, "active", &deadline, &error);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_no_error(error);
    vgpu_lock_release(lock);
}

/* Holds the lock all the time, but for the moment between one turn and the next. */
typedef struct {
    MockSysfs *mock;
    gint turns;
    gint stop;
} Greedy;

static gpointer
take_again_and_again(gpointer data)
{
    Greedy *greedy = data;
    while (!g_atomic_int_get(&greedy->stop) && g_atomic_int_get(&greedy->turns) < 100) {
        VgpuDeadline deadline = vgpu_deadline_after(10000);
        VgpuLock *lock = vgpu_lock_vgpu(greedy->mock->root, "active", &deadline, NULL);
        g_atomic_int_inc(&greedy->turns);
        g_usleep(50000);
        vgpu_lock_release(lock);
    }
    return NULL;
}

/* Restore with many vGPUs to make keeps a guest waiting for one of them, or two. */
static void
test_turn_comes_although_another_is_quick(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    Greedy greedy = {.mock = mock};
    GThread *thread = g_thread_new("restore", take_again_and_again, &greedy);
    gint most = 0;

    for (int i = 0; i < 3; i++) {
        VgpuDeadline deadline = vgpu_deadline_after(10000);
        g_usleep(60000);
        gint before = g_atomic_int_get(&greedy.turns);
        VgpuLock *lock = vgpu_lock_vgpu(mock->root, "active", &deadline, NULL);
        most = MAX(most, g_atomic_int_get(&greedy.turns) - before);
        vgpu_lock_release(lock);
    }
    g_atomic_int_set(&greedy.stop, 1);
    g_thread_join(thread);
    assert_true(most <= 2);
}

static void
test_several_at_once(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000), soon = vgpu_deadline_after(30);
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    GError *error = NULL;

    g_ptr_array_add(ids, (gpointer) "b");
    g_ptr_array_add(ids, (gpointer) "a");
    g_ptr_array_add(ids, (gpointer) "b");
    g_ptr_array_add(others, (gpointer) "c");
    g_ptr_array_add(others, (gpointer) "a");
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpus(mock->root, ids, &deadline, &error);
    assert_no_error(error);
    assert_null(vgpu_lock_vgpus(mock->root, others, &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "the lock of vGPU 'a'");
    /* none of them is kept: neither 'c' nor the place in the queue for 'a' */
    g_autoptr(VgpuLock) c = vgpu_lock_vgpu(mock->root, "c", &deadline, &error);
    assert_no_error(error);
    /* a GPU is no vGPU, whatever their names */
    g_autoptr(VgpuLock) gpu = vgpu_lock_parent(mock->root, "a", &deadline, &error);
    assert_no_error(error);
    g_clear_pointer(&lock, vgpu_lock_release);
    lock = vgpu_lock_vgpu(mock->root, "a", &deadline, &error);
    assert_no_error(error);
}

/* Two that want the same two, named in opposite orders, again and again. */
static gpointer
take_both(gpointer data)
{
    MockSysfs *mock = ((gpointer *)data)[0];
    const GPtrArray *ids = ((gpointer *)data)[1];
    VgpuDeadline deadline = vgpu_deadline_after(20000);
    guint got = 0;

    for (int i = 0; i < 200; i++) {
        g_autoptr(VgpuLock) lock = vgpu_lock_vgpus(mock->root, ids, &deadline, NULL);
        got += lock != NULL;
    }
    return GUINT_TO_POINTER(got);
}

static void
test_opposite_orders_make_no_deadlock(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_autoptr(GPtrArray) other = g_ptr_array_new();
    gpointer first[] = {mock, one}, second[] = {mock, other};

    g_ptr_array_add(one, (gpointer) "a");
    g_ptr_array_add(one, (gpointer) "b");
    g_ptr_array_add(other, (gpointer) "b");
    g_ptr_array_add(other, (gpointer) "a");
    GThread *thread = g_thread_new("other", take_both, second);
    assert_int_equal(GPOINTER_TO_UINT(take_both(first)), 200);
    assert_int_equal(GPOINTER_TO_UINT(g_thread_join(thread)), 200);
}

static void
test_file_is_private(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    g_autofree char *path = g_build_filename(mock->path, "run/openvgpu/locks", NULL);
    g_autofree char *victim = g_build_filename(mock->path, "victim", NULL);
    GError *error = NULL;
    struct stat st;

    vgpu_lock_release(vgpu_lock_vgpu(mock->root, "../x", &deadline, NULL));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(victim, path), 0);
    assert_null(vgpu_lock_vgpu(mock->root, "x", &deadline, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "openvgpu/locks");
    assert_false(g_file_test(victim, G_FILE_TEST_EXISTS));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_one_waits_until_its_deadline),
        cmocka_unit_test(test_functions_have_their_gpus_lock),
        cmocka_unit_test(test_killed_holder_holds_nothing),
        cmocka_unit_test(test_release_counts_although_a_child_has_the_file),
        cmocka_unit_test(test_turn_comes_although_another_is_quick),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_opposite_orders_make_no_deadlock),
        cmocka_unit_test(test_file_is_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
