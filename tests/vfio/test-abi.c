/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * argsz of each ioctl, odd places in the device's file, and reset, as
 * include/uapi/linux/vfio.h says them.
 */
#include "check.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool
refused(const struct device *dev, unsigned long request, void *arg, int error)
{
    return ioctl(dev->fd, request, arg) < 0 && errno == error;
}

static void
test_argsz(const struct device *dev)
{
    struct vfio_device_info info = {.argsz = 4};
    struct vfio_region_info region = {.argsz = sizeof region - 1};
    struct vfio_irq_info irq = {.argsz = sizeof irq - 1};
    struct vfio_device_gfx_plane_info plane = {.flags = VFIO_GFX_PLANE_TYPE_REGION};

    check(refused(dev, VFIO_DEVICE_GET_INFO, &info, EINVAL) && !info.num_regions,
          "GET_INFO refuses a small argsz and writes nothing");
    check(refused(dev, VFIO_DEVICE_GET_REGION_INFO, &region, EINVAL) && !region.size,
          "GET_REGION_INFO refuses a small argsz and writes nothing");
    check(refused(dev, VFIO_DEVICE_GET_IRQ_INFO, &irq, EINVAL) && !irq.flags,
          "GET_IRQ_INFO refuses a small argsz and writes nothing");
    check(refused(dev, VFIO_DEVICE_QUERY_GFX_PLANE, &plane, EINVAL),
          "QUERY_GFX_PLANE refuses a small argsz");
    irq = (struct vfio_irq_info){.argsz = sizeof irq, .index = VFIO_PCI_NUM_IRQS};
    check(refused(dev, VFIO_DEVICE_GET_IRQ_INFO, &irq, EINVAL),
          "an interrupt index past the last is refused");
    region = (struct vfio_region_info){.argsz = sizeof region, .index = 0xffffffff};
    check(refused(dev, VFIO_DEVICE_GET_REGION_INFO, &region, EINVAL),
          "a region index of 32 bits is refused");
    check(refused(dev, VFIO_DEVICE_GET_INFO, NULL, EFAULT) &&
              refused(dev, VFIO_DEVICE_GET_REGION_INFO, NULL, EFAULT) &&
              refused(dev, VFIO_DEVICE_SET_IRQS, NULL, EFAULT) &&
              refused(dev, VFIO_DEVICE_QUERY_GFX_PLANE, NULL, EFAULT),
          "a null argument faults");
    check(refused(dev, _IO(VFIO_TYPE, VFIO_BASE + 99), NULL, ENOTTY),
          "an unknown ioctl is not known");
}

static void
test_planes(const struct device *dev)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane};

    plane.flags = VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_REGION;
    check(ioctl(dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) == 0,
          "a plane in a region is offered");
    plane.flags = VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF;
    check(refused(dev, VFIO_DEVICE_QUERY_GFX_PLANE, &plane, EINVAL), "one by dma-buf is not");
    plane.flags = 0;
    check(refused(dev, VFIO_DEVICE_QUERY_GFX_PLANE, &plane, EINVAL),
          "a query for no kind of plane is refused");
}

static char *volatile nowhere; /* volatile: the compiler knows that NULL is no buffer */

/* Regions are 2^40 bytes apart in the device's file, as vfio-pci has them. */
static void
test_places(const struct device *dev)
{
    struct vfio_region_info *vram = device_region(dev, BAR_VRAM);
    char bytes[16];
    off_t end;

    if (!vram)
        return;
    end = (off_t)(vram->offset + vram->size);
    free(vram);
    check(pread(dev->fd, bytes, 16, end - 4) == 4, "a read over a region's end stops there");
    check(pwrite(dev->fd, bytes, 16, end - 4) == 4, "so does a write");
    check(pread(dev->fd, bytes, 16, end) < 0 && errno == EINVAL, "a read behind it is refused");
    check(pread(dev->fd, bytes, 0, 0) == 0, "a read of nothing reads nothing");
    check(pread(dev->fd, bytes, 4, (off_t)1 << 62) < 0 && errno == EINVAL,
          "a read far away is refused");
    check(pread(dev->fd, bytes, 4, (off_t)VFIO_PCI_VGA_REGION_INDEX << 40) < 0 && errno == EINVAL,
          "a read of a region that is absent is refused");
    check(pread(dev->fd, nowhere, 4, 0) < 0 && errno == EFAULT, "a read to nowhere faults");
    check(pwrite(dev->fd, nowhere, 4, 0) < 0 && errno == EFAULT, "a write from nowhere faults");
}

static void
test_unaligned(const struct device *dev)
{
    uint8_t whole[16] = {0};
    uint8_t part[7] = {0};

    device_set_command(dev, PCI_COMMAND_MEMORY);
    device_read(dev, CONFIG, 0, whole, sizeof whole);
    device_read(dev, CONFIG, 1, part, sizeof part);
    check(!memcmp(whole + 1, part, sizeof part), "config space reads at any offset and size");
    device_read(dev, BAR_MMIO, 0, whole, sizeof whole);
    device_read(dev, BAR_MMIO, 3, part, sizeof part);
    check(!memcmp(whole + 3, part, sizeof part), "so does a BAR that traps");
}

static void
test_reset(const struct device *dev)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_REGION};
    uint32_t bar = 0xe0000000;
    uint16_t on = 0x41;

    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    device_write(dev, CONFIG, PCI_BASE_ADDRESS_0, &bar, sizeof bar);
    device_write(dev, BAR_MMIO, 0x508, &on, sizeof on);
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0, "reset works");
    device_read(dev, CONFIG, PCI_BASE_ADDRESS_0, &bar, sizeof bar);
    check(!(device_config16(dev, PCI_COMMAND) & 7) && !(bar & ~15u),
          "after it COMMAND and BARs are as after power-on");
    check(ioctl(dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) == 0 && !plane.size,
          "and nothing is shown");
}

void
test_abi(const struct device *dev)
{
    test_argsz(dev);
    test_planes(dev);
    test_places(dev);
    test_unaligned(dev);
    test_reset(dev);
}
