// SPDX-License-Identifier: GPL-2.0-only
/*
 * The expansion ROM of vGPUs, from a file of the host's firmware folder: SeaBIOS's
 * VGA BIOS for the bochs display, which is not ours to ship.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/firmware.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/module.h>

#include "rom.h"
#include "shmem.h"

#define ROM_MIN		2048	/* least that a ROM BAR can say */
#define ROM_MAX		(1 << 20)

static char *rom = "";
module_param(rom, charp, 0444);
MODULE_PARM_DESC(rom, "expansion ROM of vGPUs, a file of the host's firmware (default none)");

/* PCI Firmware Specification 3.0, 5.1.1: an image's first two bytes. */
static bool rom_valid(const struct firmware *fw)
{
	return fw->size > 2 && fw->size <= ROM_MAX && fw->data[0] == 0x55 &&
	       fw->data[1] == 0xaa;
}

static int rom_copy(const struct firmware *fw, struct vgpu_backing *to)
{
	size_t size = max_t(size_t, roundup_pow_of_two(fw->size), ROM_MIN);
	struct file *file = vgpu_shmem_file("vgpu-rom", size);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_write(file, fw->data, fw->size, &pos);
	if (n != fw->size) {
		fput(file);
		return n < 0 ? n : -EIO;
	}
	to->file = file;
	to->size = size;
	return 0;
}

int soft_rom_load(struct pci_dev *pdev, struct vgpu_backing *to)
{
	const struct firmware *fw;
	int err;

	memset(to, 0, sizeof(*to));
	if (!rom[0])
		return 0;
	err = request_firmware(&fw, rom, &pdev->dev);
	if (!err) {
		err = rom_valid(fw) ? rom_copy(fw, to) : -ENOEXEC;
		release_firmware(fw);
	}
	if (err == -ENOMEM)
		return err;
	if (err)
		pci_warn(pdev, "rom=%s: no expansion ROM of at most 1 MiB, so vGPUs have none: %pe\n",
			 rom, ERR_PTR(err));
	return 0;
}

void soft_rom_free(struct vgpu_backing *rom_of_gpu)
{
	if (rom_of_gpu->file)
		fput(rom_of_gpu->file); /* pairs with vgpu_shmem_file() */
}
