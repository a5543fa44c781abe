/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A synthetic PCI host bridge with one GPU on its root bus.
 */
#ifndef SIMPCI_HOST_H
#define SIMPCI_HOST_H

#include <linux/types.h>

struct device;
struct simpci_host;
struct simpci_spec;

/**
 * simpci_host_init() - from now on GPUs are kept for the driver that they name
 *
 * Pairs with simpci_host_exit().
 *
 * Return: 0 or -errno.
 */
int simpci_host_init(void);
void simpci_host_exit(void);

/**
 * simpci_host_create() - bring up a host bridge and let the kernel find its GPU
 * @parent: what the bridge hangs on; who holds its driver's module keeps the GPU
 * @spec: the GPU; its domain is claimed
 *
 * Takes a hole above 4 GiB in the map of physical memory. The GPU's driver, if it
 * is loaded, has it on return. Sleeps; takes PCI's rescan lock.
 *
 * Return: the host, to be given to simpci_host_destroy(), or ERR_PTR: -EBUSY
 * without a hole, -EEXIST if somebody else has taken the domain.
 */
struct simpci_host *simpci_host_create(struct device *parent,
				       const struct simpci_spec *spec);

/**
 * simpci_host_busy() - has the GPU's driver made devices of it?
 * @host: the host
 *
 * vGPUs are such devices, and virtual functions. Sleeps.
 */
bool simpci_host_busy(struct simpci_host *host);

/**
 * simpci_host_destroy() - take the GPU away from its driver, then all of it
 * @host: what simpci_host_create() returned
 *
 * Sleeps as long as the driver needs to let go of the GPU.
 */
void simpci_host_destroy(struct simpci_host *host);

#endif /* SIMPCI_HOST_H */
