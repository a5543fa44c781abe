/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-deadline.c - time left, and waiting no longer than that.
 */
#include "unit.h"

#include "deadline.h"

static void
test_left(void **state)
{
    VgpuDeadline soon = vgpu_deadline_after(60000), past = vgpu_deadline_after(0);
    VgpuDeadline never = vgpu_deadline_never();
    assert_in_range(vgpu_deadline_left(&soon), 50000, 60000);
    assert_int_equal(vgpu_deadline_left(&past), 0);
    assert_int_equal(vgpu_deadline_left(&never), -1);
    assert_true(vgpu_deadline_passed(&past));
    assert_false(vgpu_deadline_passed(&never));
    assert_false(vgpu_deadline_passed(&soon));
}

static void
test_share(void **state)
{
    VgpuDeadline soon = vgpu_deadline_after(60000), past = vgpu_deadline_after(0);
    VgpuDeadline never = vgpu_deadline_never();
    VgpuDeadline third = vgpu_deadline_share(&soon, 3), all = vgpu_deadline_share(&soon, 1);
    VgpuDeadline none = vgpu_deadline_share(&past, 3), still = vgpu_deadline_share(&never, 3);

    assert_in_range(vgpu_deadline_left(&third), 15000, 20000);
    assert_int_equal(all.at, soon.at);
    assert_int_equal(none.at, past.at);
    assert_int_equal(still.at, never.at);
}

static void
test_check_says_what_was_awaited(void **state)
{
    VgpuDeadline soon = vgpu_deadline_after(60000), past = vgpu_deadline_after(0);
    GError *error = NULL;
    assert_true(vgpu_deadline_check(&soon, "x", &error));
    assert_false(vgpu_deadline_check(&past, "the lock 'a'", &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "the lock 'a'");
}

static void
test_pause_ends_at_the_deadline(void **state)
{
    VgpuDeadline soon = vgpu_deadline_after(20), past = vgpu_deadline_after(0);
    gint64 before = g_get_monotonic_time();
    assert_true(vgpu_deadline_pause(&soon, 10000));
    gint64 slept = g_get_monotonic_time() - before;
    assert_true(slept >= 15 * 1000 && slept < 5000 * 1000);
    assert_false(vgpu_deadline_pause(&past, 10000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_check_says_what_was_awaited),
        cmocka_unit_test(test_pause_ends_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
