// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a vGPU: INTA, MSI, and VFIO's ERR and REQ.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vfio.h>

#include "eventfd.h"
#include "vgpu.h"

/* Which triggers an index of VFIO has. */
static enum vgpu_trigger irq_first_trigger(u32 index)
{
	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return VGPU_TRIGGER_INTX;
	case VFIO_PCI_MSI_IRQ_INDEX:
		return VGPU_TRIGGER_MSI;
	case VFIO_PCI_ERR_IRQ_INDEX:
		return VGPU_TRIGGER_ERR;
	default:
		return VGPU_TRIGGER_REQ;
	}
}

int vgpu_irq_info(const struct vgpu_vfio *vgpu, struct vfio_irq_info *info)
{
	info->flags = VFIO_IRQ_INFO_EVENTFD;
	switch (info->index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		info->count = vgpu->identity.intx ? 1 : 0;
		info->flags |= VFIO_IRQ_INFO_MASKABLE |
			       VFIO_IRQ_INFO_AUTOMASKED;
		return 0;
	case VFIO_PCI_MSI_IRQ_INDEX:
		info->count = vgpu->identity.msi_vectors;
		return 0;
	case VFIO_PCI_MSIX_IRQ_INDEX:
		info->count = vgpu->identity.msix_vectors;
		return 0;
	case VFIO_PCI_ERR_IRQ_INDEX:
	case VFIO_PCI_REQ_IRQ_INDEX:
		info->count = 1;
		return 0;
	default:
		return -EINVAL;
	}
}

static bool irq_signal(struct vgpu_irq *irq, unsigned int trigger)
{
	struct eventfd_ctx *ctx;

	rcu_read_lock();	/* pairs with synchronize_rcu() in irq_commit() */
	ctx = rcu_dereference(irq->triggers[trigger]);
	if (ctx)
		vgpu_eventfd_signal(ctx);
	rcu_read_unlock();
	return !!ctx;
}

bool vgpu_irq_notify(struct vgpu_vfio *vgpu, enum vgpu_trigger trigger)
{
	return irq_signal(&vgpu->irq, trigger);
}

int vgpu_irq_inject(struct vgpu_vfio *vgpu, unsigned int vector)
{
	if (vector >= vgpu->identity.msi_vectors)
		return -EINVAL;
	irq_signal(&vgpu->irq, VGPU_TRIGGER_MSI + vector);
	return 0;
}

/*
 * Fires INTA if it is due. The signal is sent with the lock released: whoever
 * waits on the eventfd runs at once and may come back here.
 */
static void irq_intx_update(struct vgpu_irq *irq)
{
	unsigned long flags;
	bool fire;

	spin_lock_irqsave(&irq->intx_lock, flags);
	fire = irq->level && !irq->masked && !irq->disabled &&
	       rcu_access_pointer(irq->triggers[VGPU_TRIGGER_INTX]);
	if (fire)
		irq->masked = true;
	spin_unlock_irqrestore(&irq->intx_lock, flags);
	if (fire)
		irq_signal(irq, VGPU_TRIGGER_INTX);
}

static void irq_intx_change(struct vgpu_irq *irq, bool *what, bool value)
{
	unsigned long flags;

	spin_lock_irqsave(&irq->intx_lock, flags);
	WRITE_ONCE(*what, value);
	spin_unlock_irqrestore(&irq->intx_lock, flags);
	irq_intx_update(irq);
}

void vgpu_irq_set_intx(struct vgpu_vfio *vgpu, bool level)
{
	if (vgpu->identity.intx)
		irq_intx_change(&vgpu->irq, &vgpu->irq.level, level);
}

void vgpu_irq_intx_disable(struct vgpu_vfio *vgpu, bool disable)
{
	irq_intx_change(&vgpu->irq, &vgpu->irq.disabled, disable);
}

bool vgpu_irq_intx_level(struct vgpu_vfio *vgpu)
{
	return READ_ONCE(vgpu->irq.level);
}

/*
 * In VFIO's work queue, not in the eventfd's wake-up: signalling the trigger
 * from inside another eventfd's signal is dropped with a warning.
 */
static void irq_unmask_thread(void *opaque, void *unused)
{
	struct vgpu_vfio *vgpu = opaque;

	irq_intx_change(&vgpu->irq, &vgpu->irq.masked, false);
}

/* Gives up @count eventfds, of which some may be NULL. */
static void irq_put(struct eventfd_ctx **ctxs, unsigned int count)
{
	while (count--)
		if (ctxs[count])
			eventfd_ctx_put(ctxs[count]);
}

/* Puts @ctxs in place and gives up those that were there. */
static void irq_commit(struct vgpu_irq *irq, unsigned int first,
		       struct eventfd_ctx **ctxs, unsigned int count)
{
	bool changed = false;
	unsigned int i;

	lockdep_assert_held(&irq->lock);
	for (i = 0; i < count; i++) {
		ctxs[i] = rcu_replace_pointer(irq->triggers[first + i], ctxs[i],
					      lockdep_is_held(&irq->lock));
		changed |= !!ctxs[i];
	}
	if (changed)
		synchronize_rcu();
	irq_put(ctxs, count);
	/* A new user of INTA starts unmasked. */
	if (first == VGPU_TRIGGER_INTX)
		irq_intx_change(irq, &irq->masked, false);
}

static int irq_get_eventfds(const s32 *fds, struct eventfd_ctx **ctxs,
			    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct eventfd_ctx *ctx = NULL;

		if (fds[i] < -1) {
			irq_put(ctxs, i);
			return -EINVAL;
		}
		if (fds[i] >= 0)
			ctx = eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(ctx)) {
			irq_put(ctxs, i);
			return PTR_ERR(ctx);
		}
		ctxs[i] = ctx;
	}
	return 0;
}

static int irq_set_eventfds(struct vgpu_irq *irq, unsigned int first,
			    unsigned int count, const s32 *fds)
{
	struct eventfd_ctx *ctxs[VGPU_MAX_MSI] = {};
	int ret;

	ret = irq_get_eventfds(fds, ctxs, count);
	if (!ret)
		irq_commit(irq, first, ctxs, count);
	return ret;
}

/* Count 0 of no data: the whole index is disabled. */
static void irq_disable(struct vgpu_irq *irq, u32 index, unsigned int count)
{
	struct eventfd_ctx *ctxs[VGPU_MAX_MSI] = {};

	if (index == VFIO_PCI_INTX_IRQ_INDEX)
		vfio_virqfd_disable(&irq->unmask);
	irq_commit(irq, irq_first_trigger(index), ctxs, count);
}

static int irq_set_trigger(struct vgpu_vfio *vgpu,
			   const struct vfio_irq_set *set, const void *data,
			   unsigned int total)
{
	unsigned int first = irq_first_trigger(set->index) + set->start;
	const u8 *bools = data;
	unsigned int i;

	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return irq_set_eventfds(&vgpu->irq, first, set->count, data);
	case VFIO_IRQ_SET_DATA_NONE:
		if (!set->count)
			irq_disable(&vgpu->irq, set->index, total);
		for (i = 0; i < set->count; i++)
			irq_signal(&vgpu->irq, first + i);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		for (i = 0; i < set->count; i++)
			if (bools[i])
				irq_signal(&vgpu->irq, first + i);
		return 0;
	default:
		return -EINVAL;
	}
}

static int irq_set_unmask_eventfd(struct vgpu_vfio *vgpu, s32 fd)
{
	struct eventfd_ctx *ctx = NULL;
	int ret;

	/* Looked at first, so that a bad one leaves what was there. */
	ret = irq_get_eventfds(&fd, &ctx, 1);
	if (ret)
		return ret;
	vfio_virqfd_disable(&vgpu->irq.unmask);
	if (ctx)
		ret = vfio_virqfd_enable(vgpu, NULL, irq_unmask_thread, NULL,
					 &vgpu->irq.unmask, fd);
	irq_put(&ctx, 1);
	return ret;
}

static int irq_set_mask(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
			const void *data, bool mask)
{
	if (set->index != VFIO_PCI_INTX_IRQ_INDEX)
		return -ENOTTY;
	if (set->count != 1)
		return -EINVAL;
	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!*(const u8 *)data)
			return 0;
		fallthrough;
	case VFIO_IRQ_SET_DATA_NONE:
		irq_intx_change(&vgpu->irq, &vgpu->irq.masked, mask);
		return 0;
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return mask ? -ENOTTY :
		       irq_set_unmask_eventfd(vgpu, *(const s32 *)data);
	default:
		return -EINVAL;
	}
}

int vgpu_irq_set(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
		 const void *data)
{
	struct vfio_irq_info info = { .index = set->index };
	int ret;

	ret = vgpu_irq_info(vgpu, &info);
	if (ret)
		return ret;
	mutex_lock(&vgpu->irq.lock);
	switch (set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_MASK:
		ret = irq_set_mask(vgpu, set, data, true);
		break;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		ret = irq_set_mask(vgpu, set, data, false);
		break;
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		ret = irq_set_trigger(vgpu, set, data, info.count);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&vgpu->irq.lock);
	return ret;
}

void vgpu_irq_init(struct vgpu_irq *irq)
{
	mutex_init(&irq->lock);
	spin_lock_init(&irq->intx_lock);
}

void vgpu_irq_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_irq *irq = &vgpu->irq;

	mutex_lock(&irq->lock);
	irq_disable(irq, VFIO_PCI_INTX_IRQ_INDEX, 1);
	irq_disable(irq, VFIO_PCI_MSI_IRQ_INDEX, VGPU_MAX_MSI);
	irq_disable(irq, VFIO_PCI_ERR_IRQ_INDEX, 1);
	irq_disable(irq, VFIO_PCI_REQ_IRQ_INDEX, 1);
	mutex_unlock(&irq->lock);
	irq_intx_change(irq, &irq->disabled, false);
	irq_intx_change(irq, &irq->level, false);
}
