/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test engine's configuration space: capabilities, BARs, COMMAND, power states
 * and the function level reset that a guest can ask for.
 */
#include "check.h"
#include "engine-client.h"

#include "../../kmod/test-rm/engine.h"

#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static uint32_t
config32(const struct device *dev, uint64_t at)
{
    uint32_t value = 0xdeadbeef;

    device_read(dev, CONFIG, at, &value, sizeof value);
    return value;
}

static void
config_set16(const struct device *dev, uint64_t at, uint16_t value)
{
    device_write(dev, CONFIG, at, &value, sizeof value);
}

static void
config_set32(const struct device *dev, uint64_t at, uint32_t value)
{
    device_write(dev, CONFIG, at, &value, sizeof value);
}

static void
test_chain(const struct device *dev)
{
    static const uint8_t ids[] = {PCI_CAP_ID_PM, PCI_CAP_ID_MSI, PCI_CAP_ID_MSIX, PCI_CAP_ID_EXP,
                                  PCI_CAP_ID_VNDR};
    uint8_t at = (uint8_t)device_config16(dev, PCI_CAPABILITY_LIST);
    char body[sizeof ENGINE_VENDOR_CAP] = "";
    size_t i = 0;

    check(device_config16(dev, PCI_STATUS) & PCI_STATUS_CAP_LIST, "there are capabilities");
    /* Those that the engine was made with; all in this order. */
    for (; at && i < sizeof ids; i++)
        if ((device_config16(dev, at) & 0xff) == ids[i])
            at = (uint8_t)(device_config16(dev, at) >> 8);
    check(at == 0, "they are PM, MSI, MSI-X, PCI Express and the vendor's, or some of them");
    at = config_capability(dev, PCI_CAP_ID_VNDR);
    device_read(dev, CONFIG, at + 3u, body, sizeof body - 1);
    check((config32(dev, at) >> 16 & 0xff) == 3 + sizeof body - 1 &&
              strcmp(body, ENGINE_VENDOR_CAP) == 0,
          "the vendor's holds what the back end gave");
    config_set32(dev, at, 0);
    check(config32(dev, at) != 0, "and can't be written");
}

static void
test_conventional(const struct device *dev)
{
    struct vfio_region_info *info = device_region(dev, CONFIG);
    uint8_t byte;

    check(info && info->size == 256, "a conventional function has 256 bytes of config space");
    check(!device_read(dev, CONFIG, 0x100, &byte, 1), "and no more");
    free(info);
}

static void
test_express(const struct device *dev, uint8_t at)
{
    uint16_t flags = device_config16(dev, at + PCI_EXP_FLAGS);
    uint16_t link = device_config16(dev, at + PCI_EXP_LNKSTA);
    struct vfio_region_info *info = device_region(dev, CONFIG);
    uint32_t word = 0xffffffff;

    check((flags & PCI_EXP_FLAGS_VERS) == 2 && (flags & PCI_EXP_FLAGS_TYPE) == 0,
          "it is a PCI Express endpoint");
    check((link & PCI_EXP_LNKSTA_CLS) && (link & PCI_EXP_LNKSTA_NLW), "its link is up");
    check(info && info->size == 4096, "config space has 4096 bytes");
    free(info);
    config_set32(dev, 0x100, word);
    check(config32(dev, 0x100) == 0 && config32(dev, 0xffc) == 0,
          "with no extended capability in them");
    check(!device_read(dev, CONFIG, 0x1000, &word, 1), "and an end");
}

/* A read of any size at any place is what one read of all gave. */
static void
test_sizes(const struct device *dev)
{
    uint8_t whole[256];
    uint8_t part[16];
    bool same = device_read(dev, CONFIG, 0, whole, sizeof whole);

    for (size_t size = 1; size <= sizeof part; size++)
        for (size_t at = 0; same && at + size <= sizeof whole; at++)
            same = device_read(dev, CONFIG, at, part, size) && !memcmp(part, whole + at, size);
    check(same, "reads of any size and alignment agree");
    config_set32(dev, PCI_CACHE_LINE_SIZE - 2, 0xffffffff);
    check(device_config16(dev, PCI_CACHE_LINE_SIZE - 2) == ENGINE_CLASS >> 8 &&
              (device_config16(dev, PCI_CACHE_LINE_SIZE) & 0xff) == 0xff,
          "a write across registers changes what can be written");
}

static uint32_t
sized(const struct device *dev, uint64_t at)
{
    config_set32(dev, at, 0xffffffff);
    return config32(dev, at);
}

static void
test_bars(const struct device *dev)
{
    check(sized(dev, PCI_BASE_ADDRESS_0) == -(uint32_t)ENGINE_CONTROL_SIZE, "BAR 0 sizes");
    check(sized(dev, PCI_BASE_ADDRESS_1) ==
              (-(uint32_t)ENGINE_PORT_SIZE | PCI_BASE_ADDRESS_SPACE_IO),
          "BAR 1 sizes as I/O ports");
    check(sized(dev, PCI_BASE_ADDRESS_2) ==
                  (-(uint32_t)ENGINE_MEMORY_SIZE | PCI_BASE_ADDRESS_MEM_PREFETCH |
                   PCI_BASE_ADDRESS_MEM_TYPE_64) &&
              sized(dev, PCI_BASE_ADDRESS_3) == 0xffffffff,
          "BAR 2 sizes with 64 bits, prefetchable");
    check(sized(dev, PCI_BASE_ADDRESS_5) == 0, "BAR 5 is not there");
    check(sized(dev, PCI_ROM_ADDRESS) == (-(uint32_t)ENGINE_ROM_SIZE | PCI_ROM_ADDRESS_ENABLE),
          "the expansion ROM sizes");
}

static void
test_command(const struct device *dev)
{
    uint8_t port = 0x5a;

    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
    engine_set(dev, ENGINE_SCRATCH, 7);
    device_write(dev, ENGINE_PORT_BAR, 3, &port, 1);
    device_set_command(dev, PCI_COMMAND_IO);
    engine_set(dev, ENGINE_SCRATCH, 8);
    check(engine_get(dev, ENGINE_SCRATCH) == 0xffffffff, "memory disabled reads ones");
    port = 0;
    device_read(dev, ENGINE_PORT_BAR, 3, &port, 1);
    check(port == 0x5a, "and leaves I/O ports alone");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(engine_get(dev, ENGINE_SCRATCH) == 7, "writes to it were dropped");
    device_read(dev, ENGINE_PORT_BAR, 3, &port, 1);
    check(port == 0xff, "I/O disabled reads ones");
}

static void
test_power(const struct device *dev)
{
    uint8_t at = config_capability(dev, PCI_CAP_ID_PM);

    device_set_command(dev, PCI_COMMAND_MEMORY);
    engine_set(dev, ENGINE_SCRATCH, 9);
    config_set16(dev, at + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
    check(engine_get(dev, ENGINE_SCRATCH) == 0xffffffff, "in D3 a BAR reads ones");
    config_set16(dev, at + PCI_PM_CTRL, 0);
    check(engine_get(dev, ENGINE_SCRATCH) == 9, "in D0 it is what it was");
}

static void
test_function_level_reset(const struct device *dev, uint8_t at)
{
    int msi = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uint32_t resets;
    uint16_t control;

    device_set_command(dev, PCI_COMMAND_MEMORY);
    device_set_irq(dev, VFIO_PCI_MSI_IRQ_INDEX, &msi, 1);
    engine_set(dev, ENGINE_SCRATCH, 10);
    resets = engine_get(dev, ENGINE_RESETS);
    check(config32(dev, at + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR,
          "the function says that it can reset itself");
    control = device_config16(dev, at + PCI_EXP_DEVCTL);
    config_set16(dev, at + PCI_EXP_DEVCTL, control ^ PCI_EXP_DEVCTL_CERE);
    check(engine_get(dev, ENGINE_RESETS) == resets, "other bits reset nothing");
    config_set16(dev, at + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
    check(device_config16(dev, at + PCI_EXP_DEVCTL) == control && device_config16(dev, 4) == 0,
          "a function level reset puts config space back");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(engine_get(dev, ENGINE_RESETS) == resets + 1 && engine_get(dev, ENGINE_SCRATCH) == 0,
          "and the back end, once");
    engine_set(dev, ENGINE_RAISE, 0);
    check(signals(msi) == 1, "eventfds are the VMM's and stay");
    device_set_irq(dev, VFIO_PCI_MSI_IRQ_INDEX, NULL, 0);
    close(msi);
}

void
test_config_space(const struct device *dev)
{
    uint8_t express = config_capability(dev, PCI_CAP_ID_EXP);

    check(device_config16(dev, PCI_VENDOR_ID) == ENGINE_VENDOR &&
              device_config16(dev, PCI_DEVICE_ID) == ENGINE_DEVICE,
          "the ids are the engine's");
    test_chain(dev);
    test_sizes(dev);
    test_bars(dev);
    test_command(dev);
    test_power(dev);
    if (express) {
        test_express(dev, express);
        test_function_level_reset(dev, express);
    } else {
        test_conventional(dev);
    }
}
