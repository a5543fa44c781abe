/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's asm/barrier.h for kernel logic compiled in user space.
 */
#ifndef SHIM_ASM_BARRIER_H
#define SHIM_ASM_BARRIER_H

#define smp_mb()               __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_mb__after_atomic() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
