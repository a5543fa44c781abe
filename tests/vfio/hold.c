/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps a vGPU open as a machine would, and says what it is told. Usage:
 * hold [--iommufd] polite|rude|shared VGPU: one that lets go when asked to, one that
 * does not, and one whose child has the descriptor too and outlives it by 5 s. VGPU is a
 * uuid, or the PCI address of a virtual function.
 */
#include "check.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The child: gone five seconds after its parent. */
static void
linger(void)
{
    sigset_t term;
    int got;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigwait(&term, &got);
    sleep(5);
    _exit(0);
}

/* The first BAR that maps stays mapped: a mapping holds the device as well. */
static bool
map_any(const struct device *dev)
{
    size_t size;

    for (uint32_t bar = 0; bar < VFIO_PCI_ROM_REGION_INDEX; bar++)
        if (map_region(dev, bar, &size) != MAP_FAILED)
            return true;
    return false;
}

static int
hold(struct device *dev, bool polite)
{
    struct pollfd events[] = {
        {.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN},
        {.fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN},
    };
    uint64_t count;

    if (!device_set_irq(dev, VFIO_PCI_REQ_IRQ_INDEX, &events[0].fd, 1) ||
        !device_set_irq(dev, VFIO_PCI_ERR_IRQ_INDEX, &events[1].fd, 1) || !map_any(dev))
        return 2;
    puts("open");
    while (poll(events, 2, -1) > 0) {
        for (int i = 0; i < 2; i++)
            if (events[i].revents && read(events[i].fd, &count, sizeof count) > 0)
                puts(i ? "lost" : "asked");
        if (polite)
            return 0;
    }
    return 1;
}

int
main(int argc, char **argv)
{
    struct device dev;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 4 && strcmp(argv[1], "--iommufd") == 0) {
        device_use_iommufd();
        argc--;
        argv++;
    }
    if (argc != 3) {
        fputs("usage: hold [--iommufd] polite|rude|shared VGPU\n", stderr);
        return 2;
    }
    if (!device_open(&dev, argv[2]))
        return 2;
    if (strcmp(argv[1], "shared") == 0 && fork() == 0)
        linger();
    return hold(&dev, strcmp(argv[1], "polite") == 0);
}
