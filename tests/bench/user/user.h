/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench-user: what the programs around vGPUs cost, beside others that do the same and
 * beside the least that it can cost. Links nothing but libc.
 */
#ifndef BENCH_USER_USER_H
#define BENCH_USER_USER_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct command: a program to be run
 * @argv: its arguments, the program first; ends with NULL
 * @input: the file that is its standard input; NULL for none
 * @lines: how many lines it prints at least
 */
struct command {
    const char *const *argv;
    const char *input;
    unsigned lines;
};

/**
 * command_run: runs it to its end, and adds the milliseconds that took to @ms
 *
 * If it fails, or prints too little, that is said, with what it wrote to standard error.
 */
bool command_run(const struct command *command, double *ms);

/** command_now: milliseconds of a clock that always goes on */
double command_now(void);

/** command_beside: a file that came with this program; in one of two static buffers */
const char *command_beside(const char *name);

/* The vGPU of one-vgpu.xml; it is none of those that have an index. */
#define HOST_DOMAIN_VGPU "b1a5c0de-0071-4000-8001-000000000001"

/* The type of all of them. */
#define HOST_TYPE "vgpu-16m"

/**
 * host_find: finds our GPUs, which must have no vGPU, and our callout
 *
 * vGPUs have indices from 0. They fill one GPU after the other.
 */
bool host_find(void);
unsigned host_gpus(void);

/** host_room: how many vGPUs the GPUs take */
unsigned host_room(void);

const char *host_uuid(unsigned index);   /* in a static buffer */
const char *host_parent(unsigned index); /* borrowed; of the last GPU if @index is too high */

/** host_create_file: what a uuid is written to, to make vGPU @index; in a static buffer */
const char *host_create_file(unsigned index);

/** host_make, host_remove: vGPUs from 0 up to @count; what is there, or not there, already is fine
 */
bool host_make(unsigned count);
bool host_remove(unsigned count);

/** host_remove_vgpu: the vGPU @uuid; if it is not there that is an error */
bool host_remove_vgpu(const char *uuid);

/** host_has: whether vGPU @uuid is there; host_has_all: those from 0 up to @count, and no other */
bool host_has(const char *uuid);
bool host_has_all(unsigned count);

/** host_define, host_undefine: definitions marked auto of vGPUs from 0 up to @count */
bool host_define(unsigned count);
bool host_undefine(unsigned count);

/** host_set_attribute: gives the first vGPU of each GPU, of @count in all, an attribute, or takes
 * it */
bool host_set_attribute(unsigned count, bool set);

/** host_put_callout: has our callout and notifier in their places, or out of mdevctl's sight */
bool host_put_callout(bool there);

/** enum callout: whether our callout is in its place while a subject is measured */
enum callout {
    CALLOUT_AWAY,
    CALLOUT_THERE,
    CALLOUT_ATTRIBUTE /* and there is an attribute to tell */
};

/**
 * struct subject: one of those that are compared
 * @most: the highest level at which it is; 0: at any
 * @run: does it once with @level vGPUs, adds milliseconds
 */
struct subject {
    const char *name;
    enum callout callout;
    unsigned most;
    bool (*run)(unsigned level, double *ms);
};

/**
 * struct operation: something that several can do
 * @unit: "ms" or "s"
 * @enter: what has to be there for it at a level, once
 * @check: whether it has been done; NULL if exit statuses will do
 * @undo: brings back what was before it was done; not measured
 * @leave: the opposite of @enter
 * @subjects: ends with a NULL name
 */
struct operation {
    const char *name;
    const char *unit;
    bool (*enter)(unsigned level);
    bool (*check)(unsigned level);
    bool (*undo)(unsigned level);
    bool (*leave)(unsigned level);
    const struct subject *subjects;
};

extern const struct operation operation_prepare, operation_ordinary; /* domain.c */
extern const struct operation operation_restore, operation_list;     /* many.c */
extern const struct operation operation_settle;                      /* settle.c */

#endif
