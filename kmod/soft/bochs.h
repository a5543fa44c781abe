/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bochs display, as QEMU's bochs-display shows it to firmware and to the
 * stock bochs-drm driver: registers only, no memory and no kernel.
 *
 * BAR 0 is video memory. BAR 2 is a page of registers, little endian:
 *
 *	0x000 - 0x3ff	EDID of the monitor, zeros behind it; read only
 *	0x400 - 0x41f	VGA ports 0x3c0 to 0x3df, as far as blanking needs them
 *	0x500 - 0x515	dispi registers, 16 bits each
 *	0x600		size of this block, 8, 32 bits; read only
 *	0x604		byte order of pixels, 32 bits: SOFT_BOCHS_LITTLE or _BIG
 *	0xf00		interrupt test, 32 bits, of our own: writing N raises MSI
 *			vector N, a vector that the device lacks is ignored;
 *			reading gives how many were raised since create, modulo
 *			2^32, whether or not the guest had MSI enabled
 *
 * The 32-bit registers take writes of 32 bits only; anything else reads as zero
 * and ignores writes. The guest may write any value anywhere.
 */
#ifndef SOFT_BOCHS_H
#define SOFT_BOCHS_H

#include <linux/types.h>

#include "edid.h"
#include "types.h"

#define SOFT_BOCHS_VENDOR		0x1234
#define SOFT_BOCHS_DEVICE		0x1111
#define SOFT_BOCHS_SUBSYSTEM_VENDOR	0x1af4
#define SOFT_BOCHS_SUBSYSTEM		0x1100
#define SOFT_BOCHS_CLASS		0x038000	/* display, other */
#define SOFT_BOCHS_REVISION		2	/* from 2 on 0x600 is there */
#define SOFT_BOCHS_MSI_VECTORS		1

#define SOFT_BOCHS_VRAM_BAR		0
#define SOFT_BOCHS_MMIO_BAR		2
#define SOFT_BOCHS_MMIO_SIZE		0x1000

#define SOFT_BOCHS_EDID			0x000
#define SOFT_BOCHS_EDID_SIZE		0x400	/* eight blocks */
#define SOFT_BOCHS_VGA			0x400
#define SOFT_BOCHS_VGA_SIZE		0x20
#define SOFT_BOCHS_DISPI		0x500
#define SOFT_BOCHS_QEXT_SIZE		0x600
#define SOFT_BOCHS_QEXT_ENDIAN		0x604
#define SOFT_BOCHS_RAISE		0xf00

#define SOFT_BOCHS_LITTLE		0x1e1e1e1e
#define SOFT_BOCHS_BIG			0xbebebebe

/* The dispi registers, by index. */
enum soft_dispi {
	SOFT_DISPI_ID,
	SOFT_DISPI_XRES,
	SOFT_DISPI_YRES,
	SOFT_DISPI_BPP,
	SOFT_DISPI_ENABLE,
	SOFT_DISPI_BANK,
	SOFT_DISPI_VIRT_WIDTH,
	SOFT_DISPI_VIRT_HEIGHT,
	SOFT_DISPI_X_OFFSET,
	SOFT_DISPI_Y_OFFSET,
	SOFT_DISPI_MEMORY_64K,
	SOFT_DISPI_COUNT,
};

#define SOFT_DISPI_VERSION		0xb0c5	/* what ID reads */
#define SOFT_DISPI_ENABLED		0x01
#define SOFT_DISPI_GETCAPS		0x02	/* XRES, YRES, BPP read their most */

#define SOFT_VGA_SHOW			0x20	/* palette address source: screen on */

/**
 * struct soft_bochs - the state of one display
 * @type: the vGPU's type
 * @edid: the monitor's EDID, and zeros behind it
 * @edid_size: bytes of it, 0 while no monitor is plugged in
 * @dispi: dispi registers as the guest wrote them
 * @big_endian: byte order of pixels
 * @attribute: VGA attribute controller's index; SOFT_VGA_SHOW in it
 * @attribute_data: the next write to 0x3c0 is data, not an index
 * @retrace: what reading the input status gives next, for those that poll it
 * @interrupts: raised through SOFT_BOCHS_RAISE
 *
 * No lock of its own: struct soft_vgpu's guards it. soft_bochs_is_word() says
 * which registers may be read and written without.
 */
struct soft_bochs {
	const struct soft_type *type;
	u8 edid[SOFT_BOCHS_EDID_SIZE];
	u16 edid_size;
	u16 dispi[SOFT_DISPI_COUNT];
	bool big_endian;
	u8 attribute;
	bool attribute_data;
	u8 retrace;
	u64 interrupts;
};

/**
 * soft_bochs_init() - a display at power-on
 * @bochs: what to fill
 * @type: the vGPU's type
 *
 * It has no monitor until soft_bochs_set_edid().
 */
void soft_bochs_init(struct soft_bochs *bochs, const struct soft_type *type);

/**
 * soft_bochs_set_edid() - plug in a monitor, or take it away
 * @bochs: the display
 * @edid: its EDID, copied
 * @size: bytes of @edid; 0 for no monitor
 *
 * Return: 0, or -EINVAL for more than there is room for: nothing changes then.
 */
int soft_bochs_set_edid(struct soft_bochs *bochs, const u8 *edid, size_t size);

/**
 * soft_bochs_reset() - back to power-on; the monitor and the count stay
 * @bochs: the display
 */
void soft_bochs_reset(struct soft_bochs *bochs);

/**
 * soft_bochs_is_word() - is a register by itself, so that no lock is needed?
 * @offset: bytes from the start of BAR 2
 *
 * True for the EDID, which guests only read, and for the byte order. VGA's
 * registers share a flip-flop, dispi's belong together, and the test counts.
 */
static inline bool soft_bochs_is_word(u32 offset)
{
	return offset < SOFT_BOCHS_VGA || (offset >= SOFT_BOCHS_QEXT_SIZE &&
					   offset < SOFT_BOCHS_RAISE);
}

/**
 * soft_bochs_read() - a read of BAR 2
 * @bochs: the display
 * @offset: bytes from the start of the BAR
 * @buf: where the bytes go, little endian
 * @count: 1, 2, 4 or 8, and @offset a multiple of it
 */
void soft_bochs_read(struct soft_bochs *bochs, u32 offset, u8 *buf,
		     size_t count);

/**
 * soft_bochs_write() - a write to BAR 2
 * @bochs: the display
 * @offset: bytes from the start of the BAR
 * @buf: the bytes, little endian
 * @count: 1, 2, 4 or 8, and @offset a multiple of it
 *
 * Return: the MSI vector to raise now, or -1.
 */
int soft_bochs_write(struct soft_bochs *bochs, u32 offset, const u8 *buf,
		     size_t count);

#endif /* SOFT_BOCHS_H */
