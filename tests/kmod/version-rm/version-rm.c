// SPDX-License-Identifier: GPL-2.0-only
/*
 * A back end whose table of operations is not this release's. The front end must
 * refuse one of another major version and one that lacks an operation, and take one
 * with fewer or more operations than it knows.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/stddef.h>

#include "vgpu-rm.h"

static char *table = "major";
module_param(table, charp, 0444);
MODULE_PARM_DESC(table, "major: of the next major version; lacking: without a required operation; older: without optional operations; newer: with more operations");

static int version_never(void)
{
	pr_err("an operation was called without a GPU\n");
	return -ENODEV;
}

#define NEVER ((void *)version_never)

#define REQUIRED_BUT_INSTANCES			\
	.vgpu_create = NEVER,			\
	.vgpu_delete = NEVER,			\
	.vgpu_bar_info = NEVER,			\
	.vgpu_start = NEVER,			\
	.get_types = NEVER,			\
	.get_name = NEVER,			\
	.get_description = NEVER,		\
	.get_sparse_mmap = NEVER,		\
	.update_request = NEVER

static const struct vgpu_rm_ops version_major = {
	.version = { VGPU_RM_VERSION_MAJOR + 1, 7 },
	.size = sizeof(struct vgpu_rm_ops),
};

static const struct vgpu_rm_ops version_lacking = {
	.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR },
	.size = sizeof(struct vgpu_rm_ops),
	REQUIRED_BUT_INSTANCES,
};

/* As of a header that ended with the required operations. */
static const struct vgpu_rm_ops version_older = {
	.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR },
	.size = offsetof(struct vgpu_rm_ops, vgpu_stop),
	REQUIRED_BUT_INSTANCES,
	.get_instances = NEVER,
};

static const struct {
	struct vgpu_rm_ops known;
	void *more[4];
} version_newer = {
	.known = {
		.version = { VGPU_RM_VERSION_MAJOR, VGPU_RM_VERSION_MINOR + 1 },
		.size = sizeof(version_newer),
		REQUIRED_BUT_INSTANCES,
		.get_instances = NEVER,
	},
	.more = { NEVER, NEVER, NEVER, NEVER },
};

static const struct {
	const char *name;
	const struct vgpu_rm_ops *ops;
	bool taken;
} version_tables[] = {
	{ "major", &version_major, false },
	{ "lacking", &version_lacking, false },
	{ "older", &version_older, true },
	{ "newer", &version_newer.known, true },
};

static unsigned int version_chosen;

static int version_get_ops(struct vgpu_rm_ops *ops)
{
	return vgpu_rm_fill_ops(ops, version_tables[version_chosen].ops);
}

static int version_set_ops(const struct vgpu_vfio_ops *ops)
{
	if (version_tables[version_chosen].taken)
		return 0;
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
	int err;

	while (strcmp(version_tables[version_chosen].name, table))
		if (++version_chosen == ARRAY_SIZE(version_tables))
			return -ENOENT;
	err = vgpu_vfio_register_rm(&version_rm);
	if (err || version_tables[version_chosen].taken)
		return err;	/* which is what insmod shall show */
	pr_err("a back end that can't be was accepted\n");
	vgpu_vfio_unregister_rm(&version_rm);
	return -EBADMSG;
}

static void __exit version_exit(void)
{
	vgpu_vfio_unregister_rm(&version_rm);
}

module_init(version_init);
module_exit(version_exit);

MODULE_DESCRIPTION("Back ends of other versions of the contract, for a test of OpenVGPU");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
