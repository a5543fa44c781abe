/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version.h - versions of programs, as they print them.
 */
#ifndef VGPU_VERSION_H
#define VGPU_VERSION_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuVersion:
 * @part: "11.3.0" is 11, 3, 0
 */
typedef struct {
    guint part[3];
} VgpuVersion;

/**
 * vgpu_version_parse:
 * @text: (nullable): what a program printed: "libvirtd (libvirt) 11.3.0"
 * @version: (out): the first in it of the form "number.number" or "number.number.number"
 *
 * Returns: FALSE if there is none.
 */
gboolean vgpu_version_parse(const char *text, VgpuVersion *version);

/**
 * vgpu_version_is_before:
 * @version: a version
 * @major: another's first part
 * @minor: its second, with a third of 0
 *
 * Returns: TRUE if @version is older.
 */
gboolean vgpu_version_is_before(const VgpuVersion *version, guint major, guint minor);

/**
 * vgpu_version_to_string:
 * @version: a version
 *
 * Returns: (transfer full): "11.3.0".
 */
char *vgpu_version_to_string(const VgpuVersion *version);

G_END_DECLS

#endif
