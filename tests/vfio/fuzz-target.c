/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vGPU that is driven at random: opening it, by container or by iommufd, and
 * what it has: regions, areas that map, capabilities, interrupts.
 */
#include "fuzz.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define IDS_SOFT   0x11111234u
#define IDS_ENGINE 0x7e571234u

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX

static bool
complain(const char *what, const char *object)
{
    fprintf(stderr, "%s %s: %s\n", what, object, strerror(errno));
    return false;
}

bool
target_attach(struct target *target)
{
    memset(target->mapped, 0, sizeof target->mapped);
    return device_open(&target->dev, target->uuid);
}

/* The areas of a region that maps: those of the capability, or all of it. */
static void
note_areas(struct fuzz_region *region, const struct vfio_region_info *info)
{
    const struct vfio_region_info_cap_sparse_mmap *sparse =
        (const void *)device_capability(info, VFIO_REGION_INFO_CAP_SPARSE_MMAP);

    if (!(info->flags & VFIO_REGION_INFO_FLAG_MMAP))
        return;
    if (!sparse) {
        region->areas = 1;
        region->area[0].size = info->size;
        return;
    }
    for (; region->areas < sparse->nr_areas && region->areas < FUZZ_AREAS; region->areas++) {
        region->area[region->areas].offset = sparse->areas[region->areas].offset;
        region->area[region->areas].size = sparse->areas[region->areas].size;
    }
}

/* What the number of a region behind the nine of PCI stands for. */
static void
note_special(struct target *target, unsigned int index, const struct vfio_region_info *info)
{
    const struct vfio_region_info_cap_type *type =
        (const void *)device_capability(info, VFIO_REGION_INFO_CAP_TYPE);

    if (type && type->type == VFIO_REGION_TYPE_GFX && type->subtype == VFIO_REGION_SUBTYPE_GFX_EDID)
        target->edid = (int)index;
    else if (info->flags & VFIO_REGION_INFO_FLAG_MMAP)
        target->console = (int)index;
}

static bool
note_region(struct target *target, unsigned int index)
{
    struct fuzz_region *region = &target->regions[index];
    struct vfio_region_info *info = device_region(&target->dev, index);

    if (!info)
        return complain("VFIO_DEVICE_GET_REGION_INFO", target->uuid);
    region->position = info->offset;
    region->size = info->size;
    region->flags = info->flags;
    note_areas(region, info);
    if (index >= VFIO_PCI_NUM_REGIONS)
        note_special(target, index, info);
    else if (index < VFIO_PCI_ROM_REGION_INDEX && region->areas && target->memory < 0)
        target->memory = (int)index;
    free(info);
    return true;
}

static bool
note_regions(struct target *target)
{
    struct vfio_device_info info = {.argsz = sizeof info};

    if (ioctl(target->dev.fd, VFIO_DEVICE_GET_INFO, &info) < 0)
        return complain("VFIO_DEVICE_GET_INFO", target->uuid);
    target->region_count = info.num_regions;
    if (info.num_regions < VFIO_PCI_NUM_REGIONS || info.num_regions > FUZZ_REGIONS) {
        errno = EPROTO;
        return complain("the number of regions of", target->uuid);
    }
    for (unsigned int i = 0; i < info.num_regions; i++)
        if (!note_region(target, i))
            return false;
    for (unsigned int i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
        struct vfio_irq_info irq = {.argsz = sizeof irq, .index = i};

        if (ioctl(target->dev.fd, VFIO_DEVICE_GET_IRQ_INFO, &irq) == 0)
            target->irq_counts[i] = irq.count;
    }
    return true;
}

static uint32_t
config_peek(const struct target *target, uint32_t at, unsigned int size)
{
    uint32_t value = 0;

    if (pread(target->dev.fd, &value, size, PLACE(target, CONFIG, at)) != (ssize_t)size)
        return 0;
    return value;
}

static void
note_msix(struct target *target)
{
    uint32_t table = config_peek(target, target->msix + PCI_MSIX_TABLE, 4);
    uint32_t pba = config_peek(target, target->msix + PCI_MSIX_PBA, 4);

    target->msix_bar = table & PCI_MSIX_TABLE_BIR;
    target->msix_table = table & PCI_MSIX_TABLE_OFFSET;
    target->msix_pba = pba & PCI_MSIX_PBA_OFFSET;
}

static void
note_capabilities(struct target *target)
{
    uint32_t at = config_peek(target, PCI_CAPABILITY_LIST, 1);

    for (unsigned int i = 0; at && i < 48; i++) {
        switch (config_peek(target, at, 1)) {
        case PCI_CAP_ID_PM:
            target->pm = at;
            break;
        case PCI_CAP_ID_MSI:
            target->msi = at;
            break;
        case PCI_CAP_ID_MSIX:
            target->msix = at;
            note_msix(target);
            break;
        case PCI_CAP_ID_EXP:
            target->pcie = at;
        }
        at = config_peek(target, at + 1, 1);
    }
}

static bool
make_resources(struct target *target)
{
    target->arena =
        mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (target->arena == MAP_FAILED)
        return complain("mmap of guest memory for", target->uuid);
    for (unsigned int i = 0; i < FUZZ_EVENTFDS; i++) {
        target->eventfds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (target->eventfds[i] < 0)
            return complain("eventfd for", target->uuid);
    }
    return true;
}

bool
target_open(struct target *target, const char *uuid)
{
    *target = (struct target){.uuid = uuid, .memory = -1, .control = -1, .console = -1, .edid = -1};
    if (!target_attach(target) || !note_regions(target) || !make_resources(target)) {
        device_close(&target->dev);
        return false;
    }
    note_capabilities(target);
    target->ids = config_peek(target, 0, 4);
    target->kind = target->ids == IDS_SOFT     ? FUZZ_SOFT
                   : target->ids == IDS_ENGINE ? FUZZ_ENGINE
                                               : FUZZ_OTHER;
    if (target->kind == FUZZ_SOFT)
        target->control = VFIO_PCI_BAR2_REGION_INDEX;
    if (target->kind == FUZZ_ENGINE)
        target->control = VFIO_PCI_BAR0_REGION_INDEX;
    return true;
}

void
target_close(struct target *target)
{
    device_close(&target->dev);
    munmap(target->arena, ARENA_SIZE);
    for (unsigned int i = 0; i < FUZZ_EVENTFDS; i++)
        close(target->eventfds[i]);
}

uint32_t
config_get(struct worker *w, uint32_t at, unsigned int size)
{
    uint32_t value = 0;

    if (fuzz_read(w, &value, size, PLACE(w->target, CONFIG, at)) != (long)size)
        fuzz_wrong(w, "config space is not read", at, size);
    return value;
}

void
config_set(struct worker *w, uint32_t at, unsigned int size, uint32_t value)
{
    if (fuzz_write(w, &value, size, PLACE(w->target, CONFIG, at)) != (long)size)
        fuzz_wrong(w, "config space is not written", at, value);
}

void
config_enable(struct worker *w)
{
    if (w->target->pm)
        config_set(w, w->target->pm + PCI_PM_CTRL, 2, 0);
    config_set(w, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}
