/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/numa.h for kernel logic compiled in user space.
 */
#ifndef SHIM_LINUX_NUMA_H
#define SHIM_LINUX_NUMA_H

#define NUMA_NO_NODE (-1)

#endif
