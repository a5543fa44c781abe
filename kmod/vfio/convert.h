/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pixels in formats that VMMs can't show, made into ones that they can. Pure logic.
 */
#ifndef VGPU_VFIO_CONVERT_H
#define VGPU_VFIO_CONVERT_H

#include <linux/types.h>

/**
 * vgpu_convert_needed() - must pixels of this format be converted?
 * @format: DRM_FORMAT_*
 *
 * QEMU shows RGB888, and XRGB8888, XBGR8888 and those with alpha in place of X
 * (ui/qemu-pixman.c, qemu_drm_format_to_pixman()).
 */
bool vgpu_convert_needed(u32 format);

/**
 * vgpu_convert() - make pixels XRGB8888
 * @to: where they go, little endian
 * @from: pixels of @format, which vgpu_convert_needed() knows; little endian
 * @count: how many
 * @format: DRM_FORMAT_*
 */
void vgpu_convert(u8 *to, const u8 *from, size_t count, u32 format);

#endif /* VGPU_VFIO_CONVERT_H */
