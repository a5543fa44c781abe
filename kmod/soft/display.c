// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the dispi registers to a plane. Pure logic, compiled in user space as well
 * by tests/kmod/test-bochs.c.
 */
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <drm/drm_fourcc.h>

#include "display.h"
#include "vgpu-rm.h"

/* Bytes of a pixel in a depth that we show; 0 for another. bochs-drm sets 32. */
static u32 pixel_bytes(u16 bpp)
{
	return bpp == 32 ? 4 : bpp == 16 ? 2 : 0;
}

/* QEMU's device has one order of 16 bits as well. */
static u32 pixel_format(const struct soft_bochs *bochs)
{
	if (bochs->dispi[SOFT_DISPI_BPP] == 16)
		return DRM_FORMAT_RGB565;
	return READ_ONCE(bochs->big_endian) ? DRM_FORMAT_BGRX8888 :
					      DRM_FORMAT_XRGB8888;
}

static bool display_on(const struct soft_bochs *bochs)
{
	const u16 *dispi = bochs->dispi;

	return (dispi[SOFT_DISPI_ENABLE] & SOFT_DISPI_ENABLED) &&
	       (bochs->attribute & SOFT_VGA_SHOW) &&
	       pixel_bytes(dispi[SOFT_DISPI_BPP]) &&
	       dispi[SOFT_DISPI_XRES] >= SOFT_MIN_EDGE &&
	       dispi[SOFT_DISPI_YRES] >= SOFT_MIN_EDGE;
}

void soft_display_plane(const struct soft_bochs *bochs,
			struct vgpu_plane *plane)
{
	const u16 *dispi = bochs->dispi;
	u64 width = dispi[SOFT_DISPI_XRES];
	u64 height = dispi[SOFT_DISPI_YRES];
	u64 bytes = pixel_bytes(dispi[SOFT_DISPI_BPP]);
	/* All factors have 16 bits, so nothing below overflows 64. */
	u64 stride = bytes * max_t(u64, width, dispi[SOFT_DISPI_VIRT_WIDTH]);
	u64 offset = stride * dispi[SOFT_DISPI_Y_OFFSET] +
		     bytes * dispi[SOFT_DISPI_X_OFFSET];
	/* Whole lines, since a reader of the plane maps whole lines. */
	u64 end = offset + stride * height;

	memset(plane, 0, sizeof(*plane));
	/* An odd number of 16 bits is no line that VMMs can show. */
	if (!display_on(bochs) || stride % 4 ||
	    end > soft_type_vram(bochs->type))
		return;
	plane->width = width;
	plane->height = height;
	plane->stride = stride;
	plane->drm_format = pixel_format(bochs);
	plane->bar = SOFT_BOCHS_VRAM_BAR;
	plane->offset = offset;
}
