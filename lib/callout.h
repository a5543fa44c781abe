/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * callout.h - what we answer when mdevctl calls a script of ours before, during
 * and after an action on a vGPU of our driver's parents.
 */
#ifndef VGPU_CALLOUT_H
#define VGPU_CALLOUT_H

#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuCallout:
 * @type: -t, type id; "" if mdevctl does not know one
 * @event: -e: pre, post, live, get, notify
 * @action: -a: start, stop, define, undefine, modify, attributes, capabilities, list, test
 * @state: -s: none, success, failure
 * @uuid: -u
 * @parent: -p
 *
 * One call of mdevctl.
 */
typedef struct {
    char *type;
    char *event;
    char *action;
    char *state;
    char *uuid;
    char *parent;
} VgpuCallout;

/**
 * vgpu_callout_parse:
 * @argc: as main() got it
 * @argv: as main() got it
 * @error: (out) (optional): %VGPU_ERROR_USAGE
 *
 * Returns: (transfer full) (nullable): the call.
 */
VgpuCallout *vgpu_callout_parse(int argc, char **argv, GError **error);

/**
 * vgpu_callout_free:
 * @callout: (nullable): a call
 */
void vgpu_callout_free(VgpuCallout *callout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuCallout, vgpu_callout_free)

/**
 * vgpu_callout_run:
 * @root: a root
 * @callout: the call
 * @input: what came on stdin, mdevctl's JSON of the vGPU; "" for get and notify
 * @output: (out) (nullable): what to print on stdout, or NULL for nothing
 * @error: (out) (optional): the reason for a veto; one line for stderr
 *
 * Answers for parents whose driver is ours and for nothing else. A parent that is not there
 * is nobody's, so it never blocks define, modify or undefine.
 *
 * Returns: %VGPU_EXIT_OK, %VGPU_EXIT_NOT_MINE, or %VGPU_EXIT_FAILED with @error set.
 */
int vgpu_callout_run(const VgpuRoot *root, const VgpuCallout *callout, const char *input,
                     char **output, GError **error);

/**
 * vgpu_callout_notify:
 * @root: a root
 * @callout: the call
 *
 * The notifier's part: says in one log line what an action on a vGPU of ours came to.
 *
 * Returns: %VGPU_EXIT_OK or %VGPU_EXIT_NOT_MINE.
 */
int vgpu_callout_notify(const VgpuRoot *root, const VgpuCallout *callout);

G_END_DECLS

#endif
