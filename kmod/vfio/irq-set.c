// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO_DEVICE_GET_IRQ_INFO and VFIO_DEVICE_SET_IRQS: eventfds come and go, vectors
 * are masked and raised. What vfio-pci does in the same place was read in
 * drivers/vfio/pci/vfio_pci_intrs.c.
 */
#include <linux/rcupdate.h>
#include <linux/vfio.h>

#include "trigger.h"
#include "vgpu.h"

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
		/*
		 * vfio-pci can't mask a vector and does not say MASKABLE. QEMU
		 * tied eventfds anew for each mask until it learnt to look for
		 * the flag; without NORESIZE it adds vectors one by one.
		 */
		info->count = vgpu->identity.msix_vectors;
		if (info->count)
			info->flags |= VFIO_IRQ_INFO_MASKABLE;
		return 0;
	case VFIO_PCI_ERR_IRQ_INDEX:
	case VFIO_PCI_REQ_IRQ_INDEX:
		info->count = 1;
		return 0;
	default:
		return -EINVAL;
	}
}

/* Of those a function signals by one at a time. */
static bool irq_exclusive(u32 index)
{
	return index == VFIO_PCI_INTX_IRQ_INDEX ||
	       index == VFIO_PCI_MSI_IRQ_INDEX ||
	       index == VFIO_PCI_MSIX_IRQ_INDEX;
}

static bool irq_is_vector(u32 index)
{
	return index == VFIO_PCI_MSI_IRQ_INDEX ||
	       index == VFIO_PCI_MSIX_IRQ_INDEX;
}

static enum vgpu_trigger irq_trigger(u32 index)
{
	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return VGPU_TRIGGER_INTX;
	case VFIO_PCI_ERR_IRQ_INDEX:
		return VGPU_TRIGGER_ERR;
	default:
		return VGPU_TRIGGER_REQ;
	}
}

static struct vgpu_vectors *irq_vectors(struct vgpu_irq *irq)
{
	return rcu_dereference_protected(irq->vectors,
					 lockdep_is_held(&irq->lock));
}

/*
 * A vector that gets an eventfd starts unmasked: VMMs mask one, and tie it anew
 * without an unmask when it is used again.
 */
static int irq_set_vectors(struct vgpu_irq *irq,
			   const struct vfio_irq_set *set, const s32 *fds)
{
	struct vgpu_vectors *vectors = irq_vectors(irq);
	struct vgpu_msix *msix = &vectors->msix;
	unsigned int i;
	int ret;

	ret = vgpu_trigger_get(fds, vectors->scratch, set->count);
	if (ret)
		return ret;
	vgpu_msix_use(msix, set->index == VFIO_PCI_MSIX_IRQ_INDEX);
	for (i = 0; msix->in_use && i < set->count; i++)
		vgpu_msix_mask(msix, set->start + i, false);
	vgpu_trigger_replace(vectors->triggers + set->start, vectors->scratch,
			     set->count, &irq->lock);
	vgpu_vector_deliver(vectors);
	return 0;
}

static int irq_set_line(struct vgpu_vfio *vgpu, u32 index, const s32 *fd)
{
	struct vgpu_irq *irq = &vgpu->irq;
	struct eventfd_ctx *ctx;
	int ret;

	ret = vgpu_trigger_get(fd, &ctx, 1);
	if (ret)
		return ret;
	vgpu_trigger_replace(irq->triggers + irq_trigger(index), &ctx, 1,
			     &irq->lock);
	if (index != VFIO_PCI_INTX_IRQ_INDEX)
		return 0;
	/* A new user of INTA starts unmasked; it may be high already. */
	if (irq->index != index)
		vgpu_irq_intx_mask(vgpu, false);
	else
		vgpu_irq_intx_update(vgpu);
	return 0;
}

static int irq_set_eventfds(struct vgpu_vfio *vgpu,
			    const struct vfio_irq_set *set, const s32 *fds)
{
	struct vgpu_irq *irq = &vgpu->irq;
	int ret;

	if (irq_exclusive(set->index) && irq->index != set->index &&
	    irq->index != VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	ret = irq_is_vector(set->index) ? irq_set_vectors(irq, set, fds) :
					  irq_set_line(vgpu, set->index, fds);
	if (!ret && irq_exclusive(set->index))
		irq->index = set->index;
	return ret;
}

static void irq_disable_vectors(struct vgpu_irq *irq)
{
	struct vgpu_vectors *vectors = irq_vectors(irq);

	memset(vectors->scratch, 0, vectors->count * sizeof(*vectors->scratch));
	vgpu_trigger_replace(vectors->triggers, vectors->scratch, vectors->count,
			     &irq->lock);
	vgpu_msix_use(&vectors->msix, false);
}

void vgpu_irq_disable(struct vgpu_vfio *vgpu, u32 index)
{
	struct vgpu_irq *irq = &vgpu->irq;
	struct eventfd_ctx *ctx = NULL;

	lockdep_assert_held(&irq->lock);
	if (index == VFIO_PCI_NUM_IRQS ||
	    (irq_exclusive(index) && index != irq->index))
		return;
	if (irq_is_vector(index)) {
		irq_disable_vectors(irq);
	} else {
		if (index == VFIO_PCI_INTX_IRQ_INDEX)
			vfio_virqfd_disable(&irq->unmask);
		vgpu_trigger_replace(irq->triggers + irq_trigger(index), &ctx,
				     1, &irq->lock);
	}
	if (irq_exclusive(index))
		irq->index = VFIO_PCI_NUM_IRQS;
}

/* Raises one for a test; false if nothing is set up that it could reach. */
static bool irq_raise(struct vgpu_vfio *vgpu, u32 index, unsigned int vector)
{
	if (irq_exclusive(index) && vgpu->irq.index != index)
		return false;
	if (!irq_is_vector(index))
		return vgpu_irq_notify(vgpu, irq_trigger(index)) ||
		       irq_exclusive(index);
	vgpu_vector_raise(vgpu, vector);
	return true;
}

static int irq_raise_all(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
			 const u8 *bools)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if ((!bools || bools[i]) &&
		    !irq_raise(vgpu, set->index, set->start + i))
			return -EINVAL;
	return 0;
}

static int irq_set_trigger(struct vgpu_vfio *vgpu,
			   const struct vfio_irq_set *set, const void *data)
{
	u32 type = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;

	if (!set->count) {
		if (type != VFIO_IRQ_SET_DATA_NONE)
			return -EINVAL;
		vgpu_irq_disable(vgpu, set->index);
		return 0;
	}
	switch (type) {
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return irq_set_eventfds(vgpu, set, data);
	case VFIO_IRQ_SET_DATA_NONE:
	case VFIO_IRQ_SET_DATA_BOOL:
		return irq_raise_all(vgpu, set, data);
	default:
		return -EINVAL;
	}
}

/*
 * In VFIO's work queue, not in the eventfd's wake-up: signalling the trigger
 * from inside another eventfd's signal is dropped with a warning.
 */
static void irq_unmask_thread(void *opaque, void *unused)
{
	vgpu_irq_intx_mask(opaque, false);
}

static int irq_set_unmask_eventfd(struct vgpu_vfio *vgpu, s32 fd)
{
	struct eventfd_ctx *ctx = NULL;
	int ret;

	/* Looked at first, so that a bad one leaves what was there. */
	ret = vgpu_trigger_get(&fd, &ctx, 1);
	if (ret)
		return ret;
	vfio_virqfd_disable(&vgpu->irq.unmask);
	if (ctx)
		ret = vfio_virqfd_enable(vgpu, NULL, irq_unmask_thread, NULL,
					 &vgpu->irq.unmask, fd);
	vgpu_trigger_put(&ctx, 1);
	return ret;
}

static int irq_mask_intx(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
			 const void *data, bool mask)
{
	if (set->count != 1)
		return -EINVAL;
	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!*(const u8 *)data)
			return 0;
		fallthrough;
	case VFIO_IRQ_SET_DATA_NONE:
		vgpu_irq_intx_mask(vgpu, mask);
		return 0;
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return mask ? -ENOTTY :
		       irq_set_unmask_eventfd(vgpu, *(const s32 *)data);
	default:
		return -EINVAL;
	}
}

static int irq_mask_msix(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
			 const u8 *bools, bool mask)
{
	struct vgpu_vectors *vectors = irq_vectors(&vgpu->irq);
	unsigned int i;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	if (!set->count)
		return -EINVAL;
	for (i = 0; i < set->count; i++)
		if (!bools || bools[i])
			vgpu_msix_mask(&vectors->msix, set->start + i, mask);
	if (!mask)
		vgpu_vector_deliver(vectors);
	return 0;
}

static int irq_set_mask(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
			const void *data, bool mask)
{
	if (set->index != VFIO_PCI_INTX_IRQ_INDEX &&
	    set->index != VFIO_PCI_MSIX_IRQ_INDEX)
		return -ENOTTY;
	if (vgpu->irq.index != set->index)
		return -EINVAL;
	return set->index == VFIO_PCI_INTX_IRQ_INDEX ?
	       irq_mask_intx(vgpu, set, data, mask) :
	       irq_mask_msix(vgpu, set, data, mask);
}

int vgpu_irq_set(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
		 const void *data)
{
	int ret;

	mutex_lock(&vgpu->irq.lock);
	switch (set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_MASK:
		ret = irq_set_mask(vgpu, set, data, true);
		break;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		ret = irq_set_mask(vgpu, set, data, false);
		break;
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		ret = irq_set_trigger(vgpu, set, data);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&vgpu->irq.lock);
	return ret;
}
