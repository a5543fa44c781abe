/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI configuration space that the guest sees: header, capabilities, and
 * which of their bits a guest can write. Pure logic, no locks.
 */
#ifndef VGPU_VFIO_CONFIG_H
#define VGPU_VFIO_CONFIG_H

#include <linux/types.h>

#include "vgpu-rm.h"

/* Bytes with a meaning; PCI Express has more, of which all read zero. */
#define VGPU_CONFIG_SIZE	256

/* Where the capabilities are. */
#define VGPU_CONFIG_PM		0x40
#define VGPU_CONFIG_MSI		0x50
#define VGPU_CONFIG_MSIX	0x70
#define VGPU_CONFIG_EXP		0x80
#define VGPU_CONFIG_VENDOR	0xbc	/* 67 bytes at most */

/**
 * struct vgpu_config - one function's configuration space
 * @size: bytes of it: 256, or 4096 of a PCI Express function
 * @data: what the guest reads, little endian
 * @mask: bits of @data that a write changes
 * @reset: @data as vgpu_config_reset() makes it
 *
 * The caller serialises.
 */
struct vgpu_config {
	unsigned int size;
	u8 data[VGPU_CONFIG_SIZE];
	u8 mask[VGPU_CONFIG_SIZE];
	u8 reset[VGPU_CONFIG_SIZE];
};

/**
 * vgpu_config_init() - a function's configuration space after power-on
 * @config: what to fill
 * @identity: ids and interrupts
 * @bars: VGPU_MAX_BARS BARs as vgpu_config_check_bars() accepts them
 * @rom_size: bytes of the expansion ROM, 0 or a power of two from 2 KiB
 */
void vgpu_config_init(struct vgpu_config *config,
		      const struct vgpu_identity *identity,
		      const struct vgpu_bar_info *bars, u64 rom_size);

/**
 * vgpu_config_check_bars() - are these BARs possible?
 * @bars: VGPU_MAX_BARS BARs
 *
 * Return: the number of the first BAR that is not, or -1.
 */
int vgpu_config_check_bars(const struct vgpu_bar_info *bars);

/**
 * vgpu_config_check_identity() - is this identity possible?
 * @identity: the identity; where MSI-X is, vgpu_msix_check() says
 */
bool vgpu_config_check_identity(const struct vgpu_identity *identity);

/**
 * vgpu_config_reset() - back to the state after vgpu_config_init()
 * @config: the configuration space
 */
void vgpu_config_reset(struct vgpu_config *config);

/**
 * vgpu_config_read() - a read of any size and alignment
 * @config: the configuration space
 * @offset: first byte
 * @buf: where the bytes go
 * @count: bytes; @offset + @count is at most @config->size
 */
void vgpu_config_read(const struct vgpu_config *config, unsigned int offset,
		      void *buf, unsigned int count);

/**
 * vgpu_config_write() - a write of any size and alignment
 * @config: the configuration space
 * @offset: first byte
 * @buf: the bytes
 * @count: bytes; @offset + @count is at most @config->size
 *
 * Bits that are read-only keep their value.
 *
 * Return: true if the guest asks for a function level reset, which is left to
 * the caller.
 */
bool vgpu_config_write(struct vgpu_config *config, unsigned int offset,
		       const void *buf, unsigned int count);

/**
 * vgpu_config_set_intx() - show the level of INTA in the status register
 * @config: the configuration space
 * @level: true while the function asserts it
 */
void vgpu_config_set_intx(struct vgpu_config *config, bool level);

/* Memory BARs answer: COMMAND has memory on, the function is in D0. */
bool vgpu_config_memory_enabled(const struct vgpu_config *config);

/* I/O BARs answer: COMMAND has I/O on, the function is in D0. */
bool vgpu_config_io_enabled(const struct vgpu_config *config);

/* The function may reach guest memory: COMMAND has bus mastering on, D0. */
bool vgpu_config_bus_master(const struct vgpu_config *config);

/* COMMAND keeps the function from asserting INTA. */
bool vgpu_config_intx_disabled(const struct vgpu_config *config);

/* MSI-X's Function Mask: every vector is masked. */
bool vgpu_config_msix_masked(const struct vgpu_config *config);

#endif /* VGPU_VFIO_CONFIG_H */
