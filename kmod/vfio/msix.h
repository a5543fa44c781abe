/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MSI-X as a guest and a VMM see it: the table and the pending bits in a BAR, masks,
 * and which interrupt has to wait. Pure logic.
 *
 * What the table holds never decides about an interrupt: VMMs keep a table of
 * their own in front of it, so that a guest's unmask does not get here. Function
 * Mask does, and VFIO's mask and unmask actions do.
 */
#ifndef VGPU_VFIO_MSIX_H
#define VGPU_VFIO_MSIX_H

#include <linux/types.h>

#include "vgpu-rm.h"

/**
 * struct vgpu_msix - MSI-X of one function
 * @count: vectors, 0 where there is none
 * @in_use: MSI-X is what the VMM has set up
 * @function_mask: every vector is masked
 * @masked: a bit for each vector that is masked by itself
 * @pending: a bit for each vector that was raised while it was masked
 * @table: 16 bytes for each vector, little endian
 *
 * @table is serialised by the caller; the rest may be read and changed from any
 * context at once.
 */
struct vgpu_msix {
	unsigned int count;
	bool in_use;
	bool function_mask;
	unsigned long *masked;
	unsigned long *pending;
	u8 *table;
};

/**
 * vgpu_msix_check() - is MSI-X where it can be?
 * @identity: the identity
 * @bars: VGPU_MAX_BARS BARs, or NULL to check what needs none
 *
 * True too for an identity without MSI-X.
 */
bool vgpu_msix_check(const struct vgpu_identity *identity,
		     const struct vgpu_bar_info *bars);

/**
 * vgpu_msix_touches() - is a byte of table or pending bits in an area?
 * @identity: an identity that vgpu_msix_check() accepts
 * @bar: the BAR of @area
 * @area: the area, page aligned
 */
bool vgpu_msix_touches(const struct vgpu_identity *identity, unsigned int bar,
		       const struct vgpu_area *area);

/* vgpu_msix_claims() for the BAR that MSI-X is in. */
bool vgpu_msix_claims_here(const struct vgpu_identity *identity, u64 offset,
			   size_t *count);

/**
 * vgpu_msix_claims() - whose is an access?
 * @identity: an identity that vgpu_msix_check() accepts
 * @bar: the BAR
 * @offset: first byte of the access, inside the BAR
 * @count: bytes, not 0; made fewer where the access would reach from what is
 *	MSI-X's to what is not, or the other way round
 *
 * Return: true if it is to be answered by vgpu_msix_rw().
 */
static inline bool vgpu_msix_claims(const struct vgpu_identity *identity,
				    unsigned int bar, u64 offset, size_t *count)
{
	/* Most accesses end here. */
	return identity->msix_vectors && bar == identity->msix_bar &&
	       vgpu_msix_claims_here(identity, offset, count);
}

/**
 * vgpu_msix_rw() - an access to table or pending bits
 * @msix: MSI-X
 * @identity: says where they are
 * @offset: first byte in their BAR
 * @buf: bytes to write or room for those read
 * @count: bytes, as vgpu_msix_claims() left them; any size, any alignment
 * @write: true to write
 */
void vgpu_msix_rw(struct vgpu_msix *msix, const struct vgpu_identity *identity,
		  u64 offset, void *buf, size_t count, bool write);

/* Bytes of memory, zeroed and aligned as a long, that @vectors vectors need. */
size_t vgpu_msix_storage(unsigned int vectors);

/**
 * vgpu_msix_init() - MSI-X after power-on
 * @msix: what to fill
 * @vectors: vectors
 * @storage: vgpu_msix_storage() bytes, which the caller frees after the last use
 */
void vgpu_msix_init(struct vgpu_msix *msix, unsigned int vectors,
		    void *storage);

/* Table, masks and pending bits as after power-on; @in_use stays. */
void vgpu_msix_reset(struct vgpu_msix *msix);

/* The VMM sets MSI-X up, or takes it back: no vector is masked or pending then. */
void vgpu_msix_use(struct vgpu_msix *msix, bool use);

/* Masks change. After a mask was lifted the caller takes what vgpu_msix_next() gives. */
void vgpu_msix_mask(struct vgpu_msix *msix, unsigned int vector, bool mask);
void vgpu_msix_mask_all(struct vgpu_msix *msix, bool mask);

/**
 * vgpu_msix_hold() - a vector is raised
 * @msix: MSI-X
 * @vector: the vector, below @msix->count
 *
 * Return: true if it is masked and pending now; false if it is to be delivered.
 */
bool vgpu_msix_hold(struct vgpu_msix *msix, unsigned int vector);

/**
 * vgpu_msix_next() - take the next pending vector that is masked no longer
 * @msix: MSI-X
 * @from: the first vector to look at
 *
 * Return: the vector, to be delivered by the caller, or @msix->count.
 */
unsigned int vgpu_msix_next(struct vgpu_msix *msix, unsigned int from);

#endif /* VGPU_VFIO_MSIX_H */
