/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random operations by calls on the device's descriptor. Arguments are right, a
 * little wrong or nonsense; other threads do the same meanwhile.
 */
#include "stress.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PLACE(region, offset) (((off_t)(region) << 40) + (off_t)(offset))
#define CONFIG                VFIO_PCI_CONFIG_REGION_INDEX
#define MMIO                  VFIO_PCI_BAR2_REGION_INDEX

/* Fails on an error that is none of @allowed, which 0 ends. */
static void
judge(const char *what, long result, const int *allowed)
{
    if (result >= 0)
        return;
    for (; *allowed; allowed++)
        if (errno == *allowed)
            return;
    wrong(what, 0, 0);
}

static const int refusals[] = {EINVAL, EFAULT, 0};

void
op_read(struct worker *w)
{
    char buf[8192];
    size_t count = pick(w, 8) ? 1u << pick(w, 4) : pick(w, sizeof buf);
    off_t place = pick_place(w);
    ssize_t got = pread(w->dev->fd, buf, count, place);

    judge("read", got, refusals);
    if (got > (ssize_t)count)
        wrong("read gave more than asked for", (uint64_t)place, count);
}

void
op_write(struct worker *w)
{
    char buf[8192];
    size_t count = pick(w, 8) ? 1u << pick(w, 4) : pick(w, sizeof buf);
    off_t place = pick_place(w);

    memset(buf, (int)pick(w, 256), sizeof buf);
    judge("write", pwrite(w->dev->fd, buf, count, place), refusals);
}

/* Turns memory, I/O, bus mastering and power on and off; the ids must stand. */
void
op_config(struct worker *w)
{
    uint16_t command = (uint16_t)pick(w, 0x800);
    uint16_t power = pick(w, 4) ? 0 : (uint16_t)pick(w, 4);
    uint32_t ids = 0;

    if (pick(w, 3))
        command |= PCI_COMMAND_MEMORY;
    if (pwrite(w->dev->fd, &command, 2, PLACE(CONFIG, PCI_COMMAND)) != 2)
        wrong("COMMAND is not written", command, 0);
    if (pwrite(w->dev->fd, &power, 2, PLACE(CONFIG, 0x44)) != 2)
        wrong("PM control is not written", power, 0);
    if (pread(w->dev->fd, &ids, 4, PLACE(CONFIG, 0)) != 4 || ids != 0x11111234)
        wrong("the ids changed", ids, 0);
}

/* Values for the dispi registers from plausible to absurd, and one interrupt. */
void
op_mode(struct worker *w)
{
    uint16_t mode[11] = {0xb0c5, 1024, 768, 32, 0x41};
    uint32_t vector = (uint32_t)pick(w, 2);

    if (pick(w, 2))
        mode[1] = (uint16_t)(64 + 8 * pick(w, 256));
    if (pick(w, 2))
        mode[8] = (uint16_t)pick(w, 16);
    if (pick(w, 2))
        mode[9] = (uint16_t)pick(w, 2048);
    if (!pick(w, 4))
        mode[pick(w, 11)] = (uint16_t)pick_odd(w);
    for (unsigned int i = 0; i < 11; i++)
        judge("dispi", pwrite(w->dev->fd, &mode[i], 2, PLACE(MMIO, 0x500 + 2 * i)), refusals);
    judge("raise", pwrite(w->dev->fd, &vector, 4, PLACE(MMIO, 0xf00)), refusals);
}

void
op_info(struct worker *w)
{
    struct vfio_device_info info = {.argsz = sizeof info};
    struct vfio_region_info region = {.argsz = (uint32_t)pick_odd(w),
                                      .index = (uint32_t)pick(w, 12)};
    struct vfio_irq_info irq = {.argsz = (uint32_t)pick_odd(w), .index = (uint32_t)pick(w, 7)};

    if (ioctl(w->dev->fd, VFIO_DEVICE_GET_INFO, &info) < 0 || info.num_regions != 10)
        wrong("GET_INFO", info.num_regions, 0);
    judge("GET_REGION_INFO", ioctl(w->dev->fd, VFIO_DEVICE_GET_REGION_INFO, &region), refusals);
    judge("GET_IRQ_INFO", ioctl(w->dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &irq), refusals);
}

static const uint32_t irq_actions[] = {VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_IRQ_SET_ACTION_MASK,
                                       VFIO_IRQ_SET_ACTION_UNMASK};
static const uint32_t irq_data[] = {VFIO_IRQ_SET_DATA_NONE, VFIO_IRQ_SET_DATA_BOOL,
                                    VFIO_IRQ_SET_DATA_EVENTFD};

void
op_irq(struct worker *w)
{
    static const int allowed[] = {EINVAL, ENOTTY, EBADF, EFAULT, EBUSY, 0};
    char buffer[sizeof(struct vfio_irq_set) + 64] = {0};
    struct vfio_irq_set *set = (void *)buffer;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    *set = (struct vfio_irq_set){sizeof buffer, irq_actions[pick(w, 4) ? 0 : pick(w, 3)],
                                 (uint32_t)pick(w, 6), 0, (uint32_t)pick(w, 3)};
    set->flags |= irq_data[pick(w, 3)];
    if (!pick(w, 4)) {
        set->argsz = (uint32_t)pick_odd(w);
        set->start = (uint32_t)pick_odd(w);
        set->count = (uint32_t)pick_odd(w);
        set->flags = (uint32_t)pick_odd(w);
    }
    memcpy(set->data, &fd, sizeof fd);
    if (!pick(w, 8))
        memset(set->data, (int)pick(w, 256), 64);
    judge("SET_IRQS", ioctl(w->dev->fd, VFIO_DEVICE_SET_IRQS, set), allowed);
    close(fd);
}

void
op_plane(struct worker *w)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_REGION};

    if (!pick(w, 8)) {
        plane.argsz = (uint32_t)pick_odd(w);
        plane.flags = (uint32_t)pick_odd(w);
        plane.drm_plane_type = (uint32_t)pick_odd(w);
        judge("QUERY_GFX_PLANE", ioctl(w->dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane), refusals);
        return;
    }
    if (ioctl(w->dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) < 0)
        wrong("QUERY_GFX_PLANE", plane.flags, 0);
    if (plane.size && (plane.size > 16u << 20 || plane.size % 4096 || plane.stride % 4 ||
                       (uint64_t)plane.stride * plane.height > plane.size))
        wrong("a plane that can't be", plane.size, plane.stride);
}

void
op_reset(struct worker *w)
{
    if (ioctl(w->dev->fd, VFIO_DEVICE_RESET) < 0)
        wrong("RESET", 0, 0);
}

/* An ioctl of VFIO's that a device may not know, with an argument or none. */
void
op_ioctl(struct worker *w)
{
    static const int allowed[] = {EINVAL, EFAULT, ENOTTY, EBADF, 0};
    uint32_t words[64];

    for (unsigned int i = 0; i < 64; i++)
        words[i] = (uint32_t)pick_odd(w);
    judge("ioctl",
          ioctl(w->dev->fd, _IO(VFIO_TYPE, VFIO_BASE + pick(w, 30)), pick(w, 8) ? words : NULL),
          allowed);
}

/* Another descriptor of the same device, and gone again. */
void
op_descriptor(struct worker *w)
{
    int fd = dup(w->dev->fd);
    uint32_t ids = 0;

    if (fd < 0 || pread(fd, &ids, 4, PLACE(CONFIG, 0)) != 4)
        wrong("dup", 0, 0);
    close(fd);
}
