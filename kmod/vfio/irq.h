/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of a vGPU: INTA, MSI, and VFIO's ERR and REQ.
 */
#ifndef VGPU_VFIO_IRQ_H
#define VGPU_VFIO_IRQ_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct eventfd_ctx;
struct vfio_irq_info;
struct vfio_irq_set;
struct vgpu_vfio;
struct virqfd;

#define VGPU_MAX_MSI	32

/* Triggers, in one array. */
enum vgpu_trigger {
	VGPU_TRIGGER_INTX,
	VGPU_TRIGGER_ERR,
	VGPU_TRIGGER_REQ,
	VGPU_TRIGGER_MSI,
	VGPU_TRIGGER_COUNT = VGPU_TRIGGER_MSI + VGPU_MAX_MSI,
};

/**
 * struct vgpu_irq - interrupts of one vGPU
 * @lock: serialises VFIO_DEVICE_SET_IRQS
 * @triggers: eventfds to signal; RCU, replaced under @lock
 * @unmask: unmasks INTA; VFIO's, under its own lock
 * @intx_lock: guards the rest; interrupts off
 * @level: INTA as the RM drives it
 * @masked: by the user, or since it fired: INTA is automasked
 * @disabled: COMMAND keeps it from being asserted
 */
struct vgpu_irq {
	struct mutex lock;
	struct eventfd_ctx __rcu *triggers[VGPU_TRIGGER_COUNT];
	struct virqfd *unmask;
	spinlock_t intx_lock;
	bool level;
	bool masked;
	bool disabled;
};

/* From create to delete. */
void vgpu_irq_init(struct vgpu_irq *irq);

/* At close: no trigger is left, no signal is under way. Sleeps. */
void vgpu_irq_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_irq_info() - VFIO_DEVICE_GET_IRQ_INFO
 * @vgpu: the vGPU
 * @info: @info->index in, @info->flags and @info->count out
 */
int vgpu_irq_info(const struct vgpu_vfio *vgpu, struct vfio_irq_info *info);

/**
 * vgpu_irq_set() - VFIO_DEVICE_SET_IRQS
 * @vgpu: the vGPU, open
 * @set: the header, checked against vgpu_irq_info()
 * @data: what followed it, as its flags say, or NULL for VFIO_IRQ_SET_DATA_NONE
 *
 * All of it happens, or nothing. Sleeps.
 */
int vgpu_irq_set(struct vgpu_vfio *vgpu, const struct vfio_irq_set *set,
		 const void *data);

/* INTA as PCI_STATUS shows it. */
bool vgpu_irq_intx_level(struct vgpu_vfio *vgpu);

/* COMMAND's interrupt disable changed. */
void vgpu_irq_intx_disable(struct vgpu_vfio *vgpu, bool disable);

/**
 * vgpu_irq_notify() - signal ERR or REQ
 * @vgpu: the vGPU
 * @trigger: which; any context but NMI
 *
 * Return: false if nobody listens.
 */
bool vgpu_irq_notify(struct vgpu_vfio *vgpu, enum vgpu_trigger trigger);

/* Callbacks of the contract; see struct vgpu_vfio_ops. */
int vgpu_irq_inject(struct vgpu_vfio *vgpu, unsigned int vector);
void vgpu_irq_set_intx(struct vgpu_vfio *vgpu, bool level);

#endif /* VGPU_VFIO_IRQ_H */
