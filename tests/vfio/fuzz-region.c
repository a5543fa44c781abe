/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random reads and writes of BARs, ROM, MSI-X table, display and EDID.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kmod/test-rm/engine.h"

static const int refusals[] = {EINVAL, EFAULT, 0};
/* The blob of a monitor that is plugged in can't be written. */
static const int edid_refusals[] = {EINVAL, EFAULT, EBUSY, 0};

/* An offset where things meet: around an end, an area's edge, a page's; or any. */
static uint64_t
pick_offset(struct worker *w, const struct fuzz_region *region)
{
    uint64_t at;

    if (!region->size)
        return pick_odd(w) & 0xffffffffff;
    switch (pick(w, 8)) {
    case 0:
        return region->size - pick(w, 16);
    case 1:
        if (region->areas) {
            unsigned int i = (unsigned int)pick(w, region->areas);

            at = region->area[i].offset + (chance(w, 2) ? region->area[i].size : 0);
            return at + pick(w, 16) - (at ? 8 : 0);
        }
        /* fall through */
    case 2:
        return pick_odd(w) & 0xffffffffff;
    case 3:
        return (pick(w, region->size) & ~(PAGE - 1)) + pick(w, 16);
    case 4:
        return pick(w, region->size);
    default:
        return pick(w, region->size < 0x1000 ? region->size : 0x1000) & ~(uint64_t)pick(w, 8);
    }
}

/*
 * A write of the engine's COMMAND may stop all (device lost, stalls): it gets a
 * value that does not.
 */
static void
tame(struct worker *w, unsigned int index, uint64_t at, uint8_t *buf, size_t count)
{
    static const uint8_t commands[] = {0, 1, 2, 3, 4, 5, 8, 10, 255};

    if (w->target->kind == FUZZ_ENGINE && (int)index == w->target->control &&
        at <= ENGINE_COMMAND && ENGINE_COMMAND - at < count)
        buf[ENGINE_COMMAND - at] = commands[pick(w, sizeof commands)];
}

static void
access_region(struct worker *w, unsigned int index, uint64_t at, size_t count)
{
    const struct fuzz_region *region = &w->target->regions[index];
    uint8_t buf[8192];
    off_t place = PLACE(w->target, index, at);
    long result;

    if (chance(w, 2)) {
        result = fuzz_read(w, buf, count, place);
    } else {
        memset(buf, (int)pick(w, 256), count);
        tame(w, index, at, buf, count);
        result = fuzz_write(w, buf, count, place);
    }
    fuzz_judge(w, "a region", result, (int)index == w->target->edid ? edid_refusals : refusals);
    if (result > (long)count || (result > 0 && at + (uint64_t)result > region->size))
        fuzz_wrong(w, "more than there is", at, (uint64_t)result);
    if (count && at < region->size && result <= 0 && (int)index != w->target->edid)
        fuzz_wrong(w, "a region refuses", at, count);
}

static size_t
pick_count(struct worker *w)
{
    return chance(w, 8) ? pick(w, 8192) : (size_t)1 << pick(w, 4);
}

static void
op_region_any(struct worker *w)
{
    unsigned int index = (unsigned int)pick(w, w->target->region_count);

    if (index == VFIO_PCI_CONFIG_REGION_INDEX)
        return;
    access_region(w, index, pick_offset(w, &w->target->regions[index]), pick_count(w));
}

static void
op_region_registers(struct worker *w)
{
    const struct fuzz_region *region = &w->target->regions[w->target->control];

    access_region(w, (unsigned int)w->target->control, pick(w, region->size) & ~3ull, 4);
}

static bool
has_control(const struct target *target)
{
    return target->control >= 0;
}

/* A buffer that is not there, or is there in part. */
static void
op_region_buffer(struct worker *w)
{
    static const int allowed[] = {EFAULT, EINVAL, 0};
    unsigned int index = (unsigned int)pick(w, w->target->region_count);
    uint64_t at = pick_offset(w, &w->target->regions[index]);
    void *buf = chance(w, 2) ? NULL : (void *)(uintptr_t)(pick_odd(w) | 1ull << 47);

    fuzz_judge(w, "a bad buffer", fuzz_read(w, buf, pick_count(w), PLACE(w->target, index, at)),
               allowed);
    if (index == VFIO_PCI_CONFIG_REGION_INDEX || (int)index != w->target->control) {
        fuzz_note(w, "write", at, (uint64_t)buf, 0);
        fuzz_noted(w, pwrite(w->target->dev.fd, buf, 4, PLACE(w->target, index, at)));
    }
}

/* A region that is not there. */
static void
op_region_absent(struct worker *w)
{
    const struct target *target = w->target;
    uint64_t step = target->regions[1].position - target->regions[0].position;
    uint64_t index = target->region_count + pick(w, 1 << 20);
    char buf[8] = {0};
    long result = chance(w, 2) ? fuzz_read(w, buf, 4, (off_t)(index * step))
                               : fuzz_write(w, buf, 4, (off_t)(index * step));

    if (result != -1 || errno != EINVAL)
        fuzz_wrong(w, "a region that is absent answers", index, (uint64_t)result);
}

/* Values for the dispi registers from plausible to absurd, and one interrupt. */
static void
op_region_mode(struct worker *w)
{
    uint16_t mode[11] = {0xb0c5, 1024, 768, 32, 0x41};
    uint32_t vector = (uint32_t)pick(w, 2);

    if (chance(w, 2))
        mode[1] = (uint16_t)(64 + 8 * pick(w, 256));
    if (chance(w, 4))
        mode[3] = 16;
    if (chance(w, 2))
        mode[8] = (uint16_t)pick(w, 16);
    if (chance(w, 2))
        mode[9] = (uint16_t)pick(w, 2048);
    if (chance(w, 4))
        mode[pick(w, 11)] = (uint16_t)pick_odd(w);
    for (unsigned int i = 0; i < 11; i++)
        fuzz_judge(w, "dispi",
                   fuzz_write(w, &mode[i], 2, PLACE(w->target, w->target->control, 0x500 + 2 * i)),
                   refusals);
    fuzz_judge(w, "raise", fuzz_write(w, &vector, 4, PLACE(w->target, w->target->control, 0xf00)),
               refusals);
}

static bool
is_soft(const struct target *target)
{
    return target->kind == FUZZ_SOFT;
}

static void
op_region_msix(struct worker *w)
{
    const struct target *target = w->target;
    uint32_t count = target->irq_counts[VFIO_PCI_MSIX_IRQ_INDEX];
    uint64_t at = chance(w, 4) ? target->msix_pba + pick(w, count / 8 + 16)
                               : target->msix_table + pick(w, 16ull * count + 16);

    if (!chance(w, 4))
        at &= ~7ull;
    access_region(w, target->msix_bar, at, chance(w, 8) ? pick(w, 4096) : 1u << pick(w, 4));
}

static bool
has_msix(const struct target *target)
{
    return target->msix;
}

/* The monitor's region: its header means something, and its blob is what it says. */
static void
op_region_edid(struct worker *w)
{
    const struct fuzz_region *region = &w->target->regions[w->target->edid];
    uint32_t words[64];
    uint64_t at;
    size_t count;
    long result;

    for (unsigned int i = 0; i < 64; i++)
        words[i] = chance(w, 2) ? (uint32_t)pick(w, 3) : (uint32_t)pick_odd(w);
    if (!chance(w, 4)) {
        at = 4 * pick(w, 8);
        count = 4;
    } else {
        at = pick_offset(w, region);
        count = pick(w, sizeof words + 1);
    }
    if (chance(w, 2))
        result = fuzz_read(w, words, count, PLACE(w->target, w->target->edid, at));
    else
        result = fuzz_write(w, words, count, PLACE(w->target, w->target->edid, at));
    fuzz_judge(w, "EDID", result, edid_refusals);
    if (result > 0 && at + (uint64_t)result > region->size)
        fuzz_wrong(w, "more EDID than there is", at, (uint64_t)result);
}

static bool
has_edid(const struct target *target)
{
    return target->edid >= 0;
}

const struct operation fuzz_region_operations[] = {
    {"region_any", op_region_any, 200, NULL},
    {"region_registers", op_region_registers, 100, has_control},
    {"region_buffer", op_region_buffer, 30, NULL},
    {"region_absent", op_region_absent, 20, NULL},
    {"region_mode", op_region_mode, 50, is_soft},
    {"region_msix", op_region_msix, 80, has_msix},
    {"region_edid", op_region_edid, 50, has_edid},
    {NULL, NULL, 0, NULL},
};
