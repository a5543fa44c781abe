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

#define BYTES_PER_PIXEL	4	/* the one depth we show, and bochs-drm sets */

static bool display_on(const struct soft_bochs *bochs)
{
	const u16 *dispi = bochs->dispi;

	return (dispi[SOFT_DISPI_ENABLE] & SOFT_DISPI_ENABLED) &&
	       (bochs->attribute & SOFT_VGA_SHOW) &&
	       dispi[SOFT_DISPI_BPP] == 8 * BYTES_PER_PIXEL &&
	       dispi[SOFT_DISPI_XRES] >= SOFT_MIN_EDGE &&
	       dispi[SOFT_DISPI_YRES] >= SOFT_MIN_EDGE;
}

void soft_display_plane(const struct soft_bochs *bochs,
			struct vgpu_plane *plane)
{
	const u16 *dispi = bochs->dispi;
	u64 width = dispi[SOFT_DISPI_XRES];
	u64 height = dispi[SOFT_DISPI_YRES];
	/* All factors have 16 bits, so nothing below overflows 64. */
	u64 stride = BYTES_PER_PIXEL *
		     max_t(u64, width, dispi[SOFT_DISPI_VIRT_WIDTH]);
	u64 offset = stride * dispi[SOFT_DISPI_Y_OFFSET] +
		     (u64)BYTES_PER_PIXEL * dispi[SOFT_DISPI_X_OFFSET];
	/* Whole lines, since a reader of the plane maps whole lines. */
	u64 end = offset + stride * height;

	memset(plane, 0, sizeof(*plane));
	if (!display_on(bochs) || end > soft_type_vram(bochs->type))
		return;
	plane->width = width;
	plane->height = height;
	plane->stride = stride;
	plane->drm_format = READ_ONCE(bochs->big_endian) ?
			    DRM_FORMAT_BGRX8888 : DRM_FORMAT_XRGB8888;
	plane->bar = SOFT_BOCHS_VRAM_BAR;
	plane->offset = offset;
}
