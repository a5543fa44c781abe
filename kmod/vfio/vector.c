// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vectors of MSI and MSI-X: which eventfd each is tied to, and raising them.
 */
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "trigger.h"
#include "vgpu.h"

int vgpu_vector_open(struct vgpu_vfio *vgpu)
{
	const struct vgpu_identity *identity = &vgpu->identity;
	unsigned int msix = identity->msix_vectors;
	unsigned int count = max(identity->msi_vectors, identity->msix_vectors);
	struct vgpu_vectors *vectors;

	if (!count)
		return 0;
	vectors = kvzalloc(struct_size(vectors, triggers, count) +
			   count * sizeof(*vectors->scratch) +
			   vgpu_msix_storage(msix), GFP_KERNEL_ACCOUNT);
	if (!vectors)
		return -ENOMEM;
	vectors->count = count;
	vectors->scratch = (void *)(vectors->triggers + count);
	vgpu_msix_init(&vectors->msix, msix, vectors->scratch + count);
	rcu_assign_pointer(vgpu->irq.vectors, vectors);
	return 0;
}

void vgpu_vector_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_irq *irq = &vgpu->irq;
	struct vgpu_vectors *vectors;

	vectors = rcu_replace_pointer(irq->vectors, NULL,
				      lockdep_is_held(&irq->lock));
	if (vectors)
		kvfree_rcu(vectors, rcu);
}

/* Vectors that nobody listens to don't become pending: they are not enabled. */
static bool vector_holds(struct vgpu_vectors *vectors, unsigned int vector)
{
	return vector < vectors->msix.count &&
	       rcu_access_pointer(vectors->triggers[vector]) &&
	       vgpu_msix_hold(&vectors->msix, vector);
}

void vgpu_vector_raise(struct vgpu_vfio *vgpu, unsigned int vector)
{
	struct vgpu_vectors *vectors;

	rcu_read_lock();	/* pairs with kvfree_rcu() at close */
	vectors = rcu_dereference(vgpu->irq.vectors);
	if (vectors && vector < vectors->count) {
		/* Guests can choose the number. */
		vector = array_index_nospec(vector, vectors->count);
		if (!vector_holds(vectors, vector))
			vgpu_trigger_signal(&vectors->triggers[vector]);
	}
	rcu_read_unlock();
}

int vgpu_vector_inject(struct vgpu_vfio *vgpu, unsigned int vector)
{
	const struct vgpu_identity *identity = &vgpu->identity;

	if (vector >= max(identity->msi_vectors, identity->msix_vectors))
		return -EINVAL;
	vgpu_stats_add(&vgpu->counters, VGPU_STAT_INTERRUPTS, 1);
	vgpu_vector_raise(vgpu, vector);
	return 0;
}

void vgpu_vector_deliver(struct vgpu_vectors *vectors)
{
	struct vgpu_msix *msix = &vectors->msix;
	unsigned int vector;

	for (vector = vgpu_msix_next(msix, 0); vector < msix->count;
	     vector = vgpu_msix_next(msix, vector + 1))
		vgpu_trigger_signal(&vectors->triggers[vector]);
}

/* Between open and close, which a caller's own use of the device ensures. */
static struct vgpu_vectors *vector_opened(struct vgpu_vfio *vgpu)
{
	return rcu_dereference_protected(vgpu->irq.vectors,
					 READ_ONCE(vgpu->opened));
}

void vgpu_vector_mask_all(struct vgpu_vfio *vgpu, bool mask)
{
	struct vgpu_vectors *vectors = vector_opened(vgpu);

	lockdep_assert_held(&vgpu->config_lock);
	if (!vectors || vectors->msix.function_mask == mask)
		return;
	vgpu_msix_mask_all(&vectors->msix, mask);
	if (!mask)
		vgpu_vector_deliver(vectors);
}

void vgpu_vector_reset(struct vgpu_vfio *vgpu)
{
	struct vgpu_vectors *vectors = vector_opened(vgpu);

	lockdep_assert_held(&vgpu->config_lock);
	if (vectors)
		vgpu_msix_reset(&vectors->msix);
}

void vgpu_vector_rw(struct vgpu_vfio *vgpu, u64 offset, void *buf,
		    size_t count, bool write)
{
	mutex_lock(&vgpu->config_lock);
	vgpu_msix_rw(&vector_opened(vgpu)->msix, &vgpu->identity, offset, buf,
		     count, write);
	mutex_unlock(&vgpu->config_lock);
}
