/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vectors of MSI and MSI-X: which eventfd each is tied to, and raising them.
 */
#ifndef VGPU_VFIO_VECTOR_H
#define VGPU_VFIO_VECTOR_H

#include <linux/types.h>

#include "msix.h"

struct eventfd_ctx;
struct vgpu_vfio;

/**
 * struct vgpu_vectors - vectors while the vGPU is open
 * @rcu: frees it
 * @count: of the larger of MSI and MSI-X, which are never in use both
 * @msix: MSI-X, whose storage follows @triggers
 * @scratch: room for @count eventfds, for SET_IRQS; under &struct vgpu_irq.lock
 * @triggers: eventfds to signal; SRCU, replaced under &struct vgpu_irq.lock
 */
struct vgpu_vectors {
	struct rcu_head rcu;
	unsigned int count;
	struct vgpu_msix msix;
	struct eventfd_ctx **scratch;
	struct eventfd_ctx __rcu *triggers[];
};

/**
 * vgpu_vector_open() - get ready for MSI and MSI-X
 * @vgpu: the vGPU; its lifecycle lock is held
 *
 * Return: 0, to be undone by vgpu_vector_close(), or -ENOMEM.
 */
int vgpu_vector_open(struct vgpu_vfio *vgpu);

/* After every trigger was taken away; harmless without vgpu_vector_open(). */
void vgpu_vector_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_vector_raise() - raise a vector of what is in use
 * @vgpu: the vGPU
 * @vector: any number; dropped where it is tied to nothing
 *
 * Any context but NMI.
 */
void vgpu_vector_raise(struct vgpu_vfio *vgpu, unsigned int vector);

/**
 * vgpu_vector_deliver() - raise what was pending and is masked no longer
 * @vectors: MSI and MSI-X; the caller keeps it from being freed
 */
void vgpu_vector_deliver(struct vgpu_vectors *vectors);

/**
 * vgpu_vector_mask_all() - MSI-X's Function Mask
 * @vgpu: the vGPU, open; its config lock is held
 * @mask: whether it is set
 */
void vgpu_vector_mask_all(struct vgpu_vfio *vgpu, bool mask);

/* MSI-X as after power-on; the vGPU is open, its config lock held. */
void vgpu_vector_reset(struct vgpu_vfio *vgpu);

/**
 * vgpu_vector_rw() - an access that vgpu_msix_claims() claims
 * @vgpu: the vGPU, open; takes its config lock
 * @offset: first byte in MSI-X's BAR
 * @buf: bytes to write or room for those read
 * @count: bytes
 * @write: true to write
 */
void vgpu_vector_rw(struct vgpu_vfio *vgpu, u64 offset, void *buf,
		    size_t count, bool write);

/* Callback of the contract; see struct vgpu_vfio_ops. */
int vgpu_vector_inject(struct vgpu_vfio *vgpu, unsigned int vector);

#endif /* VGPU_VFIO_VECTOR_H */
