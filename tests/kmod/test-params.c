// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A vGPU's parameters: what is read, what is refused, and that a refusal keeps
 * what was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "capacity.h"
#include "params.h"

static const struct soft_type type16 = {
    .framebuffer_mib = 16,
    .max_width = 1920,
    .max_height = 1080,
};

static void
assert_parsed(const char *text, unsigned int width, unsigned int height)
{
    struct soft_params params = {.width = 1, .height = 2};
    struct soft_text_error error;

    assert_int_equal(soft_params_parse(&params, &type16, text, &error), 0);
    assert_int_equal(params.width, width);
    assert_int_equal(params.height, height);
}

/* The text is on the heap and exact, so that a read past it is seen. */
static void
assert_refused(const char *text, const char *key, const char *why)
{
    struct soft_params params = {
        .width = 640, .height = 480, .edid_size = 5, .placement = 3, .hide_display = true};
    struct soft_text_error error = {{NULL, 0}, NULL};
    char *copy = strdup(text);

    assert_non_null(copy);
    assert_int_equal(soft_params_parse(&params, &type16, copy, &error), -EINVAL);
    assert_int_equal(params.width, 640);
    assert_int_equal(params.height, 480);
    assert_int_equal(params.edid_size, 5);
    assert_int_equal(params.placement, 3);
    assert_true(params.hide_display);
    assert_int_equal(error.where.length, strlen(key));
    assert_memory_equal(error.where.start, key, strlen(key));
    assert_true(error.where.start >= copy &&
                error.where.start + error.where.length <= copy + strlen(copy));
    assert_non_null(strstr(error.why, why));
    free(copy);
}

static void
test_defaults(void **state)
{
    struct soft_type small = {.max_width = 800, .max_height = 600};
    struct soft_params params;

    (void)state;
    assert_parsed("", 1024, 768);
    soft_params_init(&params, &small);
    assert_int_equal(params.width, 800);
    assert_int_equal(params.height, 600);
}

static void
test_resolutions(void **state)
{
    (void)state;
    assert_parsed("resolution=1280x720", 1280, 720);
    assert_parsed("resolution=64x64", 64, 64);
    assert_parsed("resolution=1920x1080", 1920, 1080);
    assert_parsed("resolution=01280x0721", 1280, 721);
}

static void
test_bounds(void **state)
{
    (void)state;
    assert_refused("resolution=56x64", "resolution", "less than 64x64");
    assert_refused("resolution=64x63", "resolution", "less than 64x64");
    assert_refused("resolution=1928x1080", "resolution", "max_resolution");
    assert_refused("resolution=1920x1081", "resolution", "max_resolution");
    assert_refused("resolution=1366x768", "resolution", "multiple of 8");
    /* 2^16 + 640 and 2^32 + 640 must not come out as 640 */
    assert_refused("resolution=66176x480", "resolution", "form");
    assert_refused("resolution=4294967936x480", "resolution", "form");
    assert_refused("resolution=640x66016", "resolution", "form");
}

static void
test_malformed_values(void **state)
{
    static const char *const bad[] = {
        "resolution=",           "resolution=1024",      "resolution=x",
        "resolution=1024x",      "resolution=x768",      "resolution=1024x768x",
        "resolution=1024X768",   "resolution=+1024x768", "resolution=-1024x768",
        "resolution=1024x768 ",  "resolution= 1024x768", "resolution=1024x768\n",
        "resolution=1024x0x300", "resolution=0x400x300", "resolution==1024x768",
        "resolution=1024 x768",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_refused(bad[i], "resolution", "form");
}

static void
test_malformed_lists(void **state)
{
    (void)state;
    assert_refused("resolution", "resolution", "key=value");
    assert_refused("colour=red", "colour", "not known");
    assert_refused("Resolution=64x64", "Resolution", "not known");
    assert_refused("resolutio=64x64", "resolutio", "not known");
    assert_refused("resolutions=64x64", "resolutions", "not known");
    assert_refused("=64x64", "", "not known");
    assert_refused(",", "", "key=value");
    assert_refused("resolution=64x64,", "", "key=value");
    assert_refused(",resolution=64x64", "", "key=value");
    assert_refused("resolution=64x64,colour=red", "colour", "not known");
    assert_refused("resolution=64x64,resolution=64x64", "resolution", "twice");
}

/* An EDID as "edid=" has it, in capitals or small letters. */
static char *
edid_text(const uint8_t *edid, size_t size, const char *format)
{
    static char text[2048];
    size_t length = (size_t)sprintf(text, "edid=");

    for (size_t i = 0; i < size; i++)
        length += (size_t)sprintf(text + length, format, edid[i]);
    return text;
}

static void
assert_edid_taken(const uint8_t *edid, size_t size, const char *format)
{
    struct soft_params params;
    struct soft_text_error error;

    assert_int_equal(soft_params_parse(&params, &type16, edid_text(edid, size, format), &error), 0);
    assert_int_equal(params.edid_size, size);
    assert_memory_equal(params.edid, edid, size);
}

static void
test_edid(void **state)
{
    uint8_t edid[SOFT_EDID_MOST];
    struct soft_params params;
    struct soft_text_error error;

    (void)state;
    assert_edid_taken(edid, soft_edid_fill(edid, 1920, 1080), "%02x");
    assert_edid_taken(edid, soft_edid_fill(edid, 7680, 4320), "%02X");
    assert_int_equal(soft_params_parse(&params, &type16, "", &error), 0);
    assert_int_equal(params.edid_size, 0);

    assert_refused("edid=", "edid", "no EDID");
    assert_refused("edid=0", "edid", "two hexadecimal digits");
    assert_refused("edid=0g", "edid", "two hexadecimal digits");
    assert_refused("edid=00ffffffffffff00", "edid", "no EDID");
    edid[1] ^= 1;
    assert_refused(edid_text(edid, 128, "%02x"), "edid", "no EDID");
    assert_refused(edid_text(edid, 256, "%03x"), "edid", "more than two blocks");

    soft_edid_fill(edid, 640, 480);
    assert_refused(strcat(edid_text(edid, 128, "%02x"), ",resolution=640x480"), "resolution",
                   "don't go together");
}

static void
test_others(void **state)
{
    struct soft_params params;
    struct soft_text_error error;

    (void)state;
    soft_params_init(&params, &type16);
    assert_int_equal(params.placement, SOFT_ANY_PLACEMENT);
    assert_false(params.hide_display);
    assert_int_equal(soft_params_parse(&params, &type16,
                                       "vgpu-placement-id=48, resolution=64x64,disable_vnc=1,"
                                       "frame_rate_limiter=0,enable_uvm=1,enable_debugging=1,"
                                       "enable_profiling=0",
                                       &error),
                     0);
    assert_int_equal(params.placement, 48);
    assert_int_equal(params.width, 64);
    assert_true(params.hide_display);
    assert_int_equal(soft_params_parse(&params, &type16, "disable_vnc=0", &error), 0);
    assert_int_equal(params.placement, SOFT_ANY_PLACEMENT);
    assert_false(params.hide_display);
    assert_false(params.dmabuf);
    assert_int_equal(soft_params_parse(&params, &type16, "display=dmabuf", &error), 0);
    assert_true(params.dmabuf);
    assert_int_equal(soft_params_parse(&params, &type16, "display=region", &error), 0);
    assert_false(params.dmabuf);
    assert_refused("display=", "display", "neither region nor dmabuf");
    assert_refused("display=dmabufs", "display", "neither region nor dmabuf");
    assert_refused("disable_vnc=", "disable_vnc", "neither 0 nor 1");
    assert_refused("enable_uvm=2", "enable_uvm", "neither 0 nor 1");
    assert_refused("enable_uvm=10", "enable_uvm", "neither 0 nor 1");
    assert_refused("vgpu-placement-id=", "vgpu-placement-id", "not a number");
    assert_refused("vgpu-placement-id=-1", "vgpu-placement-id", "not a number");
    assert_refused("vgpu-placement-id=1x", "vgpu-placement-id", "not a number");
    assert_refused("vgpu-placement-id=2147483648", "vgpu-placement-id", "not a number");
    assert_refused("vgpu-placement-id=18446744073709551616", "vgpu-placement-id", "not a number");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),        cmocka_unit_test(test_resolutions),
        cmocka_unit_test(test_bounds),          cmocka_unit_test(test_malformed_values),
        cmocka_unit_test(test_malformed_lists), cmocka_unit_test(test_edid),
        cmocka_unit_test(test_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
