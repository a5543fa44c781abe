/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Eventfds that interrupts are tied to: signalled in any context, and replaced.
 */
#ifndef VGPU_VFIO_TRIGGER_H
#define VGPU_VFIO_TRIGGER_H

#include <linux/types.h>

struct eventfd_ctx;
struct mutex;

/* Signals what is tied to @slot; false if nothing is. Any context but NMI. */
bool vgpu_trigger_signal(struct eventfd_ctx __rcu **slot);

/**
 * vgpu_trigger_get() - the eventfds that descriptors stand for
 * @fds: descriptors of the calling process; -1 for none
 * @ctxs: room for the eventfds; NULL is put where there is none
 * @count: how many
 *
 * Return: 0, and vgpu_trigger_put() gives them up; -EINVAL or -EBADF, and none is held.
 */
int vgpu_trigger_get(const s32 *fds, struct eventfd_ctx **ctxs,
		     unsigned int count);

/* Gives up @count eventfds, of which some may be NULL. */
void vgpu_trigger_put(struct eventfd_ctx **ctxs, unsigned int count);

/**
 * vgpu_trigger_replace() - tie other eventfds
 * @slots: where they are tied
 * @ctxs: those to tie, which become the slots'; overwritten
 * @count: how many
 * @lock: guards the slots, held
 *
 * When it returns those that were there are given up, and no signal of them is under
 * way. Sleeps.
 */
void vgpu_trigger_replace(struct eventfd_ctx __rcu **slots,
			  struct eventfd_ctx **ctxs, unsigned int count,
			  const struct mutex *lock);

#endif /* VGPU_VFIO_TRIGGER_H */
