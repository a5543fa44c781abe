// SPDX-License-Identifier: GPL-2.0-only
/*
 * The expansion ROM: one image that no firmware runs. Layout: PCI Local Bus 3.0
 * section 6.3.1.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "engine.h"
#include "rom.h"
#include "shmem.h"

#define ROM_DATA	0x1c	/* where the PCI data structure is */
#define ROM_CODE_OTHER	0xff	/* a code type nobody runs */
#define ROM_LAST	0x80	/* the last image */

static struct file *rom_file;

static void rom_put16(u8 *rom, unsigned int offset, u16 value)
{
	rom[offset] = value;
	rom[offset + 1] = value >> 8;
}

static void rom_fill(u8 *rom)
{
	unsigned int i;

	for (i = 0x200; i < ENGINE_ROM_SIZE; i++)
		rom[i] = i ^ i >> 8;	/* something to compare */
	rom_put16(rom, 0, 0xaa55);
	rom_put16(rom, 0x18, ROM_DATA);
	memcpy(rom + ROM_DATA, "PCIR", 4);
	rom_put16(rom, ROM_DATA + 0x04, ENGINE_VENDOR);
	rom_put16(rom, ROM_DATA + 0x06, ENGINE_DEVICE);
	rom_put16(rom, ROM_DATA + 0x0a, 0x18);	/* bytes of this structure */
	rom[ROM_DATA + 0x0d] = ENGINE_CLASS & 0xff;
	rom_put16(rom, ROM_DATA + 0x0e, ENGINE_CLASS >> 8);
	rom_put16(rom, ROM_DATA + 0x10, ENGINE_ROM_SIZE / 512);
	rom[ROM_DATA + 0x14] = ROM_CODE_OTHER;
	rom[ROM_DATA + 0x15] = ROM_LAST;
}

static int rom_write(struct file *file)
{
	u8 *rom = kvzalloc(ENGINE_ROM_SIZE, GFP_KERNEL);
	loff_t pos = 0;
	ssize_t n;

	if (!rom)
		return -ENOMEM;
	rom_fill(rom);
	n = kernel_write(file, rom, ENGINE_ROM_SIZE, &pos);
	kvfree(rom);
	if (n < 0)
		return n;
	return n == ENGINE_ROM_SIZE ? 0 : -EIO;
}

int test_rom_create(void)
{
	int err;

	rom_file = vgpu_shmem_file("vgpu-test-rom", ENGINE_ROM_SIZE);
	if (IS_ERR(rom_file))
		return PTR_ERR(rom_file);
	err = rom_write(rom_file);
	if (err)
		fput(rom_file);
	return err;
}

void test_rom_destroy(void)
{
	fput(rom_file); /* pairs with vgpu_shmem_file() */
}

struct file *test_rom_file(void)
{
	return rom_file;
}
