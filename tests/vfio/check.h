/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the cases of vfio-client share: saying what holds, and touching mappings
 * that may fault.
 */
#ifndef VFIO_CLIENT_CHECK_H
#define VFIO_CLIENT_CHECK_H

#include "device.h"

/* The software RM's own register in BAR 2; see vgpu-soft(7). */
#define SOFT_INTERRUPT 0xf00

#define BAR_VRAM VFIO_PCI_BAR0_REGION_INDEX
#define BAR_MMIO VFIO_PCI_BAR2_REGION_INDEX
#define CONFIG   VFIO_PCI_CONFIG_REGION_INDEX

/* The console region follows the nine of PCI. */
#define REGION_CONSOLE VFIO_PCI_NUM_REGIONS

/** check: prints whether @what holds, and counts if not */
void check(bool ok, const char *what);

/** check_failures: how many did not hold */
int check_failures(void);

/** check_init: makes faults of can_touch() harmless */
void check_init(void);

/** can_touch: reads one byte of a mapping; false if that faults */
bool can_touch(const volatile uint8_t *at);

/** can_store: writes one byte of a mapping; false if that faults */
bool can_store(volatile uint8_t *at, uint8_t value);

/** map_region: maps a region whole, read-only if it must be; MAP_FAILED if that fails */
uint8_t *map_region(const struct device *dev, uint32_t index, size_t *size);

/** fired: whether the eventfd was signalled, within a second; takes the signal */
bool fired(int fd);

/** config_capability: where a capability is in config space, 0 without */
uint8_t config_capability(const struct device *dev, uint8_t id);

/**
 * irq_call: VFIO_DEVICE_SET_IRQS
 *
 * @data is what DATA_BOOL or DATA_EVENTFD in @flags ask for, NULL for DATA_NONE.
 * Returns 0 or the errno.
 */
int irq_call(const struct device *dev, uint32_t flags, uint32_t index, uint32_t start,
             uint32_t count, const void *data);

/** signals: how often an eventfd that does not block was signalled; takes the signals */
uint64_t signals(int fd);

/* The cases in files of their own; each gets the device open and leaves it so. */
void test_abi(const struct device *dev);
void test_config_space(const struct device *dev);
void test_irq_arguments(const struct device *dev);
void test_irq_lines(const struct device *dev);
void test_msix(const struct device *dev);
void test_map_arguments(const struct device *dev);
void test_map_life(const struct device *dev);

/** test_lifecycle: how the engine starts, resets and refuses; opens it itself */
void test_lifecycle(const char *uuid);

/** test_loss: the engine's GPU falls off its bus, for good */
void test_loss(const char *uuid);

/** test_reopen: what a first opener leaves to the next; opens the device itself */
void test_reopen(const char *uuid);

#endif
