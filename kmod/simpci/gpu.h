/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The synthetic GPU: a 3D controller of PCI Express with one 64-bit BAR that
 * nothing stands behind.
 */
#ifndef SIMPCI_GPU_H
#define SIMPCI_GPU_H

#include "config.h"

#define SIMPCI_GPU_VENDOR	0x1234
#define SIMPCI_GPU_DEVICE	0x7670
#define SIMPCI_GPU_CLASS	0x030200	/* 3D controller */
#define SIMPCI_GPU_BAR_SIZE	0x1000000	/* 16 MiB */

/* Where the capabilities are. */
#define SIMPCI_GPU_CAP_PM	0x40
#define SIMPCI_GPU_CAP_EXP	0x60

extern const struct simpci_field simpci_gpu_fields[];
extern const unsigned int simpci_gpu_field_count;

#endif /* SIMPCI_GPU_H */
