// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-vfio: the VFIO front end of vGPUs. The order of init and exit.
 */
#include <linux/module.h>

#include "gpu.h"
#include "unmap.h"

static int __init vgpu_vfio_init(void)
{
	int ret = vgpu_unmap_init();

	if (ret)
		return ret;
	ret = vgpu_mdev_init();
	if (ret)
		vgpu_unmap_exit();
	return ret;
}

static void __exit vgpu_vfio_exit(void)
{
	vgpu_mdev_exit();
	vgpu_unmap_exit();
}

module_init(vgpu_vfio_init);
module_exit(vgpu_vfio_exit);

MODULE_DESCRIPTION("VFIO front end of OpenVGPU");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
/* Of the contract; with it modpost writes a srcversion, by which "vgpuctl doctor" tells builds. */
MODULE_VERSION("1.0");
