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
#define SIMPCI_GPU_CAP_OURS	0xa0	/* vendor-specific: what the GPU has */

/* In SIMPCI_GPU_CAP_OURS, read only; vgpu-simpci(7) says it to drivers. */
#define SIMPCI_OURS_LENGTH	0x02	/* 8 bits, of the capability */
#define SIMPCI_OURS_VERSION	0x03	/* 8 bits */
#define SIMPCI_OURS_MAGIC	0x04	/* 32 bits, "VGPU" */
#define SIMPCI_OURS_MIB		0x08	/* 32 bits, framebuffer in MiB or 0 */
#define SIMPCI_OURS_SIZE	0x0c

#define SIMPCI_MAGIC		0x55504756

#define SIMPCI_GPU_CAP_VPD	0xb0	/* vital product data, of a GPU with a name */

/* SR-IOV, PCIe r6.0 section 9.3.3, the first extended capability. */
#define SIMPCI_GPU_CAP_SRIOV	0x100

#define SIMPCI_VF_DEVFN		0x08	/* of the first; the others follow */

struct simpci_spec;

/**
 * simpci_gpu_init() - the configuration space of a GPU at power-on
 * @config: the space, zero at first
 * @spec: the GPU
 */
void simpci_gpu_init(struct simpci_config *config,
		     const struct simpci_spec *spec);

/**
 * simpci_vf_init() - that of a virtual function at power-on
 * @config: the space; all of it is overwritten
 * @spec: its GPU
 */
void simpci_vf_init(struct simpci_config *config,
		    const struct simpci_spec *spec);

/**
 * simpci_gpu_vfs() - how many virtual functions are on
 * @config: the GPU's configuration space
 *
 * Return: 0 while VF Enable is clear, else what software wrote to NumVFs.
 */
unsigned int simpci_gpu_vfs(const struct simpci_config *config);

#endif /* SIMPCI_GPU_H */
