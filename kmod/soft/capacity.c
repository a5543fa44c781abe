// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sharing out the video memory of one GPU. Pure logic, compiled in user space as
 * well by tests/kmod/test-capacity.c.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/math.h>

#include "capacity.h"

/* The first free run of @mib from the multiple @at on; total_mib or more for none. */
static unsigned long find_free(const struct soft_capacity *capacity, u32 mib,
			       unsigned long at)
{
	unsigned long used;

	while (at + mib <= capacity->total_mib) {
		used = find_next_bit(capacity->taken, at + mib, at);
		if (used >= at + mib)
			return at;
		used = find_next_zero_bit(capacity->taken, capacity->total_mib,
					  used);
		at = roundup(used, mib);
	}
	return capacity->total_mib;
}

static bool size_allowed(const struct soft_capacity *capacity, u32 mib)
{
	return capacity->mixed || !capacity->count || capacity->size_mib == mib;
}

void soft_capacity_init(struct soft_capacity *capacity, u32 total_mib,
			unsigned long *taken)
{
	capacity->total_mib = total_mib;
	capacity->mixed = false;
	capacity->taken = taken;
	capacity->count = 0;
	capacity->size_mib = 0;
}

unsigned int soft_capacity_max(const struct soft_capacity *capacity, u32 mib)
{
	return capacity->total_mib / mib;
}

unsigned int soft_capacity_instances(const struct soft_capacity *capacity,
				     u32 mib)
{
	unsigned int count = 0;
	unsigned long at;

	if (!size_allowed(capacity, mib))
		return 0;
	/* Shares of one size leave no gaps that are too small. */
	if (!capacity->mixed)
		return soft_capacity_max(capacity, mib) - capacity->count;
	for (at = find_free(capacity, mib, 0); at < capacity->total_mib;
	     at = find_free(capacity, mib, at + mib))
		count++;
	return count;
}

static int find_wanted(const struct soft_capacity *capacity, u32 mib,
		       int wanted)
{
	if (wanted < 0 || wanted % mib || wanted + mib > capacity->total_mib)
		return -EINVAL;
	if (find_free(capacity, mib, wanted) != (unsigned long)wanted)
		return -EBUSY;
	return wanted;
}

static int find_any(const struct soft_capacity *capacity, u32 mib)
{
	unsigned long at = find_free(capacity, mib, 0);

	return at < capacity->total_mib ? (int)at : -ENOSPC;
}

int soft_capacity_reserve(struct soft_capacity *capacity, u32 mib, int wanted)
{
	int at;

	if (!size_allowed(capacity, mib))
		return -ENOSPC;
	at = wanted == SOFT_ANY_PLACEMENT ? find_any(capacity, mib) :
					    find_wanted(capacity, mib, wanted);
	if (at < 0)
		return at;
	bitmap_set(capacity->taken, at, mib);
	capacity->count++;
	capacity->size_mib = mib;
	return at;
}

void soft_capacity_release(struct soft_capacity *capacity, u32 mib,
			   int placement)
{
	bitmap_clear(capacity->taken, placement, mib);
	capacity->count--;
}
