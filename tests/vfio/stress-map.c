/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random operations on mappings of the device, and on those of memory for DMA.
 */
#define _GNU_SOURCE
#include "stress.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE    4096ul
#define VRAM    (16ul << 20)
#define CONSOLE ((off_t)VFIO_PCI_NUM_REGIONS << 40)

__thread sigjmp_buf stress_fault;
__thread volatile sig_atomic_t stress_may_fault;

/* Reads, and for @write writes, a byte of a mapping; false if that faults. */
static bool
touch(volatile uint8_t *at, bool write)
{
    if (sigsetjmp(stress_fault, 1)) {
        stress_may_fault = 0;
        return false;
    }
    stress_may_fault = 1;
    if (write)
        *at = *at + 1;
    else
        (void)*at;
    stress_may_fault = 0;
    return true;
}

/* Things that programs do to mappings; none may do more than fail. */
static void
disturb(struct worker *w, uint8_t *at, size_t size)
{
    static const int advice[] = {MADV_DONTNEED, MADV_REMOVE,       MADV_WILLNEED, MADV_PAGEOUT,
                                 MADV_COLD,     MADV_DONTFORK,     MADV_DOFORK,   MADV_HUGEPAGE,
                                 MADV_FREE,     MADV_POPULATE_READ};
    size_t half = size / 2 / PAGE * PAGE;

    switch (pick(w, 4)) {
    case 0:
        madvise(at, size, advice[pick(w, sizeof advice / sizeof *advice)]);
        break;
    case 1:
        mprotect(at + half, size - half, PROT_READ);
        break;
    case 2:
        /* Something stays in its place, or another thread's mapping would come there. */
        mmap(at + half, size - half, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        break;
    default:
        mlock(at, size);
    }
}

/* A mapping of BAR 0, or of what can't be mapped; memory may be off. */
void
op_map(struct worker *w)
{
    bool sane = pick(w, 4);
    size_t size = sane ? PAGE << pick(w, 8) : pick_odd(w);
    off_t at = sane ? (off_t)(pick(w, VRAM - size) & ~(PAGE - 1)) : pick_place(w);
    int protection = sane ? PROT_READ | PROT_WRITE : (int)pick(w, 8);
    int flags = sane ? MAP_SHARED : pick(w, 2) ? MAP_PRIVATE : MAP_SHARED | MAP_POPULATE;
    uint8_t *map = mmap(NULL, size, protection, flags, w->dev->fd, at);

    if (map == MAP_FAILED) {
        if (sane)
            wrong("VRAM does not map", size, (uint64_t)at);
        return;
    }
    for (unsigned int i = 0; i < 8; i++)
        touch(map + pick(w, size), i & 1);
    if (!pick(w, 3)) {
        disturb(w, map, size);
        touch(map, true);
    }
    munmap(map, size);
}

/* The console must read, always and everywhere: a fault in it would kill a VMM. */
void
op_console(struct worker *w)
{
    size_t size = PAGE << pick(w, 12);
    off_t at = (off_t)(pick(w, VRAM - size + 1) & ~(PAGE - 1));
    uint8_t *map = mmap(NULL, size, PROT_READ, MAP_SHARED, w->dev->fd, CONSOLE + at);

    if (map == MAP_FAILED) {
        wrong("the console does not map", size, (uint64_t)at);
        return;
    }
    for (unsigned int i = 0; i < 16; i++)
        if (!touch(map + pick(w, size), false))
            wrong("the console faults", size, (uint64_t)at);
    munmap(map, size);
}

/* A child that has part of a mapping of its own for a while. */
void
op_fork(struct worker *w)
{
    size_t size = 64 * PAGE;
    uint8_t *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, w->dev->fd, 0);
    size_t at = pick(w, size);
    int status = 0;
    pid_t child;

    if (map == MAP_FAILED) {
        wrong("VRAM does not map", size, 0);
        return;
    }
    touch(map + at, true);
    child = fork();
    if (child == 0) {
        touch(map + at, true);
        munmap(map, size / 2);
        _exit(0);
    }
    munmap(map, size);
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        wrong("a child", (uint64_t)child, (uint64_t)status);
}

/* Guest memory comes and goes, some of it the vGPU's own VRAM. */
void
op_dma(struct worker *w)
{
    size_t size = 16 * PAGE;
    void *memory =
        pick(w, 2) ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                   : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, w->dev->fd, 0);
    struct vfio_iommu_type1_dma_map map = {sizeof map,
                                           VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
                                           (uint64_t)memory, pick(w, 64) * size, size};
    struct vfio_iommu_type1_dma_unmap unmap = {
        .argsz = sizeof unmap, .iova = map.iova, .size = size};

    if (ioctl(w->dev->container, VFIO_IOMMU_MAP_DMA, &map) < 0 && errno != EEXIST)
        wrong("MAP_DMA", map.iova, size);
    else if (pick(w, 2) && ioctl(w->dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap) < 0)
        wrong("UNMAP_DMA", map.iova, size);
    munmap(memory, size);
}
