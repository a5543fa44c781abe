// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, and the attributes that show them.
 */
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/timekeeping.h>

#include "gpu.h"
#include "stats.h"
#include "vgpu.h"

int vgpu_stats_init(struct vgpu_counters *counters)
{
	counters->cpu = alloc_percpu(struct vgpu_stats_cpu);
	return counters->cpu ? 0 : -ENOMEM;
}

void vgpu_stats_exit(struct vgpu_counters *counters)
{
	free_percpu(counters->cpu);
}

void vgpu_stats_open(struct vgpu_counters *counters)
{
	atomic64_set(&counters->opened_ns, ktime_get_ns());
}

void vgpu_stats_close(struct vgpu_counters *counters)
{
	u64 opened = atomic64_read(&counters->opened_ns);

	atomic64_set(&counters->opened_ns, 0);
	atomic64_add(ktime_get_ns() - opened, &counters->open_ns);
}

void vgpu_stats_sum(struct vgpu_totals *totals,
		    const struct vgpu_counters *counters)
{
	u64 opened, before;
	unsigned int stat;
	int cpu;

	for_each_possible_cpu(cpu)
		for (stat = 0; stat < VGPU_STAT_COUNT; stat++)
			totals->count[stat] +=
				READ_ONCE(per_cpu_ptr(counters->cpu,
						      cpu)->count[stat]);
	/* Again, if it was closed meanwhile: that moves the one to the other. */
	do {
		opened = atomic64_read(&counters->opened_ns);
		before = atomic64_read(&counters->open_ns);
	} while (opened != atomic64_read(&counters->opened_ns) ||
		 before != atomic64_read(&counters->open_ns));
	totals->open_ns += before;
	if (opened)
		totals->open_ns += ktime_get_ns() - opened;
}

/* One attribute: what it shows of the sums, on vGPUs and GPUs. */
struct stats_attribute {
	struct device_attribute dev_attr;
	u64 (*value)(const struct vgpu_totals *totals);
};

static void stats_of_vgpu(struct device *dev, struct vgpu_totals *totals)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	vgpu_stats_sum(totals, &vgpu->counters);
}

static ssize_t stats_emit(struct device_attribute *attr, char *buf,
			  const struct vgpu_totals *totals)
{
	struct stats_attribute *stats =
		container_of(attr, struct stats_attribute, dev_attr);

	return sysfs_emit(buf, "%llu\n", stats->value(totals));
}

static ssize_t stats_show_vgpu(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct vgpu_totals totals = {};

	stats_of_vgpu(dev, &totals);
	return stats_emit(attr, buf, &totals);
}

static ssize_t stats_show_gpu(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	struct vgpu_totals totals = {};

	vgpu_gpu_stats(to_pci_dev(dev), &totals);
	return stats_emit(attr, buf, &totals);
}

#define STATS_VALUE(name_, value_)					\
static u64 stats_##name_(const struct vgpu_totals *totals)		\
{									\
	return value_;							\
}									\
static struct stats_attribute stats_vgpu_##name_ = {			\
	__ATTR(name_, 0444, stats_show_vgpu, NULL), stats_##name_,	\
};									\
static struct stats_attribute stats_gpu_##name_ = {			\
	__ATTR(name_, 0444, stats_show_gpu, NULL), stats_##name_,	\
}

STATS_VALUE(accesses, totals->count[VGPU_STAT_ACCESSES]);
STATS_VALUE(interrupts, totals->count[VGPU_STAT_INTERRUPTS]);
STATS_VALUE(dma_bytes, totals->count[VGPU_STAT_DMA_BYTES]);
STATS_VALUE(frames, totals->count[VGPU_STAT_FRAMES]);
STATS_VALUE(open_ms, div_u64(totals->open_ns, 1000000));

/* What the RM has allocated of the framebuffer. */
static ssize_t framebuffer_bytes_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);
	struct vgpu_stats stats = { .size = sizeof(stats) };
	int ret;

	if (!vgpu->ops->get_stats)
		return -EOPNOTSUPP;
	ret = vgpu_rm_result(vgpu->ops->get_stats(vgpu->handle, &stats));
	return ret ? ret : sysfs_emit(buf, "%llu\n", stats.framebuffer_bytes);
}
static DEVICE_ATTR_RO(framebuffer_bytes);

static struct attribute *stats_vgpu_attrs[] = {
	&stats_vgpu_accesses.dev_attr.attr,
	&stats_vgpu_dma_bytes.dev_attr.attr,
	&stats_vgpu_frames.dev_attr.attr,
	&stats_vgpu_interrupts.dev_attr.attr,
	&stats_vgpu_open_ms.dev_attr.attr,
	&dev_attr_framebuffer_bytes.attr,
	NULL,
};

const struct attribute_group vgpu_stats_group = {
	.name = "vgpu_stats",
	.attrs = stats_vgpu_attrs,
};

static struct attribute *stats_gpu_attrs[] = {
	&stats_gpu_accesses.dev_attr.attr,
	&stats_gpu_dma_bytes.dev_attr.attr,
	&stats_gpu_frames.dev_attr.attr,
	&stats_gpu_interrupts.dev_attr.attr,
	&stats_gpu_open_ms.dev_attr.attr,
	NULL,
};

const struct attribute_group vgpu_stats_gpu_group = {
	.name = "vgpu_stats",
	.attrs = stats_gpu_attrs,
};
