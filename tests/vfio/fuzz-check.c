/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Short sequences whose outcome is certain for the only thread of a vGPU, whatever
 * it did before.
 */
#include "fuzz.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kmod/test-rm/engine.h"

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX

static bool
is_engine(const struct target *target)
{
    return target->users == 1 && target->kind == FUZZ_ENGINE;
}

static bool
has_memory(const struct target *target)
{
    return target->users == 1 && target->memory >= 0;
}

static bool
is_alone(const struct target *target)
{
    return target->users == 1;
}

static uint32_t
get(struct worker *w, uint64_t at)
{
    uint32_t value = 0;

    if (fuzz_read(w, &value, 4, PLACE(w->target, ENGINE_CONTROL_BAR, at)) != 4)
        fuzz_wrong(w, "a register is not read", at, 0);
    return value;
}

static void
put(struct worker *w, uint64_t at, uint32_t value)
{
    if (fuzz_write(w, &value, 4, PLACE(w->target, ENGINE_CONTROL_BAR, at)) != 4)
        fuzz_wrong(w, "a register is not written", at, value);
}

/* The engine's registers for a range of guest memory; then a command, and its result. */
static int32_t
command(struct worker *w, uint32_t what, uint64_t iova, uint32_t length, uint32_t buffer)
{
    put(w, ENGINE_IOVA_LO, (uint32_t)iova);
    put(w, ENGINE_IOVA_HI, (uint32_t)(iova >> 32));
    put(w, ENGINE_LENGTH, length);
    put(w, ENGINE_BUFFER, buffer);
    put(w, ENGINE_COMMAND, what);
    return (int32_t)get(w, ENGINE_RESULT);
}

/* As after power-on: what the guest wrote is gone. */
static void
check_fresh(struct worker *w, const char *when)
{
    const struct target *target = w->target;
    uint32_t value = config_get(w, PCI_COMMAND, 2);

    if (value)
        fuzz_wrong(w, when, PCI_COMMAND, value);
    for (uint32_t at = PCI_BASE_ADDRESS_0; at <= PCI_BASE_ADDRESS_5; at += 4) {
        value = config_get(w, at, 4);
        if (value & ~0xfu)
            fuzz_wrong(w, when, at, value);
    }
    if (target->pm && (value = config_get(w, target->pm + PCI_PM_CTRL, 2)) & 3)
        fuzz_wrong(w, when, target->pm, value);
    if (target->msi && (value = config_get(w, target->msi + PCI_MSI_FLAGS, 2)) & 0x71)
        fuzz_wrong(w, when, target->msi, value);
    if (target->msix && (value = config_get(w, target->msix + PCI_MSIX_FLAGS, 2)) & 0xc000)
        fuzz_wrong(w, when, target->msix, value);
    config_enable(w);
    if (target->kind == FUZZ_ENGINE && get(w, ENGINE_SCRATCH))
        fuzz_wrong(w, when, ENGINE_CONTROL_BAR, ENGINE_SCRATCH);
}

static void
op_check_reset(struct worker *w)
{
    if (fuzz_ioctl(w, "RESET", w->target->dev.fd, VFIO_DEVICE_RESET, NULL, 0, 0) < 0)
        fuzz_wrong(w, "RESET", 0, 0);
    check_fresh(w, "state after reset");
}

static void
op_check_flr(struct worker *w)
{
    if (!w->target->pcie)
        return;
    config_set(w, w->target->pcie + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
    check_fresh(w, "state after a function level reset");
}

/*
 * A child that another thread forked may have it open for a moment yet: a group is busy then, and
 * a device that is open can't be bound (vfio_df_open() in drivers/vfio/vfio_main.c: EINVAL).
 */
static bool
attach_again(struct target *target)
{
    int open_yet = device_by_iommufd() ? EINVAL : EBUSY;

    for (int tries = 0; tries < 250; tries++) {
        if (target_attach(target))
            return true;
        if (errno != open_yet)
            return false;
        usleep(20000);
    }
    return false;
}

/* Closed to the last descriptor and opened anew, the RM stops and starts it. */
static void
op_check_reopen(struct worker *w)
{
    struct target *target = w->target;
    uint32_t starts = 0;

    if (target->kind == FUZZ_ENGINE) {
        config_enable(w);
        starts = get(w, ENGINE_STARTS);
    }
    map_drop_all(w);
    fuzz_note(w, "close", 0, 0, 0);
    device_close(&target->dev);
    fuzz_note(w, "open", 0, 0, 0);
    if (!attach_again(target)) {
        fuzz_wrong(w, "does not open again", 0, 0);
        return;
    }
    check_fresh(w, "state after open");
    if (target->kind == FUZZ_ENGINE && get(w, ENGINE_STARTS) != starts + 1)
        fuzz_wrong(w, "starts", get(w, ENGINE_STARTS), starts);
}

/* A register holds what is written, and reads in parts as it reads whole. */
static void
op_check_scratch(struct worker *w)
{
    uint32_t value = (uint32_t)pick(w, 0);
    uint32_t at = (uint32_t)pick(w, 4);
    uint8_t part = 0;

    config_enable(w);
    put(w, ENGINE_SCRATCH, value);
    if (get(w, ENGINE_SCRATCH) != value)
        fuzz_wrong(w, "the register holds other than was written", get(w, ENGINE_SCRATCH), value);
    if (fuzz_read(w, &part, 1, PLACE(w->target, ENGINE_CONTROL_BAR, ENGINE_SCRATCH + at)) != 1 ||
        part != (uint8_t)(value >> 8 * at))
        fuzz_wrong(w, "a byte of a register", part, value);
    if (get(w, ENGINE_ID) != ENGINE_ID_VALUE)
        fuzz_wrong(w, "the engine's id", get(w, ENGINE_ID), 0);
}

/* A page of an area, mapped; NULL after saying so if that fails. */
static uint8_t *
map_page(struct worker *w, uint64_t *offset)
{
    const struct fuzz_region *region = &w->target->regions[w->target->memory];
    unsigned int area = (unsigned int)pick(w, region->areas);
    uint8_t *map;

    *offset = region->area[area].offset + (pick(w, region->area[area].size) & ~(PAGE - 1));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, w->target->dev.fd,
               PLACE(w->target, w->target->memory, *offset));
    if (map != MAP_FAILED)
        return map;
    fuzz_wrong(w, "memory does not map", *offset, PAGE);
    return NULL;
}

/* Memory is the same by mapping and by read and write, also across a page's end. */
static void
op_check_memory(struct worker *w)
{
    uint64_t value = pick(w, 0), seen = 0, offset;
    unsigned int at = (unsigned int)pick(w, PAGE - 7);
    uint8_t *map = map_page(w, &offset);
    off_t place = PLACE(w->target, w->target->memory, offset + at);

    if (!map)
        return;
    config_enable(w);
    fuzz_note(w, "store by mapping", offset + at, value, 0);
    if (!touch(map + at, false)) {
        fuzz_wrong(w, "enabled memory faults", offset, at);
    } else {
        memcpy(map + at, &value, sizeof value);
        if (fuzz_read(w, &seen, sizeof seen, place) != sizeof seen || seen != value)
            fuzz_wrong(w, "read gives other than was stored", value, seen);
        value = ~value;
        if (fuzz_write(w, &value, sizeof value, place) != sizeof value)
            fuzz_wrong(w, "memory is not written", offset, at);
        memcpy(&seen, map + at, sizeof seen);
        if (seen != value)
            fuzz_wrong(w, "a mapping gives other than was written", value, seen);
    }
    munmap(map, PAGE);
}

/* With memory off, reads give ones and mappings fault, those touched before too. */
static void
op_check_disabled(struct worker *w)
{
    unsigned int index = (unsigned int)pick(w, 6);
    uint64_t size = w->target->regions[index].size, offset;
    uint64_t value = 0, ones = ~0ull;
    size_t count = 1u << pick(w, 4);
    uint8_t *map = map_page(w, &offset);

    if (!map)
        return;
    config_enable(w);
    touch(map, true);
    if (w->target->pm && chance(w, 2))
        config_set(w, w->target->pm + PCI_PM_CTRL, 2, 3);
    else
        config_set(w, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
    if (touch(map, false))
        fuzz_wrong(w, "a mapping reads with memory off", offset, 0);
    if (size && (fuzz_read(w, &value, count,
                           PLACE(w->target, index, pick(w, size) & ~(count - 1))) != (long)count ||
                 memcmp(&value, &ones, count)))
        fuzz_wrong(w, "a BAR that is off gives other than ones", index, value);
    munmap(map, PAGE);
    config_enable(w);
}

static void
op_check_unbacked(struct worker *w)
{
    uint8_t value = 0;
    uint64_t at = ENGINE_BACKING_SIZE + pick(w, ENGINE_MEMORY_SIZE - ENGINE_BACKING_SIZE);

    config_enable(w);
    if (fuzz_read(w, &value, 1, PLACE(w->target, ENGINE_MEMORY_BAR, at)) != 1 ||
        value != ENGINE_UNBACKED)
        fuzz_wrong(w, "memory without backing", at, value);
}

/* What @length bytes at @buffer of the engine's memory are, against the guest's. */
static void
compare(struct worker *w, const char *what, uint64_t iova, uint32_t length, uint32_t buffer)
{
    static __thread uint8_t seen[SLOT_SIZE];

    if (fuzz_read(w, seen, length, PLACE(w->target, ENGINE_MEMORY_BAR, buffer)) != (long)length ||
        memcmp(seen, w->target->arena + iova, length))
        fuzz_wrong(w, what, iova, length);
}

/* DMA reaches what is mapped, nothing else, and nothing with bus mastering off. */
static void
op_check_dma(struct worker *w)
{
    unsigned int slot = (unsigned int)pick(w, SLOTS);
    uint32_t at = (uint32_t)pick(w, SLOT_SIZE - 1);
    uint32_t length = 1 + (uint32_t)pick(w, chance(w, 4) ? SLOT_SIZE - at : 64);
    uint32_t buffer = (uint32_t)pick(w, ENGINE_BACKING_SIZE - SLOT_SIZE);
    uint64_t iova = slot * SLOT_SIZE + at;
    int32_t expected = w->target->mapped[slot] ? 0 : -EFAULT;
    int32_t result;

    if (length > SLOT_SIZE - at)
        length = (uint32_t)(SLOT_SIZE - at);
    config_enable(w);
    memset(w->target->arena + iova, (int)pick(w, 256), length);
    result = command(w, ENGINE_CMD_READ, iova, length, buffer);
    if (result != expected)
        fuzz_wrong(w, "the result of a read of guest memory", (uint64_t)result, (uint64_t)expected);
    else if (!result)
        compare(w, "DMA read gives other than guest memory", iova, length, buffer);
    config_set(w, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
    result = command(w, ENGINE_CMD_READ, iova, length, buffer);
    if (result != -EACCES)
        fuzz_wrong(w, "DMA with bus mastering off", (uint64_t)result, 0);
}

/* Pinned pages are the guest's; after an unmap the engine is told, and has them no more. */
static void
op_check_pin(struct worker *w)
{
    unsigned int slot = (unsigned int)pick(w, SLOTS);
    uint32_t pages = 1 + (uint32_t)pick(w, 4);
    uint64_t iova = slot * SLOT_SIZE + pick(w, 12) * PAGE;
    uint32_t before, tries = 0;
    int32_t result;

    config_enable(w);
    result = command(w, ENGINE_CMD_PIN, iova, (uint32_t)(pages * PAGE), 0);
    if (!w->target->mapped[slot]) {
        if (result != -EFAULT)
            fuzz_wrong(w, "a pin of what is not mapped", (uint64_t)result, iova);
        return;
    }
    if (result != (int32_t)pages) {
        if (result == 0 || result == -EFAULT || result == -EINVAL || result == -EACCES)
            fuzz_wrong(w, "a pin of what is mapped", (uint64_t)result, iova);
        return;
    }
    memset(w->target->arena + iova, (int)pick(w, 256), pages * PAGE);
    if (command(w, ENGINE_CMD_COPY, iova, (uint32_t)(pages * PAGE), 0) == 0)
        compare(w, "pinned pages are not the guest's", iova, (uint32_t)(pages * PAGE), 0);
    else
        fuzz_wrong(w, "pinned pages are not there", get(w, ENGINE_RESULT), iova);
    if (chance(w, 2)) {
        command(w, ENGINE_CMD_UNPIN, iova, (uint32_t)(pages * PAGE), 0);
        return;
    }
    before = get(w, ENGINE_INVALIDATIONS);
    if (dma_unmap(w, slot * SLOT_SIZE, SLOT_SIZE) < 0)
        fuzz_wrong(w, "a mapped slot does not unmap", slot, 0);
    w->target->mapped[slot] = false;
    /* what it is told of first may be an earlier unmap */
    while (command(w, ENGINE_CMD_COPY, iova, (uint32_t)PAGE, 0) != -ENOENT && tries++ < 5000)
        usleep(1000);
    if (tries > 5000)
        fuzz_wrong(w, "pages are pinned after an unmap", iova, get(w, ENGINE_RESULT));
    if (get(w, ENGINE_INVALIDATIONS) == before)
        fuzz_wrong(w, "nobody tells of an unmap", iova, before);
}

static long
set_irqs(struct worker *w, uint32_t index, uint32_t flags, uint32_t start, uint32_t count, int fd)
{
    char buffer[sizeof(struct vfio_irq_set) + sizeof fd] = {0};
    struct vfio_irq_set *set = (void *)buffer;

    *set = (struct vfio_irq_set){sizeof buffer, flags, index, start, count};
    memcpy(set->data, &fd, sizeof fd);
    return fuzz_ioctl(w, "SET_IRQS", w->target->dev.fd, VFIO_DEVICE_SET_IRQS, set,
                      (uint64_t)index << 32 | flags, (uint64_t)start << 32 | count);
}

/* No interrupt of any kind is set up after it, and the guest has none enabled. */
static void
quiet(struct worker *w)
{
    uint64_t count;

    config_enable(w);
    if (w->target->msi)
        config_set(w, w->target->msi + PCI_MSI_FLAGS, 2, 0);
    if (w->target->msix)
        config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2, 0);
    for (uint32_t index = 0; index <= VFIO_PCI_MSIX_IRQ_INDEX; index++)
        if (w->target->irq_counts[index] &&
            set_irqs(w, index, VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE, 0, 0, -1) < 0)
            fuzz_wrong(w, "interrupts do not turn off", index, 0);
    if (read(w->target->eventfds[0], &count, sizeof count) < 0 && errno != EAGAIN)
        fuzz_wrong(w, "read of an eventfd", 0, 0);
}

static bool
fired(struct worker *w)
{
    uint64_t count = 0;
    ssize_t got = read(w->target->eventfds[0], &count, sizeof count);

    fuzz_note(w, "fired", count, 0, 0);
    return fuzz_noted(w, got) == sizeof count;
}

static void
expect(struct worker *w, const char *what, bool wanted)
{
    if (fired(w) != wanted)
        fuzz_wrong(w, what, wanted, get(w, ENGINE_RESULT));
}

static void
op_check_msix(struct worker *w)
{
    uint32_t vector = (uint32_t)pick(w, w->target->irq_counts[VFIO_PCI_MSIX_IRQ_INDEX]);

    if (!w->target->msix)
        return;
    quiet(w);
    config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
    if (set_irqs(w, VFIO_PCI_MSIX_IRQ_INDEX,
                 VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD, vector, 1,
                 w->target->eventfds[0]) < 0)
        fuzz_wrong(w, "a vector is not set up", vector, 0);
    set_irqs(w, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_DATA_NONE,
             vector, 1, -1);
    fired(w); /* it may have been pending */
    put(w, ENGINE_RAISE, vector);
    expect(w, "a vector that is raised does not fire", true);
    config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2,
               PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
    put(w, ENGINE_RAISE, vector);
    expect(w, "a vector fires while all are masked", false);
    config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
    expect(w, "a pending vector does not fire when it is unmasked", true);
    quiet(w);
    put(w, ENGINE_RAISE, vector);
    expect(w, "a vector fires that is not set up", false);
}

static void
op_check_intx(struct worker *w)
{
    const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD;
    const uint32_t unmask = VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_DATA_NONE;

    quiet(w);
    put(w, ENGINE_INTX, 0);
    if (set_irqs(w, VFIO_PCI_INTX_IRQ_INDEX, trigger, 0, 1, w->target->eventfds[0]) < 0)
        fuzz_wrong(w, "INTx is not set up", 0, 0);
    expect(w, "INTx fires with its line low", false);
    put(w, ENGINE_INTX, 1);
    expect(w, "INTx does not fire", true);
    if (!(config_get(w, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT))
        fuzz_wrong(w, "the status bit of INTx", 0, 0);
    put(w, ENGINE_INTX, 1);
    expect(w, "INTx fires while it is masked", false);
    set_irqs(w, VFIO_PCI_INTX_IRQ_INDEX, unmask, 0, 1, -1);
    expect(w, "INTx does not fire again when it is unmasked", true);
    put(w, ENGINE_INTX, 0);
    set_irqs(w, VFIO_PCI_INTX_IRQ_INDEX, unmask, 0, 1, -1);
    expect(w, "INTx fires after its line went low", false);
    quiet(w);
}

const struct operation fuzz_check_operations[] = {
    {"check_reset", op_check_reset, 10, is_alone},
    {"check_flr", op_check_flr, 10, is_alone},
    {"check_reopen", op_check_reopen, 1, is_alone},
    {"check_scratch", op_check_scratch, 30, is_engine},
    {"check_memory", op_check_memory, 10, has_memory},
    {"check_disabled", op_check_disabled, 6, has_memory},
    {"check_unbacked", op_check_unbacked, 10, is_engine},
    {"check_dma", op_check_dma, 30, is_engine},
    {"check_pin", op_check_pin, 20, is_engine},
    {"check_msix", op_check_msix, 3, is_engine},
    {"check_intx", op_check_intx, 3, is_engine},
    {NULL, NULL, 0, NULL},
};
