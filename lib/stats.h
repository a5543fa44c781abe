/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.h - what a vGPU, or all vGPUs of a GPU, were used for, as far as the driver counts it.
 */
#ifndef VGPU_STATS_H
#define VGPU_STATS_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuStat:
 * @name: what is counted, as the driver names it; vgpu-vfio(7) says what ours counts
 * @value: how much of it
 */
typedef struct {
    char *name;
    guint64 value;
} VgpuStat;

/**
 * vgpu_stats_read:
 * @device: the device's folder in sysfs
 *
 * What can't be read is left out: a driver need not have any.
 *
 * Returns: (transfer full) (element-type VgpuStat): in the order of names, maybe none
 */
GPtrArray *vgpu_stats_read(const char *device);

G_END_DECLS

#endif /* VGPU_STATS_H */
