/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vGPU was used for since it was made, and all vGPUs of a GPU since that came:
 * the group "vgpu_stats" of attributes of both.
 */
#ifndef VGPU_VFIO_STATS_H
#define VGPU_VFIO_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct attribute_group;
struct vgpu_gpu;
struct vgpu_vfio;

/**
 * enum vgpu_stat - what is counted
 * @VGPU_STAT_ACCESSES: accesses to BARs that the RM answered
 * @VGPU_STAT_INTERRUPTS: interrupts that the RM raised, whether or not the guest
 *	had them enabled
 * @VGPU_STAT_DMA_BYTES: bytes that the RM read and wrote of guest memory by dma_rw()
 * @VGPU_STAT_FRAMES: how often the VMM asked what is shown while something was
 */
enum vgpu_stat {
	VGPU_STAT_ACCESSES,
	VGPU_STAT_INTERRUPTS,
	VGPU_STAT_DMA_BYTES,
	VGPU_STAT_FRAMES,
	VGPU_STAT_COUNT,
};

/**
 * struct vgpu_stats_cpu - what one processor has counted
 * @count: by enum vgpu_stat
 */
struct vgpu_stats_cpu {
	u64 count[VGPU_STAT_COUNT];
};

/**
 * struct vgpu_counters - the counters of a vGPU
 * @cpu: of each processor
 * @opened_ns: when it was opened, 0 while it is closed; monotonic time
 * @open_ns: how long it was open before that
 */
struct vgpu_counters {
	struct vgpu_stats_cpu __percpu *cpu;
	atomic64_t opened_ns;
	atomic64_t open_ns;
};

/**
 * struct vgpu_totals - counters summed up
 * @count: by enum vgpu_stat
 * @open_ns: how long vGPUs were open
 */
struct vgpu_totals {
	u64 count[VGPU_STAT_COUNT];
	u64 open_ns;
};

/**
 * vgpu_stats_add() - count something; any context
 * @counters: a vGPU's
 * @stat: what
 * @count: how much of it
 */
static inline void vgpu_stats_add(struct vgpu_counters *counters,
				  enum vgpu_stat stat, u64 count)
{
	this_cpu_add(counters->cpu->count[stat], count);
}

/**
 * vgpu_stats_init() - counters at nothing
 * @counters: a vGPU's
 *
 * Return: 0, to be undone by vgpu_stats_exit(), or -ENOMEM.
 */
int vgpu_stats_init(struct vgpu_counters *counters);
void vgpu_stats_exit(struct vgpu_counters *counters);

/* The vGPU is open from the one to the other; one at a time. */
void vgpu_stats_open(struct vgpu_counters *counters);
void vgpu_stats_close(struct vgpu_counters *counters);

/**
 * vgpu_stats_sum() - add a vGPU's counters to others
 * @totals: what to add to
 * @counters: the vGPU's
 */
void vgpu_stats_sum(struct vgpu_totals *totals,
		    const struct vgpu_counters *counters);

/* Of a device whose driver data is a struct vgpu_vfio, and of a GPU's PCI device. */
extern const struct attribute_group vgpu_stats_group;
extern const struct attribute_group vgpu_stats_gpu_group;

#endif /* VGPU_VFIO_STATS_H */
