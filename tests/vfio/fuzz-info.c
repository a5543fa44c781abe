/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random ioctls: what the vGPU is, its display, features, reset, ioctls that it does
 * not know; and its group and container.
 */
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

bool fuzz_leaving;

static const int refusals[] = {EINVAL, EFAULT, 0};
static const int any_refusals[] = {EINVAL, EFAULT,    ENOTTY, EBADF, EBUSY,  EPERM,
                                   ENODEV, ENOENT,    E2BIG,  EINTR, EEXIST, EOPNOTSUPP,
                                   ENOMEM, EOVERFLOW, ENOSPC, 0};

/* A number that is none, or none any more; memory that may not be locked. */
static const int dmabuf_refusals[] = {EINVAL, ENOMEM, 0};

static void
op_device_info(struct worker *w)
{
    struct vfio_device_info info = {.argsz = sizeof info};
    int fd = w->target->dev.fd;

    if (fuzz_ioctl(w, "GET_INFO", fd, VFIO_DEVICE_GET_INFO, &info, 0, 0) < 0 ||
        info.num_regions != w->target->region_count || info.num_irqs != VFIO_PCI_NUM_IRQS)
        fuzz_wrong(w, "GET_INFO", info.num_regions, info.num_irqs);
    if (!(info.flags & VFIO_DEVICE_FLAGS_PCI) || !(info.flags & VFIO_DEVICE_FLAGS_RESET))
        fuzz_wrong(w, "flags of GET_INFO", info.flags, 0);
    memset(&info, 0, sizeof info);
    info.argsz = (uint32_t)pick_odd(w);
    fuzz_judge(w, "GET_INFO",
               fuzz_ioctl(w, "GET_INFO", fd, VFIO_DEVICE_GET_INFO, &info, info.argsz, 0), refusals);
}

/* As a program asks, with room that may lack for the capabilities. */
static void
op_region_info(struct worker *w)
{
    uint32_t words[128] = {0};
    struct vfio_region_info *info = (void *)words;
    uint32_t index = chance(w, 8) ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, FUZZ_REGIONS);
    uint32_t argsz = chance(w, 2) ? (uint32_t)pick(w, sizeof words + 1) : (uint32_t)pick_odd(w);
    long result;

    info->index = index;
    info->argsz = argsz;
    /* No more room than said, which a mapping's end would show; a canary does it too. */
    if (argsz < sizeof words)
        memset((char *)words + (argsz < sizeof *info ? sizeof *info : argsz), 0x5a,
               sizeof words - (argsz < sizeof *info ? sizeof *info : argsz));
    result = fuzz_ioctl(w, "GET_REGION_INFO", w->target->dev.fd, VFIO_DEVICE_GET_REGION_INFO, info,
                        index, argsz);
    fuzz_judge(w, "GET_REGION_INFO", result, refusals);
    if (result == 0 && (index >= w->target->region_count || argsz < sizeof *info))
        fuzz_wrong(w, "GET_REGION_INFO answers for what is absent", index, argsz);
    if (result < 0 && index < w->target->region_count && argsz >= sizeof *info)
        fuzz_wrong(w, "GET_REGION_INFO refuses", index, argsz);
    if (result == 0 && (info->size != w->target->regions[index].size ||
                        info->offset != w->target->regions[index].position))
        fuzz_wrong(w, "a region has changed", index, info->size);
    if (argsz >= sizeof *info && argsz < sizeof words && ((uint8_t *)words)[argsz] != 0x5a)
        fuzz_wrong(w, "GET_REGION_INFO writes past argsz", index, argsz);
}

static void
op_irq_info(struct worker *w)
{
    struct vfio_irq_info info = {.argsz = chance(w, 2) ? sizeof info : (uint32_t)pick_odd(w),
                                 .index =
                                     chance(w, 4) ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, 7)};
    bool known = info.index < VFIO_PCI_NUM_IRQS && info.argsz >= sizeof info;
    long result = fuzz_ioctl(w, "GET_IRQ_INFO", w->target->dev.fd, VFIO_DEVICE_GET_IRQ_INFO, &info,
                             info.index, info.argsz);

    fuzz_judge(w, "GET_IRQ_INFO", result, refusals);
    if ((result == 0) != known)
        fuzz_wrong(w, "GET_IRQ_INFO", info.index, info.argsz);
    else if (known && info.count != w->target->irq_counts[info.index])
        fuzz_wrong(w, "the number of interrupts has changed", info.index, info.count);
}

static void
op_reset(struct worker *w)
{
    if (fuzz_ioctl(w, "RESET", w->target->dev.fd, VFIO_DEVICE_RESET, NULL, 0, 0) < 0)
        fuzz_wrong(w, "RESET", 0, 0);
}

static void
op_plane(struct worker *w)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_REGION};
    bool sane = !chance(w, 4);
    long result;

    if (!sane) {
        plane.argsz = (uint32_t)pick_odd(w);
        plane.flags = (uint32_t)pick_odd(w);
        plane.drm_plane_type = (uint32_t)pick_odd(w);
    }
    result = fuzz_ioctl(w, "QUERY_GFX_PLANE", w->target->dev.fd, VFIO_DEVICE_QUERY_GFX_PLANE,
                        &plane, plane.flags, plane.argsz);
    fuzz_judge(w, "QUERY_GFX_PLANE", result, any_refusals);
    if (result < 0 || !sane || !plane.size)
        return;
    if (w->target->console < 0 || plane.region_index != (unsigned int)w->target->console ||
        plane.size > w->target->regions[w->target->console].size || plane.size % PAGE ||
        plane.stride % 4 || (uint64_t)plane.stride * plane.height > plane.size)
        fuzz_wrong(w, "a plane that can't be", plane.size, plane.stride);
}

/* The screen as a dma-buf, if the vGPU has it so; of any number now and then. */
static void
op_dmabuf(struct worker *w)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_DMABUF};
    long result = fuzz_ioctl(w, "QUERY_GFX_PLANE", w->target->dev.fd, VFIO_DEVICE_QUERY_GFX_PLANE,
                             &plane, plane.flags, plane.argsz);
    uint32_t id = chance(w, 4) ? (uint32_t)pick_odd(w) : (uint32_t)plane.dmabuf_id;
    void *at;

    fuzz_judge(w, "QUERY_GFX_PLANE", result, any_refusals);
    result =
        fuzz_ioctl(w, "GET_GFX_DMABUF", w->target->dev.fd, VFIO_DEVICE_GET_GFX_DMABUF, &id, id, 0);
    fuzz_judge(w, "GET_GFX_DMABUF", result < 0 ? result : 0, dmabuf_refusals);
    if (result < 0)
        return;
    if (lseek((int)result, 0, SEEK_END) <= 0)
        fuzz_wrong(w, "a dma-buf with no bytes", id, 0);
    at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)result, 0);
    if (at == MAP_FAILED) {
        fuzz_wrong(w, "a dma-buf that does not map", id, 0);
    } else {
        *(volatile uint32_t *)at = id;
        munmap(at, PAGE);
    }
    close((int)result);
}

static void
op_feature(struct worker *w)
{
    uint32_t words[64] = {0};
    struct vfio_device_feature *feature = (void *)words;

    for (unsigned int i = 2; i < 64; i++)
        words[i] = chance(w, 2) ? 0 : (uint32_t)pick_odd(w);
    feature->argsz = chance(w, 3) ? (uint32_t)pick_odd(w) : (uint32_t)sizeof words;
    feature->flags = (uint32_t)(pick(w, 16) | pick(w, 16) << 16);
    if (chance(w, 8))
        feature->flags = (uint32_t)pick_odd(w);
    fuzz_judge(w, "FEATURE",
               fuzz_ioctl(w, "FEATURE", w->target->dev.fd, VFIO_DEVICE_FEATURE, feature,
                          feature->flags, feature->argsz),
               any_refusals);
}

/* Those that change what the descriptor is tied to stay out: they are tested as such. */
static bool
ties(uint64_t number)
{
    return number >= 18 && number <= 20;
}

/* GET_GFX_DMABUF makes descriptors, which op_dmabuf() closes. */
#define MAKES_DESCRIPTOR 15

/* An ioctl of VFIO's that a device may not know, with an argument or none. */
static void
op_unknown(struct worker *w)
{
    uint64_t number = chance(w, 8) ? pick(w, 128) : pick(w, 32);
    uint32_t words[64];
    void *argument = words;

    if (ties(number) || number == MAKES_DESCRIPTOR)
        return;
    for (unsigned int i = 0; i < 64; i++)
        words[i] = (uint32_t)pick_odd(w);
    if (chance(w, 8))
        argument = (void *)pick_odd(w);
    fuzz_judge(w, "an ioctl",
               fuzz_ioctl(w, "ioctl", w->target->dev.fd,
                          chance(w, 8) ? (unsigned long)pick(w, 1ull << 32)
                                       : _IO(VFIO_TYPE, (VFIO_BASE + number)),
                          argument, number, 0),
               any_refusals);
}

/* Another descriptor of the same open file, and gone again. */
static void
op_duplicate(struct worker *w)
{
    int fd = dup(w->target->dev.fd);
    uint32_t ids = 0;

    fuzz_note(w, "dup", 0, 0, 0);
    if (fuzz_noted(w, fd) < 0 || pread(fd, &ids, 4, PLACE(w->target, 7, 0)) != 4)
        fuzz_wrong(w, "dup", 0, 0);
    close(fd);
}

static bool
has_group(const struct target *target)
{
    return target->dev.group >= 0;
}

/* A second device descriptor of the group: the same vGPU, open once more. */
static void
op_second(struct worker *w)
{
    uint32_t ids = 0;
    int fd;

    fuzz_note(w, "GET_DEVICE_FD", 0, 0, 0);
    fd = ioctl(w->target->dev.group, VFIO_GROUP_GET_DEVICE_FD, w->target->uuid);
    if (fuzz_noted(w, fd) < 0) {
        if (!fuzz_leaving || errno != ENODEV)
            fuzz_wrong(w, "a second GET_DEVICE_FD", 0, 0);
        return;
    }
    if (pread(fd, &ids, 4, PLACE(w->target, 7, 0)) != 4 || ids != w->target->ids)
        fuzz_wrong(w, "ids by a second descriptor", ids, 0);
    close(fd);
}

static void
op_group(struct worker *w)
{
    static const unsigned long requests[] = {VFIO_GROUP_GET_STATUS, VFIO_GROUP_SET_CONTAINER,
                                             VFIO_GROUP_UNSET_CONTAINER, VFIO_GROUP_GET_DEVICE_FD,
                                             _IO(VFIO_TYPE, VFIO_BASE + 21)};
    static const char *const names[] = {"nobody", "", "0001:00:00.0"};
    struct vfio_group_status status = {.argsz = (uint32_t)pick_odd(w)};
    unsigned int which = (unsigned int)pick(w, 5);
    int container = chance(w, 2) ? w->target->dev.container : (int)pick_odd(w);
    void *argument = which == 0   ? (void *)&status
                     : which == 1 ? (void *)&container
                     : which == 3 ? (void *)names[pick(w, 3)]
                                  : NULL;
    long result = fuzz_ioctl(w, "group", w->target->dev.group, requests[which], argument, which, 0);

    fuzz_judge(w, "an ioctl of a group", result, any_refusals);
    if (result >= 0 && which != 0)
        fuzz_wrong(w, "an ioctl of a group in use succeeds", which, (uint64_t)result);
}

/* The numbers of unmap are left out: they would take what others count on. */
static void
op_container(struct worker *w)
{
    uint64_t number = pick(w, 24);
    uint32_t words[64];

    if (number == 14)
        return;
    for (unsigned int i = 0; i < 64; i++)
        words[i] = (uint32_t)pick_odd(w);
    fuzz_judge(w, "an ioctl of a container",
               fuzz_ioctl(w, "container", w->target->dev.container,
                          _IO(VFIO_TYPE, (VFIO_BASE + number)),
                          chance(w, 4) ? (void *)pick_odd(w) : (void *)words, number, 0),
               any_refusals);
}

const struct operation fuzz_info_operations[] = {
    {"device_info", op_device_info, 40, NULL},
    {"region_info", op_region_info, 80, NULL},
    {"irq_info", op_irq_info, 40, NULL},
    {"reset", op_reset, 10, NULL},
    {"plane", op_plane, 10, NULL},
    {"dmabuf", op_dmabuf, 5, NULL},
    {"feature", op_feature, 50, NULL},
    {"unknown", op_unknown, 60, NULL},
    {"duplicate", op_duplicate, 10, NULL},
    {"second", op_second, 10, has_group},
    {"group", op_group, 20, has_group},
    {"container", op_container, 20, has_group},
    {NULL, NULL, 0, NULL},
};
