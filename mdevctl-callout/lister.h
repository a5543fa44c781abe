/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lister.h - whether it is "mdevctl list" that asks, and in vain: its question for each
 * vGPU's attributes can be spared where none has any. Needs libc only.
 */
#ifndef CALLOUT_LISTER_H
#define CALLOUT_LISTER_H

#include "call.h"

/**
 * lister_asks_in_vain:
 * @call: a call about a parent of ours
 * @root: where /sys and /proc are, "" on a real host
 *
 * Returns: true if the process that runs us lists vGPUs and does nothing else, and no vGPU of
 * the parent has an attribute that is set. False if in doubt.
 */
bool lister_asks_in_vain(const struct call *call, const char *root);

#endif
