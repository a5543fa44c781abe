/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings.h - what the administrator has set in /etc/openvgpu/openvgpu.conf.
 */
#ifndef VGPU_SETTINGS_H
#define VGPU_SETTINGS_H

#include "log.h"
#include "placement.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_SETTINGS_DEADLINE_MAX:
 *
 * The longest a call of the hook may be allowed to take, in seconds.
 */
#define VGPU_SETTINGS_DEADLINE_MAX 600

/**
 * VgpuSettings:
 * @enabled: FALSE if the hook makes nothing; what it has made before still goes
 * @deadline_ms: how long a call of the hook may take, in milliseconds
 * @log_level: the least a line must weigh to be logged by the hook
 * @placement: for domains that say nothing
 * @types: (nullable) (array zero-terminated=1): patterns of the type ids a domain may ask for, NULL
 *   for all
 * @attributes: (nullable) (array zero-terminated=1): likewise for names of attributes
 * @setup: (element-type utf8 GStrv): for names of GPUs, the words of a command to set each up
 *
 * Patterns are those of g_pattern_spec_new(): "*" and "?".
 */
typedef struct {
    gboolean enabled;
    guint deadline_ms;
    VgpuLogLevel log_level;
    VgpuPlacement placement;
    char **types;
    char **attributes;
    GHashTable *setup;
} VgpuSettings;

/**
 * vgpu_settings_load:
 * @root: a root
 *
 * A file that is not there means the defaults. So does one that can't be understood, to the last
 * word of it: that is logged in one line.
 *
 * Returns: (transfer full): the settings.
 */
VgpuSettings *vgpu_settings_load(const VgpuRoot *root);

/**
 * vgpu_settings_read:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_INVALID naming file, group and key, %VGPU_ERROR_ACCESS,
 *   %VGPU_ERROR_IO
 *
 * As vgpu_settings_load(), for who wants to know what is wrong with the file.
 *
 * Returns: (transfer full) (nullable): the settings; the defaults if there is no file.
 */
VgpuSettings *vgpu_settings_read(const VgpuRoot *root, GError **error);

/**
 * vgpu_settings_parse:
 * @text: a file's text
 * @length: bytes of @text
 * @error: (out) (optional): %VGPU_ERROR_INVALID naming group and key
 *
 * Returns: (transfer full) (nullable): the settings.
 */
VgpuSettings *vgpu_settings_parse(const char *text, gsize length, GError **error);

/**
 * vgpu_settings_check_owner:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_ACCESS
 *
 * For what the settings say is to be run.
 *
 * Returns: TRUE if only root, or who runs this, can have written the file.
 */
gboolean vgpu_settings_check_owner(const VgpuRoot *root, GError **error);

/**
 * vgpu_settings_free:
 * @settings: (nullable): settings
 */
void vgpu_settings_free(VgpuSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuSettings, vgpu_settings_free)

/**
 * vgpu_settings_check_request:
 * @settings: settings
 * @type: type id that a domain asks for
 * @attrs: (element-type VgpuAttr): attributes it wants set
 * @error: (out) (optional): %VGPU_ERROR_ACCESS
 *
 * Returns: TRUE if a domain may have that.
 */
gboolean vgpu_settings_check_request(const VgpuSettings *settings, const char *type,
                                     const GPtrArray *attrs, GError **error);

G_END_DECLS

#endif
