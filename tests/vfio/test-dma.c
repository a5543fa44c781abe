/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest memory in the hands of a back end: copies, pins, their bounds and their end.
 */
#define _GNU_SOURCE
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE      4096u
#define PAGES     16u
#define SIZE      (PAGES * PAGE)
#define IOVA      0x40000000ull
#define OTHER     0x80000000ull
#define BUFFER    0x10000u
#define BAR       ENGINE_MEMORY_BAR
#define MAX_PINS  "/sys/module/vgpu_vfio/parameters/max_pinned_mib"
#define IN_A_LOOP 300
#define AT_ONCE   30

/** struct guest: one engine, and memory that is its guest's */
struct guest {
    const struct device *dev;
    const char *uuid;
    uint8_t *memory;
};

static int32_t
pin(const struct guest *guest, uint64_t iova, uint32_t pages)
{
    return engine_run(guest->dev, ENGINE_CMD_PIN, iova, pages * PAGE, 0);
}

static int32_t
unpin(const struct guest *guest, uint64_t iova, uint32_t pages)
{
    return engine_run(guest->dev, ENGINE_CMD_UNPIN, iova, pages * PAGE, 0);
}

static bool
map(const struct guest *guest, uint64_t iova)
{
    return device_map_dma(guest->dev, guest->memory, iova, SIZE);
}

static bool
unmap(const struct guest *guest, uint64_t iova)
{
    return device_unmap_dma(guest->dev, iova, SIZE);
}

static long
pinned(const char *uuid)
{
    char path[128];

    snprintf(path, sizeof path, "/sys/bus/mdev/devices/%s/vgpu/pinned_pages", uuid);
    return file_number(path);
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether the back end was told of @count unmaps within two seconds. */
static bool
told(const struct guest *guest, uint32_t count)
{
    for (int i = 0; i < 200; i++) {
        if (engine_get(guest->dev, ENGINE_INVALIDATIONS) >= count)
            break;
        usleep(10000);
    }
    return engine_get(guest->dev, ENGINE_INVALIDATIONS) == count;
}

/* KiB of locked or pinned memory that the kernel counts against this process. */
static long
accounted(void)
{
    char line[128];
    long sum = 0, kib;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmLck: %ld", &kib) == 1 || sscanf(line, "VmPin: %ld", &kib) == 1)
            sum += kib;
    if (status)
        fclose(status);
    return sum;
}

static void
test_master(const struct guest *guest)
{
    device_set_command(guest->dev, PCI_COMMAND_MEMORY);
    check(map(guest, IOVA), "memory is mapped for DMA");
    check(engine_run(guest->dev, ENGINE_CMD_READ, IOVA, 16, BUFFER) == -EACCES &&
              engine_run(guest->dev, ENGINE_CMD_WRITE, IOVA, 16, BUFFER) == -EACCES &&
              pin(guest, IOVA, 1) == -EACCES,
          "with bus mastering off there is no DMA");
    device_set_command(guest->dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void
test_copies(const struct guest *guest)
{
    const struct device *dev = guest->dev;
    uint8_t *copy = malloc(SIZE);

    for (unsigned int i = 0; i < SIZE; i++)
        guest->memory[i] = (uint8_t)(i ^ i >> 8);
    check(engine_run(dev, ENGINE_CMD_READ, IOVA, SIZE, BUFFER) == 0 &&
              device_read(dev, BAR, BUFFER, copy, SIZE) && !memcmp(copy, guest->memory, SIZE),
          "a back end reads guest memory");
    memset(copy, 0x3c, SIZE);
    device_write(dev, BAR, BUFFER, copy, SIZE);
    check(engine_run(dev, ENGINE_CMD_WRITE, IOVA + 1, SIZE - 2, BUFFER) == 0 &&
              guest->memory[0] == 0 && !memcmp(copy, guest->memory + 1, SIZE - 2) &&
              guest->memory[SIZE - 1] == (uint8_t)((SIZE - 1) ^ (SIZE - 1) >> 8),
          "and writes it, to the byte");
    check(engine_run(dev, ENGINE_CMD_READ, OTHER, 16, BUFFER) == -EFAULT &&
              engine_run(dev, ENGINE_CMD_WRITE, OTHER, 16, BUFFER) == -EFAULT &&
              engine_run(dev, ENGINE_CMD_READ, IOVA + SIZE - 8, 16, BUFFER) == -EFAULT &&
              pin(guest, OTHER, 1) == -EFAULT,
          "where there is none it faults");
    check(engine_run(dev, ENGINE_CMD_READ, UINT64_MAX - 8, 16, BUFFER) == -EINVAL &&
              pin(guest, ~(uint64_t)0xfff, 2) == -EINVAL && pin(guest, IOVA + 1, 1) == -EINVAL,
          "addresses that can't be are refused");
    free(copy);
}

static void
test_pins(const struct guest *guest)
{
    const struct device *dev = guest->dev;
    long before = accounted();
    uint8_t byte = 0;

    check(pin(guest, IOVA, PAGES) == (int32_t)PAGES && pinned(guest->uuid) == PAGES,
          "a back end pins pages, and sysfs counts them");
    check(accounted() - before == SIZE / 1024, "the kernel charges them to who mapped them");
    guest->memory[SIZE - 1] = 0x77;
    check(engine_run(dev, ENGINE_CMD_COPY, IOVA, SIZE, BUFFER) == 0 &&
              device_read(dev, BAR, BUFFER + SIZE - 1, &byte, 1) && byte == 0x77,
          "what the guest writes is seen in them");
    check(pin(guest, IOVA, 4) == 4 && pinned(guest->uuid) == PAGES,
          "a page pinned twice is one page");
    check(pin(guest, IOVA + (PAGES - 2) * PAGE, 4) == 2, "pages up to the memory's end are pinned");
    unpin(guest, IOVA + (PAGES - 2) * PAGE, 2);
    check(unpin(guest, IOVA, 4) == 0 && pinned(guest->uuid) == PAGES,
          "pins are undone one by one");
    unpin(guest, IOVA + 1, PAGES);
    check(pinned(guest->uuid) == PAGES, "an address in a page undoes none");
    unpin(guest, IOVA, PAGES);
    unpin(guest, IOVA, PAGES);
    check(pinned(guest->uuid) == 0 && accounted() == before, "until none is left, nor charged");
}

static void
test_bound(const struct guest *guest)
{
    char was[32];

    snprintf(was, sizeof was, "%ld", file_number(MAX_PINS));
    check(file_write(MAX_PINS, "0") && pin(guest, IOVA, 1) == -ENOSPC && pinned(guest->uuid) == 0,
          "no more is pinned than max_pinned_mib says");
    check(file_write(MAX_PINS, was) && pin(guest, IOVA, 1) == 1, "which can be raised again");
    unpin(guest, IOVA, 1);
}

static void
test_unmap(const struct guest *guest)
{
    const struct device *dev = guest->dev;
    uint32_t count = engine_get(dev, ENGINE_INVALIDATIONS);

    pin(guest, IOVA, PAGES);
    check(unmap(guest, IOVA) && pinned(guest->uuid) == 0, "an unmap unpins what it takes");
    check(told(guest, count + 1) && engine_get(dev, ENGINE_INVALIDATED_LO) == (uint32_t)IOVA &&
              engine_get(dev, ENGINE_INVALIDATED_PAGES) == PAGES,
          "the back end is told what went, once");
    check(engine_run(dev, ENGINE_CMD_COPY, IOVA, PAGE, BUFFER) == -ENOENT,
          "and has forgotten its pages");
    check(engine_run(dev, ENGINE_CMD_READ, IOVA, 16, BUFFER) == -EFAULT &&
              pin(guest, IOVA, 1) == -EFAULT,
          "nothing is there any more");
    check(map(guest, IOVA) && pin(guest, IOVA, 1) == 1, "mapped again it pins at once");
    unpin(guest, IOVA, 1);
}

/* The back end does not come back from dma_invalidate(). */
static void
test_held(const struct guest *guest)
{
    const struct device *dev = guest->dev;
    uint32_t count = engine_get(dev, ENGINE_INVALIDATIONS);
    double began;

    check(map(guest, OTHER) && pin(guest, IOVA, 4) == 4 && pin(guest, OTHER, 4) == 4,
          "two places are pinned");
    check(engine_run(dev, ENGINE_CMD_HOLD, 0, 0, 0) == 0, "the back end gets stuck");
    began = seconds();
    check(unmap(guest, IOVA) && unmap(guest, OTHER) && seconds() - began < 0.7,
          "unmaps do not wait for it");
    check(pinned(guest->uuid) == 0, "and unpin all the same");
    check(map(guest, IOVA), "memory can be mapped there anew");
    began = seconds();
    check(pin(guest, IOVA, 1) == -EBUSY && seconds() - began < 3,
          "but not pinned before the back end knows");
    check(engine_release() && told(guest, count + 2), "then it is told of each");
    check(engine_get(dev, ENGINE_INVALIDATED_LO) == (uint32_t)OTHER, "in the order of the unmaps");
    check(pin(guest, IOVA, 1) == 1, "and pins again");
    unpin(guest, IOVA, 1);
}

static void *
stall(void *data)
{
    const struct guest *guest = data;

    engine_set(guest->dev, ENGINE_COMMAND, ENGINE_CMD_STALL);
    return NULL;
}

/* The back end does not come back from an access either. */
static void
test_stalled(struct guest *guest)
{
    pthread_t thread;
    double began;

    check(pin(guest, IOVA, 4) == 4, "pages are pinned");
    if (pthread_create(&thread, NULL, stall, guest))
        return;
    usleep(200000);
    began = seconds();
    check(unmap(guest, IOVA) && seconds() - began < 0.7 && pinned(guest->uuid) == 0,
          "an unmap waits for no access that is stuck");
    engine_release();
    pthread_join(thread, NULL);
    check(map(guest, IOVA), "and all goes on");
}

struct racer {
    const struct guest *guest;
    volatile bool stop;
    unsigned int pins;
};

/*
 * Pins all the time; may fail, since the memory comes and goes. -EAGAIN says that it was
 * pinned, and that an unmap came before the back end had noted it.
 */
static void *
race(void *data)
{
    struct racer *racer = data;

    while (!racer->stop) {
        int32_t ret = pin(racer->guest, IOVA, PAGES);

        if (ret > 0 || ret == -EAGAIN)
            racer->pins++;
    }
    return NULL;
}

static void
test_race(struct guest *guest)
{
    struct racer racer = {.guest = guest};
    double worst = 0;
    pthread_t thread;
    bool all = true;

    if (pthread_create(&thread, NULL, race, &racer))
        return;
    for (int i = 0; i < IN_A_LOOP && all; i++) {
        double began = seconds();

        all = unmap(guest, IOVA);
        if (seconds() - began > worst)
            worst = seconds() - began;
        all = all && map(guest, IOVA);
        usleep((useconds_t)(i % 8) * 1000);
    }
    racer.stop = true;
    pthread_join(thread, NULL);
    check(all && racer.pins, "memory can be taken from a back end that pins all the time");
    printf("the longest of %d unmaps took %.3f s, beside %u pins\n", IN_A_LOOP, worst, racer.pins);
    check(worst < 1, "and in no time");
    check(unmap(guest, IOVA) && pinned(guest->uuid) == 0, "none of its pins is left");
    map(guest, IOVA);
}

/* All pages, though the back end may just be told of an earlier unmap. */
static bool
pin_surely(const struct guest *guest, uint64_t iova)
{
    int32_t ret = -EAGAIN;

    for (int i = 0; i < IN_A_LOOP && ret == -EAGAIN; i++)
        ret = pin(guest, iova, PAGES);
    return ret == (int32_t)PAGES;
}

static void *
unmap_other(void *data)
{
    return unmap(data, OTHER) ? data : NULL;
}

/* Type1 tells of each with a lock held that the other one's unpinning takes. */
static void
test_two_unmaps(struct guest *guest)
{
    double worst = 0;
    bool all = true;

    for (int i = 0; i < AT_ONCE && all; i++) {
        void *other = NULL;
        pthread_t thread;
        double began;

        all = map(guest, OTHER) && pin_surely(guest, OTHER) && pin_surely(guest, IOVA);
        began = seconds();
        if (pthread_create(&thread, NULL, unmap_other, guest))
            return;
        all = unmap(guest, IOVA) && all;
        pthread_join(thread, &other);
        if (seconds() - began > worst)
            worst = seconds() - began;
        all = all && other && pinned(guest->uuid) == 0 && map(guest, IOVA);
    }
    check(all, "two threads unmap at once");
    printf("the longest of %d times took %.3f s\n", AT_ONCE, worst);
    check(worst < 10, "and both get on");
}

void
test_dma(const struct device *dev, const char *uuid)
{
    struct guest guest = {.dev = dev, .uuid = uuid};

    guest.memory =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    check(guest.memory != MAP_FAILED, "there is memory for a guest");
    if (guest.memory == MAP_FAILED)
        return;
    test_master(&guest);
    test_copies(&guest);
    test_pins(&guest);
    test_bound(&guest);
    test_unmap(&guest);
    test_held(&guest);
    test_stalled(&guest);
    test_race(&guest);
    test_two_unmaps(&guest);
    check(unmap(&guest, IOVA), "the memory is taken back");
    munmap(guest.memory, SIZE);
}

/* Pins at the last close, which nobody undid. */
void
test_dma_close(const char *uuid)
{
    struct guest guest = {.uuid = uuid};
    long before = accounted();
    struct device dev;

    guest.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guest.memory == MAP_FAILED || !device_open(&dev, uuid)) {
        check(false, "the device opens");
        return;
    }
    guest.dev = &dev;
    device_set_command(&dev, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    check(map(&guest, IOVA) && pin(&guest, IOVA, PAGES) == (int32_t)PAGES,
          "pages are pinned as the device closes");
    close(dev.fd);
    dev.fd = -1;
    check(pinned(uuid) == 0 && accounted() == before, "nothing is pinned after it");
    device_close(&dev);
    munmap(guest.memory, SIZE);
}
