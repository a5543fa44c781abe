// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pixels in formats that VMMs can't show. Pure logic, compiled in user space as well
 * by tests/kmod/test-convert.c.
 *
 * Formats: include/uapi/drm/drm_fourcc.h.
 */
#include <linux/types.h>
#include <drm/drm_fourcc.h>

#include "convert.h"

bool vgpu_convert_needed(u32 format)
{
	switch (format) {
	case DRM_FORMAT_RGB565:
	case DRM_FORMAT_RGBX8888:
	case DRM_FORMAT_RGBA8888:
	case DRM_FORMAT_BGRX8888:
	case DRM_FORMAT_BGRA8888:
		return true;
	default:
		return false;
	}
}

static void put_pixel(u8 *to, u8 red, u8 green, u8 blue)
{
	to[0] = blue;
	to[1] = green;
	to[2] = red;
	to[3] = 0;
}

/* The upper bits again below, so that all ones stay all ones. */
static void put_565(u8 *to, u16 pixel)
{
	u8 red = pixel >> 11;
	u8 green = (pixel >> 5) & 0x3f;
	u8 blue = pixel & 0x1f;

	put_pixel(to, red << 3 | red >> 2, green << 2 | green >> 4,
		  blue << 3 | blue >> 2);
}

void vgpu_convert(u8 *to, const u8 *from, size_t count, u32 format)
{
	for (; count; count--, to += 4) {
		switch (format) {
		case DRM_FORMAT_RGB565:
			put_565(to, from[0] | from[1] << 8);
			from += 2;
			break;
		case DRM_FORMAT_RGBX8888:
		case DRM_FORMAT_RGBA8888:
			put_pixel(to, from[3], from[2], from[1]);
			from += 4;
			break;
		default: /* BGR */
			put_pixel(to, from[1], from[2], from[3]);
			from += 4;
		}
	}
}
