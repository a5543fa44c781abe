/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random operations on one vGPU: what threads share, and the operations.
 */
#ifndef VFIO_STRESS_H
#define VFIO_STRESS_H

#include "device.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/types.h>

/** struct worker: one thread and its random numbers; only @done is read by others */
struct worker {
    const struct device *dev;
    uint64_t state;
    unsigned long operations;
    unsigned long done;
};

/** wrong: says what should not have been, with errno, and makes the run fail */
void wrong(const char *what, uint64_t a, uint64_t b);

/** pick: a random number below @bound, or of 64 bits for 0 */
uint64_t pick(struct worker *w, uint64_t bound);

/** pick_odd: a number as programs get them wrong: small, near a power of two, or any */
uint64_t pick_odd(struct worker *w);

/** pick_place: a place in the device's file, mostly in a region */
off_t pick_place(struct worker *w);

/*
 * Where a fault of this thread goes while it touches what may fault; other faults
 * end the program.
 */
extern __thread sigjmp_buf stress_fault;
extern __thread volatile sig_atomic_t stress_may_fault;

/* Operations; each checks what must hold whatever the other threads do. */
void op_read(struct worker *w);
void op_write(struct worker *w);
void op_config(struct worker *w);
void op_mode(struct worker *w);
void op_info(struct worker *w);
void op_irq(struct worker *w);
void op_plane(struct worker *w);
void op_reset(struct worker *w);
void op_ioctl(struct worker *w);
void op_map(struct worker *w);
void op_console(struct worker *w);
void op_fork(struct worker *w);
void op_dma(struct worker *w);
void op_descriptor(struct worker *w);

#endif
