// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that are no vectors: INTA with its level and masks, ERR and REQ.
 */
#include <linux/rcupdate.h>
#include <linux/vfio.h>

#include "trigger.h"
#include "vgpu.h"

bool vgpu_irq_notify(struct vgpu_vfio *vgpu, enum vgpu_trigger trigger)
{
	return vgpu_trigger_signal(&vgpu->irq.triggers[trigger]);
}

bool vgpu_irq_report_error(struct vgpu_vfio *vgpu)
{
	return vgpu_irq_notify(vgpu, VGPU_TRIGGER_ERR);
}

/*
 * The signal is sent with the lock released: whoever
 * waits on the eventfd runs at once and may come back here.
 */
void vgpu_irq_intx_update(struct vgpu_vfio *vgpu)
{
	struct vgpu_irq *irq = &vgpu->irq;
	unsigned long flags;
	bool fire;

	spin_lock_irqsave(&irq->intx_lock, flags);
	fire = irq->level && !irq->masked && !irq->disabled &&
	       rcu_access_pointer(irq->triggers[VGPU_TRIGGER_INTX]);
	if (fire)
		irq->masked = true;
	spin_unlock_irqrestore(&irq->intx_lock, flags);
	if (fire)
		vgpu_irq_notify(vgpu, VGPU_TRIGGER_INTX);
}

static void irq_intx_change(struct vgpu_vfio *vgpu, bool *what, bool value)
{
	unsigned long flags;

	spin_lock_irqsave(&vgpu->irq.intx_lock, flags);
	WRITE_ONCE(*what, value);
	spin_unlock_irqrestore(&vgpu->irq.intx_lock, flags);
	vgpu_irq_intx_update(vgpu);
}

void vgpu_irq_set_intx(struct vgpu_vfio *vgpu, bool level)
{
	if (!vgpu->identity.intx)
		return;
	if (level && !READ_ONCE(vgpu->irq.level))
		vgpu_stats_add(&vgpu->counters, VGPU_STAT_INTERRUPTS, 1);
	irq_intx_change(vgpu, &vgpu->irq.level, level);
}

void vgpu_irq_intx_disable(struct vgpu_vfio *vgpu, bool disable)
{
	irq_intx_change(vgpu, &vgpu->irq.disabled, disable);
}

void vgpu_irq_intx_mask(struct vgpu_vfio *vgpu, bool mask)
{
	irq_intx_change(vgpu, &vgpu->irq.masked, mask);
}

bool vgpu_irq_intx_level(struct vgpu_vfio *vgpu)
{
	return READ_ONCE(vgpu->irq.level);
}

void vgpu_irq_init(struct vgpu_irq *irq)
{
	mutex_init(&irq->lock);
	spin_lock_init(&irq->intx_lock);
	irq->index = VFIO_PCI_NUM_IRQS;
}

int vgpu_irq_open(struct vgpu_vfio *vgpu)
{
	return vgpu_vector_open(vgpu);
}

void vgpu_irq_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_irq *irq = &vgpu->irq;

	mutex_lock(&irq->lock);
	vgpu_irq_disable(vgpu, irq->index);
	vgpu_irq_disable(vgpu, VFIO_PCI_ERR_IRQ_INDEX);
	vgpu_irq_disable(vgpu, VFIO_PCI_REQ_IRQ_INDEX);
	vgpu_vector_close(vgpu);
	mutex_unlock(&irq->lock);
	irq_intx_change(vgpu, &irq->disabled, false);
	irq_intx_change(vgpu, &irq->level, false);
}
