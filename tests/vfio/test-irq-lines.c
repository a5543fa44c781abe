/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * INTA of the test engine as a level with its masks, ERR and REQ, MSI, and that
 * one of INTA, MSI and MSI-X is set up at a time.
 */
#include "check.h"
#include "engine-client.h"

#include "../../kmod/test-rm/engine.h"

#include <errno.h>
#include <linux/pci_regs.h>
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

static void
test_info(const struct device *dev)
{
    static const struct {
        uint32_t count, flags;
    } expected[VFIO_PCI_NUM_IRQS] = {
        [INTX] = {1, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED},
        [MSI] = {ENGINE_MSI_VECTORS, VFIO_IRQ_INFO_EVENTFD},
        [ERR] = {1, VFIO_IRQ_INFO_EVENTFD},
        [REQ] = {1, VFIO_IRQ_INFO_EVENTFD},
    };
    bool all = true;

    for (uint32_t i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
        struct vfio_irq_info info = {.argsz = sizeof info, .index = i};

        all = all && ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0;
        if (i != MSIX)
            all = all && info.count == expected[i].count && info.flags == expected[i].flags;
    }
    check(all, "IRQ info says what each index can do");
}

static void
set_level(const struct device *dev, uint32_t level)
{
    engine_set(dev, ENGINE_INTX, level);
}

static bool
shows_level(const struct device *dev)
{
    return device_config16(dev, PCI_STATUS) & PCI_STATUS_INTERRUPT;
}

static int
intx(const struct device *dev, uint32_t flags)
{
    return irq_call(dev, flags | NONE, INTX, 0, 1, NULL);
}

static void
test_intx_level(const struct device *dev, int fd)
{
    check(intx(dev, MASK) == EINVAL && intx(dev, TRIGGER) == EINVAL,
          "INTA can't be masked or raised before it is set up");
    set_level(dev, 1);
    check(shows_level(dev), "the status register shows its level");
    check(irq_call(dev, TRIGGER | EVENTFD, INTX, 0, 1, &fd) == 0 && signals(fd) == 1,
          "INTA that is high already arrives as an eventfd is tied");
    set_level(dev, 1);
    check(!signals(fd), "once: it is masked since");
    check(intx(dev, UNMASK) == 0 && signals(fd) == 1, "unmasked and still high it comes again");
    set_level(dev, 0);
    check(intx(dev, UNMASK) == 0 && !signals(fd) && !shows_level(dev), "low it does not");
    check(intx(dev, MASK) == 0, "INTA can be masked");
    set_level(dev, 1);
    check(!signals(fd), "then it waits");
    check(irq_call(dev, TRIGGER | EVENTFD, INTX, 0, 1, &fd) == 0 && !signals(fd),
          "another eventfd does not unmask it");
    check(intx(dev, UNMASK) == 0 && signals(fd) == 1, "unmasking does");
    set_level(dev, 0);
    intx(dev, UNMASK);
}

static void
test_intx_disable(const struct device *dev, int fd)
{
    device_set_command(dev, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE);
    set_level(dev, 1);
    check(!signals(fd) && shows_level(dev), "COMMAND keeps INTA from being signalled");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(signals(fd) == 1, "until it lets it");
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0 && !shows_level(dev), "reset drops its level");
    device_set_command(dev, PCI_COMMAND_MEMORY);
    check(intx(dev, UNMASK) == 0 && !signals(fd), "so that nothing comes again");
}

static void
test_intx_unmask(const struct device *dev, int fd)
{
    int unmask = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int none = -1;
    uint8_t no = 0;
    uint8_t yes = 1;
    uint64_t one = 1;

    check(irq_call(dev, UNMASK | EVENTFD, INTX, 0, 1, &unmask) == 0, "an eventfd can unmask INTA");
    set_level(dev, 1);
    check(signals(fd) == 1, "it fires");
    check(write(unmask, &one, sizeof one) == sizeof one && fired(fd), "and again when unmasked so");
    check(write(unmask, &one, sizeof one) == sizeof one && fired(fd), "as often as that is done");
    check(irq_call(dev, UNMASK | EVENTFD, INTX, 0, 1, &none) == 0, "the eventfd can be taken away");
    check(write(unmask, &one, sizeof one) == sizeof one && (usleep(100000), !signals(fd)),
          "it does nothing then");
    check(irq_call(dev, UNMASK | BOOL, INTX, 0, 1, &no) == 0 && !signals(fd),
          "DATA_BOOL false unmasks nothing");
    check(irq_call(dev, UNMASK | BOOL, INTX, 0, 1, &yes) == 0 && signals(fd) == 1,
          "DATA_BOOL true does");
    check(irq_call(dev, MASK | EVENTFD, INTX, 0, 1, &fd) == ENOTTY, "no eventfd can mask INTA");
    set_level(dev, 0);
    check(irq_call(dev, TRIGGER | NONE, INTX, 0, 1, NULL) == 0 && signals(fd) == 1,
          "DATA_NONE raises INTA once");
    check(irq_call(dev, TRIGGER | BOOL, INTX, 0, 1, &no) == 0 && !signals(fd) &&
              irq_call(dev, TRIGGER | BOOL, INTX, 0, 1, &yes) == 0 && signals(fd) == 1,
          "so does DATA_BOOL true");
    intx(dev, UNMASK);
    close(unmask);
}

static void
test_exclusive(const struct device *dev, int fd)
{
    check(irq_call(dev, TRIGGER | EVENTFD, MSI, 0, 1, &fd) == EINVAL &&
              irq_call(dev, TRIGGER | EVENTFD, MSIX, 0, 1, &fd) == EINVAL,
          "while INTA is set up MSI and MSI-X are refused");
    check(irq_call(dev, TRIGGER | NONE, MSI, 0, 0, NULL) == 0, "disabling those disables nothing");
    set_level(dev, 1);
    check(signals(fd) == 1, "INTA goes on");
    check(irq_call(dev, TRIGGER | NONE, INTX, 0, 0, NULL) == 0, "INTA can be taken back");
    check(irq_call(dev, TRIGGER | EVENTFD, MSI, 1, 1, &fd) == 0, "then MSI can be set up");
    set_level(dev, 0);
    set_level(dev, 1);
    check(!signals(fd), "INTA is signalled no more");
    engine_set(dev, ENGINE_RAISE, 1);
    engine_set(dev, ENGINE_RAISE, 2);
    check(signals(fd) == 1, "MSI is, where it has an eventfd");
    check(irq_call(dev, TRIGGER | EVENTFD, INTX, 0, 1, &fd) == EINVAL &&
              irq_call(dev, TRIGGER | EVENTFD, MSIX, 0, 1, &fd) == EINVAL,
          "while MSI is set up INTA and MSI-X are refused");
    check(irq_call(dev, MASK | NONE, MSI, 0, 1, NULL) == ENOTTY, "MSI has no masks");
    irq_call(dev, TRIGGER | NONE, MSI, 0, 0, NULL);
    set_level(dev, 0);
}

/* As QEMU does when a guest enables MSI-X and unmasks no vector yet. */
static void
test_no_vector(const struct device *dev, int fd)
{
    int none = -1;

    check(irq_call(dev, TRIGGER | EVENTFD, MSIX, 0, 1, &none) == 0,
          "MSI-X is set up without an eventfd");
    check(irq_call(dev, TRIGGER | EVENTFD, MSI, 0, 1, &fd) == EINVAL, "and counts as set up");
    check(irq_call(dev, TRIGGER | EVENTFD, MSIX, 0, 0, NULL) == EINVAL, "none of none is refused");
    irq_call(dev, TRIGGER | NONE, MSIX, 0, 0, NULL);
}

/* ERR and REQ beside whatever else is set up. */
static void
test_notice(const struct device *dev, uint32_t index, int fd)
{
    uint8_t bools[2] = {0, 1};

    check(irq_call(dev, TRIGGER | NONE, index, 0, 1, NULL) == EINVAL,
          "what nobody listens to can't be raised");
    check(irq_call(dev, TRIGGER | EVENTFD, index, 0, 1, &fd) == 0, "ERR or REQ takes an eventfd");
    check(irq_call(dev, TRIGGER | NONE, index, 0, 1, NULL) == 0 && signals(fd) == 1,
          "DATA_NONE raises it");
    check(irq_call(dev, TRIGGER | BOOL, index, 0, 1, &bools[0]) == 0 && !signals(fd) &&
              irq_call(dev, TRIGGER | BOOL, index, 0, 1, &bools[1]) == 0 && signals(fd) == 1,
          "so does DATA_BOOL true");
    check(irq_call(dev, MASK | NONE, index, 0, 1, NULL) == ENOTTY, "it can't be masked");
    check(irq_call(dev, TRIGGER | NONE, index, 0, 0, NULL) == 0, "and can be taken back");
}

void
test_irq_lines(const struct device *dev)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    device_set_command(dev, PCI_COMMAND_MEMORY);
    test_info(dev);
    test_intx_level(dev, fd);
    test_intx_disable(dev, fd);
    test_intx_unmask(dev, fd);
    test_exclusive(dev, fd);
    if (config_capability(dev, PCI_CAP_ID_MSIX))
        test_no_vector(dev, fd);
    test_notice(dev, ERR, fd);
    test_notice(dev, REQ, fd);
    close(fd);
}
