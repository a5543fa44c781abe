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
 * VgpuLogLevel:
 * @VGPU_LOG_INFO: something was done, as it should be
 * @VGPU_LOG_WARNING: something is not as it should be
 *
 * How much a line weighs.
 */
typedef enum {
    VGPU_LOG_INFO,
    VGPU_LOG_WARNING,
} VgpuLogLevel;

/**
 * VgpuLogVgpu:
 * @id: id of a vGPU
 * @parent: (nullable): its GPU
 * @type: (nullable): its type id
 *
 * What a line is about, for a log that one can search by it.
 */
typedef struct {
    const char *id;
    const char *parent;
    const char *type;
} VgpuLogVgpu;

/**
 * VgpuLogEntry:
 * @level: how much it weighs
 * @line: one line, without prefix and newline
 * @vgpu: (nullable): what it is about
 */
typedef struct {
    VgpuLogLevel level;
    const char *line;
    const VgpuLogVgpu *vgpu;
} VgpuLogEntry;

/**
 * VgpuLogFunc:
 * @entry: one line
 * @user_data: as given to vgpu_log_set_sink()
 */
typedef void (*VgpuLogFunc)(const VgpuLogEntry *entry, gpointer user_data);

/**
 * vgpu_log_set_sink:
 * @sink: (nullable): gets each line; NULL for stderr, the default, which gets warnings only
 * @user_data: for @sink
 *
 * For a main that logs elsewhere, and for tests. Not thread-safe.
 */
void vgpu_log_set_sink(VgpuLogFunc sink, gpointer user_data);

/**
 * vgpu_log:
 * @format: the message; objects quoted; no newline; never text of a domain XML as a whole
 *
 * A warning: one line, written by a single write(2). Control characters and bytes that are no UTF-8
 * are replaced, and lines are cut at 1024 bytes: text of a tenant may be in @format's arguments.
 */
void vgpu_log(const char *format, ...) G_GNUC_PRINTF(1, 2);

/**
 * vgpu_log_about:
 * @level: how much it weighs
 * @vgpu: what it is about
 * @format: as for vgpu_log()
 *
 * One line about one vGPU.
 */
void vgpu_log_about(VgpuLogLevel level, const VgpuLogVgpu *vgpu, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/**
 * vgpu_log_blame:
 * @id: (nullable): id of a vGPU; NULL to take it back
 * @type: (nullable): its type id, if known
 *
 * What goes wrong is said by whoever called, and then of the whole: lines that name no vGPU are
 * about this one from now on. Not thread-safe.
 */
void vgpu_log_blame(const char *id, const char *type);

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

/**
 * vgpu_log_make_printable:
 * @text: text from outside
 *
 * Returns: (transfer full): as vgpu_log_make_safe(), but whole, for programs that read it.
 */
char *vgpu_log_make_printable(const char *text);

G_END_DECLS

#endif
