/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EDID of a vGPU's monitor, with a preferred mode.
 */
#ifndef SOFT_EDID_H
#define SOFT_EDID_H

#include <linux/types.h>

#define SOFT_EDID_BLOCK	128	/* VESA E-EDID A2 section 2.2 */
#define SOFT_EDID_MOST	(2 * SOFT_EDID_BLOCK)

/**
 * soft_edid_fill() - write the EDID of a monitor
 * @edid: SOFT_EDID_MOST bytes
 * @width: of the preferred mode, pixels, 64 to 8192
 * @height: likewise, lines
 *
 * EDID 1.4, digital, 60 Hz. The older standard modes are offered as well where
 * they are not larger than the preferred one. A mode that EDID can't say is in a
 * second block, and the first has one of up to 3840x2160.
 *
 * Return: its bytes, one or two blocks.
 */
size_t soft_edid_fill(u8 *edid, u16 width, u16 height);

/**
 * soft_edid_valid() - could a monitor have this EDID?
 * @edid: its bytes
 * @size: how many
 *
 * Return: whether the header is right, it has the blocks it says it has, and
 * their checksums are right.
 */
bool soft_edid_valid(const u8 *edid, size_t size);

#endif /* SOFT_EDID_H */
