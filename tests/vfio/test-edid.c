/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The EDID region and its protocol, as include/uapi/linux/vfio.h says them.
 */
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EDID_BLOCK 128
#define UP         VFIO_DEVICE_GFX_LINK_STATE_UP
#define DOWN       VFIO_DEVICE_GFX_LINK_STATE_DOWN

/* Where in the device's file its region is; -1 if there is none. */
static off_t
edid_find(const struct device *dev, uint64_t *size)
{
    off_t place = -1;

    for (uint32_t i = VFIO_PCI_NUM_REGIONS; place < 0 && i < VFIO_PCI_NUM_REGIONS + 8; i++) {
        struct vfio_region_info *info = device_region(dev, i);
        const struct vfio_region_info_cap_type *type;

        if (!info)
            continue;
        type = (const void *)device_capability(info, VFIO_REGION_INFO_CAP_TYPE);
        if (type && type->type == VFIO_REGION_TYPE_GFX &&
            type->subtype == VFIO_REGION_SUBTYPE_GFX_EDID) {
            place = (off_t)info->offset;
            *size = info->size;
        }
        free(info);
    }
    return place;
}

static struct vfio_region_gfx_edid
edid_registers(const struct device *dev, off_t place)
{
    struct vfio_region_gfx_edid regs = {0};

    check(pread(dev->fd, &regs, sizeof regs, place) == sizeof regs, "its registers read");
    return regs;
}

/* Writes a register; the error, or 0. */
static int
edid_set(const struct device *dev, off_t place, size_t reg, uint32_t value)
{
    ssize_t n = pwrite(dev->fd, &value, sizeof value, place + (off_t)reg);

    return n == sizeof value ? 0 : errno;
}

#define REG(name) offsetof(struct vfio_region_gfx_edid, name)

static void
edid_checksum(uint8_t *block)
{
    uint8_t sum = 0;

    for (int i = 0; i < EDID_BLOCK - 1; i++)
        sum += block[i];
    block[EDID_BLOCK - 1] = (uint8_t)-sum;
}

/* The protocol of a change: link down, size and bytes, link up. */
static int
edid_plug(const struct device *dev, off_t place, off_t at, const uint8_t *edid, uint32_t size)
{
    int ret = edid_set(dev, place, REG(link_state), DOWN);

    if (!ret)
        ret = edid_set(dev, place, REG(edid_size), size);
    if (!ret && pwrite(dev->fd, edid, size, place + at) != (ssize_t)size)
        ret = errno;
    return ret ? ret : edid_set(dev, place, REG(link_state), UP);
}

static void
test_edid_refusals(const struct device *dev, off_t place, struct vfio_region_gfx_edid regs)
{
    uint32_t all[2] = {DOWN, DOWN};
    uint8_t byte = 0;

    check(edid_set(dev, place, REG(edid_offset), 0) == EINVAL &&
              edid_set(dev, place, REG(edid_max_size), 0) == EINVAL &&
              edid_set(dev, place, REG(max_xres), 0) == EINVAL &&
              edid_set(dev, place, REG(max_yres), 0) == EINVAL,
          "registers that are for reading can't be written");
    check(edid_set(dev, place, REG(link_state), 3) == EINVAL, "the link is up or down");
    check(pwrite(dev->fd, &byte, 1, place + (off_t)REG(link_state)) < 0 && errno == EINVAL,
          "a register is not written in parts");
    check(pwrite(dev->fd, all, sizeof all, place + (off_t)REG(max_yres)) < 0 && errno == EINVAL,
          "nor two at once");
    check(edid_set(dev, place, REG(edid_size), regs.edid_size) == EBUSY &&
              pwrite(dev->fd, &byte, 1, place + regs.edid_offset) < 0 && errno == EBUSY,
          "an EDID in use can't be changed");
    check(edid_set(dev, place, REG(link_state), DOWN) == 0 &&
              edid_registers(dev, place).link_state == DOWN,
          "the monitor can be unplugged");
    check(edid_set(dev, place, REG(edid_size), regs.edid_max_size + 1) == EINVAL,
          "an EDID is no larger than there is room");
}

static void
test_edid_change(const struct device *dev, off_t place, struct vfio_region_gfx_edid regs,
                 uint8_t *edid)
{
    uint8_t back[EDID_BLOCK] = {0};

    edid[12] ^= 0x5a; /* its serial number */
    check(edid_plug(dev, place, regs.edid_offset, edid, EDID_BLOCK) == EINVAL &&
              edid_registers(dev, place).link_state == DOWN,
          "an EDID with a wrong checksum is refused, and the link stays down");
    check(edid_plug(dev, place, regs.edid_offset, edid, 0) == EINVAL &&
              edid_plug(dev, place, regs.edid_offset, edid, EDID_BLOCK - 1) == EINVAL,
          "so is one that is no whole blocks");
    edid_checksum(edid);
    edid[1] ^= 1;
    check(edid_plug(dev, place, regs.edid_offset, edid, EDID_BLOCK) == EINVAL,
          "and one without its header");
    edid[1] ^= 1;
    check(edid_plug(dev, place, regs.edid_offset, edid, EDID_BLOCK) == 0, "a good one is taken");
    check(edid_registers(dev, place).link_state == UP &&
              pread(dev->fd, back, sizeof back, place + regs.edid_offset) == sizeof back &&
              !memcmp(back, edid, sizeof back),
          "and reads back, with the link up");
}

void
test_edid(const struct device *dev)
{
    uint64_t size = 0;
    off_t place = edid_find(dev, &size);
    struct vfio_region_gfx_edid regs;
    uint8_t edid[EDID_BLOCK];

    check(place >= 0, "there is an EDID region");
    if (place < 0)
        return;
    regs = edid_registers(dev, place);
    check(regs.edid_offset >= sizeof regs && regs.edid_max_size >= 2 * EDID_BLOCK &&
              regs.edid_offset + regs.edid_max_size <= size,
          "it has room for an EDID");
    check(regs.link_state == UP && regs.edid_size == EDID_BLOCK &&
              pread(dev->fd, edid, sizeof edid, place + regs.edid_offset) == sizeof edid &&
              edid[0] == 0 && edid[1] == 0xff,
          "the back end's own monitor is plugged in");
    check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev->fd, place) == MAP_FAILED, "it does not map");
    test_edid_refusals(dev, place, regs);
    test_edid_change(dev, place, regs, edid);
}
