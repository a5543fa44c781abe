// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver of the synthetic GPUs: each is told to the front end when it
 * comes and when it goes. Its name is the prefix of the type ids users see.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "gpu.h"
#include "ops.h"
#include "pci.h"
#include "types.h"

#define MAX_FRAMEBUFFER_MIB	(1U << 20)	/* 1 TiB */

static unsigned int framebuffer_mib = 256;
module_param(framebuffer_mib, uint, 0444);
MODULE_PARM_DESC(framebuffer_mib, "video memory of each GPU in MiB (default 256)");

static int soft_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct soft_gpu *gpu;
	int err;

	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->pdev = pdev;
	mutex_init(&gpu->lock);
	soft_capacity_init(&gpu->capacity, framebuffer_mib);

	err = pci_enable_device_mem(pdev);
	if (err)
		goto free_gpu;
	pci_set_drvdata(pdev, gpu);
	/* Pairs with remove() in soft_pci_remove(). */
	err = soft_vfio->probe(&soft_rm, pdev);
	if (err)
		goto disable;
	return 0;

disable:
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
free_gpu:
	mutex_destroy(&gpu->lock);
	kfree(gpu);
	return dev_err_probe(&pdev->dev, err, "can't offer vGPUs\n");
}

static void soft_pci_remove(struct pci_dev *pdev)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);

	/* Waits for users and deletes every vGPU. */
	soft_vfio->remove(pdev);
	WARN_ON(gpu->capacity.used_mib);
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
	mutex_destroy(&gpu->lock);
	kfree(gpu);
}

static const struct pci_device_id soft_pci_ids[] = {
	{ PCI_DEVICE(0x1234, 0x7670) }, /* of vgpu-simpci */
	{ }
};
MODULE_DEVICE_TABLE(pci, soft_pci_ids);

static struct pci_driver soft_pci_driver = {
	.name = "vgpu",
	.id_table = soft_pci_ids,
	.probe = soft_pci_probe,
	.remove = soft_pci_remove,
};

int soft_pci_register(void)
{
	if (framebuffer_mib < soft_types[0].framebuffer_mib ||
	    framebuffer_mib > MAX_FRAMEBUFFER_MIB) {
		pr_err("framebuffer_mib=%u: must be %u to %u\n",
		       framebuffer_mib, soft_types[0].framebuffer_mib,
		       MAX_FRAMEBUFFER_MIB);
		return -EINVAL;
	}
	return pci_register_driver(&soft_pci_driver);
}

void soft_pci_unregister(void)
{
	pci_unregister_driver(&soft_pci_driver);
}
