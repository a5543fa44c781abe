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
 * @arguments: what may come after it, as help shows it
 * @summary: one line of help
 * @run: does it: @argv[0] is the verb. Returns TRUE, or FALSE with @error set; with
 *   %VGPU_ERROR_USAGE the exit status is 2
 */
typedef struct {
    const char *name;
    const char *arguments;
    const char *summary;
    gboolean (*run)(const VgpuRoot *root, int argc, char **argv, GError **error);
} VgpuctlVerb;

extern const VgpuctlVerb vgpuctl_list;
extern const VgpuctlVerb vgpuctl_restore;

G_END_DECLS

#endif
