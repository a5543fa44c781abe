// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pixels made XRGB8888, bytes 0 to 3 of which are blue, green, red and nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <drm/drm_fourcc.h>
#include <linux/kernel.h>

#include "convert.h"

/* The pixels, on the heap and exact, so that an access past them is seen. */
static void
assert_converted(uint32_t format, const uint8_t *from, size_t size, const uint32_t *want,
                 size_t count)
{
    uint8_t *source = malloc(size), *made = malloc(4 * count);

    assert_true(vgpu_convert_needed(format));
    memcpy(source, from, size);
    vgpu_convert(made, source, count, format);
    for (size_t i = 0; i < count; i++) {
        uint32_t pixel = made[4 * i] | made[4 * i + 1] << 8 | made[4 * i + 2] << 16 |
                         (uint32_t)made[4 * i + 3] << 24;

        assert_int_equal(pixel, want[i]);
    }
    free(source);
    free(made);
}

static void
test_16_bits(void **state)
{
    /* little endian: white, black, red, green, blue, the lowest bit of each */
    static const uint8_t from[] = {0xff, 0xff, 0x00, 0x00, 0x00, 0xf8, 0xe0, 0x07,
                                   0x1f, 0x00, 0x00, 0x08, 0x20, 0x00, 0x01, 0x00};
    static const uint32_t want[] = {0xffffff, 0x000000, 0xff0000, 0x00ff00,
                                    0x0000ff, 0x080000, 0x000400, 0x000008};

    (void)state;
    assert_converted(DRM_FORMAT_RGB565, from, sizeof from, want, ARRAY_SIZE(want));
}

static void
test_other_orders(void **state)
{
    static const uint8_t bgr[] = {0xee, 0x11, 0x22, 0x33, 0x00, 0xff, 0x00, 0x00};
    static const uint8_t rgb[] = {0xee, 0x33, 0x22, 0x11, 0x00, 0x00, 0x00, 0xff};
    static const uint32_t want[] = {0x112233, 0xff0000};

    (void)state;
    assert_converted(DRM_FORMAT_BGRX8888, bgr, sizeof bgr, want, 2);
    assert_converted(DRM_FORMAT_BGRA8888, bgr, sizeof bgr, want, 2);
    assert_converted(DRM_FORMAT_RGBX8888, rgb, sizeof rgb, want, 2);
    assert_converted(DRM_FORMAT_RGBA8888, rgb, sizeof rgb, want, 2);
}

static void
test_what_vmms_know_stays(void **state)
{
    (void)state;
    assert_false(vgpu_convert_needed(DRM_FORMAT_XRGB8888));
    assert_false(vgpu_convert_needed(DRM_FORMAT_XBGR8888));
    assert_false(vgpu_convert_needed(0));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_16_bits),
        cmocka_unit_test(test_other_orders),
        cmocka_unit_test(test_what_vmms_know_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
