// SPDX-License-Identifier: GPL-2.0-only
/*
 * A back end of the next major version of the contract. The front end must refuse
 * it, and name both versions in one line of the kernel's log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "vgpu-rm.h"

static const struct vgpu_rm_ops version_ops = {
	.version = { VGPU_RM_VERSION_MAJOR + 1, 7 },
	.size = sizeof(struct vgpu_rm_ops),
};

static int version_get_ops(struct vgpu_rm_ops *ops)
{
	return vgpu_rm_fill_ops(ops, &version_ops);
}

/* Never called: there is no version that both sides know. */
static int version_set_ops(const struct vgpu_vfio_ops *ops)
{
	pr_err("callbacks came without a handshake\n");
	return -EINVAL;
}

static const struct vgpu_rm version_rm = {
	.name = KBUILD_MODNAME,
	.owner = THIS_MODULE,
	.get_ops = version_get_ops,
	.set_ops = version_set_ops,
};

static int __init version_init(void)
{
	int err = vgpu_vfio_register_rm(&version_rm);

	if (err)
		return err;	/* -EPROTO, which is what insmod shall show */
	pr_err("a back end of another version was accepted\n");
	vgpu_vfio_unregister_rm(&version_rm);
	return -EBADMSG;
}

module_init(version_init);

MODULE_DESCRIPTION("Back end of another contract version, for a test of OpenVGPU");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
