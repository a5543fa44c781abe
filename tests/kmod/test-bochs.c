// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The bochs display: what the stock driver does with it, what a hostile guest
 * may try, and which part of video memory is shown.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/string.h>
#include <drm/drm_fourcc.h>

#include "bochs.h"
#include "display.h"
#include "vgpu-rm.h"

#define VRAM (16ULL << 20)

static const struct soft_type type16 = {
    .framebuffer_mib = 16,
    .max_width = 1920,
    .max_height = 1080,
};
static const struct soft_type type64 = {
    .framebuffer_mib = 64,
    .max_width = 3840,
    .max_height = 2160,
};

static int
setup(void **state)
{
    struct soft_bochs *bochs = malloc(sizeof *bochs);

    if (!bochs)
        return -1;
    soft_bochs_init(bochs, &type16);
    *state = bochs;
    return 0;
}

static int
teardown(void **state)
{
    free(*state);
    return 0;
}

/* Accesses go through an exact heap block, so that one byte too many is seen. */
static uint64_t
mmio_read(struct soft_bochs *bochs, uint32_t offset, size_t count)
{
    uint8_t *buf = malloc(count);
    uint64_t value = 0;

    assert_non_null(buf);
    memset(buf, 0xa5, count);
    soft_bochs_read(bochs, offset, buf, count);
    for (size_t i = 0; i < count; i++)
        value |= (uint64_t)buf[i] << (8 * i);
    free(buf);
    return value;
}

static int
mmio_write(struct soft_bochs *bochs, uint32_t offset, uint64_t value, size_t count)
{
    uint8_t *buf = malloc(count);
    int vector;

    assert_non_null(buf);
    for (size_t i = 0; i < count; i++)
        buf[i] = value >> (8 * i);
    vector = soft_bochs_write(bochs, offset, buf, count);
    free(buf);
    return vector;
}

static uint16_t
dispi_get(struct soft_bochs *bochs, enum soft_dispi index)
{
    return mmio_read(bochs, 0x500 + 2 * index, 2);
}

static void
dispi_set(struct soft_bochs *bochs, enum soft_dispi index, uint16_t value)
{
    assert_int_equal(mmio_write(bochs, 0x500 + 2 * index, value, 2), -1);
}

/* As bochs-drm does it: colour bit, discard the flip-flop, then the index. */
static void
blank(struct soft_bochs *bochs, bool on)
{
    mmio_write(bochs, 0x402, 0x01, 1);
    mmio_read(bochs, 0x41a, 1);
    mmio_write(bochs, 0x400, on ? 0 : 0x20, 1);
}

/* The order of registers in bochs_hw_setmode(). */
static void
set_mode(struct soft_bochs *bochs, unsigned int width, unsigned int height)
{
    blank(bochs, false);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0);
    dispi_set(bochs, SOFT_DISPI_BPP, 32);
    dispi_set(bochs, SOFT_DISPI_XRES, width);
    dispi_set(bochs, SOFT_DISPI_YRES, height);
    dispi_set(bochs, SOFT_DISPI_BANK, 0);
    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, width);
    dispi_set(bochs, SOFT_DISPI_VIRT_HEIGHT, VRAM / (4 * width));
    dispi_set(bochs, SOFT_DISPI_X_OFFSET, 0);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 0);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0x41);
}

static struct vgpu_plane
plane_of(const struct soft_bochs *bochs)
{
    struct vgpu_plane plane;

    memset(&plane, 0xa5, sizeof plane);
    soft_display_plane(bochs, &plane);
    return plane;
}

static void
test_what_the_driver_probes(void **state)
{
    struct soft_bochs *bochs = *state;

    assert_int_equal(dispi_get(bochs, SOFT_DISPI_ID), 0xb0c5);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_MEMORY_64K) * 65536ULL, VRAM);
    assert_int_equal(mmio_read(bochs, 0x600, 4), 8);
    assert_int_equal(mmio_read(bochs, 0x604, 4), 0x1e1e1e1e);
    soft_bochs_init(bochs, &type64);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_MEMORY_64K), 1024);
}

/* A monitor whose EDID is 1, 2, ... in an exact heap block. */
static int
try_to_plug_in(struct soft_bochs *bochs, size_t size)
{
    uint8_t *edid = malloc(size);
    int ret;

    assert_non_null(edid);
    for (size_t i = 0; i < size; i++)
        edid[i] = i + 1;
    ret = soft_bochs_set_edid(bochs, edid, size);
    free(edid);
    return ret;
}

static void
plug_in(struct soft_bochs *bochs, size_t size)
{
    assert_int_equal(try_to_plug_in(bochs, size), 0);
    assert_int_equal(bochs->edid_size, size);
}

static void
test_monitors_come_and_go(void **state)
{
    struct soft_bochs *bochs = *state;

    assert_int_equal(bochs->edid_size, 0);
    assert_int_equal(mmio_read(bochs, 0, 8), 0);
    plug_in(bochs, 256);
    assert_int_equal(mmio_read(bochs, 255, 1), 0);
    assert_int_equal(mmio_read(bochs, 254, 1), 255);
    plug_in(bochs, 128); /* the second block of the one before must go */
    assert_int_equal(mmio_read(bochs, 127, 1), 128);
    assert_int_equal(mmio_read(bochs, 128, 8), 0);
    plug_in(bochs, 0x400);
    assert_int_equal(mmio_read(bochs, 0x3fe, 1), 0xff);
    mmio_write(bochs, 0x3fe, 0, 1);
    assert_int_equal(mmio_read(bochs, 0x3fe, 1), 0xff);
    /* one that has no room leaves the one there is */
    assert_int_equal(try_to_plug_in(bochs, 0x480), -EINVAL);
    assert_int_equal(bochs->edid_size, 0x400);
    assert_int_equal(mmio_read(bochs, 0x3fe, 1), 0xff);
    assert_int_equal(mmio_read(bochs, 0x400, 1), SOFT_VGA_SHOW);
    assert_int_equal(soft_bochs_set_edid(bochs, NULL, 0), 0);
    assert_int_equal(bochs->edid_size, 0);
    assert_int_equal(mmio_read(bochs, 0, 8), 0);
    assert_int_equal(mmio_read(bochs, 0x3f8, 8), 0);
}

static void
test_edid_is_read_only_and_ends(void **state)
{
    struct soft_bochs *bochs = *state;

    plug_in(bochs, SOFT_EDID_BLOCK);
    for (unsigned int i = 0; i < 0x400; i++) {
        mmio_write(bochs, i, 0xee, 1);
        assert_int_equal(mmio_read(bochs, i, 1), i < 128 ? i + 1 : 0);
    }
    assert_int_equal(mmio_read(bochs, 0, 8), 0x0807060504030201);
}

static void
test_registers_keep_16_bits(void **state)
{
    struct soft_bochs *bochs = *state;

    for (unsigned int i = SOFT_DISPI_XRES; i <= SOFT_DISPI_Y_OFFSET; i++) {
        if (i == SOFT_DISPI_ENABLE)
            continue;
        dispi_set(bochs, i, 0xf000 | i);
        assert_int_equal(dispi_get(bochs, i), 0xf000 | i);
    }
    dispi_set(bochs, SOFT_DISPI_ID, 0xb0c0);
    dispi_set(bochs, SOFT_DISPI_MEMORY_64K, 0xffff);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_ID), 0xb0c5);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_MEMORY_64K), 256);
}

static void
test_registers_by_other_sizes(void **state)
{
    struct soft_bochs *bochs = *state;

    mmio_write(bochs, 0x502, 0x34, 1);
    mmio_write(bochs, 0x503, 0x12, 1);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_XRES), 0x1234);
    mmio_write(bochs, 0x50c, 0x56781111, 4);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_VIRT_WIDTH), 0x1111);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_VIRT_HEIGHT), 0x5678);
    /* eight bytes reach past the last register */
    mmio_write(bochs, 0x510, 0xffffffff00220011, 8);
    assert_int_equal(mmio_read(bochs, 0x510, 8), 0x0000010000220011);
    assert_int_equal(mmio_read(bochs, 0x502, 1), 0x34);
    assert_int_equal(mmio_read(bochs, 0x503, 1), 0x12);
}

static void
test_getcaps_reads_the_most(void **state)
{
    struct soft_bochs *bochs = *state;

    set_mode(bochs, 640, 480);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0x43);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_XRES), 1920);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_YRES), 1080);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_BPP), 32);
    assert_int_equal(plane_of(bochs).width, 640);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0x41);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_XRES), 640);
    assert_int_equal(dispi_get(bochs, SOFT_DISPI_YRES), 480);
}

static void
test_input_status_moves(void **state)
{
    struct soft_bochs *bochs = *state;
    uint64_t first = mmio_read(bochs, 0x41a, 1);

    /* a guest that polls for retrace gets on */
    assert_int_not_equal(mmio_read(bochs, 0x41a, 1), first);
    assert_int_equal(mmio_read(bochs, 0x41a, 1), first);
}

static void
test_blank_and_unblank(void **state)
{
    struct soft_bochs *bochs = *state;

    set_mode(bochs, 1024, 768);
    assert_int_equal(plane_of(bochs).width, 1024);
    blank(bochs, true);
    assert_int_equal(plane_of(bochs).width, 0);
    /* the next write is data of the index, and no index */
    mmio_write(bochs, 0x400, 0x20, 1);
    assert_int_equal(plane_of(bochs).width, 0);
    mmio_write(bochs, 0x400, 0x20, 1);
    assert_int_equal(plane_of(bochs).width, 1024);
    mmio_write(bochs, 0x400, 0, 1);
    blank(bochs, false);
    assert_int_equal(plane_of(bochs).width, 1024);
}

static void
test_mode_needs_no_vga(void **state)
{
    struct soft_bochs *bochs = *state;

    dispi_set(bochs, SOFT_DISPI_BPP, 32);
    dispi_set(bochs, SOFT_DISPI_XRES, 800);
    dispi_set(bochs, SOFT_DISPI_YRES, 600);
    assert_int_equal(plane_of(bochs).width, 0);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0x41);
    assert_int_equal(plane_of(bochs).width, 800);
    assert_int_equal(plane_of(bochs).stride, 3200);
}

static void
test_plane(void **state)
{
    struct soft_bochs *bochs = *state;
    struct vgpu_plane plane;

    set_mode(bochs, 1024, 768);
    plane = plane_of(bochs);
    assert_int_equal(plane.width, 1024);
    assert_int_equal(plane.height, 768);
    assert_int_equal(plane.stride, 4096);
    assert_int_equal(plane.drm_format, DRM_FORMAT_XRGB8888);
    assert_int_equal(plane.bar, 0);
    assert_int_equal(plane.offset, 0);

    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 1280);
    dispi_set(bochs, SOFT_DISPI_X_OFFSET, 7);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 100);
    plane = plane_of(bochs);
    assert_int_equal(plane.width, 1024);
    assert_int_equal(plane.stride, 5120);
    assert_int_equal(plane.offset, 100 * 5120 + 7 * 4);

    /* a virtual width below the real one counts as the real one */
    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 10);
    assert_int_equal(plane_of(bochs).stride, 4096);
}

static void
test_plane_of_16_bits(void **state)
{
    struct soft_bochs *bochs = *state;
    struct vgpu_plane plane;

    set_mode(bochs, 1024, 768);
    dispi_set(bochs, SOFT_DISPI_BPP, 16);
    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 1280);
    dispi_set(bochs, SOFT_DISPI_X_OFFSET, 7);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 100);
    mmio_write(bochs, 0x604, 0xbebebebe, 4);
    plane = plane_of(bochs);
    assert_int_equal(plane.width, 1024);
    assert_int_equal(plane.height, 768);
    assert_int_equal(plane.stride, 2560);
    assert_int_equal(plane.offset, 100 * 2560 + 7 * 2);
    assert_int_equal(plane.drm_format, DRM_FORMAT_RGB565);

    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 1281);
    assert_int_equal(plane_of(bochs).width, 0);
}

static void
test_nothing_to_show(void **state)
{
    struct soft_bochs *bochs = *state;

    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 1024, 768);
    dispi_set(bochs, SOFT_DISPI_ENABLE, 0x40);
    assert_int_equal(plane_of(bochs).width, 0);
    for (unsigned int bpp = 0; bpp < 64; bpp++) {
        set_mode(bochs, 1024, 768);
        dispi_set(bochs, SOFT_DISPI_BPP, bpp);
        assert_int_equal(plane_of(bochs).width, bpp == 16 || bpp == 32 ? 1024 : 0);
    }
    set_mode(bochs, 63, 768);
    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 1024, 63);
    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 64, 64);
    assert_int_equal(plane_of(bochs).width, 64);
}

static void
test_edge_of_memory(void **state)
{
    struct soft_bochs *bochs = *state;

    /* 1024 pixels make 4096 bytes, so 4096 lines fill 16 MiB */
    set_mode(bochs, 1024, 4096);
    assert_int_equal(plane_of(bochs).height, 4096);
    dispi_set(bochs, SOFT_DISPI_X_OFFSET, 1);
    assert_int_equal(plane_of(bochs).width, 0);
    dispi_set(bochs, SOFT_DISPI_X_OFFSET, 0);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 1);
    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 1024, 4097);
    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 1024, 768);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 4096 - 768);
    assert_int_equal(plane_of(bochs).offset + 768ULL * 4096, VRAM);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 4096 - 768 + 1);
    assert_int_equal(plane_of(bochs).width, 0);
}

static void
test_sums_beyond_32_bits(void **state)
{
    struct soft_bochs *bochs = *state;

    set_mode(bochs, 64, 64);
    /* 2^17 bytes a line, 2^15 lines down: 0 in 32 bits */
    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 32768);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 32768);
    assert_int_equal(plane_of(bochs).width, 0);
    /* 2^16 bytes a line: the 64 lines shown end beyond 2^32 */
    dispi_set(bochs, SOFT_DISPI_VIRT_WIDTH, 16384);
    dispi_set(bochs, SOFT_DISPI_Y_OFFSET, 0xffff);
    assert_int_equal(plane_of(bochs).width, 0);
    set_mode(bochs, 0xffff, 0xffff);
    assert_int_equal(plane_of(bochs).width, 0);
}

static void
test_byte_order(void **state)
{
    struct soft_bochs *bochs = *state;

    set_mode(bochs, 1024, 768);
    mmio_write(bochs, 0x604, 0xbebebebe, 4);
    assert_int_equal(mmio_read(bochs, 0x604, 4), 0xbebebebe);
    assert_int_equal(plane_of(bochs).drm_format, DRM_FORMAT_BGRX8888);
    mmio_write(bochs, 0x604, 0x12345678, 4);
    mmio_write(bochs, 0x604, 0x1e1e, 2);
    mmio_write(bochs, 0x600, 0x1e1e1e1e1e1e1e1e, 8);
    assert_int_equal(plane_of(bochs).drm_format, DRM_FORMAT_BGRX8888);
    mmio_write(bochs, 0x604, 0x1e1e1e1e, 4);
    assert_int_equal(plane_of(bochs).drm_format, DRM_FORMAT_XRGB8888);
}

static void
test_interrupt_register(void **state)
{
    struct soft_bochs *bochs = *state;

    assert_int_equal(mmio_read(bochs, 0xf00, 4), 0);
    assert_int_equal(mmio_write(bochs, 0xf00, 0, 4), 0);
    assert_int_equal(mmio_write(bochs, 0xf00, 0, 4), 0);
    assert_int_equal(mmio_read(bochs, 0xf00, 4), 2);
    /* vectors that the device lacks, and other sizes */
    assert_int_equal(mmio_write(bochs, 0xf00, 1, 4), -1);
    assert_int_equal(mmio_write(bochs, 0xf00, UINT32_MAX, 4), -1);
    assert_int_equal(mmio_write(bochs, 0xf00, 0, 1), -1);
    assert_int_equal(mmio_write(bochs, 0xf00, 0, 2), -1);
    assert_int_equal(mmio_write(bochs, 0xf00, 0, 8), -1);
    assert_int_equal(mmio_read(bochs, 0xf00, 4), 2);
    bochs->interrupts = 0x1ffffffff;
    assert_int_equal(mmio_read(bochs, 0xf00, 4), UINT32_MAX);
}

static void
test_reset(void **state)
{
    struct soft_bochs *bochs = *state;

    plug_in(bochs, 128);
    set_mode(bochs, 1024, 768);
    blank(bochs, true);
    mmio_write(bochs, 0x604, 0xbebebebe, 4);
    mmio_write(bochs, 0xf00, 0, 4);
    soft_bochs_reset(bochs);
    for (unsigned int i = SOFT_DISPI_XRES; i <= SOFT_DISPI_Y_OFFSET; i++)
        assert_int_equal(dispi_get(bochs, i), 0);
    assert_int_equal(mmio_read(bochs, 0x604, 4), 0x1e1e1e1e);
    assert_int_equal(mmio_read(bochs, 0x400, 1), 0x20);
    /* what does not belong to the guest stays */
    assert_int_equal(mmio_read(bochs, 5, 1), 6);
    assert_int_equal(mmio_read(bochs, 0xf00, 4), 1);
}

/* Every offset and size with random values: nothing out of bounds, ever. */
static void
test_hostile_guest(void **state)
{
    static const size_t sizes[] = {1, 2, 4, 8};
    struct soft_bochs *bochs = *state;

    srandom(7670);
    for (unsigned int round = 0; round < 300000; round++) {
        size_t count = sizes[random() % 4];
        uint32_t offset = (random() % 0x1000) & ~(count - 1);
        uint64_t value = (uint64_t)random() << 33 ^ (uint64_t)random() << 16 ^ random();
        struct vgpu_plane plane;
        int vector;

        if (round % 2)
            offset = 0x500 + ((random() % 0x20) & ~(count - 1));
        if (round % 16 == 0)
            set_mode(bochs, 64 + random() % 2048, 64 + random() % 2048);
        vector = mmio_write(bochs, offset, value, count);
        assert_in_range(vector + 1, 0, SOFT_BOCHS_MSI_VECTORS);
        mmio_read(bochs, offset, count);
        plane = plane_of(bochs);
        assert_true(plane.stride % 4 == 0 &&
                    plane.stride >= (plane.drm_format == DRM_FORMAT_RGB565 ? 2 : 4) * plane.width);
        assert_true(plane.offset + (uint64_t)plane.stride * plane.height <= VRAM);
        assert_int_equal(dispi_get(bochs, SOFT_DISPI_ID), 0xb0c5);
    }
}

int
main(void)
{
#define BOCHS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    static const struct CMUnitTest tests[] = {
        BOCHS_TEST(test_what_the_driver_probes),
        BOCHS_TEST(test_monitors_come_and_go),
        BOCHS_TEST(test_edid_is_read_only_and_ends),
        BOCHS_TEST(test_registers_keep_16_bits),
        BOCHS_TEST(test_registers_by_other_sizes),
        BOCHS_TEST(test_getcaps_reads_the_most),
        BOCHS_TEST(test_input_status_moves),
        BOCHS_TEST(test_blank_and_unblank),
        BOCHS_TEST(test_mode_needs_no_vga),
        BOCHS_TEST(test_plane),
        BOCHS_TEST(test_plane_of_16_bits),
        BOCHS_TEST(test_nothing_to_show),
        BOCHS_TEST(test_edge_of_memory),
        BOCHS_TEST(test_sums_beyond_32_bits),
        BOCHS_TEST(test_byte_order),
        BOCHS_TEST(test_interrupt_register),
        BOCHS_TEST(test_reset),
        BOCHS_TEST(test_hostile_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
