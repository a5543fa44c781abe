// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A GPU's video memory: what still fits, exact after each step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>

#include "capacity.h"

static void
test_empty_gpu(void **state)
{
    struct soft_capacity capacity = {.used_mib = 5};

    (void)state;
    soft_capacity_init(&capacity, 256);
    assert_int_equal(capacity.used_mib, 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 16);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 8);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 4);
    assert_int_equal(soft_capacity_instances(&capacity, 0), 0);
    assert_int_equal(soft_capacity_max(&capacity, 0), 0);
}

static void
test_instances_follow_each_step(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    soft_capacity_init(&capacity, 256);
    assert_int_equal(soft_capacity_reserve(&capacity, 64), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 12);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 3);
    assert_int_equal(soft_capacity_reserve(&capacity, 16), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 11);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 5);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 2);
    soft_capacity_release(&capacity, 64);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 3);
    soft_capacity_release(&capacity, 16);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 4);
    /* what an empty GPU holds does not change on the way */
    assert_int_equal(soft_capacity_reserve(&capacity, 64), 0);
    assert_int_equal(soft_capacity_max(&capacity, 64), 4);
}

static void
test_full_gpu_refuses(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    soft_capacity_init(&capacity, 48);
    assert_int_equal(soft_capacity_reserve(&capacity, 64), -ENOSPC);
    assert_int_equal(soft_capacity_reserve(&capacity, 32), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 32), -ENOSPC);
    assert_int_equal(capacity.used_mib, 32);
    assert_int_equal(soft_capacity_reserve(&capacity, 16), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 16), -ENOSPC);
    assert_int_equal(soft_capacity_reserve(&capacity, 0), -ENOSPC);
    assert_int_equal(capacity.used_mib, 48);
}

static void
test_release_never_goes_below_nothing(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    soft_capacity_init(&capacity, 64);
    assert_int_equal(soft_capacity_reserve(&capacity, 16), 0);
    soft_capacity_release(&capacity, 32);
    assert_int_equal(capacity.used_mib, 16);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 3);
}

static void
test_largest_gpu(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    soft_capacity_init(&capacity, UINT32_MAX);
    assert_int_equal(soft_capacity_reserve(&capacity, UINT32_MAX), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 1), -ENOSPC);
    soft_capacity_release(&capacity, UINT32_MAX);
    assert_int_equal(soft_capacity_instances(&capacity, UINT32_MAX), 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_gpu),
        cmocka_unit_test(test_instances_follow_each_step),
        cmocka_unit_test(test_full_gpu_refuses),
        cmocka_unit_test(test_release_never_goes_below_nothing),
        cmocka_unit_test(test_largest_gpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
