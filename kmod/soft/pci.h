/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI drivers of the synthetic GPUs.
 */
#ifndef SOFT_PCI_H
#define SOFT_PCI_H

/**
 * soft_pci_register() - start to drive GPUs
 *
 * After soft_ops_register(), since a GPU found is told to the front end. Sleeps.
 *
 * Return: 0 or -errno; -EINVAL with a line in the log for a bad module parameter,
 * -EBUSY with one if somebody else has a driver of the same name.
 */
int soft_pci_register(void);

/**
 * soft_pci_unregister() - let go of every GPU
 *
 * Pairs with soft_pci_register(). Sleeps until the users of vGPUs have let go.
 */
void soft_pci_unregister(void);

#endif /* SOFT_PCI_H */
