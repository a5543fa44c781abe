// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-simpci: synthetic PCI GPUs, so that a machine with none can run the
 * software resource manager. Parameters, init and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/numa.h>

#include "bus.h"
#include "host.h"
#include "spec.h"

#define MAX_GPUS	256	/* at load; more can be made later */

static unsigned int gpus = 1;
module_param(gpus, uint, 0444);
MODULE_PARM_DESC(gpus, "number of GPUs to begin with, 0 to 256 (default 1)");

static int gpu_node = NUMA_NO_NODE;
module_param_named(numa_node, gpu_node, int, 0444);
MODULE_PARM_DESC(numa_node, "NUMA node of these GPUs, -1 for none (default)");

static int __init simpci_new_gpus(void)
{
	struct simpci_spec spec;
	unsigned int i;
	int err = 0;

	for (i = 0; i < gpus && !err; i++) {
		simpci_spec_init(&spec);
		spec.node = gpu_node;
		err = simpci_bus_new(&spec);
	}
	return err;
}

static int __init simpci_init(void)
{
	int err;

	if (gpus > MAX_GPUS) {
		pr_err("gpus=%u: must be 0 to %u\n", gpus, MAX_GPUS);
		return -EINVAL;
	}
	err = simpci_host_init();
	if (err)
		return err;
	err = simpci_bus_init();
	if (err)
		goto exit_host;
	err = simpci_new_gpus();
	if (err)
		goto exit_bus;
	return 0;

exit_bus:
	simpci_bus_exit();
exit_host:
	simpci_host_exit();
	return err;
}

static void __exit simpci_exit(void)
{
	simpci_bus_exit();
	simpci_host_exit();
}

module_init(simpci_init);
module_exit(simpci_exit);

MODULE_DESCRIPTION("OpenVGPU synthetic PCI GPUs");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
