/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command.h - programs of the host, run for what they print, with a deadline.
 */
#ifndef VGPU_COMMAND_H
#define VGPU_COMMAND_H

#include "deadline.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * vgpu_command_find:
 * @root: a root
 * @name: name of a program, or its absolute path
 *
 * Looks where distributions keep programs, and not in $PATH, which is the user's.
 *
 * Returns: (transfer full) (nullable): its path, below @root; NULL if it is not there or can't be
 * run.
 */
char *vgpu_command_find(const VgpuRoot *root, const char *name);

/**
 * vgpu_command_is_program:
 * @path: a path of this process, not below a root
 *
 * Returns: TRUE if it is a file that can be run.
 */
gboolean vgpu_command_is_program(const char *path);

/**
 * vgpu_command_run:
 * @root: a root
 * @argv: (array zero-terminated=1): name or absolute path of a program, and its arguments
 * @deadline: when it is killed, with what it has started
 * @output: (out) (optional) (transfer full) (nullable): what it wrote to standard output and
 *   standard error, at most %VGPU_FILE_MAX bytes; also if it failed
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND if there is no such program,
 *   %VGPU_ERROR_TIMEOUT, %VGPU_ERROR_FAILED with the first line it wrote
 *
 * Runs a program of the host, from below @root, in English and with nothing on standard input.
 *
 * Returns: TRUE if its exit status was 0.
 */
gboolean vgpu_command_run(const VgpuRoot *root, const char *const *argv,
                          const VgpuDeadline *deadline, char **output, GError **error);

G_END_DECLS

#endif
