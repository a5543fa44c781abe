/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MSI-X of the test engine, for as many vectors as it was made with: the table and
 * the pending bits in its BAR, eventfds, Function Mask, and masks of single vectors.
 */
#include "check.h"
#include "engine-client.h"

#include "../../kmod/test-rm/engine.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TRIGGER VFIO_IRQ_SET_ACTION_TRIGGER
#define MASK    VFIO_IRQ_SET_ACTION_MASK
#define UNMASK  VFIO_IRQ_SET_ACTION_UNMASK
#define NONE    VFIO_IRQ_SET_DATA_NONE
#define BOOL    VFIO_IRQ_SET_DATA_BOOL
#define EVENTFD VFIO_IRQ_SET_DATA_EVENTFD
#define MSIX    VFIO_PCI_MSIX_IRQ_INDEX

#define ENTRY 16 /* bytes of the table for a vector */

/* What the capability says, and an eventfd for each vector. */
struct msix {
    const struct device *dev;
    uint8_t at;
    uint32_t count;
    uint32_t bar;
    uint32_t table;
    uint32_t pba;
    int *fds;
};

static uint32_t
bar32(const struct msix *m, uint64_t at)
{
    uint32_t value = 0xdeadbeef;

    device_read(m->dev, m->bar, at, &value, sizeof value);
    return value;
}

static void
function_mask(const struct msix *m, bool mask)
{
    uint16_t flags = PCI_MSIX_FLAGS_ENABLE | (mask ? PCI_MSIX_FLAGS_MASKALL : 0);

    device_write(m->dev, CONFIG, m->at + PCI_MSIX_FLAGS, &flags, sizeof flags);
}

static void
raise_vector(const struct msix *m, uint32_t vector)
{
    engine_set(m->dev, ENGINE_RAISE, vector);
}

static bool
pends(const struct msix *m, uint32_t vector)
{
    return bar32(m, m->pba + vector / 32 * 4) >> vector % 32 & 1;
}

/* How many eventfds were signalled, once each; -1 if one was more than once. */
static int
all_signals(const struct msix *m)
{
    int sum = 0;

    for (uint32_t i = 0; i < m->count; i++) {
        uint64_t n = signals(m->fds[i]);

        if (n > 1)
            return -1;
        sum += (int)n;
    }
    return sum;
}

static struct vfio_irq_info
msix_info(const struct device *dev)
{
    struct vfio_irq_info info = {.argsz = sizeof info, .index = MSIX, .count = 0xffffffff};

    check(ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &info) == 0, "MSI-X is answered");
    return info;
}

/* An engine without MSI-X. */
static void
test_absent(const struct device *dev)
{
    int fd = -1;

    check(msix_info(dev).count == 0, "MSI-X that is absent has no vectors");
    check(irq_call(dev, TRIGGER | EVENTFD, MSIX, 0, 1, &fd) == EINVAL &&
              irq_call(dev, TRIGGER | NONE, MSIX, 0, 0, NULL) == EINVAL &&
              irq_call(dev, MASK | NONE, MSIX, 0, 1, NULL) == EINVAL,
          "and can't be set up");
}

static void
find_msix(struct msix *m)
{
    struct vfio_irq_info info = msix_info(m->dev);
    uint32_t table = 0;
    uint32_t pba = 0;

    device_read(m->dev, CONFIG, m->at + PCI_MSIX_TABLE, &table, sizeof table);
    device_read(m->dev, CONFIG, m->at + PCI_MSIX_PBA, &pba, sizeof pba);
    m->count = (device_config16(m->dev, m->at + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1u;
    m->bar = table & PCI_MSIX_TABLE_BIR;
    m->table = table & PCI_MSIX_TABLE_OFFSET;
    m->pba = pba & PCI_MSIX_PBA_OFFSET;
    printf("MSI-X has %u vectors\n", m->count);
    check(info.count == m->count, "IRQ info and the capability agree on MSI-X's vectors");
    check(info.flags == (VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE),
          "its vectors can be masked and added one by one");
    check(m->bar == ENGINE_MSIX_BAR && (pba & PCI_MSIX_PBA_BIR) == m->bar,
          "table and pending bits are in the engine's BAR");
}

static bool
make_eventfds(struct msix *m)
{
    struct rlimit limit = {m->count + 64, m->count + 64};

    if (m->count > 512 && setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return false;
    m->fds = calloc(m->count, sizeof *m->fds);
    for (uint32_t i = 0; i < m->count; i++) {
        m->fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (m->fds[i] < 0)
            return false;
    }
    return true;
}

static void
test_table(const struct msix *m)
{
    uint32_t last = m->table + ENTRY * (m->count - 1);
    uint64_t address = 0x12345678fee01000;
    uint8_t bytes[2 * ENTRY] = {0};
    uint16_t half = 0x4321;
    uint32_t ones = 0xffffffff;
    uint64_t wide = 0;

    check(bar32(m, m->table) == 0 && bar32(m, m->table + 12) == 1 && bar32(m, last + 12) == 1,
          "after power-on every vector of the table is masked");
    device_write(m->dev, m->bar, last, &address, sizeof address);
    device_read(m->dev, m->bar, last, &wide, sizeof wide);
    check(wide == address && bar32(m, last + 4) == 0x12345678, "the table keeps an address");
    device_write(m->dev, m->bar, last + 8, &half, sizeof half);
    device_write(m->dev, m->bar, last + 11, &half, 1);
    check(bar32(m, last + 8) == 0x21004321, "and data, also in pieces");
    device_write(m->dev, m->bar, last + 12, &ones, sizeof ones);
    check(bar32(m, last + 12) == 1, "of the control word only the mask");
    /* The last entry, and as many bytes behind it that are the engine's. */
    device_read(m->dev, m->bar, last, bytes, sizeof bytes);
    check(bytes[0] == 0 && bytes[1] == 0x10 && bytes[12] == 1 && bytes[ENTRY] == 0,
          "a read across the table's end gives both sides");
    memset(bytes, 0xff, sizeof bytes);
    device_write(m->dev, m->bar, m->pba, bytes, 8);
    check(bar32(m, m->pba) == 0 && bar32(m, m->pba + 4) == 0, "pending bits can't be written");
    device_set_command(m->dev, 0);
    check(bar32(m, m->table + 12) == 0xffffffff, "with memory disabled the table reads ones");
    device_set_command(m->dev, PCI_COMMAND_MEMORY);
    check(bar32(m, m->table + 12) == 1, "and is back with memory enabled");
}

/* Every vector is masked in the table now, which must not matter. */
static void
test_vectors(const struct msix *m)
{
    struct timespec from;
    struct timespec to;
    uint32_t last = m->count - 1;

    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 0, m->count, m->fds) == 0,
          "MSI-X takes an eventfd for each vector");
    raise_vector(m, last);
    check(signals(m->fds[last]) == 1 && all_signals(m) == 0,
          "an interrupt arrives, masked in the table or not");
    raise_vector(m, m->count);
    check((int32_t)engine_get(m->dev, ENGINE_RESULT) == -EINVAL && all_signals(m) == 0,
          "a vector past the last is refused");
    engine_set(m->dev, ENGINE_LENGTH, m->count);
    engine_set(m->dev, ENGINE_COMMAND, ENGINE_CMD_BURST);
    check(all_signals(m) == (int)m->count, "all can be raised by a hard interrupt");
    clock_gettime(CLOCK_MONOTONIC, &from);
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 0, m->count, m->fds) == 0,
          "all eventfds can be replaced");
    clock_gettime(CLOCK_MONOTONIC, &to);
    check(to.tv_sec - from.tv_sec < 5, "in one go");
    check(irq_call(m->dev, TRIGGER | NONE, MSIX, 0, m->count, NULL) == 0 &&
              all_signals(m) == (int)m->count,
          "DATA_NONE raises all of them");
}

static void
test_ranges(const struct msix *m)
{
    int none[2] = {-1, -1};
    int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int bad[2] = {other, 1 << 20};

    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 1, 2, none) == 0, "two are taken back");
    check(irq_call(m->dev, TRIGGER | NONE, MSIX, 0, 4, NULL) == 0 && signals(m->fds[0]) == 1 &&
              signals(m->fds[3]) == 1 && all_signals(m) == 0,
          "the others go on");
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 0, 2, bad) == EBADF,
          "a bad descriptor among good ones is refused");
    raise_vector(m, 0);
    check(signals(m->fds[0]) == 1 && !signals(other), "and nothing was replaced");
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, m->count - 1, 2, m->fds) == EINVAL,
          "a range past the last is refused");
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 1, 2, m->fds + 1) == 0, "the two are back");
    check(irq_call(m->dev, TRIGGER | EVENTFD, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &other) == EINVAL &&
              irq_call(m->dev, TRIGGER | EVENTFD, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, &other) == EINVAL,
          "neither MSI nor INTA can be set up beside it");
    close(other);
}

static void
test_function_mask(const struct msix *m)
{
    uint32_t last = m->count - 1;

    function_mask(m, true);
    raise_vector(m, 0);
    raise_vector(m, last);
    raise_vector(m, last);
    check(all_signals(m) == 0, "Function Mask holds interrupts back");
    check(pends(m, 0) && pends(m, last) && !pends(m, 1), "they are pending");
    function_mask(m, false);
    check(signals(m->fds[0]) == 1 && signals(m->fds[last]) == 1 && all_signals(m) == 0,
          "each arrives once when it is cleared");
    check(!pends(m, 0) && !pends(m, last), "and is pending no more");
}

static void
test_mask_actions(const struct msix *m)
{
    uint8_t which[3] = {1, 0, 1};

    check(irq_call(m->dev, MASK | NONE, MSIX, 1, 1, NULL) == 0, "a vector can be masked");
    raise_vector(m, 1);
    raise_vector(m, 2);
    check(!signals(m->fds[1]) && pends(m, 1) && signals(m->fds[2]) == 1,
          "its interrupt waits, others do not");
    check(irq_call(m->dev, UNMASK | NONE, MSIX, 1, 1, NULL) == 0 && signals(m->fds[1]) == 1 &&
              !pends(m, 1),
          "unmasked it arrives");
    check(irq_call(m->dev, MASK | BOOL, MSIX, 0, 3, which) == 0, "vectors are masked by a list");
    check(irq_call(m->dev, TRIGGER | NONE, MSIX, 0, 3, NULL) == 0 && signals(m->fds[1]) == 1 &&
              all_signals(m) == 0,
          "those in it wait, for DATA_NONE too");
    function_mask(m, true);
    check(irq_call(m->dev, UNMASK | BOOL, MSIX, 0, 3, which) == 0 && all_signals(m) == 0,
          "Function Mask still holds what is unmasked");
    function_mask(m, false);
    check(signals(m->fds[0]) == 1 && signals(m->fds[2]) == 1, "until it is cleared");
    check(irq_call(m->dev, MASK | EVENTFD, MSIX, 0, 1, m->fds) == ENOTTY &&
              irq_call(m->dev, UNMASK | EVENTFD, MSIX, 0, 1, m->fds) == ENOTTY,
          "masking by eventfd is refused");
    check(irq_call(m->dev, MASK | NONE, MSIX, 0, m->count + 1, NULL) == EINVAL,
          "so is masking more than there are");
    irq_call(m->dev, MASK | NONE, MSIX, 0, 1, NULL);
    raise_vector(m, 0);
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 0, 1, m->fds) == 0 && signals(m->fds[0]) == 1,
          "tying an eventfd unmasks its vector");
}

static void
test_reset(const struct msix *m)
{
    uint32_t data = 0x77;

    device_write(m->dev, m->bar, m->table + 8, &data, sizeof data);
    irq_call(m->dev, MASK | NONE, MSIX, 1, 1, NULL);
    function_mask(m, true);
    raise_vector(m, 1);
    check(pends(m, 1) && ioctl(m->dev->fd, VFIO_DEVICE_RESET) == 0, "reset with one pending");
    device_set_command(m->dev, PCI_COMMAND_MEMORY);
    check(bar32(m, m->table + 8) == 0 && bar32(m, m->table + 12) == 1 && !pends(m, 1),
          "puts table and pending bits back");
    check(!(device_config16(m->dev, m->at + PCI_MSIX_FLAGS) &
            (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)) &&
              all_signals(m) == 0,
          "and the control word, and loses what was pending");
    raise_vector(m, 1);
    check(signals(m->fds[1]) == 1, "nothing is masked after it, eventfds stay");
}

static void
test_disable(const struct msix *m)
{
    irq_call(m->dev, MASK | NONE, MSIX, 2, 1, NULL);
    raise_vector(m, 2);
    check(irq_call(m->dev, TRIGGER | NONE, MSIX, 0, 0, NULL) == 0, "MSI-X can be disabled");
    raise_vector(m, 0);
    raise_vector(m, 2);
    check(all_signals(m) == 0 && !pends(m, 0) && !pends(m, 2), "nothing arrives or pends then");
    check(irq_call(m->dev, MASK | NONE, MSIX, 0, 1, NULL) == EINVAL &&
              irq_call(m->dev, TRIGGER | NONE, MSIX, 0, 1, NULL) == EINVAL,
          "nor can it be masked or raised");
    check(irq_call(m->dev, TRIGGER | EVENTFD, MSIX, 2, 1, m->fds + 2) == 0,
          "one vector can be set up alone");
    check(!signals(m->fds[2]), "with nothing left of before");
    raise_vector(m, 2);
    raise_vector(m, 3);
    check(signals(m->fds[2]) == 1 && all_signals(m) == 0, "and works alone");
    irq_call(m->dev, TRIGGER | NONE, MSIX, 0, 0, NULL);
}

void
test_msix(const struct device *dev)
{
    struct msix m = {.dev = dev, .at = config_capability(dev, PCI_CAP_ID_MSIX)};

    device_set_command(dev, PCI_COMMAND_MEMORY);
    if (!m.at) {
        test_absent(dev);
        return;
    }
    find_msix(&m);
    if (!make_eventfds(&m)) {
        check(false, "there is an eventfd for each vector");
        return;
    }
    test_table(&m);
    test_vectors(&m);
    test_ranges(&m);
    test_function_mask(&m);
    test_mask_actions(&m);
    test_reset(&m);
    test_disable(&m);
    for (uint32_t i = 0; i < m.count; i++)
        close(m.fds[i]);
    free(m.fds);
}
