// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-soft: a resource manager with no hardware behind it. The order of init
 * and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "ops.h"
#include "pci.h"
#include "types.h"

static int __init soft_init(void)
{
	const char *wrong = soft_types_check(soft_types, soft_type_count);
	int err;

	if (wrong) {
		pr_err("the table of types has %s\n", wrong);
		return -EINVAL;
	}
	err = soft_ops_register();
	if (err)
		return err;
	err = soft_pci_register();
	if (err)
		soft_ops_unregister();
	return err;
}

static void __exit soft_exit(void)
{
	soft_pci_unregister();
	soft_ops_unregister();
}

module_init(soft_init);
module_exit(soft_exit);

MODULE_DESCRIPTION("OpenVGPU software resource manager");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
