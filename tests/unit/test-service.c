/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-service.c - what systemctl says of units, and what is made of it.
 */
#include "mock-host.h"
#include "unit.h"

#include "service.h"

static VgpuService *
load(MockSysfs *mock, const char *unit, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(10000);
    return vgpu_service_load(mock->root, unit, &deadline, error);
}

static void
test_units(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    mock_host_unit(mock, "a.service", "masked", "inactive", "");
    mock_sysfs_write(mock, "units/b.service",
                     "LoadState=loaded\nActiveState=active\nRequiredBy=\nWantedBy=x.target\n"
                     "StateChangeTimestampMonotonic=123456789012\nLater=member\n\n");
    mock_sysfs_write(mock, "units/c.service",
                     "LoadState=loaded\nActiveState=failed\nRequiredBy=x.target\nWantedBy=\n");
    g_autoptr(VgpuService) a = load(mock, "a.service", NULL);
    g_autoptr(VgpuService) b = load(mock, "b.service", NULL);
    g_autoptr(VgpuService) c = load(mock, "c.service", NULL);
    g_autoptr(VgpuService) d = load(mock, "d.service", NULL);
    assert_string_equal(a->load_state, "masked");
    assert_string_equal(a->active_state, "inactive");
    assert_false(a->wanted);
    assert_string_equal(b->active_state, "active");
    assert_true(b->wanted);
    assert_int_equal(b->changed, 123456789012);
    assert_true(c->wanted);
    assert_int_equal(c->changed, 0);
    assert_string_equal(d->load_state, "not-found");
}

static void
test_no_answer(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;

    assert_null(load(mock, "a.service", &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "systemctl");
    mock_host_program(mock, "usr/bin/systemctl", "echo LoadState=loaded");
    assert_null(load(mock, "a.service", &error));
    assert_error(&error, VGPU_ERROR_INVALID, "'a.service'");
    mock_host_program(mock, "usr/bin/systemctl", "echo 'Failed to connect to bus'; exit 1");
    assert_null(load(mock, "a.service", &error));
    assert_error(&error, VGPU_ERROR_FAILED, "Failed to connect to bus");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
