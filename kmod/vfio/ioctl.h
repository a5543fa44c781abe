/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls of a VFIO device.
 */
#ifndef VGPU_VFIO_IOCTL_H
#define VGPU_VFIO_IOCTL_H

struct vfio_device;

/* The ioctl operation of struct vfio_device_ops. */
long vgpu_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg);

#endif /* VGPU_VFIO_IOCTL_H */
