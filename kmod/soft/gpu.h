/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GPU that the software resource manager drives.
 */
#ifndef SOFT_GPU_H
#define SOFT_GPU_H

#include <linux/mutex.h>
#include <linux/pci.h>

#include "capacity.h"

/**
 * struct soft_gpu - a GPU
 * @pdev: its PCI device, whose driver data points back here; bound as long as
 *	this lives
 * @lock: guards @capacity; taken alone and held over nothing that sleeps
 * @capacity: its video memory
 */
struct soft_gpu {
	struct pci_dev *pdev;
	struct mutex lock;
	struct soft_capacity capacity;
};

/* Valid between the contract's probe and the return of its remove. */
static inline struct soft_gpu *soft_gpu_of(struct pci_dev *pdev)
{
	return pci_get_drvdata(pdev);
}

#endif /* SOFT_GPU_H */
