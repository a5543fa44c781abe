// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSI-X's table, pending bits and masks, after the PCI Local Bus Specification
 * 3.0, section 6.8.2.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "msix.h"

#define MSIX_ALIGN	8	/* of table and pending bits (6.8.2.4) */

/**
 * struct msix_span - bytes of a BAR
 * @start: the first
 * @end: the one behind the last
 */
struct msix_span {
	u64 start;
	u64 end;
};

static struct msix_span msix_table(const struct vgpu_identity *identity)
{
	u64 start = identity->msix_table;

	return (struct msix_span){
		start, start + identity->msix_vectors * PCI_MSIX_ENTRY_SIZE,
	};
}

/* Pending bits come in quadwords of 64 vectors (6.8.2.10). */
static struct msix_span msix_pba(const struct vgpu_identity *identity)
{
	u64 start = identity->msix_pba;

	return (struct msix_span){
		start, start + (identity->msix_vectors + 63) / 64 * 8,
	};
}

static bool msix_overlap(const struct msix_span *a, const struct msix_span *b)
{
	return a->start < b->end && b->start < a->end;
}

static bool msix_inside(const struct msix_span *span,
			const struct vgpu_bar_info *bar)
{
	return !(bar->flags & VGPU_BAR_IO) && span->end <= bar->size;
}

bool vgpu_msix_check(const struct vgpu_identity *identity,
		     const struct vgpu_bar_info *bars)
{
	struct msix_span table = msix_table(identity);
	struct msix_span pba = msix_pba(identity);

	if (!identity->msix_vectors)
		return true;
	if (identity->msix_vectors > VGPU_MAX_MSIX ||
	    identity->msix_bar >= VGPU_MAX_BARS ||
	    table.start % MSIX_ALIGN || pba.start % MSIX_ALIGN ||
	    msix_overlap(&table, &pba))
		return false;
	if (!bars)
		return true;
	bars += identity->msix_bar;
	return msix_inside(&table, bars) && msix_inside(&pba, bars);
}

bool vgpu_msix_touches(const struct vgpu_identity *identity, unsigned int bar,
		       const struct vgpu_area *area)
{
	struct msix_span span = { area->offset, area->offset + area->size };
	struct msix_span table = msix_table(identity);
	struct msix_span pba = msix_pba(identity);

	return identity->msix_vectors && bar == identity->msix_bar &&
	       (msix_overlap(&span, &table) || msix_overlap(&span, &pba));
}

/* Is @offset in @span? @count ends where the answer would be another. */
static bool msix_cut(const struct msix_span *span, u64 offset, size_t *count)
{
	if (offset >= span->end)
		return false;
	if (offset < span->start) {
		*count = min_t(u64, *count, span->start - offset);
		return false;
	}
	*count = min_t(u64, *count, span->end - offset);
	return true;
}

bool vgpu_msix_claims_here(const struct vgpu_identity *identity, u64 offset,
			   size_t *count)
{
	struct msix_span table = msix_table(identity);
	struct msix_span pba = msix_pba(identity);

	return msix_cut(&table, offset, count) || msix_cut(&pba, offset, count);
}

/*
 * What of a vector's entry can be written, a byte each: not the address's two
 * lowest bits, and of the control word Mask only (6.8.2.6 to 6.8.2.9).
 */
static const u8 msix_writable[PCI_MSIX_ENTRY_SIZE] = {
	0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, PCI_MSIX_ENTRY_CTRL_MASKBIT,
};

static void msix_table_write(struct vgpu_msix *msix, size_t offset,
			     const u8 *buf, size_t count)
{
	for (; count; count--, offset++, buf++) {
		u8 mask = msix_writable[offset % PCI_MSIX_ENTRY_SIZE];
		u8 *to = &msix->table[offset];

		*to = (*to & ~mask) | (*buf & mask);
	}
}

/* Bits past the last vector are zero. */
static u8 msix_pending_byte(const struct vgpu_msix *msix, size_t offset)
{
	unsigned int vector = offset * 8;
	u8 byte = 0;
	unsigned int i;

	for (i = 0; i < 8 && vector + i < msix->count; i++)
		if (test_bit(vector + i, msix->pending))
			byte |= 1 << i;
	return byte;
}

void vgpu_msix_rw(struct vgpu_msix *msix, const struct vgpu_identity *identity,
		  u64 offset, void *buf, size_t count, bool write)
{
	struct msix_span table = msix_table(identity);
	u8 *bytes = buf;
	size_t i;

	if (offset >= table.start && offset < table.end) {
		if (write)
			msix_table_write(msix, offset - table.start, buf,
					 count);
		else
			memcpy(buf, msix->table + (offset - table.start),
			       count);
	} else if (!write) {
		for (i = 0; i < count; i++)
			bytes[i] = msix_pending_byte(msix, offset + i -
						     identity->msix_pba);
	}
}

size_t vgpu_msix_storage(unsigned int vectors)
{
	return 2 * BITS_TO_LONGS(vectors) * sizeof(long) +
	       vectors * PCI_MSIX_ENTRY_SIZE;
}

void vgpu_msix_init(struct vgpu_msix *msix, unsigned int vectors,
		    void *storage)
{
	msix->count = vectors;
	msix->in_use = false;
	msix->masked = storage;
	msix->pending = msix->masked + BITS_TO_LONGS(vectors);
	msix->table = (u8 *)(msix->pending + BITS_TO_LONGS(vectors));
	vgpu_msix_reset(msix);
}

/* Bit by bit, since others may set bits at the same time. */
static void msix_clear(unsigned long *bits, unsigned int count)
{
	unsigned int i;

	for_each_set_bit(i, bits, count)
		clear_bit(i, bits);
}

/* A vector's Mask bit is set after reset, all else is zero (6.8.2.9). */
void vgpu_msix_reset(struct vgpu_msix *msix)
{
	unsigned int i;

	memset(msix->table, 0, msix->count * PCI_MSIX_ENTRY_SIZE);
	for (i = 0; i < msix->count; i++)
		msix->table[i * PCI_MSIX_ENTRY_SIZE +
			    PCI_MSIX_ENTRY_VECTOR_CTRL] =
			PCI_MSIX_ENTRY_CTRL_MASKBIT;
	WRITE_ONCE(msix->function_mask, false);
	msix_clear(msix->masked, msix->count);
	msix_clear(msix->pending, msix->count);
}

void vgpu_msix_use(struct vgpu_msix *msix, bool use)
{
	if (READ_ONCE(msix->in_use) == use)
		return;
	msix_clear(msix->masked, msix->count);
	msix_clear(msix->pending, msix->count);
	WRITE_ONCE(msix->in_use, use);
}

void vgpu_msix_mask(struct vgpu_msix *msix, unsigned int vector, bool mask)
{
	if (mask)
		set_bit(vector, msix->masked);
	else
		clear_bit(vector, msix->masked);
}

void vgpu_msix_mask_all(struct vgpu_msix *msix, bool mask)
{
	WRITE_ONCE(msix->function_mask, mask);
}

static bool msix_is_masked(const struct vgpu_msix *msix, unsigned int vector)
{
	return READ_ONCE(msix->in_use) && (READ_ONCE(msix->function_mask) ||
					   test_bit(vector, msix->masked));
}

bool vgpu_msix_hold(struct vgpu_msix *msix, unsigned int vector)
{
	if (!msix_is_masked(msix, vector))
		return false;
	set_bit(vector, msix->pending);
	/*
	 * Pairs with the barrier of vgpu_msix_next(): either the mask is seen
	 * lifted here, or the pending bit is seen there.
	 */
	smp_mb__after_atomic();
	return msix_is_masked(msix, vector) ||
	       !test_and_clear_bit(vector, msix->pending);
}

unsigned int vgpu_msix_next(struct vgpu_msix *msix, unsigned int from)
{
	unsigned int vector = from;

	smp_mb();	/* pairs with vgpu_msix_hold() */
	for_each_set_bit_from(vector, msix->pending, msix->count)
		if (!msix_is_masked(msix, vector) &&
		    test_and_clear_bit(vector, msix->pending))
			return vector;
	return msix->count;
}
