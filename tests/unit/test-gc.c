/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-gc.c - lib/gc.c: what a domain has left behind goes, and nothing that somebody may use.
 */
#include "unit.h"

#include "device.h"
#include "domain-text.h"
#include "gc.h"
#include "lock.h"
#include "mock-log.h"
#include "mock-sysfs.h"
#include "prepare.h"

static void
put_record(MockSysfs *mock, const char *id, VgpuRecordState state, gboolean there)
{
    VgpuRecord record = {state,      VGPU_RECORD_METADATA, (char *)DOMAIN_A,  (char *)"vma",
                         (char *)id, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
    if (there)
        assert_int_equal(mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", id), 0);
}

static gboolean
collect(MockSysfs *mock, const GPtrArray *items, guint i, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(5000);

    return vgpu_gc_remove(mock->root, items->pdata[i], &deadline, error);
}

static gboolean
has_record(MockSysfs *mock, const char *id)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(mock->root, id, NULL);
    return record != NULL;
}

static void
test_left_behind(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    put_record(mock, VGPU_1, VGPU_RECORD_READY, TRUE);
    put_record(mock, VGPU_2, VGPU_RECORD_CREATED, FALSE);
    g_autoptr(GPtrArray) items = vgpu_gc_look(mock->root, &error);
    assert_int_equal(items->len, 2);
    assert_true(vgpu_gc_check(mock->root, items->pdata[0], &error));
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
    assert_true(collect(mock, items, 0, &error));
    assert_false(mock_sysfs_has_mdev(mock, VGPU_1));
    assert_false(has_record(mock, VGPU_1));
    assert_true(collect(mock, items, 1, &error));
    assert_false(has_record(mock, VGPU_2));
}

static void
test_in_use(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    put_record(mock, VGPU_1, VGPU_RECORD_READY, TRUE);
    put_record(mock, VGPU_2, VGPU_RECORD_LATE, FALSE);
    mock_sysfs_hold(mock, VGPU_1, 77);
    g_autoptr(GPtrArray) items = vgpu_gc_look(mock->root, &error);
    assert_false(collect(mock, items, 0, &error));
    assert_error(&error, VGPU_ERROR_BUSY, "is in use by process 77");
    assert_false(collect(mock, items, 1, &error));
    assert_error(&error, VGPU_ERROR_BUSY, "may still appear");
    assert_true(has_record(mock, VGPU_1) && has_record(mock, VGPU_2));
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
}

/* The domain starts between the look and the removal, and keeps what it had. */
static void
test_domain_starts_meanwhile(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(VgpuDomain) domain =
        domain_new(DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    GError *error = NULL;

    put_record(mock, VGPU_1, VGPU_RECORD_READY, TRUE);
    g_autoptr(GPtrArray) items = vgpu_gc_look(mock->root, &error);
    assert_true(vgpu_prepare(mock->root, domain, settings, &deadline, &error));
    assert_false(collect(mock, items, 0, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, VGPU_1);
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
    assert_true(has_record(mock, VGPU_1));
}

/* Somebody is deciding about it at this moment. */
static void
test_locked(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never(), soon = vgpu_deadline_after(50);
    GError *error = NULL;

    put_record(mock, VGPU_1, VGPU_RECORD_READY, TRUE);
    g_autoptr(GPtrArray) items = vgpu_gc_look(mock->root, &error);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, VGPU_1, &never, NULL);
    assert_false(vgpu_gc_remove(mock->root, items->pdata[0], &soon, &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "lock");
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(left_behind),
        TEST(in_use),
        TEST(domain_starts_meanwhile),
        TEST(locked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
