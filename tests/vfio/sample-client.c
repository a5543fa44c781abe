/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a vGPU is that the front end makes of vgpu-sample, which has the required
 * operations alone. Usage: sample-client UUID
 */
#include "check.h"

#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static void
test_identity(const struct device *dev)
{
    check(device_config16(dev, PCI_VENDOR_ID) == 0x1234 &&
              device_config16(dev, PCI_DEVICE_ID) == 0x5a4d,
          "the ids are those of the sample");
    check(device_config16(dev, PCI_CLASS_DEVICE) == 0x1200, "so is the class");
    check((device_config16(dev, PCI_INTERRUPT_LINE) & 0xff00) == 0, "it has no interrupt pin");
}

static void
test_regions(const struct device *dev)
{
    bool others_empty = true, answered = true;

    for (uint32_t i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
        struct vfio_region_info *info = device_region(dev, i);

        answered = answered && info;
        if (info && i == VFIO_PCI_BAR0_REGION_INDEX)
            check(info->size == 4096 && !(info->flags & VFIO_REGION_INFO_FLAG_MMAP),
                  "BAR 0 has 4 KiB and can't be mapped");
        else if (info && i != VFIO_PCI_CONFIG_REGION_INDEX)
            others_empty = others_empty && info->size == 0;
        free(info);
    }
    check(answered, "all nine PCI regions are answered");
    check(others_empty, "there is no other BAR and no ROM");
    check(!device_region(dev, VFIO_PCI_NUM_REGIONS), "and no region beyond PCI's");
}

static void
test_access(const struct device *dev)
{
    uint8_t bytes[32];
    uint32_t word = 0x12345678;
    bool ones = true;

    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(device_write(dev, VFIO_PCI_BAR0_REGION_INDEX, 8, &word, sizeof word),
          "a write to BAR 0 is dropped without an error");
    check(device_read(dev, VFIO_PCI_BAR0_REGION_INDEX, 1, bytes, sizeof bytes),
          "a read of any size and place succeeds");
    for (size_t i = 0; i < sizeof bytes; i++)
        ones = ones && bytes[i] == 0xff;
    check(ones, "and gives ones");
}

static void
test_interrupts(const struct device *dev)
{
    bool none = true;

    for (uint32_t i = VFIO_PCI_INTX_IRQ_INDEX; i <= VFIO_PCI_MSIX_IRQ_INDEX; i++) {
        struct vfio_irq_info info = {.argsz = sizeof info, .index = i};

        none = none && ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0 && info.count == 0;
    }
    check(none, "INTA, MSI and MSI-X are answered, and not there");
}

int
main(int argc, char **argv)
{
    struct device dev;

    if (argc != 2) {
        fprintf(stderr, "usage: %s UUID\n", argv[0]);
        return 2;
    }
    check_init();
    if (!device_open(&dev, argv[1]))
        return 2;
    test_identity(&dev);
    test_regions(&dev);
    test_access(&dev);
    test_interrupts(&dev);
    check(ioctl(dev.fd, VFIO_DEVICE_RESET) == 0, "a reset succeeds");
    check(device_config16(&dev, PCI_COMMAND) == 0, "and clears COMMAND");
    device_close(&dev);
    printf("%d failed\n", check_failures());
    return check_failures() != 0;
}
