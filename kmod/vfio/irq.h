/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of a vGPU as VFIO has them: INTA, ERR and REQ here, MSI and MSI-X in
 * vector.h, and VFIO_DEVICE_SET_IRQS over all.
 */
#ifndef VGPU_VFIO_IRQ_H
#define VGPU_VFIO_IRQ_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "vector.h"

struct eventfd_ctx;
struct vfio_irq_info;
struct vfio_irq_set;
struct vgpu_vfio;
struct virqfd;

/* Triggers that are no vectors. */
enum vgpu_trigger {
	VGPU_TRIGGER_INTX,
	VGPU_TRIGGER_ERR,
	VGPU_TRIGGER_REQ,
	VGPU_TRIGGER_COUNT,
};

/**
 * struct vgpu_irq - interrupts of one vGPU
 * @lock: serialises VFIO_DEVICE_SET_IRQS
 * @index: INTA, MSI or MSI-X, which is set up, or VFIO_PCI_NUM_IRQS for none;
 *	under @lock
 * @triggers: eventfds to signal; SRCU, replaced under @lock
 * @vectors: MSI and MSI-X from open to close, NULL without; RCU
 * @unmask: unmasks INTA; VFIO's, under its own lock
 * @intx_lock: guards the rest; interrupts off
 * @level: INTA as the RM drives it
 * @masked: by the user, or since it fired: INTA is automasked
 * @disabled: COMMAND keeps it from being asserted
 */
struct vgpu_irq {
	struct mutex lock;
	u32 index;
	struct eventfd_ctx __rcu *triggers[VGPU_TRIGGER_COUNT];
	struct vgpu_vectors __rcu *vectors;
	struct virqfd *unmask;
	spinlock_t intx_lock;
	bool level;
	bool masked;
	bool disabled;
};

/* From create to delete. */
void vgpu_irq_init(struct vgpu_irq *irq);

/* Under the lifecycle lock; 0, to be undone by vgpu_irq_close(), or -ENOMEM. */
int vgpu_irq_open(struct vgpu_vfio *vgpu);

/* At close: no trigger is left, no signal is under way. Sleeps. */
void vgpu_irq_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_irq_info() - VFIO_DEVICE_GET_IRQ_INFO
 * @vgpu: the vGPU
 * @info: @info->index in, @info->flags and @info->count out
 *
 * Every index has an answer, if only a count of 0.
 */
int vgpu_irq_info(const struct vgpu_vfio *vgpu, struct vfio_irq_info *info);

/**
 * vgpu_irq_set() - VFIO_DEVICE_SET_IRQS
 * @vgpu: the vGPU, open
 * @set: the header, checked against vgpu_irq_info()
 * @data: what followed it, as its flags say, or NULL for VFIO_IRQ_SET_DATA_NONE
 *
 * All of it happens, or nothing. Of INTA, MSI and MSI-X one can be set up at a
 * time, as in vfio-pci. Sleeps.
 */
int vgpu_irq_set(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
		 const void *data);

/* Takes back every trigger of an index; under @irq->lock; sleeps. */
void vgpu_irq_disable(struct vgpu_vfio *vgpu, u32 index);

/* INTA as PCI_STATUS shows it. */
bool vgpu_irq_intx_level(struct vgpu_vfio *vgpu);

/* COMMAND's interrupt disable changed. */
void vgpu_irq_intx_disable(struct vgpu_vfio *vgpu, bool disable);

/* Fires INTA if it is due: high, not masked, not disabled, with a trigger. */
void vgpu_irq_intx_update(struct vgpu_vfio *vgpu);

/* The user masks INTA, or unmasks it, which fires it again if it is still high. */
void vgpu_irq_intx_mask(struct vgpu_vfio *vgpu, bool mask);

/**
 * vgpu_irq_notify() - signal INTA's trigger, ERR or REQ
 * @vgpu: the vGPU
 * @trigger: which; any context but NMI
 *
 * Return: false if nobody listens.
 */
bool vgpu_irq_notify(struct vgpu_vfio *vgpu, enum vgpu_trigger trigger);

/* Callbacks of the contract; see struct vgpu_vfio_ops. */
void vgpu_irq_set_intx(struct vgpu_vfio *vgpu, bool level);
bool vgpu_irq_report_error(struct vgpu_vfio *vgpu);

#endif /* VGPU_VFIO_IRQ_H */
