/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-prepare-race.c - lib/prepare.c beside others: who is faster, who is killed, who is late,
 * and when time is up.
 */
#include "prepare-run.h"
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "domain-text.h"
#include "lock.h"
#include "sysfs.h"

#define SHORT_MS 1200

/* Between our look and our write somebody takes the last instance of GPU_1, for @data's sake. */
static int
lose_race(const char *path, const char *value, gpointer data)
{
    if (strstr(path, GPU_1))
        return ENOSPC;
    return mock_sysfs_add_mdev(data, GPU_2, "vgpu-16m", value);
}

static void
test_race_for_the_last_instance(void **state)
{
    vgpu_sysfs_set_writer(lose_race, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_2, "'vgpu-16m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL,
           "no GPU could make it (" GPU_1 ": parent '" GPU_1 "' has no instance");
    check_nothing(*state, VGPU_2);
}

/* The first GPU is full, the second one has no such attribute: nothing stays of the first attempt.
 */
static void
test_race_and_then_another_failure(void **state)
{
    mock_sysfs_add_parent(*state, "0000:3b:00.0", "other", -1);
    mock_sysfs_add_type(*state, "0000:3b:00.0", "vgpu-16m", 4, 16);
    mock_sysfs_fail(*state, "create", ENOSPC);
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=1x1"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_INVALID, "resolution '1x1'");
    check_nothing(*state, VGPU_1);
}

/* mdevctl, which has no lock of ours, makes it just before us. */
static int
be_overtaken(const char *path, const char *value, gpointer data)
{
    mock_sysfs_add_mdev(data, GPU_2, "vgpu-16m", value);
    return EEXIST;
}

static void
test_race_for_the_uuid(void **state)
{
    vgpu_sysfs_set_writer(be_overtaken, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, NULL, 0);
}

/* And with that it takes the last instance. */
static int
be_overtaken_by_the_last(const char *path, const char *value, gpointer data)
{
    mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
    return ENOSPC;
}

static void
test_race_for_uuid_and_last_instance(void **state)
{
    vgpu_sysfs_set_writer(be_overtaken_by_the_last, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_record(*state, VGPU_1, NULL, 0);
}

/* The kernel makes it, and the process of ours that asked is killed before it can say so. */
static int
die_after_create(const char *path, const char *value, gpointer data)
{
    if (g_str_has_suffix(path, "/create")) {
        mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
        raise(SIGKILL);
    }
    return EBUSY;
}

static void
test_killed_after_create(void **state)
{
    vgpu_sysfs_set_writer(die_after_create, *state);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_IO,
           "cannot write '" VGPU_1 "'");
    /* what can't be removed now is known to be ours */
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_INTENDED);
}

/* A kernel that takes its time to make one. */
static int
create_slowly(const char *path, const char *value, gpointer data)
{
    if (!g_str_has_suffix(path, "/create"))
        return g_file_set_contents(path, value, -1, NULL) ? 0 : EIO;
    mock_sysfs_write(data, "busy", "");
    g_usleep(300000);
    return mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
}

/* The call is killed and its writer goes on: what comes of that is the domain's. */
static void
test_killed_while_the_kernel_works(void **state)
{
    MockSysfs *mock = *state;
    pid_t pid;

    vgpu_sysfs_set_writer(create_slowly, mock);
    pid = fork();
    if (pid == 0) {
        prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
        _exit(0);
    }
    for (int i = 0; i < 1000; i++) {
        g_autofree char *busy = mock_sysfs_read(mock, "busy");
        if (busy)
            break;
        g_usleep(10000);
    }
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_INTENDED);
    mock_sysfs_serve(mock);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* A kernel that was too late for an earlier call: the vGPU it was told to make comes just now. */
static int
answer_late(const char *path, const char *value, gpointer data)
{
    MockSysfs *mock = data;
    g_autofree char *seen = mock_sysfs_read(mock, "seen");

    if (!g_str_has_suffix(path, "/create") || seen)
        return mock_sysfs_kernel(mock, path, value);
    mock_sysfs_write(mock, "seen", "");
    if (fork() == 0) {
        g_usleep(100000);
        mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", value);
        _exit(0);
    }
    return EEXIST;
}

static void
test_late_one_is_not_forgotten(void **state)
{
    MockSysfs *mock = *state;

    put_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    vgpu_sysfs_set_writer(answer_late, mock);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
}

/* Another domain that names it, and does not say what it is, has no say in it. */
static void
test_late_one_of_another_domain(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    prepare(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "no"));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
}

/* It was asked for on one GPU, and then on another; it is the domain's on either. */
static void
test_late_one_on_another_gpu(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-16m", VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_killed_while_a_late_one_is_asked_for_again(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never();
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(mock->root, GPU_1, &never, NULL);
    pid_t pid;

    put_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    pid = fork();
    if (pid == 0) {
        prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m' parent='" GPU_1 "'"),
                HOSTDEV(VGPU_1, "yes"));
        _exit(0);
    }
    g_usleep(500000);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
}

/* A kernel whose driver takes its time to let go of one that is seen no more. */
static int
answer_taken(const char *path, const char *value, gpointer data)
{
    MockSysfs *mock = data;
    g_autofree char *seen = mock_sysfs_read(mock, "seen");
    g_autofree char *more = g_strconcat(seen ? seen : "", "x", NULL);

    if (!g_str_has_suffix(path, "/create") || strlen(more) > 3)
        return mock_sysfs_kernel(mock, path, value);
    mock_sysfs_write(mock, "seen", more);
    return EEXIST;
}

static void
test_removal_that_takes_its_time(void **state)
{
    vgpu_sysfs_set_writer(answer_taken, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* What an earlier run left can't be removed in time; what this one names is had all the same. */
static void
test_leftover_that_does_not_go(void **state)
{
    put_record(*state, VGPU_2, DOMAIN_A, VGPU_RECORD_READY);
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_2);
    mock_sysfs_fail(*state, "remove", MOCK_HANG);
    g_autoptr(GError) error = NULL;
    prepare_within(*state, 2 * SHORT_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                   HOSTDEV(VGPU_1, "yes"), &error);
    assert_no_error(error);
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    /* the kernel may still remove it */
    check_record(*state, VGPU_2, DOMAIN_A, VGPU_RECORD_CREATED);
}

/* It is an error like any other, and another GPU may do. */
static void
test_timeout_of_the_kernels_own(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_sysfs_fail(mock, "create", ETIMEDOUT);
    assert_false(prepare_within(mock, PREPARE_LONG_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_FULL, GPU_2 ": cannot make vGPU");
    check_nothing(mock, VGPU_1);
}

static gpointer
crowd_gpu_1(gpointer data)
{
    gpointer *both = data;

    g_usleep(100000);
    mock_sysfs_add_mdev(both[0], GPU_1, "vgpu-16m", VGPU_2);
    mock_sysfs_add_mdev(both[0], GPU_1, "vgpu-16m", VGPU_3);
    vgpu_lock_release(both[1]);
    return NULL;
}

/* Others make theirs on the GPU that was the best, while its lock is waited for. */
static void
test_decides_again_after_a_wait(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never();
    VgpuLock *lock = vgpu_lock_parent(mock->root, GPU_1, &never, NULL);
    gpointer both[] = {mock, lock};
    GThread *thread = g_thread_new("others", crowd_gpu_1, both);

    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_thread_join(thread);
    check_vgpu(mock, VGPU_1, GPU_2, "vgpu-16m");
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* The links of a vGPU that mdevctl is making come a moment after its folder. */
static gpointer
finish_making(gpointer data)
{
    g_autofree char *entry = g_build_filename(data, "sys/bus/mdev/devices/" VGPU_1, NULL);
    g_autofree char *link = g_build_filename(entry, "mdev_type", NULL);

    g_usleep(100000);
    assert_int_equal(symlink("../mdev_supported_types/vgpu-16m", link), 0);
    return NULL;
}

static void
test_in_the_making_by_another(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *link =
        g_build_filename(mock->path, "sys/bus/mdev/devices/" VGPU_1 "/mdev_type", NULL);
    GThread *thread;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_int_equal(unlink(link), 0);
    /* nothing to check, so nothing to wait for */
    mock_sysfs_define(mock, GPU_1, VGPU_1, DEFINITION("auto", ""));
    prepare(mock, DOMAIN_A, REQUEST(VGPU_2, "'vgpu-16m'"),
            HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    thread = g_thread_new("mdevctl", finish_making, mock->path);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_thread_join(thread);
    check_record(mock, VGPU_1, NULL, 0);
}

static gint64
elapsed_ms(gint64 since)
{
    return (g_get_monotonic_time() - since) / 1000;
}

static void
test_deadline_in_create(void **state)
{
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    mock_sysfs_fail(*state, "create", MOCK_HANG);
    assert_false(prepare_within(*state, SHORT_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "time is up");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    /* it may still appear, and then it is known whose it is */
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    mock_sysfs_fail(*state, "create", 0);
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_deadline_in_attribute(void **state)
{
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    mock_sysfs_fail(*state, "vgpu/params", MOCK_HANG);
    assert_false(prepare_within(*state, SHORT_MS, DOMAIN_A,
                                REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"),
                                &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "time is up");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    check_nothing(*state, VGPU_1);
}

static void
test_deadline_in_lock(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never();
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, VGPU_1, &never, NULL);
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    assert_false(prepare_within(mock, SHORT_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "lock");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    check_nothing(mock, VGPU_1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARE_TEST(race_for_the_last_instance),
        PREPARE_TEST(race_and_then_another_failure),
        PREPARE_TEST(race_for_the_uuid),
        PREPARE_TEST(race_for_uuid_and_last_instance),
        PREPARE_TEST(killed_after_create),
        PREPARE_TEST(killed_while_the_kernel_works),
        PREPARE_TEST(late_one_is_not_forgotten),
        PREPARE_TEST(timeout_of_the_kernels_own),
        PREPARE_TEST(decides_again_after_a_wait),
        PREPARE_TEST(in_the_making_by_another),
        PREPARE_TEST(deadline_in_create),
        PREPARE_TEST(deadline_in_attribute),
        PREPARE_TEST(deadline_in_lock),
        PREPARE_TEST(late_one_of_another_domain),
        PREPARE_TEST(late_one_on_another_gpu),
        PREPARE_TEST(killed_while_a_late_one_is_asked_for_again),
        PREPARE_TEST(removal_that_takes_its_time),
        PREPARE_TEST(leftover_that_does_not_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
