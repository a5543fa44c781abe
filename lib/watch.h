/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.h - when to look again: what tells that something about vGPUs may have changed.
 */
#ifndef VGPU_WATCH_H
#define VGPU_WATCH_H

#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuWatch:
 *
 * A watch over the kernel's events (not below a root that is not /), over the folders of records
 * and definitions, whether they are there yet or not, and over time, for what gives no event: the
 * types of virtual functions, and what GPUs have left.
 */
typedef struct _VgpuWatch VgpuWatch;

/**
 * VgpuWatchFunc:
 * @user_data: as given to vgpu_watch_new()
 */
typedef void (*VgpuWatchFunc)(gpointer user_data);

/**
 * vgpu_watch_new:
 * @root: a root, which must outlive the watch
 * @seconds: how often to look where nothing tells
 * @func: called from GLib's default main loop, a moment after something may have changed and every
 *   @seconds; what happens while it looks calls it once more
 * @user_data: for @func
 * @error: (out) (optional): by errno, if there can be no watch on folders
 *
 * Without a socket for the kernel's events, in a container say, time alone tells.
 *
 * Returns: (transfer full) (nullable): the watch. What happens from now on is not missed.
 */
VgpuWatch *vgpu_watch_new(const VgpuRoot *root, guint seconds, VgpuWatchFunc func,
                          gpointer user_data, GError **error);

/**
 * vgpu_watch_free:
 * @watch: (nullable): a watch
 */
void vgpu_watch_free(VgpuWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuWatch, vgpu_watch_free)

/**
 * vgpu_watch_concerns:
 * @message: an event of the kernel, as its socket gives it: strings, each ended by a NUL
 * @length: its bytes
 *
 * Returns: TRUE if it may have to do with vGPUs: a mediated device, a PCI device, or any device
 * that says that it has become a parent of mediated devices or is none any more.
 */
gboolean vgpu_watch_concerns(const char *message, gsize length);

G_END_DECLS

#endif
