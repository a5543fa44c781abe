// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A GPU's video memory: what still fits, exact after each step, in both modes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/bitops.h>
#include <linux/errno.h>

#include "capacity.h"

#define ANY SOFT_ANY_PLACEMENT

/* A GPU with nothing on it; its bits are exact, so that a write past them is seen. */
static void
init(struct soft_capacity *capacity, unsigned int total_mib, bool mixed)
{
    unsigned long *taken = calloc(BITS_TO_LONGS(total_mib), sizeof(long));

    assert_non_null(taken);
    soft_capacity_init(capacity, total_mib, taken);
    capacity->mixed = mixed;
}

static void
test_empty_gpu(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    for (int mixed = 0; mixed < 2; mixed++) {
        init(&capacity, 256, mixed);
        assert_int_equal(soft_capacity_instances(&capacity, 16), 16);
        assert_int_equal(soft_capacity_instances(&capacity, 32), 8);
        assert_int_equal(soft_capacity_instances(&capacity, 256), 1);
        assert_int_equal(soft_capacity_instances(&capacity, 512), 0);
        assert_int_equal(soft_capacity_reserve(&capacity, 512, ANY), -ENOSPC);
        free(capacity.taken);
    }
}

static void
test_mixed_sizes(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    init(&capacity, 256, true);
    assert_int_equal(soft_capacity_reserve(&capacity, 64, ANY), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 12);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 3);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, ANY), 64);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 11);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 5);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 2);
    /* the next of 32 leaves a gap of 16 that one of 16 fills */
    assert_int_equal(soft_capacity_reserve(&capacity, 32, ANY), 96);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, ANY), 80);
    soft_capacity_release(&capacity, 64, 0);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 3);
    /* what an empty GPU holds does not change on the way */
    assert_int_equal(soft_capacity_max(&capacity, 64), 4);
    free(capacity.taken);
}

/* The first decides, until the last has gone. */
static void
test_equal_sizes(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    init(&capacity, 256, false);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, ANY), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, ANY), 32);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 64), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 6);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, ANY), -ENOSPC);
    soft_capacity_release(&capacity, 32, 0);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 0);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 7);
    soft_capacity_release(&capacity, 32, 32);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 16);
    assert_int_equal(soft_capacity_reserve(&capacity, 64, ANY), 0);
    free(capacity.taken);
}

static void
test_wanted_placements(void **state)
{
    static const int impossible[] = {-2, 8, 40, 256, 240, 1 << 30, INT32_MAX};
    struct soft_capacity capacity;

    (void)state;
    init(&capacity, 256, true);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, 64), 64);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, 64), -EBUSY);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, 80), -EBUSY);
    assert_int_equal(soft_capacity_reserve(&capacity, 128, 0), -EBUSY);
    assert_int_equal(soft_capacity_reserve(&capacity, 128, 128), 128);
    for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++)
        assert_int_equal(soft_capacity_reserve(&capacity, 32, impossible[i]), -EINVAL);
    assert_int_equal(soft_capacity_instances(&capacity, 32), 3);
    assert_int_equal(capacity.count, 2);
    free(capacity.taken);
}

/* What is left over at the end is nobody's; a full GPU refuses. */
static void
test_odd_gpu(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    init(&capacity, 50, true);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, ANY), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 32, ANY), -ENOSPC);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, ANY), 32);
    assert_int_equal(soft_capacity_instances(&capacity, 16), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 16, ANY), -ENOSPC);
    assert_int_equal(soft_capacity_instances(&capacity, 2), 1);
    free(capacity.taken);
}

/* Sizes as real cards have them, 48 GiB in thirds and halves. */
static void
test_sizes_of_any_kind(void **state)
{
    struct soft_capacity capacity;

    (void)state;
    init(&capacity, 49152, true);
    assert_int_equal(soft_capacity_max(&capacity, 3072), 16);
    assert_int_equal(soft_capacity_max(&capacity, 12288), 4);
    assert_int_equal(soft_capacity_reserve(&capacity, 6144, 6144), 6144);
    assert_int_equal(soft_capacity_instances(&capacity, 3072), 14);
    assert_int_equal(soft_capacity_instances(&capacity, 12288), 3);
    assert_int_equal(soft_capacity_reserve(&capacity, 12288, ANY), 12288);
    assert_int_equal(soft_capacity_reserve(&capacity, 4096, ANY), 0);
    /* behind these two, and not across the end of the second */
    assert_int_equal(soft_capacity_reserve(&capacity, 10240, ANY), 30720);
    assert_int_equal(soft_capacity_reserve(&capacity, 6144, 3072), -EINVAL);
    assert_int_equal(soft_capacity_instances(&capacity, 48), 42 + 128 + 170);
    free(capacity.taken);
    init(&capacity, 50, false);
    assert_int_equal(soft_capacity_reserve(&capacity, 12, 36), 36);
    for (int at = 0; at < 36; at += 12)
        assert_int_equal(soft_capacity_reserve(&capacity, 12, ANY), at);
    assert_int_equal(soft_capacity_instances(&capacity, 12), 0);
    assert_int_equal(soft_capacity_reserve(&capacity, 12, ANY), -ENOSPC);
    free(capacity.taken);
}

/* At random, against a count of single MiB. */
static void
test_steps_at_random(void **state)
{
    enum { TOTAL = 200, STEPS = 20000 };
    struct soft_capacity capacity;
    struct {
        unsigned int mib;
        int at;
    } made[TOTAL];
    unsigned int count = 0;

    (void)state;
    init(&capacity, TOTAL, true);
    srand(1);
    for (int step = 0; step < STEPS; step++) {
        unsigned int mib = 1 + rand() % 40;
        unsigned int left = soft_capacity_instances(&capacity, mib), free_mib = TOTAL;

        for (unsigned int i = 0; i < count; i++)
            free_mib -= made[i].mib;
        assert_true(left <= free_mib / mib);
        if (rand() % 2 && count) {
            unsigned int i = rand() % count;

            soft_capacity_release(&capacity, made[i].mib, made[i].at);
            made[i] = made[--count];
            continue;
        }
        int at = soft_capacity_reserve(&capacity, mib, ANY);
        assert_int_equal(at < 0, left == 0);
        if (at < 0)
            continue;
        assert_true(at % mib == 0 && at + mib <= TOTAL);
        for (unsigned int i = 0; i < count; i++)
            assert_true(at + (int)mib <= made[i].at || made[i].at + (int)made[i].mib <= at);
        made[count].mib = mib;
        made[count++].at = at;
        assert_int_equal(soft_capacity_instances(&capacity, mib), left - 1);
    }
    assert_int_equal(capacity.count, count);
    free(capacity.taken);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_gpu),       cmocka_unit_test(test_mixed_sizes),
        cmocka_unit_test(test_equal_sizes),     cmocka_unit_test(test_wanted_placements),
        cmocka_unit_test(test_odd_gpu),         cmocka_unit_test(test_sizes_of_any_kind),
        cmocka_unit_test(test_steps_at_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
