/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * numa.h - the NUMA nodes a domain's memory and processors are on, as far as its XML says.
 */
#ifndef VGPU_NUMA_H
#define VGPU_NUMA_H

#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_NUMA_MAX:
 *
 * How many nodes and processors are told apart: as many as Linux can have of either on x86
 * (NR_CPUS of arch/x86/Kconfig).
 */
#define VGPU_NUMA_MAX 8192

/**
 * VGPU_NUMA_SETS_MAX:
 *
 * The most sets of one kind that are looked at, and the most ranges of one set: a tenant writes
 * them.
 */
#define VGPU_NUMA_SETS_MAX 1024

/**
 * VgpuNumaSet:
 * @bits: one bit a number, the lowest first
 *
 * A set of numbers below %VGPU_NUMA_MAX. All zeroes is the empty set.
 */
typedef struct {
    guint64 bits[VGPU_NUMA_MAX / 64];
} VgpuNumaSet;

/**
 * VgpuNuma:
 * @memory: (element-type utf8): the nodeset attributes of <numatune>
 * @processors: (element-type utf8): the cpuset attributes of <vcpu> and <vcpupin>
 *
 * What a domain's XML says, as it stands there.
 */
typedef struct {
    GPtrArray *memory;
    GPtrArray *processors;
} VgpuNuma;

/**
 * vgpu_numa_nodes:
 * @root: a root
 * @numa: what a domain's XML says
 * @nodes: (out): the nodes of its memory; if its XML leaves these open, those of the processors it
 *   is pinned to; empty if it says nothing of either
 *
 * A set that can't be understood says nothing.
 */
void vgpu_numa_nodes(const VgpuRoot *root, const VgpuNuma *numa, VgpuNumaSet *nodes);

/**
 * vgpu_numa_set_parse:
 * @text: numbers as libvirt and the kernel write them: "0-3,7", "0-7,^2", "" for none
 * @set: gets the numbers beside those it has
 *
 * Returns: TRUE if all of @text was understood; else @set is unchanged.
 */
gboolean vgpu_numa_set_parse(const char *text, VgpuNumaSet *set);

/**
 * vgpu_numa_set_has:
 * @set: a set
 * @number: any number
 *
 * Returns: TRUE if it is in @set.
 */
gboolean vgpu_numa_set_has(const VgpuNumaSet *set, int number);

/**
 * vgpu_numa_set_is_empty:
 * @set: a set
 *
 * Returns: TRUE if no number is in @set.
 */
gboolean vgpu_numa_set_is_empty(const VgpuNumaSet *set);

G_END_DECLS

#endif
