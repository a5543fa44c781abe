/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-call.h - what the thin program that libvirt runs (main.c) hands to the
 * part that knows vGPUs (hook.so); the two may come from different releases.
 */
#ifndef VGPU_HOOK_CALL_H
#define VGPU_HOOK_CALL_H

#include <stddef.h>
#include <stdint.h>

/**
 * VGPU_HOOK_CALL_VERSION:
 *
 * Grows when a member changes its meaning. Members are added at the end, and told by the size.
 */
#define VGPU_HOOK_CALL_VERSION 1

/**
 * VGPU_HOOK_SYMBOL:
 *
 * Name of the one function that hook.so exports.
 */
#define VGPU_HOOK_SYMBOL "vgpu_hook_run"

/**
 * VGPU_HOOK_RELEASE_SYMBOL:
 *
 * Name of the text that hook.so exports: the release that it is of.
 */
#define VGPU_HOOK_RELEASE_SYMBOL "vgpu_hook_release"

/**
 * VGPU_HOOK_UNKNOWN:
 *
 * What vgpu_hook_run() returns of a call of another version. It has said so; what that means for
 * the domain is the caller's to say.
 */
#define VGPU_HOOK_UNKNOWN (-1)

/**
 * struct vgpu_hook_call:
 * @version: %VGPU_HOOK_CALL_VERSION
 * @size: bytes of this structure
 * @name: the domain's name, as libvirt gave it
 * @operation: "prepare", "release", "migrate", "restore" or "reconnect"
 * @uuid: the domain's uuid as it stands in the XML's bytes, "" if none was found
 * @xml: the domain's XML with a NUL after it; "" if it could not be had whole
 * @length: bytes of @xml
 * @asks: non-zero if our namespace stands in the XML
 * @privileged: non-zero if vGPUs may be made: zero in a session of an ordinary user
 * @started: when the call began, microseconds of CLOCK_MONOTONIC
 *
 * One call of libvirt. Borrowed for the time of the call.
 */
struct vgpu_hook_call {
    unsigned int version;
    size_t size;
    const char *name;
    const char *operation;
    const char *uuid;
    const char *xml;
    size_t length;
    int asks;
    int privileged;
    int64_t started;
};

/**
 * vgpu_hook_run:
 * @call: the call
 *
 * Does what one call of libvirt wants; writes to standard output (a changed XML), standard
 * error and the system's log. Ends within ten seconds of @started, or as many as
 * openvgpu.conf(5) allows; then it sets the process's alarm to that and two seconds.
 *
 * Returns: the exit status libvirt is to see, or %VGPU_HOOK_UNKNOWN.
 */
int vgpu_hook_run(const struct vgpu_hook_call *call);

/* See %VGPU_HOOK_RELEASE_SYMBOL. */
extern const char vgpu_hook_release[];

/* Type of vgpu_hook_run(), for dlsym(3). */
typedef int (*vgpu_hook_run_func)(const struct vgpu_hook_call *call);

#endif
