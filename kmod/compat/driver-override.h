/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one driver that a PCI device waits for: kept by the driver core in Linux 7.x
 * and in newer stable kernels, before in struct pci_dev.
 */
#ifndef VGPU_COMPAT_DRIVER_OVERRIDE_H
#define VGPU_COMPAT_DRIVER_OVERRIDE_H

#include <linux/device.h>
#include <linux/pci.h>
#include <linux/string.h>

/**
 * vgpu_pci_override_driver() - let no other driver have a PCI device
 * @pdev: the device
 * @name: the driver's name
 *
 * As a write to its driver_override in sysfs. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
static inline int vgpu_pci_override_driver(struct pci_dev *pdev,
					   const char *name)
{
#ifdef VGPU_HAVE_PCI_DRIVER_OVERRIDE
	return driver_set_override(&pdev->dev, &pdev->driver_override, name,
				   strlen(name));
#else
	return device_set_driver_override(&pdev->dev, name);
#endif
}

#endif /* VGPU_COMPAT_DRIVER_OVERRIDE_H */
