/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front end's MSI-X: where it may be, its table and pending bits, and which
 * interrupt waits for which mask, also with two threads at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "msix.h"

#define VECTORS 70
#define TABLE   0x100
#define PBA     0x800

static const struct vgpu_identity identity = {
    .msix_vectors = VECTORS,
    .msix_bar = 4,
    .msix_table = TABLE,
    .msix_pba = PBA,
};

static const struct vgpu_bar_info bars[VGPU_MAX_BARS] = {
    [1] = {.size = 256, .flags = VGPU_BAR_IO},
    [4] = {.size = 4096},
};

static struct vgpu_msix msix;

static int
setup(void **state)
{
    *state = calloc(1, vgpu_msix_storage(VECTORS));
    vgpu_msix_init(&msix, VECTORS, *state);
    return *state ? 0 : -1;
}

static int
teardown(void **state)
{
    free(*state);
    return 0;
}

static u64
get(u64 offset, size_t size)
{
    u64 value = 0;

    vgpu_msix_rw(&msix, &identity, offset, &value, size, false);
    return value;
}

static void
put(u64 offset, size_t size, u64 value)
{
    vgpu_msix_rw(&msix, &identity, offset, &value, size, true);
}

static void
test_power_on(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < VECTORS; i++) {
        assert_int_equal(get(TABLE + 16 * i, 8), 0);
        assert_int_equal(get(TABLE + 16 * i + 8, 8), 1ULL << 32);
    }
    assert_int_equal(get(PBA, 8), 0);
    assert_int_equal(get(PBA + 8, 8), 0);
}

static void
test_table(void **state)
{
    const u64 at = TABLE + 16 * 3;

    (void)state;
    put(at, 8, 0x12345678fee01003);
    assert_int_equal(get(at, 8), 0x12345678fee01000);
    put(at + 8, 8, 0xffffffff0000abcd);
    assert_int_equal(get(at + 8, 8), 0x000000010000abcd);
    put(at + 12, 4, 0);
    assert_int_equal(get(at + 12, 4), 0);
    put(at + 5, 1, 0x99);
    assert_int_equal(get(at + 4, 4), 0x12349978);
    put(at + 14, 2, 0xffff);
    assert_int_equal(get(at + 12, 4), 0);
    /* Its neighbours stay. */
    assert_int_equal(get(at - 16, 8), 0);
    assert_int_equal(get(at + 16, 8), 0);
    assert_int_equal(get(at - 4, 4), 1);
    vgpu_msix_reset(&msix);
    assert_int_equal(get(at, 8), 0);
    assert_int_equal(get(at + 8, 8), 1ULL << 32);
}

static void
test_table_masks_nothing(void **state)
{
    (void)state;
    vgpu_msix_use(&msix, true);
    assert_int_equal(get(TABLE + 12, 4), 1);
    assert_false(vgpu_msix_hold(&msix, 0));
    assert_int_equal(get(PBA, 8), 0);
}

static void
test_vector_mask(void **state)
{
    (void)state;
    vgpu_msix_use(&msix, true);
    vgpu_msix_mask(&msix, 66, true);
    vgpu_msix_mask(&msix, 9, true);
    assert_false(vgpu_msix_hold(&msix, 65));
    assert_true(vgpu_msix_hold(&msix, 66));
    assert_true(vgpu_msix_hold(&msix, 66));
    assert_true(vgpu_msix_hold(&msix, 9));
    assert_int_equal(get(PBA, 8), 1 << 9);
    assert_int_equal(get(PBA + 8, 8), 1 << 2);
    assert_int_equal(get(PBA + 1, 1), 1 << 1);
    put(PBA, 8, 0);
    assert_int_equal(get(PBA, 8), 1 << 9);
    assert_int_equal(vgpu_msix_next(&msix, 0), VECTORS);
    vgpu_msix_mask(&msix, 66, false);
    assert_int_equal(vgpu_msix_next(&msix, 0), 66);
    assert_int_equal(vgpu_msix_next(&msix, 0), VECTORS);
    assert_int_equal(get(PBA + 8, 8), 0);
    assert_int_equal(get(PBA, 8), 1 << 9);
}

static void
test_function_mask(void **state)
{
    (void)state;
    vgpu_msix_use(&msix, true);
    vgpu_msix_mask(&msix, 1, true);
    vgpu_msix_mask_all(&msix, true);
    for (unsigned int i = 0; i < 3; i++)
        assert_true(vgpu_msix_hold(&msix, i));
    assert_int_equal(vgpu_msix_next(&msix, 0), VECTORS);
    vgpu_msix_mask_all(&msix, false);
    assert_int_equal(vgpu_msix_next(&msix, 0), 0);
    assert_int_equal(vgpu_msix_next(&msix, 1), 2);
    assert_int_equal(vgpu_msix_next(&msix, 3), VECTORS);
    assert_int_equal(get(PBA, 8), 1 << 1);
    assert_false(vgpu_msix_hold(&msix, 0));
}

static void
test_use_and_reset(void **state)
{
    (void)state;
    /* MSI, or nothing, is in use: masks of MSI-X are none of its business. */
    vgpu_msix_mask_all(&msix, true);
    assert_false(vgpu_msix_hold(&msix, 5));
    vgpu_msix_use(&msix, true);
    assert_true(vgpu_msix_hold(&msix, 5));
    vgpu_msix_mask(&msix, 6, true);
    vgpu_msix_use(&msix, false);
    assert_int_equal(get(PBA, 8), 0);
    vgpu_msix_use(&msix, true);
    vgpu_msix_mask_all(&msix, false);
    assert_false(vgpu_msix_hold(&msix, 6));

    vgpu_msix_mask(&msix, 6, true);
    vgpu_msix_mask_all(&msix, true);
    assert_true(vgpu_msix_hold(&msix, 6));
    vgpu_msix_reset(&msix);
    assert_int_equal(get(PBA, 8), 0);
    assert_false(vgpu_msix_hold(&msix, 6));
    assert_int_equal(vgpu_msix_next(&msix, 0), VECTORS);
}

static void
unmask_too_early(void)
{
    vgpu_msix_mask(&msix, 7, false);
}

static void
unmask_and_deliver(void)
{
    vgpu_msix_mask(&msix, 7, false);
    assert_int_equal(vgpu_msix_next(&msix, 0), 7);
}

/* The mask is lifted while a vector becomes pending: one of the two delivers it. */
static void
test_unmask_meets_raise(void **state)
{
    (void)state;
    vgpu_msix_use(&msix, true);
    vgpu_msix_mask(&msix, 7, true);
    shim_at_barrier = unmask_too_early;
    assert_false(vgpu_msix_hold(&msix, 7));
    assert_int_equal(get(PBA, 8), 0);
    vgpu_msix_mask(&msix, 7, true);
    shim_at_barrier = unmask_and_deliver;
    assert_true(vgpu_msix_hold(&msix, 7));
    assert_int_equal(get(PBA, 8), 0);
    shim_at_barrier = NULL;
}

#define ROUNDS 200000

static unsigned int delivered;

static void
deliver(void)
{
    __atomic_fetch_add(&delivered, 1, __ATOMIC_RELAXED);
}

static void *
mask_and_unmask(void *unused)
{
    (void)unused;
    for (unsigned int i = 0; i < ROUNDS; i++) {
        vgpu_msix_mask(&msix, 7, true);
        vgpu_msix_mask(&msix, 7, false);
        if (vgpu_msix_next(&msix, 0) == 7)
            deliver();
    }
    return NULL;
}

/*
 * However raising and unmasking meet, no interrupt is left pending with no mask,
 * and the last one raised before all is quiet was delivered.
 */
static void
test_no_interrupt_is_lost(void **state)
{
    unsigned int raised = 0;
    pthread_t thread;

    (void)state;
    delivered = 0;
    vgpu_msix_use(&msix, true);
    assert_int_equal(pthread_create(&thread, NULL, mask_and_unmask, NULL), 0);
    for (unsigned int i = 0; i < ROUNDS; i++) {
        unsigned int before = __atomic_load_n(&delivered, __ATOMIC_RELAXED);

        raised++;
        if (!vgpu_msix_hold(&msix, 7))
            deliver();
        else
            /* Whoever lifts the mask delivers it: pending, or done already. */
            while (i % 64 == 0 && __atomic_load_n(&delivered, __ATOMIC_RELAXED) == before &&
                   get(PBA, 8))
                ;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(vgpu_msix_next(&msix, 0), VECTORS);
    assert_int_equal(get(PBA, 8), 0);
    assert_in_range(delivered, 1, raised);
}

static void
test_possible(void **state)
{
    struct vgpu_identity changed = identity;
    struct vgpu_bar_info wide[VGPU_MAX_BARS] = {[4] = {.size = 1 << 20}};

    (void)state;
    assert_true(vgpu_msix_check(&identity, NULL));
    assert_true(vgpu_msix_check(&identity, bars));
    changed.msix_pba = TABLE + 16 * VECTORS; /* side by side */
    assert_true(vgpu_msix_check(&changed, bars));
    changed.msix_pba = TABLE - 16;
    assert_true(vgpu_msix_check(&changed, bars));
    changed.msix_vectors = 2048;
    changed.msix_pba = 0x8000 + TABLE;
    assert_true(vgpu_msix_check(&changed, wide));
    changed = identity;
    changed.msix_vectors = 0;
    changed.msix_bar = 9;
    assert_true(vgpu_msix_check(&changed, bars));
}

static void
test_impossible(void **state)
{
    static const struct vgpu_identity wrong[] = {
        {.msix_vectors = 2049, .msix_bar = 4, .msix_table = 0, .msix_pba = 0x10000},
        {.msix_vectors = 1, .msix_bar = 6, .msix_table = 0, .msix_pba = 0x100},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 4, .msix_pba = 0x100},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0, .msix_pba = 0x104},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0, .msix_pba = 8},
        {.msix_vectors = 65, .msix_bar = 4, .msix_table = 0x108, .msix_pba = 0x100},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0x100, .msix_pba = 0x100},
    };
    static const struct vgpu_identity outside[] = {
        {.msix_vectors = 1, .msix_bar = 0, .msix_table = 0, .msix_pba = 0x10},
        {.msix_vectors = 1, .msix_bar = 1, .msix_table = 0, .msix_pba = 0x10},
        {.msix_vectors = 1, .msix_bar = 5, .msix_table = 0, .msix_pba = 0x10},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0xff8, .msix_pba = 0x10},
        {.msix_vectors = 65, .msix_bar = 4, .msix_table = 0, .msix_pba = 0xff8},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0, .msix_pba = 0x1000},
        {.msix_vectors = 1, .msix_bar = 4, .msix_table = 0xfffffff8, .msix_pba = 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_false(vgpu_msix_check(&wrong[i], NULL));
    for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
        assert_true(vgpu_msix_check(&outside[i], NULL));
        assert_false(vgpu_msix_check(&outside[i], bars));
    }
}

static void
test_areas(void **state)
{
    static const struct vgpu_identity far = {
        .msix_vectors = 1, .msix_bar = 4, .msix_table = 0x3ff0, .msix_pba = 0x5000};
    static const struct vgpu_area clear[] = {{0, 0x3000}, {0x4000, 0x1000}, {0x6000, 0x1000}};
    static const struct vgpu_area over[] = {{0, 0x4000}, {0x3000, 0x1000}, {0x5000, 0x1000}};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(clear); i++) {
        assert_false(vgpu_msix_touches(&far, 4, &clear[i]));
        assert_true(vgpu_msix_touches(&far, 4, &over[i]));
        assert_false(vgpu_msix_touches(&far, 2, &over[i]));
    }
}

static void
test_claims(void **state)
{
    static const struct {
        u64 offset;
        size_t count;
        bool ours;
        size_t left;
    } cases[] = {
        {0, 8, false, 8},
        {TABLE - 8, 64, false, 8},
        {TABLE - 1, 1, false, 1},
        {TABLE, 64, true, 64},
        {TABLE + 16 * VECTORS - 8, 64, true, 8},
        {TABLE + 16 * VECTORS, 64, false, 64},
        {TABLE, 0x10000, true, 16 * VECTORS},
        {PBA - 4, 8, false, 4},
        {PBA, 8, true, 8},
        {PBA + 15, 8, true, 1},
        {PBA + 16, 8, false, 8},
    };
    struct vgpu_identity none = identity;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t count = cases[i].count;

        assert_int_equal(vgpu_msix_claims(&identity, 4, cases[i].offset, &count), cases[i].ours);
        assert_int_equal(count, cases[i].left);
        count = cases[i].count;
        assert_false(vgpu_msix_claims(&identity, 3, cases[i].offset, &count));
        assert_int_equal(count, cases[i].count);
        none.msix_vectors = 0;
        assert_false(vgpu_msix_claims(&none, 4, cases[i].offset, &count));
        assert_int_equal(count, cases[i].count);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_power_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_masks_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_vector_mask, setup, teardown),
        cmocka_unit_test_setup_teardown(test_function_mask, setup, teardown),
        cmocka_unit_test_setup_teardown(test_use_and_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unmask_meets_raise, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_interrupt_is_lost, setup, teardown),
        cmocka_unit_test(test_possible),
        cmocka_unit_test(test_impossible),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_claims),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
