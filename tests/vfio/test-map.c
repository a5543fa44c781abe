/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mappings of regions: which are refused, what no other call may make of them, and
 * that they outlive descriptors, forks and moves.
 */
#define _GNU_SOURCE
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE      4096
#define REGION(n) ((off_t)(n) << 40)

static bool
map_refused(const struct device *dev, size_t size, int protection, int flags, off_t at, int error)
{
    void *map = mmap(NULL, size, protection, flags, dev->fd, at);

    if (map == MAP_FAILED)
        return errno == error;
    munmap(map, size);
    return false;
}

void
test_map_arguments(const struct device *dev)
{
    struct vfio_region_info *vram = device_region(dev, BAR_VRAM);
    const int rw = PROT_READ | PROT_WRITE;
    off_t last;

    if (!vram)
        return;
    last = (off_t)vram->size - PAGE;
    free(vram);
    check(map_refused(dev, PAGE, rw, MAP_PRIVATE, 0, EINVAL), "no private mapping");
    /* Newer kernels refuse it before VFIO does. */
    check(map_refused(dev, PAGE, rw | PROT_EXEC, MAP_SHARED, 0, EINVAL) || errno == EPERM,
          "none to execute");
    check(map_refused(dev, 2 * PAGE, rw, MAP_SHARED, last, EINVAL), "none over a region's end");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, last + PAGE, EINVAL), "none behind it");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(BAR_MMIO), EINVAL),
          "none of a BAR that traps");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(CONFIG), EINVAL), "none of config space");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(VFIO_PCI_VGA_REGION_INDEX), EINVAL),
          "none of a region that is absent");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(REGION_CONSOLE + 1), EINVAL),
          "none of a region past the last");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(1 << 20), EINVAL), "none far away");
    check(map_refused(dev, PAGE, rw, MAP_SHARED, REGION(REGION_CONSOLE), EPERM),
          "none of the console to write");
}

static void
test_console_protection(const struct device *dev)
{
    uint8_t *console = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dev->fd, REGION(REGION_CONSOLE));

    check(console != MAP_FAILED, "the console maps to read");
    if (console == MAP_FAILED)
        return;
    check(mprotect(console, PAGE, PROT_READ | PROT_WRITE) < 0 && errno == EACCES,
          "the console can't be made writable afterwards");
    check(mprotect(console, PAGE, PROT_READ | PROT_EXEC) < 0 && errno == EACCES, "nor executable");
    munmap(console, PAGE);
}

/* What could reach the memory behind the mapping past the front end. */
static void
test_backdoors(uint8_t *vram)
{
    check(madvise(vram, PAGE, MADV_REMOVE) < 0, "MADV_REMOVE can't punch a hole");
    check(syscall(SYS_remap_file_pages, vram, PAGE, 0, 1, 0) < 0,
          "remap_file_pages can't map another page");
    check(mremap(vram, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED, "a mapping can't grow");
    check(madvise(vram, PAGE, MADV_DONTNEED) == 0 && can_touch(vram) && vram[0] == 0x5a,
          "MADV_DONTNEED loses nothing");
}

/* A child sees the parent's mapping, and its death takes nothing away. */
static void
test_fork(uint8_t *vram)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        bool same = can_touch(vram) && vram[0] == 0x5a;

        vram[1] = 0xa5;
        munmap(vram, PAGE);
        _exit(!same);
    }
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && !WEXITSTATUS(status), "a child sees the mapping");
    check(can_touch(vram) && vram[1] == 0xa5, "what it wrote is there when it is gone");
}

static void
test_move(const struct device *dev, uint8_t **vram)
{
    uint8_t *moved = mremap(*vram, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                            mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

    check(moved != MAP_FAILED && moved[0] == 0x5a, "a mapping can be moved");
    if (moved == MAP_FAILED)
        return;
    *vram = moved;
    device_set_command(dev, 0);
    check(!can_touch(moved) && !can_store(moved, 0), "memory disable revokes it there too");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(can_touch(moved) && moved[0] == 0x5a, "memory enable brings it back");
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0 && !can_touch(moved), "reset revokes it");
    device_set_command(dev, PCI_COMMAND_MEMORY);
}

void
test_map_life(const struct device *dev)
{
    uint8_t *vram;

    test_console_protection(dev);
    device_set_command(dev, PCI_COMMAND_MEMORY);
    vram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd, 0);
    check(vram != MAP_FAILED, "a page of VRAM maps");
    if (vram == MAP_FAILED)
        return;
    vram[0] = 0x5a;
    test_backdoors(vram);
    test_fork(vram);
    test_move(dev, &vram);
    munmap(vram, PAGE);
}

/*
 * A mapping keeps the device open past its descriptors, and what the first user
 * drew the next must not see.
 */
void
test_reopen(const char *uuid)
{
    struct device dev;
    uint8_t *vram;
    uint32_t word = 0;

    if (!device_open(&dev, uuid)) {
        check(false, "the device opens again");
        return;
    }
    device_set_command(&dev, PCI_COMMAND_MEMORY);
    vram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dev.fd, 0);
    check(vram != MAP_FAILED && vram[0] == 0, "VRAM is empty after the device was closed");
    vram[0] = 0x5a;
    device_close(&dev);
    check(can_touch(vram) && vram[0] == 0x5a, "a mapping outlives the descriptors");
    munmap(vram, PAGE);
    if (!device_open(&dev, uuid)) {
        check(false, "the device opens once its last mapping is gone");
        return;
    }
    check(!device_config16(&dev, PCI_COMMAND), "config space is fresh at open");
    device_set_command(&dev, PCI_COMMAND_MEMORY);
    device_read(&dev, BAR_VRAM, 0, &word, sizeof word);
    check(word == 0, "VRAM is empty after its last mapping is gone");
    device_close(&dev);
}
