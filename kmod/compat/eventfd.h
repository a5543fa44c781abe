/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eventfd_signal() lost its count in Linux 6.8, which was 1 everywhere.
 */
#ifndef VGPU_COMPAT_EVENTFD_H
#define VGPU_COMPAT_EVENTFD_H

#include <linux/eventfd.h>

/**
 * vgpu_eventfd_signal() - add one to an eventfd; any context but NMI
 * @ctx: the eventfd
 */
static inline void vgpu_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef VGPU_HAVE_EVENTFD_SIGNAL_1
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

#endif /* VGPU_COMPAT_EVENTFD_H */
