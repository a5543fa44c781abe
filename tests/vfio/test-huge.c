/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mappings by huge pages: only where they are asked for, and as true as others.
 */
#define _GNU_SOURCE
#include "check.h"
#include "engine-client.h"

#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE   4096u
#define HUGE   0x200000u
#define SHMEM  "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
#define OPTION "/sys/module/vgpu_vfio/parameters/huge_pages"

/* The place in BAR 2 that lies as huge pages do, and maps whole: its second area's. */
#define PLACE 0x400000u
#define SIZE  (2 * HUGE)

static uint8_t *
map_aligned(const struct device *dev)
{
    uint8_t *room =
        mmap(NULL, SIZE + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint8_t *at = (uint8_t *)(((uintptr_t)room + HUGE - 1) & ~(uintptr_t)(HUGE - 1));

    return mmap(at, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, dev->fd,
                ((off_t)ENGINE_MEMORY_BAR << 40) + PLACE);
}

/* How many faults it takes to write to each page. */
static long
faults(uint8_t *map)
{
    struct rusage before, after;
    bool all = true;

    getrusage(RUSAGE_SELF, &before);
    for (unsigned int i = 0; i < SIZE; i += PAGE)
        all = all && can_store(map + i, (uint8_t)(i / PAGE));
    getrusage(RUSAGE_SELF, &after);
    return all ? after.ru_minflt - before.ru_minflt : -1;
}

static bool
intact(const uint8_t *map, size_t size)
{
    for (unsigned int i = 0; i < size; i += PAGE)
        if (!can_touch(map + i) || map[i] != (uint8_t)(i / PAGE))
            return false;
    return true;
}

/* What programs do to parts of a huge page. */
static void
test_parts(const struct device *dev, uint8_t *map)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0)
        _exit(!intact(map, SIZE));
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && !WEXITSTATUS(status), "a child sees what they hold");
    check(mprotect(map + PAGE, PAGE, PROT_READ) == 0 && !can_store(map + PAGE, 0) &&
              can_store(map, 0) && intact(map, SIZE),
          "a part of one can be made for reading only");
    munmap(map + HUGE + PAGE, PAGE);
    check(!can_touch(map + HUGE + PAGE) && intact(map, HUGE) && can_touch(map + HUGE),
          "and a part of one taken away");
    device_set_command(dev, 0);
    check(!can_touch(map) && !can_touch(map + HUGE - 1) && !can_touch(map + HUGE),
          "memory disable revokes what is left");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(intact(map, HUGE), "and memory enable brings it back");
}

static void
test_mapped(const struct device *dev, uint8_t *map)
{
    uint8_t byte = 0;
    long count = faults(map);

    printf("%ld faults over %u pages\n", count, SIZE / PAGE);
    check(count >= 0 && count < 64, "huge pages take a fault each");
    check(intact(map, SIZE) && device_read(dev, ENGINE_MEMORY_BAR, PLACE + SIZE - PAGE, &byte, 1) &&
              byte == (uint8_t)(SIZE / PAGE - 1),
          "what is written to them is the device's memory");
    device_set_command(dev, 0);
    check(!can_touch(map) && !can_touch(map + SIZE - 1), "memory disable revokes them");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    count = faults(map);
    check(count >= 0 && count < 64 && intact(map, SIZE), "memory enable brings them back, huge");
}

/* The kernel's memory through which a DMA of the engine finds them. */
static void
test_dma_of_huge(const struct device *dev, uint8_t *map)
{
    uint8_t byte = 0;

    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    check(device_map_dma(dev, map, 0, SIZE), "a guest may do DMA to them");
    check(engine_run(dev, ENGINE_CMD_PIN, HUGE, 4 * PAGE, 0) == 4 &&
              engine_run(dev, ENGINE_CMD_COPY, HUGE + PAGE, 1, 0) == 0 &&
              device_read(dev, ENGINE_MEMORY_BAR, 0, &byte, 1) &&
              byte == (uint8_t)(HUGE / PAGE + 1),
          "and pages of them are pinned");
    check(device_unmap_dma(dev, 0, SIZE), "till they are unmapped");
}

void
test_huge(const struct device *dev)
{
    bool can;
    uint8_t *map;

    if (access(OPTION, F_OK)) {
        printf("skipped: huge pages, which are for Linux 6.12 and later\n");
        return;
    }
    can = file_write(SHMEM, "always") && file_write(OPTION, "1");
    check(can, "huge pages can be asked for");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    map = map_aligned(dev);
    if (!can || map == MAP_FAILED) {
        check(false, "a BAR maps at an address that suits them");
        return;
    }
    test_mapped(dev, map);
    test_dma_of_huge(dev, map);
    test_parts(dev, map);
    munmap(map, SIZE);
    file_write(SHMEM, "never");
    file_write(OPTION, "0");
}
