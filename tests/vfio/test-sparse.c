/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A BAR of which parts map, other parts trap to memory, and others to the back end.
 */
#define _GNU_SOURCE
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define BAR  ENGINE_MEMORY_BAR
#define END1 (ENGINE_AREA1_OFFSET + ENGINE_AREA1_SIZE)
#define END2 (ENGINE_AREA2_OFFSET + ENGINE_AREA2_SIZE)

static void
test_areas(const struct device *dev)
{
    struct vfio_region_info *info = device_region(dev, BAR);
    const struct vfio_region_info_cap_sparse_mmap *sparse = NULL;

    if (info)
        sparse = (const void *)device_capability(info, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
    check(sparse && sparse->nr_areas == 2, "a BAR that maps in parts says so");
    check(sparse && sparse->areas[0].offset == ENGINE_AREA1_OFFSET &&
              sparse->areas[0].size == ENGINE_AREA1_SIZE &&
              sparse->areas[1].offset == ENGINE_AREA2_OFFSET &&
              sparse->areas[1].size == ENGINE_AREA2_SIZE,
          "with the back end's areas");
    check(info && !device_capability(info, VFIO_REGION_INFO_CAP_MSIX_MAPPABLE),
          "and no word of MSI-X");
    free(info);
}

/* Too small for the chain: told how much it takes, and given none of it. */
static void
test_truncation(const struct device *dev)
{
    char buffer[256];
    struct vfio_region_info *info = (void *)buffer;
    uint32_t want;

    memset(buffer, 0x77, sizeof buffer);
    info->argsz = sizeof *info;
    info->index = BAR;
    check(ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) == 0 &&
              info->flags & VFIO_REGION_INFO_FLAG_CAPS && info->cap_offset == 0,
          "room for no capabilities: their flag, but no place");
    want = info->argsz;
    check(want > sizeof *info && want <= sizeof buffer && buffer[sizeof *info] == 0x77,
          "argsz says what room they take, and nothing is written there");
    info->argsz = want - 1;
    check(ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) == 0 && info->argsz == want &&
              info->cap_offset == 0 && buffer[sizeof *info] == 0x77,
          "a byte too few is too few");
    check(ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) == 0 && info->argsz == want &&
              info->cap_offset >= sizeof *info,
          "as much as it said is enough");
    info->argsz = sizeof *info;
    info->index = ENGINE_CONTROL_BAR;
    check(ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info) == 0 && info->argsz == sizeof *info &&
              !(info->flags & (VFIO_REGION_INFO_FLAG_CAPS | VFIO_REGION_INFO_FLAG_MMAP)),
          "a BAR that traps whole has none");
}

static bool
map_refused(const struct device *dev, uint32_t index)
{
    void *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dev->fd, (off_t)index << 40);

    return at == MAP_FAILED && errno == EINVAL;
}

static void
test_faults(uint8_t *map)
{
    check(can_store(map, 0x11) && can_store(map + END1 - 1, 0x12) &&
              can_store(map + ENGINE_AREA2_OFFSET, 0x13) && can_store(map + END2 - 1, 0x14),
          "both areas can be written, first byte and last");
    check(!can_touch(map + END1) && !can_store(map + END1, 0) &&
              !can_touch(map + ENGINE_AREA2_OFFSET - 1),
          "between them a touch faults");
    check(!can_touch(map + END2) && !can_store(map + ENGINE_MEMORY_SIZE - 1, 0),
          "so it does behind them");
}

static void
test_descriptor(const struct device *dev)
{
    uint8_t bytes[2] = {0};
    uint8_t value = 0x15;

    device_read(dev, BAR, END1 - 1, bytes, 2);
    check(bytes[0] == 0x12 && bytes[1] == 0, "a read over an area's end sees both sides");
    device_write(dev, BAR, END1, &value, 1);
    device_read(dev, BAR, END1, bytes, 1);
    check(bytes[0] == 0x15, "what does not map is memory all the same");
    device_read(dev, BAR, ENGINE_BACKING_SIZE - 1, bytes, 2);
    check(bytes[0] == 0x14 && bytes[1] == ENGINE_UNBACKED,
          "behind the memory the back end answers");
    device_write(dev, BAR, ENGINE_MEMORY_SIZE - 1, &value, 1);
    device_read(dev, BAR, ENGINE_MEMORY_SIZE - 1, bytes, 1);
    check(bytes[0] == ENGINE_UNBACKED, "and drops writes");
}

static bool
all_fault(uint8_t *map)
{
    return !can_touch(map) && !can_touch(map + END1 - 1) && !can_touch(map + ENGINE_AREA2_OFFSET) &&
           !can_touch(map + END2 - 1);
}

static void
test_revocation(const struct device *dev, uint8_t *map)
{
    device_set_command(dev, 0);
    check(all_fault(map), "memory disable takes all areas away");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(can_touch(map) && map[0] == 0x11 && map[END2 - 1] == 0x14,
          "memory enable brings them back");
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0 && all_fault(map), "reset takes them away");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(can_touch(map) && can_touch(map + END2 - 1) && !can_touch(map + END1),
          "and they come back as they were");
}

void
test_sparse(const struct device *dev)
{
    size_t size = 0;
    uint8_t *map;

    test_areas(dev);
    test_truncation(dev);
    check(map_refused(dev, ENGINE_CONTROL_BAR) && map_refused(dev, ENGINE_PORT_BAR) &&
              map_refused(dev, ENGINE_MSIX_BAR),
          "registers, ports and MSI-X do not map");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    map = map_region(dev, BAR, &size);
    check(map != MAP_FAILED && size == ENGINE_MEMORY_SIZE, "the whole BAR maps nevertheless");
    if (map == MAP_FAILED)
        return;
    test_faults(map);
    test_descriptor(dev);
    test_revocation(dev, map);
    munmap(map, size);
}
