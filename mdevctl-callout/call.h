/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call.h - one call of mdevctl, as its arguments have it, and whether it is about a vGPU
 * of ours. Needs libc only.
 */
#ifndef CALLOUT_CALL_H
#define CALLOUT_CALL_H

#include <stdbool.h>

/**
 * struct call:
 * @event: -e
 * @action: -a
 * @uuid: -u
 * @parent: -p
 *
 * Of what mdevctl gives, what the answers here depend on. Borrowed from main()'s arguments.
 */
struct call {
    const char *event;
    const char *action;
    const char *uuid;
    const char *parent;
};

/**
 * call_parse:
 * @call: (out): the call
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Returns: false if the arguments are not as mdevctl gives them.
 */
bool call_parse(struct call *call, int argc, char **argv);

/**
 * call_is_uuid:
 * @text: any text
 *
 * Returns: true if it is a uuid, in digits of whatever case.
 */
bool call_is_uuid(const char *text);

/**
 * call_is_ours:
 * @call: a call
 * @root: where /sys is, "" on a real host
 *
 * Returns: true if the parent is there and its driver is ours, and the uuid is one.
 */
bool call_is_ours(const struct call *call, const char *root);

#endif
