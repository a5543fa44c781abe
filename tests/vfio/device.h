/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VFIO device as a client program opens it: by its group, in a type1
 * container of its own, or by its character device, in an iommufd of its own.
 * Links nothing but libc.
 */
#ifndef VFIO_CLIENT_DEVICE_H
#define VFIO_CLIENT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

/**
 * struct device: file descriptors of one open device; -1 where closed
 *
 * With iommufd, container is that and group stays -1; ioas is what the device is
 * attached to, never 0.
 */
struct device {
    int container;
    int group;
    int fd;
    uint32_t ioas;
};

/** device_use_iommufd: from now on device_open() goes by iommufd */
void device_use_iommufd(void);

/** device_by_iommufd: whether it does */
bool device_by_iommufd(void);

/** device_bus: the folder in sysfs that has @name: an mdev's uuid, or a virtual function */
const char *device_bus(const char *name);

/**
 * device_open: opens the mdev @uuid, or the virtual function of that PCI address
 *
 * Prints what failed on stderr. Returns false then, with errno set and nothing left
 * open.
 */
bool device_open(struct device *dev, const char *uuid);

/** device_close: closes what device_open() opened; harmless twice */
void device_close(struct device *dev);

/**
 * device_map_dma: the page aligned memory at @at becomes guest memory at @iova
 *
 * False with errno set if the kernel refuses.
 */
bool device_map_dma(const struct device *dev, const void *at, uint64_t iova, uint64_t size);

/** device_unmap_dma: undoes device_map_dma(); the whole range of one */
bool device_unmap_dma(const struct device *dev, uint64_t iova, uint64_t size);

/**
 * device_region: asks for region @index
 *
 * Returns the region info with its capabilities, to be freed by the caller; NULL
 * with errno set if the kernel refuses.
 */
struct vfio_region_info *device_region(const struct device *dev, uint32_t index);

/** device_capability: the capability @id of @info, or NULL */
const struct vfio_info_cap_header *device_capability(const struct vfio_region_info *info,
                                                     uint16_t id);

/** device_read: reads @size bytes of region @index at @offset; all or false */
bool device_read(const struct device *dev, uint32_t index, uint64_t offset, void *buf, size_t size);

/** device_write: writes @size bytes of region @index at @offset; all or false */
bool device_write(const struct device *dev, uint32_t index, uint64_t offset, const void *buf,
                  size_t size);

/** device_config16: a word of config space, 0xffff if it can't be read */
uint16_t device_config16(const struct device *dev, uint64_t offset);

/** device_set_command: writes PCI_COMMAND */
bool device_set_command(const struct device *dev, uint16_t command);

/**
 * device_set_irq: ties vectors of interrupt @index to eventfds
 *
 * @count descriptors from @fds, starting with vector 0; @count 0 disables.
 */
bool device_set_irq(const struct device *dev, uint32_t index, const int *fds, uint32_t count);

#endif
