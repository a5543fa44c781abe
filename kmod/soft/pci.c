// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI drivers of the synthetic GPUs, one for each make that a GPU may look like,
 * whose name is the prefix of the type ids users see. Each GPU is told to the front
 * end when it comes and when it goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "gpu.h"
#include "gpu-attr.h"
#include "ops.h"
#include "pci.h"
#include "personality.h"
#include "rom.h"
#include "vf.h"

#define MAX_FRAMEBUFFER_MIB	(1U << 20)	/* 1 TiB */

static unsigned int framebuffer_mib = 256;
module_param(framebuffer_mib, uint, 0444);
MODULE_PARM_DESC(framebuffer_mib,
		 "video memory in MiB of each GPU that says nothing of it (default 256)");

static char *personality = "";
module_param(personality, charp, 0444);
MODULE_PARM_DESC(personality,
		 "what GPUs may look like besides themselves: nvidia, gvt or both with a comma between");

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

static u32 soft_pci_framebuffer_mib(struct pci_dev *pdev, u32 usual)
{
	int ours = pci_find_capability(pdev, PCI_CAP_ID_VNDR);
	u32 magic = 0, mib = 0;

	if (ours)
		pci_read_config_dword(pdev, ours + OURS_MAGIC, &magic);
	if (magic == MAGIC)
		pci_read_config_dword(pdev, ours + OURS_FRAMEBUFFER_MIB, &mib);
	if (mib)
		return mib;
	return usual ? usual : framebuffer_mib;
}

static int soft_pci_check_framebuffer(struct pci_dev *pdev,
				      const struct soft_personality *make,
				      u32 mib)
{
	u32 least = make->types[0].gpu_mib;

	if (mib >= least && mib <= MAX_FRAMEBUFFER_MIB)
		return 0;
	pci_err(pdev, "%u MiB of framebuffer: must be %u to %u with personality \"%s\"\n",
		mib, least, MAX_FRAMEBUFFER_MIB, make->name);
	return -EINVAL;
}

static int soft_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct soft_personality *make;
	struct soft_gpu *gpu;
	u32 mib;
	int err;

	if (pdev->is_virtfn)
		return soft_vf_probe(pdev);
	make = soft_personality_of_driver(pdev->dev.driver->name);
	mib = soft_pci_framebuffer_mib(pdev, make->framebuffer_mib);
	err = soft_pci_check_framebuffer(pdev, make, mib);
	if (err)
		return err;
	gpu = soft_gpu_create(pdev, make, mib, mixed_size || make->mixed);
	if (!gpu)
		return -ENOMEM;
	err = soft_rom_load(pdev, &gpu->rom);
	if (err)
		goto destroy_gpu;
	err = pci_enable_device_mem(pdev);
	if (err)
		goto free_rom;
	pci_set_drvdata(pdev, gpu);
	/* Pairs with remove() in soft_pci_remove(). */
	err = soft_vfio->probe(&soft_rm, pdev);
	if (err)
		goto disable;
	return 0;

disable:
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
free_rom:
	soft_rom_free(&gpu->rom);
destroy_gpu:
	soft_gpu_destroy(gpu);
	return dev_err_probe(&pdev->dev, err, "can't offer vGPUs\n");
}

static void soft_pci_remove(struct pci_dev *pdev)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);

	if (pdev->is_virtfn) {
		soft_vf_remove(pdev);
		return;
	}
	soft_vf_close(gpu);
	/* Waits for users, its functions' too, and deletes every vGPU of its own. */
	soft_vfio->remove(pdev);
	soft_vf_disable(pdev);
	pci_set_drvdata(pdev, NULL);
	pci_disable_device(pdev);
	soft_rom_free(&gpu->rom);
	soft_gpu_destroy(gpu);
}

static const struct pci_device_id soft_pci_ids[] = {
	{ PCI_DEVICE(0x1234, 0x7670) }, /* of vgpu-simpci */
	{ }
};
MODULE_DEVICE_TABLE(pci, soft_pci_ids);

/* In the order of soft_personalities; those that were asked for are registered. */
static struct pci_driver soft_pci_drivers[SOFT_PERSONALITY_COUNT];
static unsigned int soft_pci_registered;	/* a bit for each */

static int soft_pci_register_one(unsigned int i)
{
	struct pci_driver *driver = &soft_pci_drivers[i];
	int err;

	driver->name = soft_personalities[i].driver;
	/* A GPU is another make's only if its driver_override says so. */
	driver->id_table = i ? NULL : soft_pci_ids;
	driver->probe = soft_pci_probe;
	driver->remove = soft_pci_remove;
	driver->dev_groups = soft_gpu_attr_groups;
	if (soft_personalities[i].sriov)
		driver->sriov_configure = soft_vf_configure;
	if (driver_find(driver->name, &pci_bus_type)) {
		pr_err("personality \"%s\": a driver \"%s\" is loaded, and only one can have that name; unload it first\n",
		       soft_personalities[i].name, driver->name);
		return -EBUSY;
	}
	err = pci_register_driver(driver);
	if (!err)
		soft_pci_registered |= 1U << i;
	return err;
}

static int soft_pci_register_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < SOFT_PERSONALITY_COUNT; i++) {
		if (strcmp(soft_personalities[i].name, name))
			continue;
		return soft_pci_registered & 1U << i ? 0 :
						       soft_pci_register_one(i);
	}
	pr_err("personality=%s: \"%s\" is not known; native, nvidia and gvt are\n",
	       personality, name);
	return -EINVAL;
}

static int soft_pci_register_all(void)
{
	char *names = kstrdup(personality, GFP_KERNEL);
	char *rest = names, *name;
	int err;

	if (!names)
		return -ENOMEM;
	err = soft_pci_register_one(0);
	while (!err && (name = strsep(&rest, ",")))
		if (*name)
			err = soft_pci_register_named(name);
	kfree(names);
	return err;
}

int soft_pci_register(void)
{
	int err;

	if (framebuffer_mib < SOFT_LEAST_MIB ||
	    framebuffer_mib > MAX_FRAMEBUFFER_MIB) {
		pr_err("framebuffer_mib=%u: must be %u to %u\n",
		       framebuffer_mib, SOFT_LEAST_MIB, MAX_FRAMEBUFFER_MIB);
		return -EINVAL;
	}
	err = soft_pci_register_all();
	if (err)
		soft_pci_unregister();
	return err;
}

void soft_pci_unregister(void)
{
	unsigned int i;

	for (i = 0; i < SOFT_PERSONALITY_COUNT; i++)
		if (soft_pci_registered & 1U << i)
			pci_unregister_driver(&soft_pci_drivers[i]);
	soft_pci_registered = 0;
}
