/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.h - finds vgpuctl-libvirt.so, which has the verbs that ask libvirt, and loads it for those
 * and for help only: loading libvirt takes longer than most verbs.
 */
#ifndef VGPUCTL_MODULE_H
#define VGPUCTL_MODULE_H

#include "verb.h"

G_BEGIN_DECLS

/**
 * VGPUCTL_MODULE_SYMBOL:
 *
 * The one symbol of the module: its verbs, ended by NULL.
 */
#define VGPUCTL_MODULE_SYMBOL "vgpuctl_libvirt_verbs"

/**
 * VGPUCTL_MODULE_VERSION:
 *
 * The symbol's version, as in libvirt/module.map. It grows when #VgpuctlVerb changes, since in
 * mid-upgrade program and module may come from different releases.
 */
#define VGPUCTL_MODULE_VERSION "VGPUCTL_LIBVIRT_1"

/**
 * vgpuctl_module_verbs:
 * @root: a root; one for tests lets $OPENVGPU_VGPUCTL_MODULE name the module's file
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND naming the verbs that are missing, why, and what
 *   to install
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the module's verbs, in the order
 * in which help shows them.
 */
const VgpuctlVerb *const *vgpuctl_module_verbs(const VgpuRoot *root, GError **error);

/**
 * vgpuctl_module_find:
 * @root: a root
 * @name: what the user typed
 * @error: (out) (optional): as vgpuctl_module_verbs(), if it is a verb of the module
 *
 * Loads the module only for a verb of its own.
 *
 * Returns: (transfer none) (nullable): the verb; NULL with no error if the module has none of that
 * name.
 */
const VgpuctlVerb *vgpuctl_module_find(const VgpuRoot *root, const char *name, GError **error);

G_END_DECLS

#endif
