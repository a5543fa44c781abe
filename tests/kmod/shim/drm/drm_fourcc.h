/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pixel formats of drm/drm_fourcc.h that the display knows.
 */
#ifndef SHIM_DRM_FOURCC_H
#define SHIM_DRM_FOURCC_H

#define SHIM_FOURCC(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (d) << 24)
#define DRM_FORMAT_RGB565       SHIM_FOURCC('R', 'G', '1', '6')
#define DRM_FORMAT_XRGB8888     SHIM_FOURCC('X', 'R', '2', '4')
#define DRM_FORMAT_XBGR8888     SHIM_FOURCC('X', 'B', '2', '4')
#define DRM_FORMAT_RGBX8888     SHIM_FOURCC('R', 'X', '2', '4')
#define DRM_FORMAT_RGBA8888     SHIM_FOURCC('R', 'A', '2', '4')
#define DRM_FORMAT_BGRX8888     SHIM_FOURCC('B', 'X', '2', '4')
#define DRM_FORMAT_BGRA8888     SHIM_FOURCC('B', 'A', '2', '4')

#endif
