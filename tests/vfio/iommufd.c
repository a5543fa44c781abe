/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VFIO device by its own character device and iommufd: the other way than by
 * group and container. See Documentation/driver-api/vfio.rst.
 */
#include "iommufd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * include/uapi/linux/vfio.h of Linux 6.6 and later. What is newer at the end of a
 * structure is left out: argsz says so.
 */
#ifndef VFIO_DEVICE_BIND_IOMMUFD
#define VFIO_DEVICE_BIND_IOMMUFD      _IO(VFIO_TYPE, VFIO_BASE + 18)
#define VFIO_DEVICE_ATTACH_IOMMUFD_PT _IO(VFIO_TYPE, VFIO_BASE + 19)
#endif

struct bind_iommufd {
    uint32_t argsz;
    uint32_t flags;
    int32_t iommufd;
    uint32_t out_devid;
};

struct attach_iommufd_pt {
    uint32_t argsz;
    uint32_t flags;
    uint32_t pt_id;
};

/* include/uapi/linux/iommufd.h of Linux 6.2 and later, which build machines may lack. */
#define CMD_IOAS_ALLOC _IO(';', 0x81)
#define CMD_IOAS_MAP   _IO(';', 0x85)
#define CMD_IOAS_UNMAP _IO(';', 0x86)
#define MAP_FIXED_IOVA 1u
#define MAP_WRITEABLE  2u
#define MAP_READABLE   4u

struct ioas_alloc {
    uint32_t size;
    uint32_t flags;
    uint32_t out_ioas_id;
};

struct ioas_map {
    uint32_t size;
    uint32_t flags;
    uint32_t ioas_id;
    uint32_t reserved;
    uint64_t user_va;
    uint64_t length;
    uint64_t iova;
};

struct ioas_unmap {
    uint32_t size;
    uint32_t ioas_id;
    uint64_t iova;
    uint64_t length;
};

static bool
complain(const char *what, const char *object)
{
    int error = errno;

    fprintf(stderr, "%s %s: %s\n", what, object, strerror(error));
    errno = error;
    return false;
}

/* The folder vfio-dev below the device has one, "vfio0" say. */
static bool
cdev_path(const char *uuid, char *path, size_t size)
{
    char folder[PATH_MAX];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(folder, sizeof folder, "%s/%s/vfio-dev", device_bus(uuid), uuid);
    dir = opendir(folder);
    if (!dir)
        return complain("opendir", folder);
    while (!found && (entry = readdir(dir))) {
        found = strncmp(entry->d_name, "vfio", 4) == 0;
        snprintf(path, size, "/dev/vfio/devices/%.64s", entry->d_name);
    }
    closedir(dir);
    if (!found)
        fprintf(stderr, "%s: the kernel has no VFIO character devices\n", folder);
    return found;
}

int
iommufd_open_cdev(const char *uuid)
{
    char path[PATH_MAX];
    int fd;

    if (!cdev_path(uuid, path, sizeof path))
        return -1;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        complain("open", path);
    return fd;
}

bool
iommufd_bind(int cdev, int iommufd)
{
    struct bind_iommufd bind = {.argsz = sizeof bind, .iommufd = iommufd};

    return ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &bind) == 0;
}

bool
iommufd_open(struct device *dev, const char *uuid)
{
    struct ioas_alloc alloc = {.size = sizeof alloc};
    struct attach_iommufd_pt attach = {.argsz = sizeof attach};

    dev->container = open("/dev/iommu", O_RDWR | O_CLOEXEC);
    if (dev->container < 0)
        return complain("open", "/dev/iommu");
    dev->fd = iommufd_open_cdev(uuid);
    if (dev->fd < 0)
        return false;
    if (!iommufd_bind(dev->fd, dev->container))
        return complain("VFIO_DEVICE_BIND_IOMMUFD", uuid);
    if (ioctl(dev->container, CMD_IOAS_ALLOC, &alloc) < 0)
        return complain("IOMMU_IOAS_ALLOC", uuid);
    dev->ioas = attach.pt_id = alloc.out_ioas_id;
    if (ioctl(dev->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) < 0)
        return complain("VFIO_DEVICE_ATTACH_IOMMUFD_PT", uuid);
    return true;
}

bool
iommufd_map(const struct device *dev, const void *at, uint64_t iova, uint64_t size)
{
    struct ioas_map map = {
        .size = sizeof map,
        .flags = MAP_FIXED_IOVA | MAP_WRITEABLE | MAP_READABLE,
        .ioas_id = dev->ioas,
        .user_va = (uintptr_t)at,
        .length = size,
        .iova = iova,
    };

    return ioctl(dev->container, CMD_IOAS_MAP, &map) == 0;
}

bool
iommufd_unmap(const struct device *dev, uint64_t iova, uint64_t size)
{
    struct ioas_unmap unmap = {
        .size = sizeof unmap,
        .ioas_id = dev->ioas,
        .iova = iova,
        .length = size,
    };

    return ioctl(dev->container, CMD_IOAS_UNMAP, &unmap) == 0;
}
