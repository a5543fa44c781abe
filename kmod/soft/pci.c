// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver of the synthetic GPUs: each is told to the front end when it
 * comes and when it goes. Its name is the prefix of the type ids users see.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/pci.h>

#include "gpu.h"
#include "gpu-attr.h"
#include "ops.h"
#include "pci.h"

#define MAX_FRAMEBUFFER_MIB	(1U << 20)	/* 1 TiB */

static unsigned int framebuffer_mib = 256;
module_param(framebuffer_mib, uint, 0444);
MODULE_PARM_DESC(framebuffer_mib,
		 "video memory in MiB of each GPU that says nothing of it (default 256)");

static bool mixed_size;
module_param(mixed_size, bool, 0444);
MODULE_PARM_DESC(mixed_size,
		 "GPUs begin in mixed-size mode: vGPUs of different sizes on one (default N)");

/*
 * What a synthetic GPU says of itself in a vendor-specific capability; see
 * vgpu-simpci(7).
 */
#define OURS_MAGIC		0x04
#define OURS_FRAMEBUFFER_MIB	0x08
#define MAGIC			0x55504756	/* "VGPU" */

static u32 soft_pci_framebuffer_mib(struct pci_dev *pdev)
{
	int ours = pci_find_capability(pdev, PCI_CAP_ID_VNDR);
	u32 magic = 0, mib = 0;

	if (ours)
		pci_read_config_dword(pdev, ours + OURS_MAGIC, &magic);
	if (magic == MAGIC)
		pci_read_config_dword(pdev, ours + OURS_FRAMEBUFFER_MIB, &mib);
	return mib ? mib : framebuffer_mib;
}

static int soft_pci_check_framebuffer(u32 mib)
{
	if (mib >= SOFT_LEAST_MIB && mib <= MAX_FRAMEBUFFER_MIB)
		return 0;
	pr_err("%u MiB of framebuffer: must be %u to %u\n", mib,
	       SOFT_LEAST_MIB, MAX_FRAMEBUFFER_MIB);
	return -EINVAL;
}

static int soft_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u32 mib = soft_pci_framebuffer_mib(pdev);
	struct soft_gpu *gpu;
	int err;

	err = soft_pci_check_framebuffer(mib);
	if (err)
		return err;
	gpu = soft_gpu_create(pdev, mib, mixed_size);
	if (!gpu)
		return -ENOMEM;
	err = pci_enable_device_mem(pdev);
	if (err)
		goto destroy_gpu;
	pci_set_drvdata(pdev, gpu);
	/* Pairs with remove() in soft_pci_remove(). */
	err = soft_vfio->probe(&soft_rm, pdev);
	if (err)
		goto disable;
	return 0;

disable:
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
destroy_gpu:
	soft_gpu_destroy(gpu);
	return dev_err_probe(&pdev->dev, err, "can't offer vGPUs\n");
}

static void soft_pci_remove(struct pci_dev *pdev)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);

	/* Waits for users and deletes every vGPU. */
	soft_vfio->remove(pdev);
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
	soft_gpu_destroy(gpu);
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
	.dev_groups = soft_gpu_attr_groups,
};

int soft_pci_register(void)
{
	int err = soft_pci_check_framebuffer(framebuffer_mib);

	return err ? err : pci_register_driver(&soft_pci_driver);
}

void soft_pci_unregister(void)
{
	pci_unregister_driver(&soft_pci_driver);
}
