/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.h - lines from the thin part of the hook, which has no library: to
 * standard error, which libvirt shows on failure, and to the system's log.
 */
#ifndef VGPU_MESSAGE_H
#define VGPU_MESSAGE_H

#include <stdbool.h>

/**
 * message_begin:
 * @name: the domain's name; borrowed
 * @uuid: its uuid, "" if not known; borrowed
 * @quiet: true to leave the system's log alone, for tests
 *
 * Sets what each line begins with.
 */
void message_begin(const char *name, const char *uuid, bool quiet);

/**
 * message:
 * @format: what, why, what to do; no newline
 *
 * Writes one line; control characters of names become question marks.
 */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
