// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bochs display's registers. Pure logic, compiled in user space as well by
 * tests/kmod/test-bochs.c.
 *
 * Facts: QEMU's hw/display/bochs-display.c and docs/specs/standard-vga.rst,
 * Linux's drivers/gpu/drm/tiny/bochs.c.
 */
#include <linux/errno.h>
#include <linux/compiler.h>
#include <linux/string.h>

#include "bochs.h"

/* VGA ports as offsets from 0x3c0. */
#define VGA_ATTRIBUTE		0x00	/* index and data in turn */
#define VGA_INPUT_STATUS	0x1a	/* reading it makes the index next */

#define VGA_STATUS_RETRACE	0x09	/* display disabled, vertical retrace */

#define QEXT_BYTES		8
#define DISPI_MAX_BPP		32

void soft_bochs_reset(struct soft_bochs *bochs)
{
	memset(bochs->dispi, 0, sizeof(bochs->dispi));
	WRITE_ONCE(bochs->big_endian, false);
	/* Shown, since firmware may set a mode and know nothing of VGA. */
	bochs->attribute = SOFT_VGA_SHOW;
	bochs->attribute_data = false;
	bochs->retrace = 0;
}

void soft_bochs_init(struct soft_bochs *bochs, const struct soft_type *type)
{
	memset(bochs, 0, sizeof(*bochs));
	bochs->type = type;
	soft_bochs_reset(bochs);
}

int soft_bochs_set_edid(struct soft_bochs *bochs, const u8 *edid, size_t size)
{
	if (size > sizeof(bochs->edid))
		return -EINVAL;
	/* Guests read it without a lock: one that stays must stand still. */
	if (size == bochs->edid_size && !memcmp(bochs->edid, edid, size))
		return 0;
	if (size)
		memcpy(bochs->edid, edid, size);
	memset(bochs->edid + size, 0, sizeof(bochs->edid) - size);
	bochs->edid_size = size;
	return 0;
}

static u32 get_u32(const u8 *buf)
{
	return buf[0] | buf[1] << 8 | buf[2] << 16 | (u32)buf[3] << 24;
}

/* Byte @index of @value, little endian. */
static u8 byte_of(u32 value, u32 index)
{
	return value >> (8 * index);
}

static u16 dispi_capability(const struct soft_bochs *bochs,
			    enum soft_dispi index)
{
	switch (index) {
	case SOFT_DISPI_XRES:
		return bochs->type->max_width;
	case SOFT_DISPI_YRES:
		return bochs->type->max_height;
	default:
		return DISPI_MAX_BPP;
	}
}

/* @index is below SOFT_DISPI_COUNT. */
static u16 dispi_read(const struct soft_bochs *bochs, enum soft_dispi index)
{
	switch (index) {
	case SOFT_DISPI_ID:
		return SOFT_DISPI_VERSION;
	case SOFT_DISPI_MEMORY_64K:
		return soft_type_vram(bochs->type) >> 16;
	case SOFT_DISPI_XRES:
	case SOFT_DISPI_YRES:
	case SOFT_DISPI_BPP:
		if (bochs->dispi[SOFT_DISPI_ENABLE] & SOFT_DISPI_GETCAPS)
			return dispi_capability(bochs, index);
		return bochs->dispi[index];
	default:
		return bochs->dispi[index];
	}
}

/* One byte at @offset of the dispi registers; the other of its register stays. */
static void dispi_write_byte(struct soft_bochs *bochs, u32 offset, u8 value)
{
	u32 index = offset / 2;
	u32 shift = 8 * (offset % 2);

	if (index >= SOFT_DISPI_COUNT)
		return;
	bochs->dispi[index] &= ~(0xff << shift);
	bochs->dispi[index] |= value << shift;
}

static u8 vga_read(struct soft_bochs *bochs, u32 port)
{
	switch (port) {
	case VGA_ATTRIBUTE:
		return bochs->attribute;
	case VGA_INPUT_STATUS:
		bochs->attribute_data = false;
		bochs->retrace ^= VGA_STATUS_RETRACE;
		return bochs->retrace;
	default:
		return 0;
	}
}

static void vga_write(struct soft_bochs *bochs, u32 port, u8 value)
{
	if (port != VGA_ATTRIBUTE)
		return;
	if (!bochs->attribute_data)
		bochs->attribute = value;
	bochs->attribute_data = !bochs->attribute_data;
}

static u8 read_byte(struct soft_bochs *bochs, u32 offset)
{
	if (offset >= SOFT_BOCHS_VGA &&
	    offset < SOFT_BOCHS_VGA + SOFT_BOCHS_VGA_SIZE)
		return vga_read(bochs, offset - SOFT_BOCHS_VGA);
	if (offset >= SOFT_BOCHS_DISPI &&
	    offset < SOFT_BOCHS_DISPI + 2 * SOFT_DISPI_COUNT)
		return byte_of(dispi_read(bochs, (offset - SOFT_BOCHS_DISPI) / 2),
			       offset % 2);
	switch (offset & ~3U) {
	case SOFT_BOCHS_QEXT_SIZE:
		return byte_of(QEXT_BYTES, offset % 4);
	case SOFT_BOCHS_QEXT_ENDIAN:
		return byte_of(READ_ONCE(bochs->big_endian) ?
			       SOFT_BOCHS_BIG : SOFT_BOCHS_LITTLE, offset % 4);
	case SOFT_BOCHS_RAISE:
		return byte_of(bochs->interrupts, offset % 4);
	default:
		return 0;
	}
}

void soft_bochs_read(struct soft_bochs *bochs, u32 offset, u8 *buf,
		     size_t count)
{
	size_t i;

	/* An access is aligned, so that it never reaches out of the EDID's room. */
	if (offset < SOFT_BOCHS_EDID_SIZE) {
		if (count == sizeof(u32))	/* one move and not a call */
			memcpy(buf, &bochs->edid[offset], sizeof(u32));
		else
			memcpy(buf, &bochs->edid[offset], count);
		return;
	}
	for (i = 0; i < count; i++)
		buf[i] = read_byte(bochs, offset + i);
}

static int write_long(struct soft_bochs *bochs, u32 offset, u32 value)
{
	if (offset == SOFT_BOCHS_QEXT_ENDIAN) {
		if (value == SOFT_BOCHS_BIG || value == SOFT_BOCHS_LITTLE)
			WRITE_ONCE(bochs->big_endian, value == SOFT_BOCHS_BIG);
		return -1;
	}
	if (offset != SOFT_BOCHS_RAISE || value >= SOFT_BOCHS_MSI_VECTORS)
		return -1;
	bochs->interrupts++;
	return value;
}

static void write_byte(struct soft_bochs *bochs, u32 offset, u8 value)
{
	if (offset >= SOFT_BOCHS_DISPI)
		dispi_write_byte(bochs, offset - SOFT_BOCHS_DISPI, value);
	else if (offset >= SOFT_BOCHS_VGA)
		vga_write(bochs, offset - SOFT_BOCHS_VGA, value);
}

int soft_bochs_write(struct soft_bochs *bochs, u32 offset, const u8 *buf,
		     size_t count)
{
	size_t i;

	if (offset >= SOFT_BOCHS_QEXT_SIZE)
		return count == 4 ? write_long(bochs, offset, get_u32(buf)) : -1;
	for (i = 0; i < count; i++)
		write_byte(bochs, offset + i, buf[i]);
	return -1;
}
