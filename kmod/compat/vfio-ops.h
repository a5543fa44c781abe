/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels in struct vfio_device_ops: who frees a device,
 * the iommufd operations, and who copies region info to user space.
 */
#ifndef VGPU_COMPAT_VFIO_OPS_H
#define VGPU_COMPAT_VFIO_OPS_H

#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

/**
 * vgpu_vfio_free_device() - the end of a vfio_device's release operation
 * @vdev: the device
 *
 * Until Linux 6.2 the driver frees it, since then the core.
 */
static inline void vgpu_vfio_free_device(struct vfio_device *vdev)
{
#ifdef VGPU_HAVE_VFIO_FREE_DEVICE
	vfio_free_device(vdev);
#endif
}

/* Since Linux 6.2; registration fails without them where IOMMUFD is on. */
#ifdef VGPU_HAVE_VFIO_DETACH_IOAS
#define VGPU_VFIO_DETACH_IOAS	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
#else
#define VGPU_VFIO_DETACH_IOAS
#endif

#ifdef VGPU_HAVE_VFIO_IOMMUFD
#define VGPU_VFIO_IOMMUFD_OPS					\
	.bind_iommufd = vfio_iommufd_emulated_bind,		\
	.unbind_iommufd = vfio_iommufd_emulated_unbind,		\
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,	\
	VGPU_VFIO_DETACH_IOAS
#else
#define VGPU_VFIO_IOMMUFD_OPS
#endif

/* Whether guest memory comes by iommufd, and not by a type1 container. */
static inline bool vgpu_vfio_by_iommufd(const struct vfio_device *vdev)
{
#if defined(VGPU_HAVE_VFIO_IOMMUFD) && IS_ENABLED(CONFIG_IOMMUFD)
	return vdev->iommufd_access;
#else
	return false;
#endif
}

/**
 * vgpu_vfio_unpin_max() - how many pages one vfio_unpin_pages() may unpin
 * @vdev: the device, open
 *
 * Type1 unpins any range of pages. Iommufd unpins the very ranges that were pinned
 * (iopt_area_remove_access()), which are pages one by one.
 */
static inline unsigned int vgpu_vfio_unpin_max(const struct vfio_device *vdev)
{
	return vgpu_vfio_by_iommufd(vdev) ? 1 : VFIO_PIN_PAGES_MAX_ENTRIES;
}

/* Since Linux 6.19 the core copies region info, before that the driver. */
#ifdef VGPU_HAVE_VFIO_REGION_INFO_CAPS
#define VGPU_VFIO_REGION_INFO_OP(fn)	.get_region_info_caps = fn,
#else
#define VGPU_VFIO_REGION_INFO_OP(fn)
#endif

typedef int (*vgpu_vfio_region_info_t)(struct vfio_device *vdev,
				       struct vfio_region_info *info,
				       struct vfio_info_cap *caps);

#ifndef VGPU_HAVE_VFIO_REGION_INFO_CAPS
static inline int vgpu_vfio_copy_region_info(struct vfio_region_info __user *to,
					     struct vfio_region_info *info,
					     struct vfio_info_cap *caps)
{
	if (caps->size) {
		info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
		info->cap_offset = 0;
		if (info->argsz < sizeof(*info) + caps->size) {
			info->argsz = sizeof(*info) + caps->size;
		} else {
			vfio_info_cap_shift(caps, sizeof(*info));
			if (copy_to_user(to + 1, caps->buf, caps->size))
				return -EFAULT;
			info->cap_offset = sizeof(*info);
		}
	}
	if (copy_to_user(to, info, offsetofend(struct vfio_region_info, offset)))
		return -EFAULT;
	return 0;
}
#endif

/**
 * vgpu_vfio_region_info() - VFIO_DEVICE_GET_REGION_INFO in the ioctl operation
 * @vdev: the device
 * @arg: the ioctl's argument
 * @fn: what VGPU_VFIO_REGION_INFO_OP() was given
 *
 * Return: 0 or -errno; where the core answers the ioctl, it never gets here.
 */
static inline long vgpu_vfio_region_info(struct vfio_device *vdev,
					 unsigned long arg,
					 vgpu_vfio_region_info_t fn)
{
#ifdef VGPU_HAVE_VFIO_REGION_INFO_CAPS
	return -ENOTTY;
#else
	struct vfio_region_info __user *user = (void __user *)arg;
	size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	struct vfio_info_cap caps = {};
	int ret;

	if (copy_from_user(&info, user, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = fn(vdev, &info, &caps);
	if (!ret)
		ret = vgpu_vfio_copy_region_info(user, &info, &caps);
	kfree(caps.buf);
	return ret;
#endif
}

#endif /* VGPU_COMPAT_VFIO_OPS_H */
