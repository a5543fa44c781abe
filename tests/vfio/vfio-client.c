/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drives a vGPU of the software RM or the test engine through the VFIO uAPI, as QEMU
 * would, and says of each property whether it holds.
 * Usage: vfio-client [--iommufd] [--life|--lose|--dmabuf] UUID; of the engine alone, --life is
 * how it starts and resets, and --lose loses its GPU.
 */
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Dispi registers of the Bochs display, 16 bits each, from 0x500 in BAR 2. */
#define DISPI_ID       0x500
#define DISPI_XRES     0x502
#define DISPI_YRES     0x504
#define DISPI_BPP      0x506
#define DISPI_ENABLE   0x508
#define DISPI_VIRT_W   0x50c
#define DISPI_X_OFFSET 0x510
#define DISPI_Y_OFFSET 0x512

static void
test_info(const struct device *dev)
{
    struct vfio_device_info info = {.argsz = sizeof info};
    bool all = true;

    check(ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info) == 0, "device info is answered");
    check(info.flags & VFIO_DEVICE_FLAGS_PCI, "it is a PCI device");
    check(info.flags & VFIO_DEVICE_FLAGS_RESET, "it can be reset");
    for (uint32_t i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
        struct vfio_region_info *region = device_region(dev, i);

        all = all && region;
        free(region);
    }
    check(all, "all nine PCI regions are answered");
    check(!device_region(dev, info.num_regions) && errno == EINVAL,
          "a region past the last is refused");
    info.argsz = 4;
    check(ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info) < 0 && errno == EINVAL,
          "an argsz that is too small is refused");
}

static void
test_irq_info(const struct device *dev)
{
    bool all = true;
    uint32_t msi = 0;

    for (uint32_t i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
        struct vfio_irq_info info = {.argsz = sizeof info, .index = i};

        all = all && ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0;
        if (i == VFIO_PCI_MSI_IRQ_INDEX)
            msi = info.count;
    }
    check(all, "every interrupt index is answered");
    check(msi == 1, "one MSI vector is offered");
}

static void
test_config(const struct device *dev)
{
    struct vfio_region_info *region = device_region(dev, VFIO_PCI_BAR0_REGION_INDEX);
    uint32_t sizing = 0xffffffff;
    uint32_t bar = 0;
    uint16_t vendor = 0;

    check(device_config16(dev, PCI_VENDOR_ID) == 0x1234 &&
              device_config16(dev, PCI_DEVICE_ID) == 0x1111,
          "the ids are those of the Bochs display");
    device_write(dev, CONFIG, PCI_VENDOR_ID, &vendor, sizeof vendor);
    check(device_config16(dev, PCI_VENDOR_ID) == 0x1234, "the vendor id can't be written");
    device_write(dev, CONFIG, PCI_BASE_ADDRESS_0, &sizing, sizeof sizing);
    device_read(dev, CONFIG, PCI_BASE_ADDRESS_0, &bar, sizeof bar);
    check(region && region->size >= 16u << 20 &&
              ~(bar & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK) + 1 == region->size,
          "BAR 0 sizes to what its region has");
    free(region);
    check(bar & PCI_BASE_ADDRESS_MEM_PREFETCH, "BAR 0 is prefetchable");
    check(!device_read(dev, CONFIG, 0x10000, &bar, 4), "config space has an end");
}

static void
test_command(const struct device *dev)
{
    uint16_t id = 0;

    device_set_command(dev, 0);
    device_read(dev, BAR_MMIO, DISPI_ID, &id, sizeof id);
    check(id == 0xffff, "a BAR with memory disabled reads ones");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    device_read(dev, BAR_MMIO, DISPI_ID, &id, sizeof id);
    check((id & 0xfff0) == 0xb0c0, "with memory enabled the dispi id reads");
}

static void
test_mapping(const struct device *dev)
{
    size_t size = 0;
    uint8_t *vram;
    uint32_t word = 0;

    device_set_command(dev, PCI_COMMAND_MEMORY);
    vram = map_region(dev, BAR_VRAM, &size);
    check(vram != MAP_FAILED, "VRAM maps whole");
    if (vram == MAP_FAILED)
        return;
    memcpy(vram + 4096, "\x78\x56\x34\x12", 4);
    device_read(dev, BAR_VRAM, 4096, &word, sizeof word);
    check(word == 0x12345678, "a read through the descriptor sees the mapping's write");
    check(can_touch(vram + size - 1), "the mapping's last byte is there");
    device_set_command(dev, 0);
    check(!can_touch(vram), "memory disable revokes the mapping");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(can_touch(vram) && !memcmp(vram + 4096, "\x78\x56\x34\x12", 4),
          "memory enable brings it back with its content");
    munmap(vram, size);
}

static void
write16(const struct device *dev, uint64_t offset, uint16_t value)
{
    device_write(dev, BAR_MMIO, offset, &value, sizeof value);
}

static bool
query_plane(const struct device *dev, struct vfio_device_gfx_plane_info *plane)
{
    *plane = (struct vfio_device_gfx_plane_info){
        .argsz = sizeof *plane,
        .flags = VFIO_GFX_PLANE_TYPE_REGION,
    };
    return ioctl(dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, plane) == 0;
}

static void
set_mode(const struct device *dev, uint16_t y_offset)
{
    write16(dev, DISPI_ENABLE, 0);
    write16(dev, DISPI_XRES, 1024);
    write16(dev, DISPI_YRES, 768);
    write16(dev, DISPI_BPP, 32);
    write16(dev, DISPI_VIRT_W, 1024);
    write16(dev, DISPI_Y_OFFSET, y_offset);
    write16(dev, DISPI_ENABLE, 0x41);
    write16(dev, DISPI_Y_OFFSET, y_offset);
}

/* The scanout then starts inside a page, so the console has a copy, made at each question. */
static void
test_pan_inside_page(const struct device *dev, volatile uint8_t *vram,
                     const volatile uint8_t *console)
{
    struct vfio_device_gfx_plane_info plane;
    const size_t start = 8 * 4, end = 768 * 4096;

    vram[start] = 0x33;
    vram[start + end - 1] = 0x44;
    write16(dev, DISPI_X_OFFSET, 8);
    check(query_plane(dev, &plane) && plane.width == 1024 && plane.stride == 4096,
          "the plane of a pan that starts inside a page is there");
    check(console[0] == 0x33 && console[end - 1] == 0x44, "the console shows it to its end");
    vram[start] = 0x55;
    check(console[0] == 0x33, "what is drawn then does not show");
    query_plane(dev, &plane);
    check(console[0] == 0x55, "until it is asked for again");
    write16(dev, DISPI_X_OFFSET, 0);
    query_plane(dev, &plane);
    vram[0] = 0x66;
    check(console[0] == 0x66, "back at a page's start the console aliases it again");
}

static void
test_display(const struct device *dev)
{
    struct vfio_device_gfx_plane_info plane = {0};
    size_t console_size = 0;
    size_t vram_size = 0;
    uint8_t *console;
    uint8_t *vram;

    device_set_command(dev, PCI_COMMAND_MEMORY);
    set_mode(dev, 0);
    check(query_plane(dev, &plane) && plane.width == 1024 && plane.height == 768 &&
              plane.stride == 4096,
          "the plane has the mode that was set");
    check(plane.region_index >= REGION_CONSOLE, "the plane is a region of its own");
    vram = map_region(dev, BAR_VRAM, &vram_size);
    console = map_region(dev, plane.region_index, &console_size);
    check(vram != MAP_FAILED && console != MAP_FAILED, "the console region maps");
    if (vram == MAP_FAILED || console == MAP_FAILED)
        return;
    vram[0] = 0x11;
    vram[768 * 4096] = 0x22;
    check(console[0] == 0x11, "the console aliases the scanout");
    write16(dev, DISPI_Y_OFFSET, 768);
    query_plane(dev, &plane);
    check(console[0] == 0x22, "it follows a pan");
    write16(dev, DISPI_Y_OFFSET, 0);
    query_plane(dev, &plane);
    check(console[0] == 0x11, "and back");
    test_pan_inside_page(dev, vram, console);
    device_set_command(dev, 0);
    check(can_touch(console) && can_touch(console + console_size - 1),
          "it stays readable with memory disabled");
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0, "reset");
    check(can_touch(console) && can_touch(console + console_size - 1),
          "the console stays readable after reset");
    check(device_config16(dev, PCI_COMMAND) == 0, "reset clears COMMAND");
    munmap(console, console_size);
    munmap(vram, vram_size);
}

static bool
enable_msi(const struct device *dev)
{
    uint8_t at = (uint8_t)device_config16(dev, PCI_CAPABILITY_LIST);

    while (at && at != 0xff) {
        uint16_t header = device_config16(dev, at);
        uint16_t flags = device_config16(dev, at + PCI_MSI_FLAGS) | PCI_MSI_FLAGS_ENABLE;

        if ((header & 0xff) == PCI_CAP_ID_MSI)
            return device_write(dev, CONFIG, at + PCI_MSI_FLAGS, &flags, sizeof flags);
        at = (uint8_t)(header >> 8);
    }
    return false;
}

static void
test_interrupt(const struct device *dev)
{
    int msi = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int request = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    uint32_t vector = 0;

    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    check(enable_msi(dev), "there is an MSI capability");
    check(device_set_irq(dev, VFIO_PCI_MSI_IRQ_INDEX, &msi, 1), "MSI takes an eventfd");
    device_write(dev, BAR_MMIO, SOFT_INTERRUPT, &vector, sizeof vector);
    check(fired(msi), "an interrupt injected by the RM arrives");
    vector = 31;
    device_write(dev, BAR_MMIO, SOFT_INTERRUPT, &vector, sizeof vector);
    check(!fired(msi), "a vector that is not offered does not");
    check(device_set_irq(dev, VFIO_PCI_MSI_IRQ_INDEX, NULL, 0), "MSI can be taken back");
    vector = 0;
    device_write(dev, BAR_MMIO, SOFT_INTERRUPT, &vector, sizeof vector);
    check(!fired(msi), "no interrupt arrives then");
    check(device_set_irq(dev, VFIO_PCI_REQ_IRQ_INDEX, &request, 1), "REQ takes an eventfd");
    close(msi);
    close(request);
}

static void
test_soft(const struct device *dev)
{
    test_info(dev);
    test_irq_info(dev);
    test_config(dev);
    test_command(dev);
    test_mapping(dev);
    test_display(dev);
    test_interrupt(dev);
    test_abi(dev);
    test_irq_arguments(dev);
    test_map_arguments(dev);
    test_map_life(dev);
    test_rom_absent(dev);
}

/* What the engine has in memory and does with that of its guest. */
static void
test_engine_memory(const char *uuid)
{
    struct device dev;

    if (!device_open(&dev, uuid)) {
        check(false, "the engine opens");
        return;
    }
    test_sparse(&dev);
    test_rom(&dev);
    test_edid(&dev);
    test_dma(&dev, uuid);
    device_close(&dev);
    test_dma_close(uuid);
}

/* Opens the engine for one case; each finds it as after power-on. */
static void
with_engine(const char *uuid, void (*test)(const struct device *dev))
{
    struct device dev;
    bool opened = device_open(&dev, uuid);

    check(opened, "the engine opens");
    if (!opened)
        return;
    test(&dev);
    device_close(&dev);
}

static void
test_engine(const char *uuid)
{
    with_engine(uuid, test_config_space);
    with_engine(uuid, test_irq_lines);
    with_engine(uuid, test_msix);
    with_engine(uuid, test_huge);
    test_engine_memory(uuid);
}

static void
test_dmabufs(const char *uuid)
{
    struct device dev;
    bool opened = device_open(&dev, uuid);

    check(opened, "the vGPU opens");
    if (!opened)
        return;
    test_dmabuf(&dev, uuid);
    device_close(&dev);
}

static int
test_all(const char *uuid)
{
    struct device dev;
    bool engine;

    if (!device_open(&dev, uuid))
        return 2;
    engine = device_config16(&dev, PCI_DEVICE_ID) == ENGINE_DEVICE;
    if (!engine)
        test_soft(&dev);
    device_close(&dev);
    if (engine)
        test_engine(uuid);
    else
        test_reopen(uuid);
    printf("%d failed\n", check_failures());
    return check_failures() != 0;
}

int
main(int argc, char **argv)
{
    void (*only)(const char *uuid) = NULL;
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--iommufd") == 0)
            device_use_iommufd();
        else if (strcmp(argv[i], "--life") == 0)
            only = test_lifecycle;
        else if (strcmp(argv[i], "--lose") == 0)
            only = test_loss;
        else if (strcmp(argv[i], "--dmabuf") == 0)
            only = test_dmabufs;
        else
            break;
    }
    if (i != argc - 1) {
        fprintf(stderr, "usage: %s [--iommufd] [--life|--lose] UUID\n", argv[0]);
        return 2;
    }
    check_init();
    if (!only)
        return test_all(argv[i]);
    only(argv[i]);
    printf("%d failed\n", check_failures());
    return check_failures() != 0;
}
