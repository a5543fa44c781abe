/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The expansion ROM: there whole where the back end has one, else absent cleanly.
 */
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROM       VFIO_PCI_ROM_REGION_INDEX
#define ROM_PLACE ((off_t)ROM << 40)

static uint64_t
rom_size(const struct device *dev, uint32_t *flags)
{
    struct vfio_region_info *info = device_region(dev, ROM);
    uint64_t size = UINT64_MAX;

    if (info) {
        size = info->size;
        *flags = info->flags;
    }
    free(info);
    return size;
}

void
test_rom_absent(const struct device *dev)
{
    uint32_t flags = UINT32_MAX;
    char byte;

    check(rom_size(dev, &flags) == 0 && flags == 0, "a ROM that is absent has no size, no flags");
    check(pread(dev->fd, &byte, 1, ROM_PLACE) < 0 && errno == EINVAL, "and can't be read");
}

static void
test_rom_content(const struct device *dev)
{
    uint8_t *rom = calloc(1, ENGINE_ROM_SIZE);
    uint8_t zeros[16] = {0};
    uint8_t head[2] = {0};
    uint16_t data;
    bool same = true;

    device_set_command(dev, 0);
    check(device_read(dev, ROM, 0, rom, ENGINE_ROM_SIZE), "the ROM reads with memory disabled");
    memcpy(&data, rom + 0x18, sizeof data);
    check(rom[0] == 0x55 && rom[1] == 0xaa && !memcmp(rom + data, "PCIR", 4),
          "it has the signatures of a ROM");
    for (unsigned int i = 0x200; i < ENGINE_ROM_SIZE; i++)
        same = same && rom[i] == (uint8_t)(i ^ i >> 8);
    check(same, "and its content to the last byte");
    check(device_write(dev, ROM, 0, zeros, sizeof zeros) &&
              device_read(dev, ROM, 0, head, sizeof head) && head[0] == 0x55,
          "writes to it are dropped");
    check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev->fd, ROM_PLACE) == MAP_FAILED &&
              errno == EINVAL,
          "it does not map");
    free(rom);
}

void
test_rom(const struct device *dev)
{
    uint32_t flags = 0;

    check(rom_size(dev, &flags) == ENGINE_ROM_SIZE && flags == VFIO_REGION_INFO_FLAG_READ,
          "the ROM has its size, to read");
    test_rom_content(dev);
}
