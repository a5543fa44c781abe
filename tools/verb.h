/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verb.h - what a verb of vgpuctl is. A new verb is a file vgpuctl-<verb>.c, a line here and a
 * line in the table of main.c.
 */
#ifndef VGPUCTL_VERB_H
#define VGPUCTL_VERB_H

#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuctlVerb:
 * @name: what the user types
 * @arguments: the words that may come after it, as help shows them; "" for none
 * @summary: one line of help
 * @options: (nullable): its options, ended as GLib wants it; they set variables of the verb's file
 * @least: how many words must come
 * @most: how many words may come
 * @run: does it with the words that came, ended by NULL. Returns TRUE, or FALSE with @error set;
 *   with %VGPU_ERROR_USAGE the exit status is 2
 */
typedef struct {
    const char *name;
    const char *arguments;
    const char *summary;
    const GOptionEntry *options;
    guint least;
    guint most;
    gboolean (*run)(const VgpuRoot *root, const char *const *words, GError **error);
} VgpuctlVerb;

extern const VgpuctlVerb vgpuctl_autostart;
extern const VgpuctlVerb vgpuctl_create;
extern const VgpuctlVerb vgpuctl_define;
extern const VgpuctlVerb vgpuctl_doctor;
extern const VgpuctlVerb vgpuctl_events;
extern const VgpuctlVerb vgpuctl_list;
extern const VgpuctlVerb vgpuctl_modify;
extern const VgpuctlVerb vgpuctl_remove;
extern const VgpuctlVerb vgpuctl_restore;
extern const VgpuctlVerb vgpuctl_show;
extern const VgpuctlVerb vgpuctl_undefine;

G_END_DECLS

#endif
