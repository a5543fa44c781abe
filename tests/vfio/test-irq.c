/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments of VFIO_DEVICE_SET_IRQS, as include/uapi/linux/vfio.h says them: what
 * must be refused, what must work, and that a refused call changes nothing.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TRIGGER VFIO_IRQ_SET_ACTION_TRIGGER
#define MASK    VFIO_IRQ_SET_ACTION_MASK
#define UNMASK  VFIO_IRQ_SET_ACTION_UNMASK
#define NONE    VFIO_IRQ_SET_DATA_NONE
#define BOOL    VFIO_IRQ_SET_DATA_BOOL
#define EVENTFD VFIO_IRQ_SET_DATA_EVENTFD

#define INTX VFIO_PCI_INTX_IRQ_INDEX
#define MSI  VFIO_PCI_MSI_IRQ_INDEX
#define MSIX VFIO_PCI_MSIX_IRQ_INDEX
#define ERR  VFIO_PCI_ERR_IRQ_INDEX
#define REQ  VFIO_PCI_REQ_IRQ_INDEX

#define HEADER sizeof(struct vfio_irq_set)

struct irq_case {
    const char *what;
    uint32_t argsz, flags, index, start, count;
    int error;
};

/* The vGPU has one MSI vector and neither INTA nor MSI-X. */
static const struct irq_case cases[] = {
    {"argsz below the header", HEADER - 4, TRIGGER | NONE, MSI, 0, 1, EINVAL},
    {"argsz without room for the data", HEADER, TRIGGER | EVENTFD, MSI, 0, 1, EINVAL},
    {"argsz with room for half a descriptor", HEADER + 2, TRIGGER | EVENTFD, MSI, 0, 1, EINVAL},
    {"no action", HEADER + 4, EVENTFD, MSI, 0, 1, EINVAL},
    {"two actions", HEADER + 4, TRIGGER | MASK | EVENTFD, MSI, 0, 1, EINVAL},
    {"no kind of data", HEADER + 4, TRIGGER, MSI, 0, 1, EINVAL},
    {"two kinds of data", HEADER + 4, TRIGGER | EVENTFD | NONE, MSI, 0, 1, EINVAL},
    {"an unknown flag", HEADER + 4, TRIGGER | EVENTFD | 1u << 31, MSI, 0, 1, EINVAL},
    {"an index past the last", HEADER + 4, TRIGGER | EVENTFD, VFIO_PCI_NUM_IRQS, 0, 1, EINVAL},
    {"an index of 32 bits", HEADER + 4, TRIGGER | EVENTFD, 0xffffffff, 0, 1, EINVAL},
    {"a start past the last vector", HEADER + 4, TRIGGER | EVENTFD, MSI, 1, 1, EINVAL},
    {"more vectors than there are", HEADER + 8, TRIGGER | EVENTFD, MSI, 0, 2, EINVAL},
    {"start and count that wrap", HEADER + 8, TRIGGER | EVENTFD, MSI, 0xffffffff, 2, EINVAL},
    {"a count that overflows the size", 0xffffffff, TRIGGER | EVENTFD, MSI, 0, 0x40000001, EINVAL},
    {"INTA, which is not there", HEADER + 4, TRIGGER | EVENTFD, INTX, 0, 1, EINVAL},
    {"taking back INTA, which is not there", HEADER, TRIGGER | NONE, INTX, 0, 0, EINVAL},
    {"MSI-X, which is not there", HEADER + 4, TRIGGER | EVENTFD, MSIX, 0, 1, EINVAL},
    {"masking MSI", HEADER, MASK | NONE, MSI, 0, 1, ENOTTY},
    {"unmasking MSI", HEADER, UNMASK | NONE, MSI, 0, 1, ENOTTY},
    {"masking REQ", HEADER, MASK | NONE, REQ, 0, 1, ENOTTY},
    {"two ERRs", HEADER + 8, TRIGGER | EVENTFD, ERR, 0, 2, EINVAL},
};

static int
set_irqs(const struct device *dev, const struct irq_case *c, int fd)
{
    char buffer[HEADER + 2 * sizeof(int)] = {0};
    struct vfio_irq_set *set = (void *)buffer;
    int fds[2] = {fd, fd};

    *set = (struct vfio_irq_set){c->argsz, c->flags, c->index, c->start, c->count};
    memcpy(set->data, fds, sizeof fds);
    return ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) < 0 ? errno : 0;
}

static void
raise_msi(const struct device *dev)
{
    uint32_t vector = 0;

    device_write(dev, BAR_MMIO, SOFT_INTERRUPT, &vector, sizeof vector);
}

static bool
pending(int fd)
{
    uint64_t count;

    return read(fd, &count, sizeof count) == sizeof count;
}

/* Each refused call must leave the eventfd that was there. */
static void
test_refused(const struct device *dev, int other, int msi)
{
    char text[128];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int error = set_irqs(dev, &cases[i], other);

        snprintf(text, sizeof text, "SET_IRQS refuses %s", cases[i].what);
        check(error == cases[i].error, text);
    }
    check(set_irqs(dev, &(struct irq_case){"", HEADER + 4, TRIGGER | EVENTFD, MSI, 0, 1, 0}, -2) ==
              EINVAL,
          "SET_IRQS refuses the descriptor -2");
    check(set_irqs(dev, &(struct irq_case){"", HEADER + 4, TRIGGER | EVENTFD, MSI, 0, 1, 0},
                   dev->fd) == EINVAL,
          "SET_IRQS refuses a descriptor that is no eventfd");
    check(set_irqs(dev, &(struct irq_case){"", HEADER + 4, TRIGGER | EVENTFD, MSI, 0, 1, 0},
                   1 << 20) == EBADF,
          "SET_IRQS refuses a descriptor that is not open");
    raise_msi(dev);
    check(pending(msi) && !pending(other), "refused calls leave the eventfd in place");
}

static void
test_loopback(const struct device *dev, int msi)
{
    char buffer[HEADER + 1] = {0};
    struct vfio_irq_set *set = (void *)buffer;

    *set = (struct vfio_irq_set){HEADER, TRIGGER | NONE, MSI, 0, 1};
    check(ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) == 0 && pending(msi),
          "DATA_NONE fires a vector");
    *set = (struct vfio_irq_set){sizeof buffer, TRIGGER | BOOL, MSI, 0, 1};
    check(ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) == 0 && !pending(msi),
          "DATA_BOOL false fires none");
    set->data[0] = 1;
    check(ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set) == 0 && pending(msi),
          "DATA_BOOL true fires one");
}

void
test_irq_arguments(const struct device *dev)
{
    int msi = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int none = -1;

    device_set_command(dev, 2);
    check(device_set_irq(dev, MSI, &msi, 1), "MSI takes an eventfd again");
    test_refused(dev, other, msi);
    test_loopback(dev, msi);
    check(device_set_irq(dev, MSI, &other, 1), "another eventfd takes its place");
    raise_msi(dev);
    check(pending(other) && !pending(msi), "only the new one is signalled");
    check(device_set_irq(dev, MSI, &none, 1), "descriptor -1 takes it away");
    raise_msi(dev);
    check(!pending(other), "and nothing is signalled");
    check(device_set_irq(dev, MSI, &msi, 1), "an eventfd that is closed afterwards is taken");
    close(msi);
    raise_msi(dev);
    check(device_set_irq(dev, MSI, NULL, 0) && device_set_irq(dev, MSI, NULL, 0),
          "an index may be disabled twice");
    close(other);
}
