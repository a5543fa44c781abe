/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EDID of a vGPU's monitor: one base block with a preferred mode.
 */
#ifndef SOFT_EDID_H
#define SOFT_EDID_H

#include <linux/types.h>

#define SOFT_EDID_SIZE	128	/* one block, VESA E-EDID A2 section 2.2 */

/**
 * soft_edid_fill() - write the EDID of a monitor
 * @edid: SOFT_EDID_SIZE bytes
 * @width: of the preferred mode, pixels, 64 to 4095
 * @height: likewise, lines
 *
 * EDID 1.4, digital, 60 Hz. The older standard modes are offered as well where
 * they are not larger than the preferred one.
 */
void soft_edid_fill(u8 *edid, u16 width, u16 height);

#endif /* SOFT_EDID_H */
