// SPDX-License-Identifier: GPL-2.0-only
/*
 * vgpu-simpci: synthetic PCI GPUs, so that a machine with none can run the
 * software resource manager. Parameters, init and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/platform_device.h>

#include "host.h"

static unsigned int gpus = 1;
module_param(gpus, uint, 0444);
MODULE_PARM_DESC(gpus, "number of GPUs, 1 to 32 (default 1)");

static int gpu_node = NUMA_NO_NODE;
module_param_named(numa_node, gpu_node, int, 0444);
MODULE_PARM_DESC(numa_node, "NUMA node of the GPUs, -1 for none (default)");

static struct platform_device *simpci;
static int simpci_error;	/* of simpci_probe(), which the core turns into another */

static int __init simpci_check_parameters(void)
{
	if (gpus < 1 || gpus > SIMPCI_MAX_GPUS) {
		pr_err("gpus=%u: must be 1 to %u\n", gpus, SIMPCI_MAX_GPUS);
		return -EINVAL;
	}
	if (gpu_node == NUMA_NO_NODE)
		return 0;
	if (gpu_node < 0 || gpu_node >= MAX_NUMNODES ||
	    !node_online(gpu_node)) {
		pr_err("numa_node=%d: no such node is online\n", gpu_node);
		return -EINVAL;
	}
	return 0;
}

static void simpci_destroy(void *host)
{
	simpci_host_destroy(host);
}

static int __init simpci_probe(struct platform_device *device)
{
	struct simpci_host *host;

	host = simpci_host_create(&device->dev, gpus, gpu_node);
	if (IS_ERR(host)) {
		pr_err("can't make a PCI host with %u GPUs: %pe\n", gpus, host);
		simpci_error = PTR_ERR(host);
		return simpci_error;
	}
	/* Not the remove operation: what that returns differs between kernels. */
	simpci_error = devm_add_action_or_reset(&device->dev, simpci_destroy,
						host);
	return simpci_error;
}

/*
 * It has the host bridge, so that the front end finds this module and holds it
 * while a vGPU exists. Bound once and for all: platform_create_bundle() lets
 * nobody unbind it by sysfs.
 */
static struct platform_driver simpci_driver = {
	.driver = {
		.name = "vgpu-simpci",
	},
};

static int __init simpci_init(void)
{
	int err;

	err = simpci_check_parameters();
	if (err)
		return err;
	simpci = platform_create_bundle(&simpci_driver, simpci_probe, NULL, 0,
					NULL, 0);
	if (IS_ERR(simpci))
		return simpci_error ? simpci_error : PTR_ERR(simpci);
	return 0;
}

static void __exit simpci_exit(void)
{
	platform_device_unregister(simpci);
	platform_driver_unregister(&simpci_driver);
}

module_init(simpci_init);
module_exit(simpci_exit);

MODULE_DESCRIPTION("OpenVGPU synthetic PCI GPUs");
MODULE_AUTHOR("The OpenVGPU project");
MODULE_LICENSE("GPL");
