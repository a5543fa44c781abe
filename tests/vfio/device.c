/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VFIO device as a client program opens it; the calls are those of
 * Documentation/driver-api/vfio.rst and include/uapi/linux/vfio.h.
 */
#include "device.h"

#include "iommufd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool by_iommufd;

void
device_use_iommufd(void)
{
    by_iommufd = true;
}

bool
device_by_iommufd(void)
{
    return by_iommufd;
}

static bool
complain(const char *what, const char *object)
{
    int error = errno;

    fprintf(stderr, "%s %s: %s\n", what, object, strerror(error));
    errno = error;
    return false;
}

const char *
device_bus(const char *name)
{
    return strchr(name, ':') ? "/sys/bus/pci/devices" : "/sys/bus/mdev/devices";
}

static int
open_group(const char *uuid)
{
    char link[PATH_MAX];
    char target[PATH_MAX];
    ssize_t length;
    int fd;

    snprintf(link, sizeof link, "%s/%s/iommu_group", device_bus(uuid), uuid);
    length = readlink(link, target, sizeof target - 1);
    if (length < 0) {
        complain("readlink", link);
        return -1;
    }
    target[length] = '\0';
    snprintf(link, sizeof link, "/dev/vfio/%.64s", strrchr(target, '/') + 1);
    fd = open(link, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        complain("open", link);
    return fd;
}

static bool
join_container(struct device *dev, const char *uuid)
{
    if (ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container) < 0)
        return complain("VFIO_GROUP_SET_CONTAINER", uuid);
    if (ioctl(dev->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
        return complain("VFIO_SET_IOMMU", uuid);
    dev->fd = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
    if (dev->fd < 0)
        return complain("VFIO_GROUP_GET_DEVICE_FD", uuid);
    return true;
}

static bool
open_by_group(struct device *dev, const char *uuid)
{
    dev->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (dev->container < 0)
        return complain("open", "/dev/vfio/vfio");
    dev->group = open_group(uuid);
    return dev->group >= 0 && join_container(dev, uuid);
}

bool
device_open(struct device *dev, const char *uuid)
{
    int error;

    *dev = (struct device){.container = -1, .group = -1, .fd = -1};
    if (by_iommufd ? iommufd_open(dev, uuid) : open_by_group(dev, uuid))
        return true;
    error = errno;
    device_close(dev);
    errno = error;
    return false;
}

bool
device_map_dma(const struct device *dev, const void *at, uint64_t iova, uint64_t size)
{
    struct vfio_iommu_type1_dma_map map = {
        .argsz = sizeof map,
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .vaddr = (uintptr_t)at,
        .iova = iova,
        .size = size,
    };

    if (dev->ioas)
        return iommufd_map(dev, at, iova, size);
    return ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map) == 0;
}

bool
device_unmap_dma(const struct device *dev, uint64_t iova, uint64_t size)
{
    struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof unmap, .iova = iova, .size = size};

    if (dev->ioas)
        return iommufd_unmap(dev, iova, size);
    return ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0;
}

static void
close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
device_close(struct device *dev)
{
    close_one(&dev->fd);
    close_one(&dev->group);
    close_one(&dev->container);
}

struct vfio_region_info *
device_region(const struct device *dev, uint32_t index)
{
    struct vfio_region_info *info = calloc(1, sizeof *info);
    uint32_t size = sizeof *info;

    /* The kernel says in argsz how much it wants; a second call gets it all. */
    for (int round = 0; info && round < 2; round++) {
        info->argsz = size;
        info->index = index;
        if (ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) < 0)
            break;
        if (info->argsz <= size)
            return info;
        size = info->argsz;
        info = realloc(info, size);
    }
    free(info);
    return NULL;
}

const struct vfio_info_cap_header *
device_capability(const struct vfio_region_info *info, uint16_t id)
{
    uint32_t offset = info->flags & VFIO_REGION_INFO_FLAG_CAPS ? info->cap_offset : 0;

    while (offset) {
        const struct vfio_info_cap_header *cap = (const void *)((const char *)info + offset);

        if (cap->id == id)
            return cap;
        offset = cap->next;
    }
    return NULL;
}

static bool
region_position(const struct device *dev, uint32_t index, uint64_t offset, off_t *position)
{
    struct vfio_region_info *info = device_region(dev, index);

    if (!info)
        return false;
    *position = (off_t)(info->offset + offset);
    free(info);
    return true;
}

bool
device_read(const struct device *dev, uint32_t index, uint64_t offset, void *buf, size_t size)
{
    off_t position;

    return region_position(dev, index, offset, &position) &&
           pread(dev->fd, buf, size, position) == (ssize_t)size;
}

bool
device_write(const struct device *dev, uint32_t index, uint64_t offset, const void *buf,
             size_t size)
{
    off_t position;

    return region_position(dev, index, offset, &position) &&
           pwrite(dev->fd, buf, size, position) == (ssize_t)size;
}

uint16_t
device_config16(const struct device *dev, uint64_t offset)
{
    uint16_t value = 0xffff;

    device_read(dev, VFIO_PCI_CONFIG_REGION_INDEX, offset, &value, sizeof value);
    return value;
}

bool
device_set_command(const struct device *dev, uint16_t command)
{
    return device_write(dev, VFIO_PCI_CONFIG_REGION_INDEX, PCI_COMMAND, &command, sizeof command);
}

bool
device_set_irq(const struct device *dev, uint32_t index, const int *fds, uint32_t count)
{
    char buffer[sizeof(struct vfio_irq_set) + 8 * sizeof(int)] = {0};
    struct vfio_irq_set *set = (void *)buffer;

    if (count > 8)
        return false;
    set->argsz = sizeof *set + count * sizeof(int);
    set->flags =
        VFIO_IRQ_SET_ACTION_TRIGGER | (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
    set->index = index;
    set->count = count;
    if (count)
        memcpy(set->data, fds, count * sizeof(int));
    return ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) == 0;
}
