/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * quick.h - the answers that mdevctl asks for again and again, for which no library is loaded:
 * "mdevctl list" asks for the attributes of each vGPU, and libvirt runs that for each vGPU that
 * comes or goes.
 */
#ifndef CALLOUT_QUICK_H
#define CALLOUT_QUICK_H

#include "call.h"

/**
 * QUICK_UNKNOWN:
 *
 * What quick_answer() returns of a call that the other half has to answer.
 */
#define QUICK_UNKNOWN (-1)

/**
 * quick_answer:
 * @call: a call
 * @root: where /sys is, "" on a real host
 * @text: (out): what to print, "" for nothing; static
 *
 * In all that it does answer, it answers as vgpu_callout_run() does.
 *
 * Returns: the exit status mdevctl is to see, or %QUICK_UNKNOWN.
 */
int quick_answer(const struct call *call, const char *root, const char **text);

#endif
