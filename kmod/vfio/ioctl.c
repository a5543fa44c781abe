// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of a VFIO device: arguments are copied and checked, and handed on.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "ioctl.h"
#include "vfio-ops.h"
#include "vgpu.h"

static long ioctl_info(struct vgpu_vfio *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = vgpu_region_count(vgpu);
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long ioctl_irq_info(struct vgpu_vfio *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = vgpu_irq_info(vgpu, &info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long ioctl_set_irqs(struct vgpu_vfio *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_info info = {};
	struct vfio_irq_set set;
	void *data = NULL;
	size_t size = 0;
	int ret;

	if (copy_from_user(&set, arg, minsz))
		return -EFAULT;
	info.index = set.index;
	ret = vgpu_irq_info(vgpu, &info);
	if (ret)
		return ret;
	ret = vfio_set_irqs_validate_and_prepare(&set, info.count,
						 VFIO_PCI_NUM_IRQS, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user(arg + minsz, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = vgpu_irq_set(vgpu, &set, data);
	kfree(data);
	return ret;
}

static long ioctl_query_plane(struct vgpu_vfio *vgpu, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_device_gfx_plane_info,
				   region_index);
	struct vfio_device_gfx_plane_info info = {};
	u32 argsz;
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	argsz = info.argsz;
	if (argsz < minsz)
		return -EINVAL;
	ret = vgpu_display_query(vgpu, &info);
	if (ret)
		return ret;
	info.argsz = argsz;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long ioctl_get_dmabuf(struct vgpu_vfio *vgpu, void __user *arg)
{
	u32 id;

	if (get_user(id, (u32 __user *)arg))
		return -EFAULT;
	return vgpu_display_dmabuf(vgpu, id);
}

long vgpu_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct vgpu_vfio *vgpu = container_of(vdev, struct vgpu_vfio, vdev);
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return ioctl_info(vgpu, user);
	case VFIO_DEVICE_GET_REGION_INFO:
		return vgpu_vfio_region_info(vdev, arg, vgpu_region_info);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return ioctl_irq_info(vgpu, user);
	case VFIO_DEVICE_SET_IRQS:
		return ioctl_set_irqs(vgpu, user);
	case VFIO_DEVICE_RESET:
		return vgpu_vfio_reset(vgpu);
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return ioctl_query_plane(vgpu, user);
	case VFIO_DEVICE_GET_GFX_DMABUF:
		return ioctl_get_dmabuf(vgpu, user);
	default:
		return -ENOTTY;
	}
}
