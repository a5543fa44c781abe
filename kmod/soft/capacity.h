/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The video memory of one GPU, as vGPUs share it: numbers, no memory.
 */
#ifndef SOFT_CAPACITY_H
#define SOFT_CAPACITY_H

#include <linux/types.h>

/**
 * struct soft_capacity - video memory of a GPU
 * @total_mib: all of it, in MiB
 * @used_mib: reserved, in MiB; never more than @total_mib
 *
 * No lock of its own: struct soft_gpu's guards it.
 */
struct soft_capacity {
	u32 total_mib;
	u32 used_mib;
};

/**
 * soft_capacity_init() - a GPU with nothing reserved
 * @capacity: the capacity
 * @total_mib: its video memory, in MiB
 */
void soft_capacity_init(struct soft_capacity *capacity, u32 total_mib);

/**
 * soft_capacity_max() - vGPUs that fit an empty GPU
 * @capacity: the capacity
 * @mib: video memory of each, in MiB; 0 fits none
 *
 * Return: how many.
 */
unsigned int soft_capacity_max(const struct soft_capacity *capacity, u32 mib);

/**
 * soft_capacity_instances() - vGPUs that still fit
 * @capacity: the capacity
 * @mib: video memory of each, in MiB; 0 fits none
 *
 * Return: how many.
 */
unsigned int soft_capacity_instances(const struct soft_capacity *capacity,
				     u32 mib);

/**
 * soft_capacity_reserve() - take video memory for a vGPU
 * @capacity: the capacity
 * @mib: how much, in MiB
 *
 * Pairs with soft_capacity_release() of as much.
 *
 * Return: 0, or -ENOSPC, and then nothing is taken.
 */
int soft_capacity_reserve(struct soft_capacity *capacity, u32 mib);

/**
 * soft_capacity_release() - give a vGPU's video memory back
 * @capacity: the capacity
 * @mib: as much as was reserved
 */
void soft_capacity_release(struct soft_capacity *capacity, u32 mib);

#endif /* SOFT_CAPACITY_H */
