/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random mappings of the device, things that programs do to mappings, and reads and
 * writes of the device into and out of its own mappings.
 */
#include "fuzz.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

__thread sigjmp_buf fuzz_fault;
__thread volatile sig_atomic_t fuzz_may_fault;

bool
touch(volatile uint8_t *at, bool write)
{
    if (sigsetjmp(fuzz_fault, 1)) {
        fuzz_may_fault = 0;
        return false;
    }
    fuzz_may_fault = 1;
    if (write)
        *at = *at + 1;
    else
        (void)*at;
    fuzz_may_fault = 0;
    return true;
}

static void
map_drop(struct fuzz_map *map)
{
    if (map->at)
        munmap(map->at, map->size);
    *map = (struct fuzz_map){0};
}

void
map_drop_all(struct worker *w)
{
    for (unsigned int i = 0; i < FUZZ_MAPS; i++)
        map_drop(&w->maps[i]);
}

/* Registers of the engine may be mapped one day: nothing of them is written by mapping. */
static bool
may_write(const struct worker *w, unsigned int region)
{
    return (int)region != w->target->control;
}

static void *
note_mmap(struct worker *w, size_t size, int protection, int flags, off_t place)
{
    void *map;

    fuzz_note(w, "mmap", (uint64_t)place, size, (uint64_t)protection << 32 | (uint32_t)flags);
    map = mmap(NULL, size, protection, flags, w->target->dev.fd, place);
    fuzz_noted(w, map == MAP_FAILED ? -1 : 0);
    return map;
}

/* A region that maps, and one of its areas or all of it. */
static bool
pick_range(struct worker *w, unsigned int *index, uint64_t *offset, uint64_t *size)
{
    const struct fuzz_region *region;
    unsigned int area;

    *index = (unsigned int)pick(w, w->target->region_count);
    if (w->target->memory >= 0 && chance(w, 2))
        *index = (unsigned int)w->target->memory;
    region = &w->target->regions[*index];
    if (!region->areas)
        return false;
    if (chance(w, 8)) {
        *offset = 0;
        *size = region->size;
        return true;
    }
    area = (unsigned int)pick(w, region->areas);
    *size = PAGE << pick(w, 9);
    if (*size > region->area[area].size)
        *size = PAGE;
    *offset =
        region->area[area].offset + (pick(w, region->area[area].size - *size + 1) & ~(PAGE - 1));
    return true;
}

/* A new mapping in one of the thread's places for them; it must succeed. */
static void
op_map_new(struct worker *w)
{
    struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    uint64_t offset, size;
    unsigned int index;
    int protection;

    if (!pick_range(w, &index, &offset, &size))
        return;
    protection = w->target->regions[index].flags & VFIO_REGION_INFO_FLAG_WRITE
                     ? PROT_READ | PROT_WRITE
                     : PROT_READ;
    map_drop(map);
    map->at = note_mmap(w, size, protection, MAP_SHARED, PLACE(w->target, index, offset));
    if (map->at == MAP_FAILED) {
        map->at = NULL;
        fuzz_wrong(w, "does not map", index, offset);
        return;
    }
    map->size = size;
    map->region = index;
    map->offset = offset;
}

/* Anything that mmap takes; it may succeed and is then touched. */
static void
op_map_odd(struct worker *w)
{
    static const int flags[] = {MAP_SHARED,
                                MAP_PRIVATE,
                                MAP_SHARED | MAP_POPULATE,
                                MAP_SHARED | MAP_LOCKED,
                                MAP_SHARED | MAP_NORESERVE,
                                MAP_SHARED_VALIDATE | MAP_SYNC,
                                MAP_SHARED | MAP_HUGETLB,
                                MAP_SHARED | MAP_32BIT};
    unsigned int index = (unsigned int)pick(w, w->target->region_count);
    size_t size = chance(w, 2) ? PAGE << pick(w, 14) : pick_odd(w) & 0xffffffff;
    uint64_t offset = chance(w, 2) ? PAGE * pick(w, 4096) : pick_odd(w) & 0xffffffffff;
    int protection = (int)pick(w, 8);
    uint8_t *map = note_mmap(w, size, protection, flags[pick(w, 8)],
                             chance(w, 8) ? (off_t)pick_odd(w) : PLACE(w->target, index, offset));

    if (map == MAP_FAILED)
        return;
    if (offset >= w->target->regions[index].size && size && protection & PROT_EXEC)
        fuzz_wrong(w, "maps code", index, offset);
    for (unsigned int i = 0; i < 4; i++)
        touch(map + pick(w, size), false);
    munmap(map, size);
}

static void
op_map_touch(struct worker *w)
{
    const struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    bool console = map->at && (int)map->region == w->target->console;

    for (unsigned int i = 0; map->at && i < 4; i++) {
        uint64_t at = pick(w, map->size);
        bool write = !console && may_write(w, map->region) && chance(w, 2);

        fuzz_note(w, write ? "store" : "load", map->region, map->offset + at, 0);
        fuzz_noted(w, touch(map->at + at, write));
    }
}

/* The console must read, always and everywhere: a fault in it would kill a VMM. */
static void
op_map_console(struct worker *w)
{
    unsigned int index = (unsigned int)w->target->console;
    uint64_t whole = w->target->regions[index].size;
    size_t size = PAGE << pick(w, 8);
    off_t at = (off_t)(pick(w, whole - size + 1) & ~(PAGE - 1));
    uint8_t *map = note_mmap(w, size, PROT_READ, MAP_SHARED, PLACE(w->target, index, at));

    if (map == MAP_FAILED) {
        fuzz_wrong(w, "the console does not map", size, (uint64_t)at);
        return;
    }
    for (unsigned int i = 0; i < 8; i++)
        if (!touch(map + pick(w, size), false))
            fuzz_wrong(w, "the console faults", size, (uint64_t)at);
    munmap(map, size);
}

static bool
has_console(const struct target *target)
{
    return target->console >= 0;
}

static void
disturb_protection(struct worker *w, struct fuzz_map *map)
{
    size_t half = map->size / 2 & ~(PAGE - 1);

    fuzz_note(w, "mprotect", map->region, map->offset, half);
    fuzz_noted(w, mprotect(map->at + half, map->size - half, (int)pick(w, 8)));
}

static void
disturb_remap(struct worker *w, struct fuzz_map *map)
{
    size_t size = chance(w, 2) ? map->size / 2 & ~(PAGE - 1) : map->size;
    uint8_t *moved;

    if (!size)
        return;
    fuzz_note(w, "mremap", map->region, map->size, size);
    moved = mremap(map->at, map->size, size, MREMAP_MAYMOVE);
    if (fuzz_noted(w, moved == MAP_FAILED ? -1 : 0) == 0) {
        map->at = moved;
        map->size = size;
    }
    /* Growing would show what is behind the region; the kernel must refuse it. */
    fuzz_note(w, "mremap", map->region, map->size, map->size * 2);
    moved = mremap(map->at, map->size, map->size * 2, MREMAP_MAYMOVE);
    if (fuzz_noted(w, moved == MAP_FAILED ? -1 : 0) == 0)
        fuzz_wrong(w, "a mapping grows", map->region, map->size);
}

static void
disturb_hole(struct worker *w, struct fuzz_map *map)
{
    size_t half = map->size / 2 & ~(PAGE - 1);

    /* Something stays there, or another thread's mapping would come between. */
    fuzz_note(w, "hole", map->region, map->offset, half);
    if (half && mmap(map->at, half, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
                    MAP_FAILED)
        fuzz_wrong(w, "a mapping does not split", map->region, half);
    fuzz_noted(w, 0);
    map_drop(map);
}

static void
disturb_advice(struct worker *w, struct fuzz_map *map)
{
    static const int advice[] = {MADV_DONTNEED, MADV_REMOVE,    MADV_WILLNEED, MADV_PAGEOUT,
                                 MADV_COLD,     MADV_DONTFORK,  MADV_DOFORK,   MADV_HUGEPAGE,
                                 MADV_FREE,     MADV_MERGEABLE, MADV_DODUMP,   MADV_POPULATE_READ};
    int which = advice[pick(w, sizeof advice / sizeof *advice)];

    fuzz_note(w, "madvise", map->region, map->offset, (uint64_t)which);
    fuzz_noted(w, madvise(map->at, map->size, which));
}

static void
disturb_lock(struct worker *w, struct fuzz_map *map)
{
    fuzz_note(w, "mlock", map->region, map->offset, map->size);
    fuzz_noted(w, mlock(map->at, map->size < 16 * PAGE ? map->size : 16 * PAGE));
}

/* Remapping inside the file would show pages that no check has seen. */
static void
disturb_nonlinear(struct worker *w, struct fuzz_map *map)
{
    fuzz_note(w, "remap_file_pages", map->region, map->offset, map->size);
    fuzz_noted(w, remap_file_pages(map->at, PAGE, 0, pick(w, 1 << 16), 0));
    touch(map->at, false);
}

static void
op_map_disturb(struct worker *w)
{
    static void (*const ways[])(struct worker * w, struct fuzz_map * map) = {
        disturb_protection, disturb_remap, disturb_hole,
        disturb_advice,     disturb_lock,  disturb_nonlinear};
    struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];

    if (!map->at)
        return;
    ways[pick(w, sizeof ways / sizeof *ways)](w, map);
    if (map->at)
        touch(map->at + pick(w, map->size), false);
    if (chance(w, 2))
        map_drop(map);
}

/* Reads and writes of a vGPU with a buffer, or an argument, in a mapping of its own. */
static void
op_map_buffer(struct worker *w)
{
    const struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    unsigned int index = (unsigned int)pick(w, w->target->region_count);
    uint64_t size = w->target->regions[index].size;
    uint64_t at = pick(w, size ? size : PAGE);
    size_t count;
    void *buf;

    if (!map->at || !may_write(w, index))
        return;
    buf = map->at + pick(w, map->size);
    count = pick(w, 64);
    switch (pick(w, 4)) {
    case 0:
        fuzz_read(w, buf, count, PLACE(w->target, index, at));
        break;
    case 1:
        fuzz_note(w, "write from a mapping", index, at, count);
        fuzz_noted(w, pwrite(w->target->dev.fd, buf, count, PLACE(w->target, index, at)));
        break;
    case 2:
        fuzz_ioctl(w, "GET_REGION_INFO in a mapping", w->target->dev.fd,
                   VFIO_DEVICE_GET_REGION_INFO, buf, 0, 0);
        break;
    default:
        fuzz_ioctl(w, "SET_IRQS in a mapping", w->target->dev.fd, VFIO_DEVICE_SET_IRQS, buf, 0, 0);
    }
}

/* The kernel copies out of and into a mapping as a debugger does. */
static void
op_map_debug(struct worker *w)
{
    const struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    char buf[128];
    struct iovec here = {buf, pick(w, sizeof buf + 1)};
    struct iovec there;

    if (!map->at)
        return;
    there = (struct iovec){map->at + pick(w, map->size), here.iov_len};
    fuzz_note(w, "process_vm_readv", map->region, here.iov_len, 0);
    fuzz_noted(w, process_vm_readv(getpid(), &here, 1, &there, 1, 0));
}

/* A child that has part of a mapping of its own for a while. */
static void
op_map_fork(struct worker *w)
{
    const struct fuzz_map *map = &w->maps[pick(w, FUZZ_MAPS)];
    size_t half;
    int status = 0;
    pid_t child;

    if (!map->at)
        return;
    half = map->size / 2 & ~(PAGE - 1);
    fuzz_note(w, "fork", map->region, map->offset, map->size);
    child = fork();
    if (child == 0) {
        touch(map->at, false);
        if (half)
            munmap(map->at, half);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        fuzz_wrong(w, "a child", (uint64_t)child, (uint64_t)status);
    fuzz_noted(w, child);
}

const struct operation fuzz_map_operations[] = {
    {"map_new", op_map_new, 60, NULL},
    {"map_odd", op_map_odd, 60, NULL},
    {"map_touch", op_map_touch, 160, NULL},
    {"map_console", op_map_console, 15, has_console},
    {"map_disturb", op_map_disturb, 20, NULL},
    {"map_buffer", op_map_buffer, 50, NULL},
    {"map_debug", op_map_debug, 20, NULL},
    {"map_fork", op_map_fork, 1, NULL},
    {NULL, NULL, 0, NULL},
};
