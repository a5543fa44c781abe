// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eventfds that interrupts are tied to: signalled in any context, and replaced.
 *
 * SRCU, since VMMs replace those of MSI-X one by one, and its grace period takes some
 * microseconds where RCU's takes a tick or more.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/srcu.h>

#include "eventfd.h"
#include "trigger.h"

DEFINE_STATIC_SRCU(trigger_srcu);

bool vgpu_trigger_signal(struct eventfd_ctx __rcu **slot)
{
	struct eventfd_ctx *ctx;
	int index;

	index = srcu_read_lock(&trigger_srcu);
	ctx = srcu_dereference(*slot, &trigger_srcu);
	if (ctx)
		vgpu_eventfd_signal(ctx);
	srcu_read_unlock(&trigger_srcu, index);
	return ctx;
}

void vgpu_trigger_put(struct eventfd_ctx **ctxs, unsigned int count)
{
	while (count--)
		if (ctxs[count])
			eventfd_ctx_put(ctxs[count]);
}

int vgpu_trigger_get(const s32 *fds, struct eventfd_ctx **ctxs,
		     unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct eventfd_ctx *ctx = NULL;

		if (fds[i] < -1)
			ctx = ERR_PTR(-EINVAL);
		else if (fds[i] >= 0)
			ctx = eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(ctx)) {
			vgpu_trigger_put(ctxs, i);
			return PTR_ERR(ctx);
		}
		ctxs[i] = ctx;
	}
	return 0;
}

void vgpu_trigger_replace(struct eventfd_ctx __rcu **slots,
			  struct eventfd_ctx **ctxs, unsigned int count,
			  const struct mutex *lock)
{
	bool changed = false;
	unsigned int i;

	for (i = 0; i < count; i++) {
		ctxs[i] = rcu_replace_pointer(slots[i], ctxs[i],
					      lockdep_is_held(lock));
		changed |= !!ctxs[i];
	}
	if (changed)
		synchronize_srcu_expedited(&trigger_srcu);
	vgpu_trigger_put(ctxs, count);
}
