// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EDID of a vGPU's monitor. Pure logic, compiled in user space as well by
 * tests/kmod/test-edid.c, which decodes it again.
 *
 * Sections are those of VESA E-EDID standard release A2 (EDID 1.4); timings
 * follow VESA CVT 1.1 with reduced blanking. The second block is DisplayID 1.3's,
 * as Linux reads it (drivers/gpu/drm/drm_displayid_internal.h).
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "edid.h"

#define REFRESH			60

/* CVT 1.1 reduced blanking: pixels */
#define H_BLANK			160
#define H_FRONT			48
#define H_SYNC			32
/* and lines; blanking lasts 460 microseconds at least */
#define V_FRONT			3
#define V_BACK_MIN		6
#define V_BLANK_MIN_US		460

/* Where things are in the block, section 3.1. */
#define EDID_IDENTITY		0x08
#define EDID_FEATURES		0x14
#define EDID_CHROMATICITY	0x19
#define EDID_ESTABLISHED	0x23
#define EDID_STANDARD		0x26
#define EDID_DESCRIPTOR(n)	(0x36 + 18 * (n))
#define EDID_EXTENSIONS		0x7e
#define EDID_CHECKSUM		0x7f

/* What a detailed timing holds: 12 bits of pixels, 16 of 10 kHz. */
#define TIMING_MOST_EDGE	4095
#define TIMING_MOST_CLOCK	65535
#define FALLBACK_WIDTH		3840
#define FALLBACK_HEIGHT		2160

/*
 * The extension: a header, one data block, a checksum of its own. The data blocks
 * that a monitor of DisplayID has besides, the first block says already.
 */
#define DISPLAYID_TAG		0x70	/* of the block, in EDID */
#define DISPLAYID_VERSION	0x13
#define DISPLAYID_DETAILED	0x03	/* type I detailed timings */
#define DISPLAYID_TIMING	20	/* bytes of one */
#define DISPLAYID_BYTES		(3 + DISPLAYID_TIMING)
#define DISPLAYID_PREFERRED	0x80
#define DISPLAYID_ASPECT_NONE	0x08	/* aspect ratio is not defined */
#define DISPLAYID_POSITIVE	0x8000	/* of a sync's offset */

#define DESCRIPTOR_NAME		0xfc
#define DESCRIPTOR_DUMMY	0x10

/* Three letters of five bits, section 3.4.1. */
#define MAKER(a, b, c)	(((a) - '@') << 10 | ((b) - '@') << 5 | ((c) - '@'))

struct timing {
	u32 clock;	/* 10 kHz */
	u16 width;
	u16 height;
	u16 v_blank;
	u16 v_sync;
};

/* CVT 1.1 table 2: the sync's width tells the aspect ratio. */
static u16 vertical_sync(u32 width, u32 height)
{
	static const struct {
		u8 x, y, lines;
	} ratios[] = {
		{ 4, 3, 4 }, { 16, 9, 5 }, { 16, 10, 6 }, { 5, 4, 7 },
		{ 15, 9, 7 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ratios); i++)
		if (width * ratios[i].y == height * ratios[i].x)
			return ratios[i].lines;
	return 10;
}

static struct timing make_timing(u16 width, u16 height)
{
	/* Active lines take what the blanking leaves of a frame: CVT section 5.4 */
	u32 active_us = 1000000 / REFRESH - V_BLANK_MIN_US;
	struct timing t = { .width = width, .height = height };
	u32 blank_min;

	t.v_sync = vertical_sync(width, height);
	t.v_blank = V_BLANK_MIN_US * height / active_us + 1;
	blank_min = V_FRONT + t.v_sync + V_BACK_MIN;
	if (t.v_blank < blank_min)
		t.v_blank = blank_min;
	t.clock = (u32)(width + H_BLANK) * (height + t.v_blank) * REFRESH /
		  10000;
	return t;
}

/* At 96 dots an inch. */
static u16 millimetres(u16 pixels)
{
	return pixels * 254U / 960;
}

static u8 high_nibbles(u16 a, u16 b)
{
	return (a >> 8) << 4 | b >> 8;
}

/* Section 3.10.2: detailed timing descriptor. */
static void fill_timing(u8 *d, const struct timing *t)
{
	u16 width_mm = millimetres(t->width);
	u16 height_mm = millimetres(t->height);

	d[0] = t->clock;
	d[1] = t->clock >> 8;
	d[2] = t->width;
	d[3] = H_BLANK;
	d[4] = high_nibbles(t->width, H_BLANK);
	d[5] = t->height;
	d[6] = t->v_blank;
	d[7] = high_nibbles(t->height, t->v_blank);
	d[8] = H_FRONT;
	d[9] = H_SYNC;
	d[10] = V_FRONT << 4 | (t->v_sync & 0xf);
	d[11] = 0; /* no high bits of the above */
	d[12] = width_mm;
	d[13] = height_mm;
	d[14] = high_nibbles(width_mm, height_mm);
	d[15] = 0; /* no border */
	d[16] = 0;
	d[17] = 0x1a; /* digital separate sync, horizontal positive */
}

/* Section 3.10.3: display descriptor; texts end in a newline and spaces. */
static void fill_text(u8 *d, u8 tag, const char *text)
{
	size_t length = strlen(text);

	memset(d, 0, 18);
	d[3] = tag;
	memset(d + 5, ' ', 13);
	memcpy(d + 5, text, length);
	if (length < 13)
		d[5 + length] = '\n';
}

static void fill_dummy(u8 *d)
{
	memset(d, 0, 18);
	d[3] = DESCRIPTOR_DUMMY;
}

static const u8 header[] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };

/* Sections 3.3 to 3.5: header, maker and product, version. */
static void fill_identity(u8 *edid)
{
	u8 *id = edid + EDID_IDENTITY;

	memcpy(edid, header, sizeof(header));
	id[0] = MAKER('O', 'V', 'G') >> 8;
	id[1] = MAKER('O', 'V', 'G') & 0xff;
	id[2] = 0x70; /* product 7670 */
	id[3] = 0x76;
	id[8] = 0xff; /* the next is the model's year, from 1990 */
	id[9] = 2026 - 1990;
	id[10] = 1;
	id[11] = 4;
}

/* Sections 3.6 and 3.7: what kind of monitor, and sRGB's colours. */
static void fill_features(u8 *edid, u16 width, u16 height)
{
	static const u8 srgb[] = { 0xee, 0x91, 0xa3, 0x54, 0x4c,
				   0x99, 0x26, 0x0f, 0x50, 0x54 };
	u8 *features = edid + EDID_FEATURES;

	features[0] = 0xa0; /* digital, 8 bits a colour, no named interface */
	features[1] = millimetres(width) / 10;
	features[2] = millimetres(height) / 10;
	features[3] = 120; /* gamma 2.2 */
	features[4] = 0x06; /* sRGB; the first timing is the native mode */
	memcpy(edid + EDID_CHROMATICITY, srgb, sizeof(srgb));
}

/* Section 3.8: modes of 60 Hz that fit; section 3.9: no standard timings. */
static void fill_modes(u8 *edid, u16 width, u16 height)
{
	static const struct {
		u16 width, height;
		u8 byte, bit;
	} modes[] = {
		{ 640, 480, 0, 1 << 5 },
		{ 800, 600, 0, 1 << 0 },
		{ 1024, 768, 1, 1 << 3 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i].width <= width && modes[i].height <= height)
			edid[EDID_ESTABLISHED + modes[i].byte] |= modes[i].bit;
	memset(edid + EDID_STANDARD, 0x01, 16);
}

/* Makes the bytes of a block, or of a part of it, sum up to 0. */
static void fill_checksum(u8 *start, unsigned int checksum)
{
	unsigned int i;
	u8 sum = 0;

	for (i = 0; i < checksum; i++)
		sum += start[i];
	start[checksum] = -sum;
}

/* DisplayID 1.3 section 4.4: little endian, each less one. */
static void fill_field(u8 *d, u16 value)
{
	d[0] = value - 1;
	d[1] = (value - 1) >> 8;
}

static void fill_displayid_timing(u8 *d, const struct timing *t)
{
	d[0] = t->clock - 1;
	d[1] = (t->clock - 1) >> 8;
	d[2] = (t->clock - 1) >> 16;
	d[3] = DISPLAYID_PREFERRED | DISPLAYID_ASPECT_NONE;
	fill_field(d + 4, t->width);
	fill_field(d + 6, H_BLANK);
	fill_field(d + 8, H_FRONT | DISPLAYID_POSITIVE);
	fill_field(d + 10, H_SYNC);
	fill_field(d + 12, t->height);
	fill_field(d + 14, t->v_blank);
	fill_field(d + 16, V_FRONT);
	fill_field(d + 18, t->v_sync);
}

static void fill_displayid(u8 *block, const struct timing *t)
{
	u8 *section = block + 1;

	memset(block, 0, SOFT_EDID_BLOCK);
	block[0] = DISPLAYID_TAG;
	section[0] = DISPLAYID_VERSION;
	section[1] = DISPLAYID_BYTES;
	section[4] = DISPLAYID_DETAILED;
	section[6] = DISPLAYID_TIMING;
	fill_displayid_timing(section + 7, t);
	fill_checksum(section, 4 + DISPLAYID_BYTES);
	fill_checksum(block, EDID_CHECKSUM);
}

static void fill_base(u8 *edid, const struct timing *t, u8 extensions)
{
	memset(edid, 0, SOFT_EDID_BLOCK);
	fill_identity(edid);
	fill_features(edid, t->width, t->height);
	fill_modes(edid, t->width, t->height);
	fill_timing(edid + EDID_DESCRIPTOR(0), t);
	fill_text(edid + EDID_DESCRIPTOR(1), DESCRIPTOR_NAME, "OpenVGPU");
	fill_dummy(edid + EDID_DESCRIPTOR(2));
	fill_dummy(edid + EDID_DESCRIPTOR(3));
	edid[EDID_EXTENSIONS] = extensions;
	fill_checksum(edid, EDID_CHECKSUM);
}

size_t soft_edid_fill(u8 *edid, u16 width, u16 height)
{
	struct timing timing = make_timing(width, height);
	struct timing fallback;

	if (width <= TIMING_MOST_EDGE && height <= TIMING_MOST_EDGE &&
	    timing.clock <= TIMING_MOST_CLOCK) {
		fill_base(edid, &timing, 0);
		return SOFT_EDID_BLOCK;
	}
	fallback = make_timing(min_t(u16, width, FALLBACK_WIDTH),
			       min_t(u16, height, FALLBACK_HEIGHT));
	fill_base(edid, &fallback, 1);
	fill_displayid(edid + SOFT_EDID_BLOCK, &timing);
	return 2 * SOFT_EDID_BLOCK;
}

bool soft_edid_valid(const u8 *edid, size_t size)
{
	size_t i;
	u8 sum = 0;

	if (size < SOFT_EDID_BLOCK || memcmp(edid, header, sizeof(header)) ||
	    size != SOFT_EDID_BLOCK * (1U + edid[EDID_EXTENSIONS]))
		return false;
	for (i = 0; i < size; i++) {
		sum += edid[i];
		if (i % SOFT_EDID_BLOCK == SOFT_EDID_BLOCK - 1 && sum)
			return false;
	}
	return true;
}
