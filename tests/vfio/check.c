/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the cases of vfio-client share: saying what holds, and touching mappings
 * that may fault.
 */
#include "check.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int failures;
static sigjmp_buf fault;

void
check(bool ok, const char *what)
{
    printf("%s - %s\n", ok ? "ok" : "not ok", what);
    failures += !ok;
}

int
check_failures(void)
{
    return failures;
}

static void
on_fault(int signal)
{
    siglongjmp(fault, signal);
}

void
check_init(void)
{
    /* Lines stay whole beside those on stderr, and are there after a crash. */
    setlinebuf(stdout);
    signal(SIGBUS, on_fault);
    signal(SIGSEGV, on_fault);
}

bool
can_touch(const volatile uint8_t *at)
{
    if (sigsetjmp(fault, 1))
        return false;
    (void)*at;
    return true;
}

bool
can_store(volatile uint8_t *at, uint8_t value)
{
    if (sigsetjmp(fault, 1))
        return false;
    *at = value;
    return true;
}

uint8_t *
map_region(const struct device *dev, uint32_t index, size_t *size)
{
    struct vfio_region_info *info = device_region(dev, index);
    uint8_t *at = MAP_FAILED;

    if (info) {
        *size = info->size;
        at = mmap(NULL, info->size, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd,
                  (off_t)info->offset);
        if (at == MAP_FAILED)
            at = mmap(NULL, info->size, PROT_READ, MAP_SHARED, dev->fd, (off_t)info->offset);
    }
    free(info);
    return at;
}

bool
fired(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    uint64_t count;

    return poll(&poller, 1, 1000) == 1 && read(fd, &count, sizeof count) == sizeof count;
}

uint8_t
config_capability(const struct device *dev, uint8_t id)
{
    uint8_t at = (uint8_t)device_config16(dev, PCI_CAPABILITY_LIST);

    /* A list can't have more than fit into it; a broken one must end here. */
    for (int left = 48; at && left; left--) {
        uint16_t header = device_config16(dev, at);

        if ((header & 0xff) == id)
            return at;
        at = (uint8_t)(header >> 8);
    }
    return 0;
}

int
irq_call(const struct device *dev, uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
         const void *data)
{
    size_t each = flags & VFIO_IRQ_SET_DATA_EVENTFD ? sizeof(int)
                  : flags & VFIO_IRQ_SET_DATA_BOOL  ? 1
                                                    : 0;
    size_t size = sizeof(struct vfio_irq_set) + count * each;
    struct vfio_irq_set *set = calloc(1, size);
    int error;

    *set = (struct vfio_irq_set){(uint32_t)size, flags, index, start, count};
    if (each)
        memcpy(set->data, data, count * each);
    error = ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) < 0 ? errno : 0;
    free(set);
    return error;
}

uint64_t
signals(int fd)
{
    uint64_t count;

    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}
