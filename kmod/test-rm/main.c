// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-test: a resource manager for tests of the front end, which misbehaves when
 * its parameters say so. The order of init and exit.
 */
#include <linux/module.h>

#include "ops.h"
#include "pci.h"
#include "rom.h"
#include "start.h"

static int __init test_init(void)
{
	int err;

	err = test_rom_create();
	if (err)
		return err;
	err = test_ops_register();
	if (err)
		goto destroy_rom;
	err = test_pci_register();
	if (err)
		goto unregister_ops;
	return 0;

unregister_ops:
	test_ops_unregister();
destroy_rom:
	test_rom_destroy();
	return err;
}

static void __exit test_exit(void)
{
	test_pci_unregister();
	/* Starts that nobody answered: the front end frees them once answered. */
	test_start_answer_all(-ECANCELED);
	test_ops_unregister();
	test_rom_destroy();
}

module_init(test_init);
module_exit(test_exit);

MODULE_DESCRIPTION("OpenVGPU test resource manager");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
