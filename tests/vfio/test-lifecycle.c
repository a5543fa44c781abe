/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of the test engine: started by the first open, stopped by the last close,
 * reset to what it was at power-on, and lost. Needs vgpu-test's parameters in sysfs.
 */
#include "check.h"
#include "engine-client.h"
#include "iommufd.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IOVA 0x100000u

static bool
engine_is(const char *name, const char *value)
{
    char path[128];

    snprintf(path, sizeof path, ENGINE_PARAMETERS "%s", name);
    return file_write(path, value);
}

/* How long the front end waits for an answer to a start. */
static bool
start_timeout(const char *seconds)
{
    return file_write("/sys/module/vgpu_vfio/parameters/start_timeout", seconds);
}

static int32_t
engine_dma(const struct device *dev)
{
    return engine_run(dev, ENGINE_CMD_READ, IOVA, ENGINE_PAGE, 0);
}

static double
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Whether an open fails with @error; the device is closed then, as before. */
static bool
open_fails(const char *uuid, int error)
{
    struct device dev;

    if (!device_open(&dev, uuid))
        return errno == error;
    device_close(&dev);
    return false;
}

static bool
open_works(const char *uuid)
{
    struct device dev;
    bool works = device_open(&dev, uuid);

    device_set_command(&dev, PCI_COMMAND_MEMORY);
    works = works && engine_get(&dev, ENGINE_ID) == ENGINE_ID_VALUE;
    device_close(&dev);
    return works;
}

/* A second descriptor by a second way in: the group gives more, the cdev does not. */
static void
test_second_way(const struct device *dev, const char *uuid)
{
    int second;

    if (device_by_iommufd()) {
        second = iommufd_open_cdev(uuid);
        check(second >= 0 && !iommufd_bind(second, dev->container) && errno == EINVAL,
              "an open device can't be bound a second time");
    } else {
        second = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
        check(second >= 0, "the group gives a second descriptor of an open device");
    }
    check(engine_get(dev, ENGINE_SCRATCH) == 77, "which leaves the device as it was");
    close(second);
    check(engine_get(dev, ENGINE_SCRATCH) == 77, "and so does closing it");
}

static void
test_opens(const char *uuid)
{
    struct device dev;
    uint32_t starts;
    int copy;

    if (!device_open(&dev, uuid)) {
        check(false, "the engine opens");
        return;
    }
    device_set_command(&dev, PCI_COMMAND_MEMORY);
    starts = engine_get(&dev, ENGINE_STARTS);
    engine_set(&dev, ENGINE_SCRATCH, 77);
    test_second_way(&dev, uuid);
    copy = dup(dev.fd);
    close(dev.fd);
    dev.fd = copy;
    check(engine_get(&dev, ENGINE_SCRATCH) == 77 && engine_get(&dev, ENGINE_STARTS) == starts,
          "as long as one descriptor is open the device goes on");
    device_close(&dev);
    if (!device_open(&dev, uuid)) {
        check(false, "the engine opens again");
        return;
    }
    check(device_config16(&dev, PCI_COMMAND) == 0, "the next opener finds COMMAND clear");
    device_set_command(&dev, PCI_COMMAND_MEMORY);
    check(engine_get(&dev, ENGINE_STARTS) == starts + 1 && engine_get(&dev, ENGINE_SCRATCH) == 0,
          "the last close stopped it and the first open started it");
    device_close(&dev);
}

/* What a reset leaves of config space but ids and the like: nothing. */
static bool
config_is_fresh(const struct device *dev)
{
    uint32_t bar = 0;

    device_read(dev, CONFIG, PCI_BASE_ADDRESS_0, &bar, sizeof bar);
    return device_config16(dev, PCI_COMMAND) == 0 && (bar & PCI_BASE_ADDRESS_MEM_MASK) == 0 &&
           device_config16(dev, PCI_CACHE_LINE_SIZE) == 0;
}

static void
dirty(const struct device *dev)
{
    uint32_t bar = 0xfebf0000;
    uint8_t line = 16;

    device_write(dev, CONFIG, PCI_BASE_ADDRESS_0, &bar, sizeof bar);
    device_write(dev, CONFIG, PCI_CACHE_LINE_SIZE, &line, sizeof line);
    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    engine_set(dev, ENGINE_SCRATCH, 99);
}

static void
test_reset_memory(const struct device *dev, const uint8_t *vram)
{
    check(config_is_fresh(dev), "reset puts config space back");
    check(!can_touch(vram), "and revokes mappings");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(can_touch(vram), "which memory enable brings back");
    check(engine_get(dev, ENGINE_SCRATCH) == 0 && engine_get(dev, ENGINE_RESETS) == 1,
          "the back end was reset, once");
    check(engine_dma(dev) == -EACCES, "DMA is refused after reset");
    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    check(engine_dma(dev) == 0, "until bus mastering is on again");
}

static void
test_reset(const char *uuid)
{
    uint8_t *memory =
        mmap(NULL, ENGINE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct device dev;
    uint8_t *vram;
    size_t size;

    if (!device_open(&dev, uuid))
        return;
    check(device_map_dma(&dev, memory, IOVA, ENGINE_PAGE), "guest memory maps");
    vram = map_region(&dev, ENGINE_MEMORY_BAR, &size);
    dirty(&dev);
    check(!config_is_fresh(&dev) && engine_dma(&dev) == 0 && can_touch(vram),
          "the engine is in use");
    check(ioctl(dev.fd, VFIO_DEVICE_RESET) == 0, "it is reset");
    test_reset_memory(&dev, vram);
    dirty(&dev);
    check(engine_is("reset_error", "5"), "the back end fails to reset from now on");
    check(ioctl(dev.fd, VFIO_DEVICE_RESET) < 0 && errno == EIO, "the reset says so");
    check(config_is_fresh(&dev), "and yet puts config space back");
    engine_is("reset_error", "0");
    munmap(vram, size);
    device_close(&dev);
    munmap(memory, ENGINE_PAGE);
}

/* Kills an open that waits; true if it was gone long before its time was up. */
static bool
open_is_killed(const char *uuid)
{
    pid_t child = fork();
    double from;
    int status;

    if (child == 0) {
        open_works(uuid);
        _exit(0);
    }
    usleep(300000);
    from = now();
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && now() - from < 9;
}

static void
test_start(const char *uuid)
{
    double from, took;

    engine_is("start_error", "28");
    check(open_fails(uuid, ENOSPC), "a start that the back end refuses fails the open");
    engine_is("start_error", "0");
    engine_is("start_delay_ms", "300");
    from = now();
    check(open_works(uuid), "an open works whose start is answered after 0.3 s");
    took = now() - from;
    printf("it took %.3f s\n", took);
    /* Jiffies that a busy host was late with come all at once: the delay seems shorter then. */
    check(took >= 0.1, "it waits for the answer");
    engine_is("start_delay_ms", "-1");
    start_timeout("1");
    from = now();
    check(open_fails(uuid, ETIMEDOUT) && now() - from < 9, "one never answered has an end");
    check(engine_is("late_answer", "1"), "the answer comes after all");
    start_timeout("60");
    check(open_is_killed(uuid), "an open that waits can be killed");
    start_timeout("10");
    engine_is("start_delay_ms", "0");
    check(open_works(uuid), "the next open works while an answer is owed");
    check(engine_is("late_answer", "1"), "that comes too");
    check(open_works(uuid), "and does no harm");
}

static void
test_refused(const char *uuid)
{
    engine_is("bar_error", "5");
    check(open_fails(uuid, EIO), "an error about a BAR fails the open");
    engine_is("bar_error", "0");
    engine_is("bad_bars", "1");
    check(open_fails(uuid, EINVAL), "a BAR that PCI can't have fails the open");
    engine_is("bad_bars", "0");
    engine_is("bad_areas", "1");
    check(open_fails(uuid, EINVAL), "areas that overlap fail the open");
    engine_is("bad_areas", "0");
    check(open_works(uuid), "after all that it opens");
}

void
test_lifecycle(const char *uuid)
{
    test_opens(uuid);
    test_reset(uuid);
    test_start(uuid);
    test_refused(uuid);
}

void
test_loss(const char *uuid)
{
    int error = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct device dev;
    uint8_t *vram;
    size_t size = 0;

    if (!device_open(&dev, uuid)) {
        check(false, "the engine opens");
        return;
    }
    device_set_command(&dev, PCI_COMMAND_MEMORY);
    vram = map_region(&dev, ENGINE_MEMORY_BAR, &size);
    check(can_store(vram, 0x11) && vram[0] == 0x11, "its memory maps");
    check(device_set_irq(&dev, VFIO_PCI_ERR_IRQ_INDEX, &error, 1), "ERR takes an eventfd");
    engine_set(&dev, ENGINE_SCRATCH, 5);
    engine_set(&dev, ENGINE_COMMAND, ENGINE_CMD_LOSE);
    check(fired(error), "a loss raises ERR");
    check(engine_get(&dev, ENGINE_ID) == 0xffffffff, "registers read ones");
    check(device_config16(&dev, PCI_VENDOR_ID) == 0xffff, "so does config space");
    usleep(200000);
    check(can_touch(vram) && vram[0] == 0xff, "the mapping reads ones");
    check(can_store(vram + size - ENGINE_PAGE, 0) || can_store(vram, 0), "and can be written");
    device_set_command(&dev, 0);
    check(device_config16(&dev, PCI_COMMAND) == 0xffff && can_touch(vram), "writes change nothing");
    check(ioctl(dev.fd, VFIO_DEVICE_RESET) == 0 && engine_get(&dev, ENGINE_ID) == 0xffffffff,
          "a reset does not bring it back");
    munmap(vram, size);
    device_close(&dev);
    close(error);
    check(open_fails(uuid, ENODEV), "it can't be opened again");
}
