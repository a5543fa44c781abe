// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sharing out the video memory of one GPU. Pure logic, compiled in user space as
 * well by tests/kmod/test-capacity.c.
 */
#include <linux/bug.h>
#include <linux/errno.h>

#include "capacity.h"

void soft_capacity_init(struct soft_capacity *capacity, u32 total_mib)
{
	capacity->total_mib = total_mib;
	capacity->used_mib = 0;
}

unsigned int soft_capacity_max(const struct soft_capacity *capacity, u32 mib)
{
	return mib ? capacity->total_mib / mib : 0;
}

unsigned int soft_capacity_instances(const struct soft_capacity *capacity,
				     u32 mib)
{
	return mib ? (capacity->total_mib - capacity->used_mib) / mib : 0;
}

int soft_capacity_reserve(struct soft_capacity *capacity, u32 mib)
{
	if (!soft_capacity_instances(capacity, mib))
		return -ENOSPC;
	capacity->used_mib += mib;
	return 0;
}

void soft_capacity_release(struct soft_capacity *capacity, u32 mib)
{
	if (WARN_ON(mib > capacity->used_mib))
		return;
	capacity->used_mib -= mib;
}
