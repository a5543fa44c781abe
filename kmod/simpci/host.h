/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A synthetic PCI host bridge with GPUs on its root bus.
 */
#ifndef SIMPCI_HOST_H
#define SIMPCI_HOST_H

#define SIMPCI_MAX_GPUS	32	/* one a slot, PCI r3.0 section 3.2.2.3.2 */

struct device;
struct simpci_host;

/**
 * simpci_host_create() - bring up a host bridge and let the kernel find its GPUs
 * @parent: what the bridge hangs on; who holds its driver's module keeps the GPUs
 * @gpus: how many, 1 to SIMPCI_MAX_GPUS
 * @node: NUMA node the GPUs are near to, or NUMA_NO_NODE
 *
 * Takes the first free PCI domain from 1 and a hole above 4 GiB in the map of
 * physical memory. Sleeps; takes PCI's rescan lock.
 *
 * Return: the host, to be given to simpci_host_destroy(), or ERR_PTR: -ENOSPC
 * without a free domain, -EBUSY without a hole.
 */
struct simpci_host *simpci_host_create(struct device *parent, unsigned int gpus,
				       int node);

/**
 * simpci_host_destroy() - take the GPUs away from their drivers, then all of it
 * @host: what simpci_host_create() returned
 *
 * Sleeps as long as the drivers need to let go of the GPUs.
 */
void simpci_host_destroy(struct simpci_host *host);

#endif /* SIMPCI_HOST_H */
