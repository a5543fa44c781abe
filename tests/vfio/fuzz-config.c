/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random accesses to config space, most of them where they do something.
 */
#include "fuzz.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX

static const int refusals[] = {EINVAL, EFAULT, 0};

/* Any bytes anywhere, across the end too. */
static void
op_config_any(struct worker *w)
{
    uint8_t buf[8192];
    size_t count = chance(w, 8) ? pick(w, sizeof buf) : (size_t)1 << pick(w, 4);
    uint64_t size = w->target->regions[CONFIG].size;
    uint64_t at = chance(w, 16) ? pick_odd(w) & 0xffffff : pick(w, size);
    off_t place = PLACE(w->target, CONFIG, at);
    long result;

    if (chance(w, 2)) {
        memset(buf, (int)pick(w, 256), count);
        /* Memory stays on most of the time, or little is to be seen of the rest. */
        result = fuzz_write(w, buf, count, place);
        if (!chance(w, 4))
            config_enable(w);
    } else {
        result = fuzz_read(w, buf, count, place);
    }
    fuzz_judge(w, "config space", result, refusals);
    if (at < size && count && result <= 0)
        fuzz_wrong(w, "config space refuses", at, count);
    if (at >= size && result > 0)
        fuzz_wrong(w, "config space has more than its size", at, count);
}

/* A register that does something, with a value that may do much. */
static void
op_config_register(struct worker *w)
{
    const struct target *target = w->target;
    uint32_t value = (uint32_t)pick(w, 0);

    switch (pick(w, 9)) {
    case 0:
        config_set(w, PCI_COMMAND, 2, (uint16_t)value);
        break;
    case 1:
        config_set(w, PCI_COMMAND, 4, value);
        break;
    case 2:
        config_set(w, PCI_BASE_ADDRESS_0 + 4 * (uint32_t)pick(w, 6), 4, chance(w, 2) ? ~0u : value);
        break;
    case 3:
        config_set(w, PCI_ROM_ADDRESS, 4, chance(w, 2) ? ~0u : value);
        break;
    case 4:
        if (target->msi)
            config_set(w, target->msi + 2 * (uint32_t)pick(w, 12), 2, (uint16_t)value);
        break;
    case 5:
        if (target->msix)
            config_set(w, target->msix + PCI_MSIX_FLAGS, 2, (uint16_t)value);
        break;
    case 6:
        if (target->pm)
            config_set(w, target->pm + PCI_PM_CTRL, 2, value & 3);
        break;
    case 7:
        if (target->pcie)
            config_set(w, target->pcie + PCI_EXP_DEVCTL, 2, (uint16_t)value & 0x7fff);
        break;
    default:
        config_set(w, PCI_INTERRUPT_LINE, 1, (uint8_t)value);
    }
}

/* What a driver does when it binds; most others would do nothing without it. */
static void
op_config_enable(struct worker *w)
{
    config_enable(w);
    if (w->target->msix && chance(w, 2))
        config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2, PCI_MSIX_FLAGS_ENABLE);
    else if (w->target->msi && chance(w, 2))
        config_set(w, w->target->msi + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE);
}

/* MSI-X on and off, all masked and not, as a driver that moves a vector. */
static void
op_config_msix(struct worker *w)
{
    static const uint16_t steps[] = {PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL,
                                     PCI_MSIX_FLAGS_ENABLE, 0};

    config_set(w, w->target->msix + PCI_MSIX_FLAGS, 2, steps[pick(w, 3)]);
}

static bool
has_msix(const struct target *target)
{
    return target->msix;
}

static void
op_config_flr(struct worker *w)
{
    config_set(w, w->target->pcie + PCI_EXP_DEVCTL, 2,
               PCI_EXP_DEVCTL_BCR_FLR | (uint32_t)pick(w, 0x8000));
}

static bool
has_pcie(const struct target *target)
{
    return target->pcie;
}

/* Whatever was written, the ids stand. */
static void
op_config_ids(struct worker *w)
{
    uint32_t ids = config_get(w, 0, 4);

    if (ids != w->target->ids)
        fuzz_wrong(w, "the ids have changed", ids, w->target->ids);
}

const struct operation fuzz_config_operations[] = {
    {"config_any", op_config_any, 100, NULL},
    {"config_register", op_config_register, 80, NULL},
    {"config_enable", op_config_enable, 100, NULL},
    {"config_msix", op_config_msix, 30, has_msix},
    {"config_flr", op_config_flr, 5, has_pcie},
    {"config_ids", op_config_ids, 30, NULL},
    {NULL, NULL, 0, NULL},
};
