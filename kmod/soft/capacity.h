/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The video memory of one GPU, as vGPUs share it: numbers, no memory. A vGPU has a
 * placement, the MiB that its share begins at, which is a multiple of its size: so a
 * share that was given back fits one of the same size again.
 */
#ifndef SOFT_CAPACITY_H
#define SOFT_CAPACITY_H

#include <linux/types.h>

#define SOFT_ANY_PLACEMENT	(-1)

/**
 * struct soft_capacity - video memory of a GPU
 * @total_mib: all of it, in MiB; constant
 * @mixed: vGPUs of different sizes may be on it at once (mixed-size mode), else
 *	all have the size of the first (equal-size mode); changes with @count 0 only
 * @taken: a bit for each MiB
 * @count: shares that are taken
 * @size_mib: the size of the share that was taken last
 *
 * No lock of its own: struct soft_gpu's guards it.
 */
struct soft_capacity {
	u32 total_mib;
	bool mixed;
	unsigned long *taken;
	unsigned int count;
	u32 size_mib;
};

/**
 * soft_capacity_init() - a GPU with nothing taken, in equal-size mode
 * @capacity: the capacity
 * @total_mib: its video memory, in MiB
 * @taken: as many bits, all clear; the caller frees them
 */
void soft_capacity_init(struct soft_capacity *capacity, u32 total_mib,
			unsigned long *taken);

/**
 * soft_capacity_max() - vGPUs that fit an empty GPU
 * @capacity: the capacity
 * @mib: video memory of each, in MiB, not 0
 *
 * Return: how many.
 */
unsigned int soft_capacity_max(const struct soft_capacity *capacity, u32 mib);

/**
 * soft_capacity_instances() - vGPUs that still fit
 * @capacity: the capacity
 * @mib: video memory of each, in MiB, not 0
 *
 * Return: how many.
 */
unsigned int soft_capacity_instances(const struct soft_capacity *capacity,
				     u32 mib);

/**
 * soft_capacity_reserve() - take video memory for a vGPU
 * @capacity: the capacity
 * @mib: how much, in MiB, not 0
 * @wanted: the placement, or SOFT_ANY_PLACEMENT for the first that is free
 *
 * Pairs with soft_capacity_release() of as much at the placement.
 *
 * Return: the placement; -ENOSPC without room, or in equal-size mode while there
 * are vGPUs of another size; -EINVAL for a placement that the size can't have,
 * -EBUSY for one that is taken. Nothing is taken then.
 */
int soft_capacity_reserve(struct soft_capacity *capacity, u32 mib, int wanted);

/**
 * soft_capacity_release() - give a vGPU's video memory back
 * @capacity: the capacity
 * @mib: as much as was reserved
 * @placement: where
 */
void soft_capacity_release(struct soft_capacity *capacity, u32 mib,
			   int placement);

#endif /* SOFT_CAPACITY_H */
