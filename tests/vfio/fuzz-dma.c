/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random maps and unmaps of the guest's memory, in a container or an IOAS.
 */
#include "fuzz.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static const int map_refusals[] = {EEXIST, EINVAL,    EADDRINUSE, EFAULT,
                                   ENOMEM, EOVERFLOW, ENOSPC,     0};
static const int unmap_refusals[] = {EINVAL, ENOENT, EOVERFLOW, EBUSY, 0};

/*
 * Type1 lets go of its lock before it tells a vGPU of an unmap, and then reads what another unmap
 * may have freed (vfio_notify_dma_unmap() in drivers/vfio/vfio_iommu_type1.c of Linux 7.3). It
 * tells one at a time in any case, so for us nothing is lost by one unmap at a time.
 */
static pthread_mutex_t type1_unmaps = PTHREAD_MUTEX_INITIALIZER;

long
dma_map(struct worker *w, uint64_t iova, const void *memory, uint64_t size)
{
    fuzz_note(w, "map", iova, size, (uint64_t)memory);
    return fuzz_noted(w, device_map_dma(&w->target->dev, memory, iova, size) ? 0 : -1);
}

long
dma_unmap(struct worker *w, uint64_t iova, uint64_t size)
{
    const struct device *dev = &w->target->dev;
    long result;

    fuzz_note(w, "unmap", iova, size, 0);
    if (!dev->ioas)
        pthread_mutex_lock(&type1_unmaps);
    result = device_unmap_dma(dev, iova, size) ? 0 : -1;
    if (!dev->ioas)
        pthread_mutex_unlock(&type1_unmaps);
    return fuzz_noted(w, result);
}

static long
type1_unmap_all(struct worker *w)
{
    struct vfio_iommu_type1_dma_unmap unmap = {.argsz = sizeof unmap,
                                               .flags = VFIO_DMA_UNMAP_FLAG_ALL};
    long result;

    pthread_mutex_lock(&type1_unmaps);
    result = fuzz_ioctl(w, "UNMAP_DMA of all", w->target->dev.container, VFIO_IOMMU_UNMAP_DMA,
                        &unmap, 0, 0);
    pthread_mutex_unlock(&type1_unmaps);
    return result;
}

/* A slot is mapped if it was not, and the other way round. */
static void
op_dma_slot(struct worker *w)
{
    struct target *target = w->target;
    unsigned int slot = (unsigned int)pick(w, SLOTS);
    uint64_t iova = slot * SLOT_SIZE;
    uint8_t *memory = target->arena + iova;
    bool map = alone(w) ? !target->mapped[slot] : chance(w, 2);
    long result;

    if (map)
        result = dma_map(w, iova, memory, SLOT_SIZE);
    else
        result = dma_unmap(w, iova, SLOT_SIZE);
    fuzz_judge(w, map ? "a map" : "an unmap", result, map ? map_refusals : unmap_refusals);
    if (!alone(w))
        return;
    if (result < 0)
        fuzz_wrong(w, map ? "a free slot does not map" : "a mapped slot does not unmap", iova,
                   SLOT_SIZE);
    target->mapped[slot] = map;
}

/* Slots behind those of the arena, over a mapping of the vGPU's own memory. */
static void
op_dma_own(struct worker *w)
{
    const struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    uint64_t iova = ARENA_SIZE + pick(w, 8) * SLOT_SIZE;

    if (map->at && map->size >= SLOT_SIZE && chance(w, 2))
        fuzz_judge(w, "a map of its own memory", dma_map(w, iova, map->at, SLOT_SIZE),
                   map_refusals);
    else
        fuzz_judge(w, "an unmap", dma_unmap(w, iova, SLOT_SIZE), unmap_refusals);
}

/* Ranges that do not fit, sizes that are none, memory that is not there. */
static void
op_dma_odd(struct worker *w)
{
    uint64_t iova = chance(w, 2) ? pick_odd(w) * PAGE : pick_odd(w);
    uint64_t size = chance(w, 2) ? pick(w, 64) * PAGE : pick_odd(w);
    const void *memory = chance(w, 4) ? (const void *)pick_odd(w)
                                      : w->target->arena + pick(w, ARENA_SIZE - 64 * PAGE);

    /* Away from the slots, of which a lone thread knows what they are. */
    iova |= 1ull << (32 + pick(w, 32));
    if (chance(w, 2))
        fuzz_judge(w, "an odd map", dma_map(w, iova, memory, size), map_refusals);
    else
        fuzz_judge(w, "an odd unmap", dma_unmap(w, iova, size), unmap_refusals);
}

/* All that is mapped goes at once, whatever is pinned of it. */
static void
op_dma_all(struct worker *w)
{
    struct target *target = w->target;
    long result;

    if (chance(w, 2))
        result = dma_unmap(w, 0, ARENA_SIZE);
    else if (target->dev.ioas)
        result = dma_unmap(w, 0, UINT64_MAX);
    else
        result = type1_unmap_all(w);
    fuzz_judge(w, "an unmap of all", result, unmap_refusals);
    if (alone(w))
        memset(target->mapped, 0, sizeof target->mapped);
}

/* The memory under a slot is other memory now: what was pinned lives on elsewhere. */
static void
op_dma_swap(struct worker *w)
{
    unsigned int slot = (unsigned int)pick(w, SLOTS);
    uint8_t *at = w->target->arena + slot * SLOT_SIZE;

    fuzz_note(w, "new memory", slot, 0, 0);
    if (mmap(at, SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED)
        fuzz_wrong(w, "new memory", slot, 0);
    fuzz_noted(w, 0);
    /* What is mapped is pinned or not: only a new map says where it is. */
    if (alone(w) && w->target->mapped[slot]) {
        if (dma_unmap(w, slot * SLOT_SIZE, SLOT_SIZE) < 0)
            fuzz_wrong(w, "a mapped slot does not unmap", slot, 0);
        w->target->mapped[slot] = false;
    }
}

const struct operation fuzz_dma_operations[] = {
    {"dma_slot", op_dma_slot, 80, NULL}, {"dma_own", op_dma_own, 20, NULL},
    {"dma_odd", op_dma_odd, 20, NULL},   {"dma_all", op_dma_all, 4, NULL},
    {"dma_swap", op_dma_swap, 4, NULL},  {NULL, NULL, 0, NULL},
};
