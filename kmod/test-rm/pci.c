// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver: it claims no device by itself, only those whose driver_override
 * names it, since the same synthetic GPU is vgpu-soft's as well.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "ops.h"
#include "pci.h"

static LIST_HEAD(test_gpus);		/* under test_gpus_lock */
static DEFINE_MUTEX(test_gpus_lock);	/* no operation takes it */

int test_pci_types_changed(void)
{
	struct test_gpu *gpu;
	int ret, err = 0;

	mutex_lock(&test_gpus_lock);
	list_for_each_entry(gpu, &test_gpus, node) {
		ret = test_vfio->types_changed(gpu->pdev);
		if (ret && !err)
			err = ret;
	}
	mutex_unlock(&test_gpus_lock);
	return err;
}

static void test_pci_link(struct test_gpu *gpu)
{
	mutex_lock(&test_gpus_lock);
	list_add_tail(&gpu->node, &test_gpus);
	mutex_unlock(&test_gpus_lock);
}

static void test_pci_unlink(struct test_gpu *gpu)
{
	mutex_lock(&test_gpus_lock);
	list_del(&gpu->node);
	mutex_unlock(&test_gpus_lock);
}

static int test_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct test_gpu *gpu;
	int err;

	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->pdev = pdev;
	err = pci_enable_device_mem(pdev);
	if (err)
		goto free;
	pci_set_drvdata(pdev, gpu);
	/* Pairs with remove() in test_pci_remove(). */
	err = test_vfio->probe(&test_rm, pdev);
	if (err)
		goto disable;
	test_pci_link(gpu);
	return 0;

disable:
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
free:
	kfree(gpu);
	return dev_err_probe(&pdev->dev, err, "can't offer vGPUs\n");
}

static void test_pci_remove(struct pci_dev *pdev)
{
	struct test_gpu *gpu = test_gpu_of(pdev);

	test_pci_unlink(gpu);
	test_vfio->remove(pdev);
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
	kfree(gpu);
}

static char *driver_name = "vgpu-test";
module_param(driver_name, charp, 0444);
MODULE_PARM_DESC(driver_name, "name of the PCI driver (default vgpu-test)");

static struct pci_driver test_pci_driver = {
	.id_table = NULL,	/* driver_override alone */
	.probe = test_pci_probe,
	.remove = test_pci_remove,
};

int test_pci_register(void)
{
	test_pci_driver.name = driver_name;
	return pci_register_driver(&test_pci_driver);
}

void test_pci_unregister(void)
{
	pci_unregister_driver(&test_pci_driver);
}
