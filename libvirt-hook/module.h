/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.h - finds hook.so, the part of the hook that needs libraries, and calls
 * it.
 */
#ifndef VGPU_MODULE_H
#define VGPU_MODULE_H

#include <stdbool.h>

#include "hook-call.h"

/**
 * module_run:
 * @call: the call
 * @path: hook.so
 * @status: (out): the exit status hook.so gives
 *
 * Loaded at the latest moment and for the domains alone that need it: a library
 * missing or of another version in mid-upgrade then harms no other. A failure is
 * said in one line.
 *
 * Returns: false if hook.so could not be loaded, or is of another release.
 */
bool module_run(const struct vgpu_hook_call *call, const char *path, int *status);

/**
 * module_release:
 * @path: hook.so
 *
 * Loads it as module_run() does, and stays there.
 *
 * Returns: its release, or NULL if it can't be loaded or names none; then dlerror(3) says why.
 */
const char *module_release(const char *path);

#endif
