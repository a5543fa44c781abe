/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-release.c - lib/release.c and lib/reconnect.c: what goes when a domain stops, what
 * stays, and what is said of a running one.
 */
#include "unit.h"

#include "domain-text.h"
#include "lock.h"
#include "mock-log.h"
#include "mock-sysfs.h"
#include "reconnect.h"
#include "record.h"
#include "release.h"

#define LIMIT_MS 2000

static void
put_owned(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state,
          gboolean there)
{
    VgpuRecord record = {state,        VGPU_RECORD_METADATA, (char *)domain,    (char *)"vma",
                         (char *)uuid, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
    if (there)
        assert_int_equal(mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", uuid), 0);
}

static void
release(MockSysfs *mock, const char *uuid, const VgpuDomain *domain)
{
    VgpuDeadline deadline = vgpu_deadline_after(LIMIT_MS);
    g_autoptr(GError) error = NULL;

    vgpu_release(mock->root, uuid, domain, &deadline, &error);
    assert_no_error(error);
}

static gboolean
has_record(MockSysfs *mock, const char *uuid, VgpuRecordState state)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(mock->root, uuid, NULL);

    return record && record->state == state;
}

static void
test_removes_its_own_alone(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    put_owned(*state, VGPU_2, DOMAIN_B, VGPU_RECORD_READY, TRUE);
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_3);
    release(*state, DOMAIN_A, NULL);
    assert_false(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_false(has_record(*state, VGPU_1, VGPU_RECORD_READY));
    assert_true(mock_sysfs_has_mdev(*state, VGPU_2));
    assert_true(has_record(*state, VGPU_2, VGPU_RECORD_READY));
    assert_true(mock_sysfs_has_mdev(*state, VGPU_3));
}

static void
test_removes_what_was_half_made(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_CREATED, TRUE);
    put_owned(*state, VGPU_2, DOMAIN_A, VGPU_RECORD_INTENDED, FALSE);
    release(*state, DOMAIN_A, NULL);
    assert_false(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_false(has_record(*state, VGPU_1, VGPU_RECORD_CREATED));
    assert_false(has_record(*state, VGPU_2, VGPU_RECORD_INTENDED));
}

/* Somebody removed ours and made another under the same uuid: that one is not ours to remove. */
static void
test_leaves_what_took_its_place(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, FALSE);
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-32m", VGPU_1);
    release(*state, DOMAIN_A, NULL);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_false(has_record(*state, VGPU_1, VGPU_RECORD_READY));
    assert_non_null(strstr(logged->str, "left alone"));
}

/* It may still appear, and without a record nobody would know whose it is. */
static void
test_keeps_the_record_of_a_late_one(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE, FALSE);
    release(*state, DOMAIN_A, NULL);
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_LATE));
}

/* Hot-detached from A and attached to B before A's release, and then B's release. */
static void
test_open_is_kept_for_its_last_user(void **state)
{
    g_autoptr(VgpuDomain) b = domain_new(DOMAIN_B, NULL, HOSTDEV(VGPU_1, "no"));

    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_hold(*state, VGPU_1, 42);
    /* a write to remove would hang, and would be the end of this test */
    mock_sysfs_fail(*state, "remove", MOCK_HANG);
    release(*state, DOMAIN_A, NULL);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_RELEASED));
    assert_non_null(strstr(logged->str, "in use by process 42"));

    release(*state, DOMAIN_B, b);
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_RELEASED));
    mock_sysfs_fail(*state, "remove", 0);
    mock_sysfs_let_go(*state, 42);
    release(*state, DOMAIN_B, NULL);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    release(*state, DOMAIN_B, b);
    assert_false(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_false(has_record(*state, VGPU_1, VGPU_RECORD_RELEASED));
}

/* The kernel may still remove it: the next domain to name it must not take it. */
static void
test_slow_removal_of_a_released_one(void **state)
{
    g_autoptr(VgpuDomain) b = domain_new(DOMAIN_B, NULL, HOSTDEV(VGPU_1, "no"));

    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED, TRUE);
    mock_sysfs_fail(*state, "remove", MOCK_HANG);
    release(*state, DOMAIN_B, b);
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_CREATED));
}

static gpointer
let_go_soon(gpointer mock)
{
    g_usleep(300 * 1000);
    mock_sysfs_let_go(mock, 42);
    return NULL;
}

static void
test_waits_for_a_closing_qemu(void **state)
{
    GThread *thread;

    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_hold(*state, VGPU_1, 42);
    thread = g_thread_new("closing", let_go_soon, *state);
    release(*state, DOMAIN_A, NULL);
    g_thread_join(thread);
    assert_false(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_remove_that_hangs(void **state)
{
    gint64 since = g_get_monotonic_time();

    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_fail(*state, "remove", MOCK_HANG);
    release(*state, DOMAIN_A, NULL);
    assert_true(g_get_monotonic_time() - since < (LIMIT_MS + 500) * 1000);
    /* the kernel may go on and remove it: nobody is to take it for ready */
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_CREATED));
    assert_non_null(strstr(logged->str, "kept with its record"));
}

static void
test_one_that_fails_stops_no_other(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    put_owned(*state, VGPU_2, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_hold(*state, VGPU_1, 42);
    mock_sysfs_write(*state, "run/openvgpu/vgpus/00000000-0000-0000-0000-000000000000.json", "{");
    release(*state, DOMAIN_A, NULL);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_false(mock_sysfs_has_mdev(*state, VGPU_2));
    assert_non_null(strstr(logged->str, "can't be understood"));
}

/* On another GPU, say. */
static void
test_one_that_hangs_leaves_time(void **state)
{
    put_owned(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    put_owned(*state, VGPU_2, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_fail(*state, VGPU_1 "/remove", MOCK_HANG);
    release(*state, DOMAIN_A, NULL);
    assert_true(has_record(*state, VGPU_1, VGPU_RECORD_CREATED));
    assert_false(mock_sysfs_has_mdev(*state, VGPU_2));
    assert_false(has_record(*state, VGPU_2, VGPU_RECORD_CREATED));
}

static void
test_newer_record_is_left_alone(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_write(*state, "run/openvgpu/vgpus/" VGPU_1 ".json",
                     "{\"version\": 2, \"domain\": \"" DOMAIN_A "\"}");
    release(*state, DOMAIN_A, NULL);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    assert_non_null(strstr(logged->str, "has version 2"));
}

static void
test_lock_that_is_held(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never(), soon = vgpu_deadline_after(200);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, VGPU_1, &never, NULL);
    GError *error = NULL;

    /* who owns nothing does not wait */
    assert_true(vgpu_release(mock->root, DOMAIN_A, NULL, &soon, &error));
    put_owned(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    assert_false(vgpu_release(mock->root, DOMAIN_A, NULL, &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "lock");
}

/* There is no time left to wait for a guest that is still closing. */
static void
test_ends_with_its_deadline(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline soon = vgpu_deadline_after(100);
    gint64 since = g_get_monotonic_time();

    put_owned(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    mock_sysfs_hold(mock, VGPU_1, 77);
    assert_true(vgpu_release(mock->root, DOMAIN_A, NULL, &soon, NULL));
    assert_true(g_get_monotonic_time() - since < 800000);
    assert_true(has_record(mock, VGPU_1, VGPU_RECORD_RELEASED));
}

static void
test_reconnect_says_what_is_wrong(void **state)
{
    MockSysfs *mock = *state;

    put_owned(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY, TRUE);
    assert_int_equal(vgpu_reconnect_look(mock->root, "vma"), 0);
    assert_int_equal(logged->len, 0);
    put_owned(mock, VGPU_2, DOMAIN_A, VGPU_RECORD_READY, FALSE);
    put_owned(mock, VGPU_3, DOMAIN_A, VGPU_RECORD_CREATED, TRUE);
    assert_int_equal(vgpu_reconnect_look(mock->root, "another"), 0);
    assert_int_equal(vgpu_reconnect_look(mock->root, "vma"), 2);
    assert_non_null(strstr(logged->str, VGPU_2 " (state ready): it is gone"));
    assert_non_null(strstr(logged->str, VGPU_3 " (state created): it was not made"));
    assert_true(has_record(mock, VGPU_2, VGPU_RECORD_READY));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(removes_its_own_alone),          TEST(removes_what_was_half_made),
        TEST(leaves_what_took_its_place),     TEST(keeps_the_record_of_a_late_one),
        TEST(slow_removal_of_a_released_one), TEST(open_is_kept_for_its_last_user),
        TEST(waits_for_a_closing_qemu),       TEST(remove_that_hangs),
        TEST(one_that_fails_stops_no_other),  TEST(one_that_hangs_leaves_time),
        TEST(newer_record_is_left_alone),     TEST(lock_that_is_held),
        TEST(ends_with_its_deadline),         TEST(reconnect_says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
