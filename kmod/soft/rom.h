/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The expansion ROM of vGPUs: the VGA BIOS by which a guest's firmware shows its
 * screen before any driver.
 */
#ifndef SOFT_ROM_H
#define SOFT_ROM_H

#include <linux/pci.h>

#include "vgpu-rm.h"

/**
 * soft_rom_load() - look for the ROM among the host's firmware
 * @pdev: the GPU whose vGPUs are to have it
 * @rom: what to fill: zeros where there is none, which is no error; one that was asked
 *	for is missed in the kernel's log
 *
 * Sleeps, and waits for the file system.
 *
 * Return: 0, and then soft_rom_free() is needed, or -errno.
 */
int soft_rom_load(struct pci_dev *pdev, struct vgpu_backing *rom);

/**
 * soft_rom_free() - undoes soft_rom_load()
 * @rom: the ROM, or zeros
 */
void soft_rom_free(struct vgpu_backing *rom);

#endif /* SOFT_ROM_H */
