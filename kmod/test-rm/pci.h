/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI driver "vgpu-test" and the GPUs it drives.
 */
#ifndef TEST_PCI_H
#define TEST_PCI_H

#include <linux/pci.h>

#define TEST_MAX_VGPUS	64	/* of one GPU */

/**
 * struct test_gpu - a GPU
 * @pdev: its PCI device, whose driver data points back here
 * @node: in the list of GPUs, under its lock
 * @vgpus: how many vGPUs it has; changed in create and delete, which the front end
 *	serialises, read at any time
 */
struct test_gpu {
	struct pci_dev *pdev;
	struct list_head node;
	unsigned int vgpus;
};

/* Valid between the contract's probe and the return of its remove. */
static inline struct test_gpu *test_gpu_of(struct pci_dev *pdev)
{
	return pci_get_drvdata(pdev);
}

/* After test_ops_register(). Sleeps. Return: 0 or -errno. */
int test_pci_register(void);

/* Pairs with test_pci_register(). Sleeps until users of vGPUs have let go. */
void test_pci_unregister(void);

/**
 * test_pci_types_changed() - have the types of every GPU read anew
 *
 * Return: 0, or the first error, as -EBUSY for a GPU that has vGPUs. Sleeps.
 */
int test_pci_types_changed(void);

#endif /* TEST_PCI_H */
