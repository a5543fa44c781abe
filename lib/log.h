/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.h - lines for people on stderr: "openvgpu: ...", one line a message, with
 * nothing secret and no control characters from outside.
 */
#ifndef VGPU_LOG_H
#define VGPU_LOG_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuLogFunc:
 * @line: one line, without prefix and newline
 * @user_data: as given to vgpu_log_set_sink()
 */
typedef void (*VgpuLogFunc)(const char *line, gpointer user_data);

/**
 * vgpu_log_set_sink:
 * @sink: (nullable): gets each line; NULL for stderr, the default
 * @user_data: for @sink
 *
 * For a main that logs elsewhere, and for tests. Not thread-safe.
 */
void vgpu_log_set_sink(VgpuLogFunc sink, gpointer user_data);

/**
 * vgpu_log:
 * @format: the message; objects quoted; no newline; never text of a domain XML as a whole
 *
 * Writes one line by a single write(2). Control characters and bytes that are no UTF-8
 * are replaced, and lines are cut at 1024 bytes: text of a tenant may be in @format's arguments.
 */
void vgpu_log(const char *format, ...) G_GNUC_PRINTF(1, 2);

/**
 * vgpu_log_error:
 * @error: what went wrong
 *
 * Writes the error's message as one line.
 */
void vgpu_log_error(const GError *error);

/**
 * vgpu_log_make_safe:
 * @text: text from outside
 *
 * Returns: (transfer full): @text as a terminal may see it: valid UTF-8, "?" for control
 * characters, cut at 1024 bytes.
 */
char *vgpu_log_make_safe(const char *text);

G_END_DECLS

#endif
