// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-soft: a resource manager with no hardware behind it. The order of init
 * and exit.
 */
#include <linux/module.h>

#include "ops.h"
#include "pci.h"

static int __init soft_init(void)
{
	int err;

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
