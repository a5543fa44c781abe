// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The monitor's EDID, decoded again as a driver does (VESA E-EDID A2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "edid.h"

struct mode {
    unsigned int clock_khz;
    unsigned int width, h_blank, h_front, h_sync;
    unsigned int height, v_blank, v_front, v_sync;
    unsigned int width_mm, height_mm;
};

/* The detailed timing descriptor at @d, section 3.10.2. */
static struct mode
decode_mode(const uint8_t *d)
{
    return (struct mode){
        .clock_khz = (d[0] | d[1] << 8) * 10,
        .width = d[2] | (d[4] & 0xf0) << 4,
        .h_blank = d[3] | (d[4] & 0x0f) << 8,
        .height = d[5] | (d[7] & 0xf0) << 4,
        .v_blank = d[6] | (d[7] & 0x0f) << 8,
        .h_front = d[8] | (d[11] & 0xc0) << 2,
        .h_sync = d[9] | (d[11] & 0x30) << 4,
        .v_front = d[10] >> 4 | (d[11] & 0x0c) << 2,
        .v_sync = (d[10] & 0x0f) | (d[11] & 0x03) << 4,
        .width_mm = d[12] | (d[14] & 0xf0) << 4,
        .height_mm = d[13] | (d[14] & 0x0f) << 8,
    };
}

/* The type I detailed timing at @d, DisplayID 1.3 section 4.4: each field less one. */
static struct mode
decode_displayid(const uint8_t *d)
{
    uint16_t field[8];

    for (int i = 0; i < 8; i++)
        field[i] = (d[4 + 2 * i] | d[5 + 2 * i] << 8);
    return (struct mode){
        .clock_khz = ((d[0] | d[1] << 8 | d[2] << 16) + 1) * 10,
        .width = field[0] + 1,
        .h_blank = field[1] + 1,
        .h_front = (field[2] & 0x7fff) + 1,
        .h_sync = field[3] + 1,
        .height = field[4] + 1,
        .v_blank = field[5] + 1,
        .v_front = (field[6] & 0x7fff) + 1,
        .v_sync = field[7] + 1,
    };
}

/* The bytes of an EDID, which are on the heap and exact, so that a write past them is seen. */
static size_t
fill(unsigned int width, unsigned int height, uint8_t edid[static SOFT_EDID_MOST])
{
    uint8_t *exact = malloc(SOFT_EDID_MOST);
    size_t size;

    assert_non_null(exact);
    memset(exact, 0xaa, SOFT_EDID_MOST);
    size = soft_edid_fill(exact, width, height);
    assert_true(soft_edid_valid(exact, size));
    memcpy(edid, exact, SOFT_EDID_MOST);
    free(exact);
    return size;
}

/* That of a monitor that one block is enough for. */
static struct mode
preferred_mode(unsigned int width, unsigned int height, uint8_t edid[static SOFT_EDID_MOST])
{
    assert_int_equal(fill(width, height, edid), SOFT_EDID_BLOCK);
    return decode_mode(edid + 54);
}

static void
assert_timing(const struct mode *m, unsigned int width, unsigned int height)
{
    double lines = m->height + m->v_blank, pixels = m->width + m->h_blank;
    double rate = m->clock_khz * 1000.0 / (lines * pixels);
    double blank_us = m->v_blank * pixels / m->clock_khz * 1000.0;

    assert_int_equal(m->width, width);
    assert_int_equal(m->height, height);
    assert_true(rate > 59.0 && rate < 60.5);
    /* CVT with reduced blanking: 160 pixels, at least 460 microseconds */
    assert_int_equal(m->h_blank, 160);
    assert_true(blank_us >= 455.0);
    assert_true(m->h_front > 0 && m->h_front + m->h_sync < m->h_blank);
    assert_true(m->v_front > 0 && m->v_sync > 0 && m->v_front + m->v_sync + 6 <= m->v_blank);
}

static void
assert_plausible(unsigned int width, unsigned int height)
{
    uint8_t edid[SOFT_EDID_MOST];
    struct mode m = preferred_mode(width, height, edid);

    assert_timing(&m, width, height);
    assert_int_equal(m.width_mm, width * 254 / 960);
    assert_int_equal(m.height_mm, height * 254 / 960);
}

static void
test_every_mode_is_plausible(void **state)
{
    static const unsigned int heights[] = {64, 65, 480, 600, 767, 768, 1080, 1440, 2160};

    (void)state;
    for (unsigned int width = 64; width <= 3840; width += 8)
        for (size_t i = 0; i < ARRAY_SIZE(heights); i++)
            assert_plausible(width, heights[i]);
}

/* CVT 1.1's own worked modes, 60 Hz with reduced blanking. */
static void
test_known_modes(void **state)
{
    static const struct {
        unsigned int width, height, v_blank, v_sync;
        unsigned int clock_khz;
    } known[] = {
        {1024, 768, 22, 4, 56000},   {1280, 720, 21, 5, 64000},  {1920, 1080, 31, 5, 138500},
        {1280, 800, 23, 6, 71000},   {1280, 1024, 30, 7, 91000}, {2560, 1600, 46, 6, 268500},
        {3840, 2160, 62, 5, 533250},
    };
    uint8_t edid[SOFT_EDID_MOST];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        struct mode m = preferred_mode(known[i].width, known[i].height, edid);

        assert_int_equal(m.v_blank, known[i].v_blank);
        assert_int_equal(m.v_sync, known[i].v_sync);
        /* CVT rounds down to 250 kHz, we to 10 */
        assert_in_range(m.clock_khz, known[i].clock_khz, known[i].clock_khz + 250);
    }
}

/* What 12 bits of pixels, or 16 of 10 kHz, can't say is in a second block. */
static void
test_large_modes(void **state)
{
    static const struct {
        unsigned int width, height, base_width, base_height;
    } known[] = {
        {7680, 4320, 3840, 2160}, {4096, 2160, 3840, 2160}, {8192, 64, 3840, 64},
        {64, 8192, 64, 2160},     {8192, 8192, 3840, 2160}, {4088, 4095, 3840, 2160},
    };
    uint8_t edid[SOFT_EDID_MOST], *section = edid + SOFT_EDID_BLOCK + 1, sum = 0;
    struct mode m;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        assert_int_equal(fill(known[i].width, known[i].height, edid), 2 * SOFT_EDID_BLOCK);
        assert_int_equal(edid[126], 1);
        m = decode_mode(edid + 54);
        assert_timing(&m, known[i].base_width, known[i].base_height);
        assert_int_equal(section[-1], 0x70);
        assert_int_equal(section[0], 0x13);
        assert_int_equal(section[1], 23);
        for (int at = 0; at <= 4 + section[1]; at++)
            sum += section[at];
        assert_int_equal(sum, 0);
        /* one block of one timing, which is the preferred one */
        assert_int_equal(section[4], 0x03);
        assert_int_equal(section[6], 20);
        assert_true(section[10] & 0x80);
        m = decode_displayid(section + 7);
        assert_timing(&m, known[i].width, known[i].height);
    }
}

static void
test_what_is_no_edid(void **state)
{
    uint8_t edid[SOFT_EDID_MOST];

    (void)state;
    fill(7680, 4320, edid);
    assert_true(soft_edid_valid(edid, 256));
    assert_false(soft_edid_valid(edid, 128));
    assert_false(soft_edid_valid(edid, 255));
    assert_false(soft_edid_valid(edid, 0));
    edid[200]++;
    assert_false(soft_edid_valid(edid, 256));
    fill(1024, 768, edid);
    assert_true(soft_edid_valid(edid, 128));
    assert_false(soft_edid_valid(edid, 256));
    edid[0] = 1, edid[127]--;
    assert_false(soft_edid_valid(edid, 128));
}

static void
test_head_of_the_block(void **state)
{
    static const uint8_t header[] = {0, 255, 255, 255, 255, 255, 255, 0};
    uint8_t edid[SOFT_EDID_MOST];

    (void)state;
    preferred_mode(1024, 768, edid);
    assert_memory_equal(edid, header, sizeof header);
    /* three letters of five bits, big endian */
    assert_int_equal((edid[8] >> 2 & 31) + '@', 'O');
    assert_int_equal(((edid[8] << 8 | edid[9]) >> 5 & 31) + '@', 'V');
    assert_int_equal((edid[9] & 31) + '@', 'G');
    assert_int_equal(edid[18], 1);
    assert_int_equal(edid[19], 4);
    /* digital, 8 bits a colour; native mode first, no continuous frequency */
    assert_int_equal(edid[20], 0xa0);
    assert_int_equal(edid[24] & 0x03, 0x02);
    /* no extension blocks */
    assert_int_equal(edid[126], 0);
}

static void
test_name_and_dummies(void **state)
{
    static const uint8_t name[18] = {0,   0,   0,   0xfc, 0,    'O', 'p', 'e', 'n',
                                     'V', 'G', 'P', 'U',  '\n', ' ', ' ', ' ', ' '};
    uint8_t edid[SOFT_EDID_MOST];

    (void)state;
    preferred_mode(1024, 768, edid);
    assert_memory_equal(edid + 72, name, sizeof name);
    for (unsigned int at = 90; at < 126; at += 18) {
        assert_int_equal(edid[at + 3], 0x10);
        for (unsigned int i = 0; i < 18; i++)
            assert_true(i == 3 || edid[at + i] == 0);
    }
}

static void
test_older_modes_only_where_they_fit(void **state)
{
    uint8_t edid[SOFT_EDID_MOST];

    (void)state;
    preferred_mode(1024, 768, edid);
    assert_int_equal(edid[35], 0x21);
    assert_int_equal(edid[36], 0x08);
    preferred_mode(1024, 760, edid);
    assert_int_equal(edid[35], 0x21);
    assert_int_equal(edid[36], 0);
    preferred_mode(640, 480, edid);
    assert_int_equal(edid[35], 0x20);
    preferred_mode(632, 1080, edid);
    assert_int_equal(edid[35], 0);
    for (unsigned int i = 38; i < 54; i++)
        assert_int_equal(edid[i], 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mode_is_plausible),
        cmocka_unit_test(test_known_modes),
        cmocka_unit_test(test_large_modes),
        cmocka_unit_test(test_what_is_no_edid),
        cmocka_unit_test(test_head_of_the_block),
        cmocka_unit_test(test_name_and_dummies),
        cmocka_unit_test(test_older_modes_only_where_they_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
