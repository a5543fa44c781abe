/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A VFIO device by its own character device and iommufd: the other way than by
 * group and container. See Documentation/driver-api/vfio.rst.
 */
#ifndef VFIO_CLIENT_IOMMUFD_H
#define VFIO_CLIENT_IOMMUFD_H

#include "device.h"

/**
 * iommufd_open: opens the mdev @uuid, binds it and attaches it to an IOAS of its own
 *
 * Prints what failed on stderr. What it opened stays in @dev, also if it failed.
 */
bool iommufd_open(struct device *dev, const char *uuid);

/** iommufd_open_cdev: opens the character device of @uuid, unbound; -1 if it can't */
int iommufd_open_cdev(const char *uuid);

/** iommufd_bind: binds a character device; false with errno set */
bool iommufd_bind(int cdev, int iommufd);

bool iommufd_map(const struct device *dev, const void *at, uint64_t iova, uint64_t size);
bool iommufd_unmap(const struct device *dev, uint64_t iova, uint64_t size);

#endif
