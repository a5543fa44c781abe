/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's asm/barrier.h for kernel logic compiled in user space.
 */
#ifndef SHIM_ASM_BARRIER_H
#define SHIM_ASM_BARRIER_H

/* What a test does when kernel logic gets to a barrier after an atomic operation. */
__attribute__((weak)) void (*shim_at_barrier)(void);

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)

static inline void
smp_mb__after_atomic(void)
{
    smp_mb();
    if (shim_at_barrier)
        shim_at_barrier();
}

#endif
