/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GPUs that there are, each a device of the bus "vgpu-simpci" under the PCI
 * address that it has, and the files of that bus by which they come and go.
 */
#ifndef SIMPCI_BUS_H
#define SIMPCI_BUS_H

struct simpci_spec;

/**
 * simpci_bus_init() - the bus with its files and no GPU
 *
 * Sleeps.
 *
 * Return: 0 or -errno.
 */
int simpci_bus_init(void);

/**
 * simpci_bus_exit() - undoes simpci_bus_init(); every GPU goes
 *
 * Sleeps as long as the drivers need to let go of their GPUs.
 */
void simpci_bus_exit(void);

/**
 * simpci_bus_new() - make a GPU
 * @spec: what it is to be
 *
 * Sleeps; takes PCI's rescan lock. What is wrong goes to the log.
 *
 * Return: 0; -EINVAL for a NUMA node that is not online, -EEXIST for a domain
 * that is taken, -ENOSPC if none is free, -EBUSY without addresses for its BAR or
 * if a driver that would be harmed waits for it, -ENOMEM.
 */
int simpci_bus_new(const struct simpci_spec *spec);

#endif /* SIMPCI_BUS_H */
