/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest shows as dma-bufs: VFIO_DEVICE_QUERY_GFX_PLANE and
 * VFIO_DEVICE_GET_GFX_DMABUF of include/uapi/linux/vfio.h.
 */
#include "check.h"
#include "engine-client.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bochs display: kmod/soft/bochs.h. */
#define VRAM_BAR  0
#define VRAM_SIZE (16u << 20)
#define MMIO_BAR  2
#define DISPI(n)  (0x500u + 2 * (n))
#define XRES      1
#define YRES      2
#define BPP       3
#define ENABLE    4
#define Y_OFFSET  9
#define X_OFFSET  8
#define WIDTH     1024
#define HEIGHT    768
#define FRAME     (WIDTH * HEIGHT * 4u)

static void
dispi(const struct device *dev, unsigned reg, uint16_t value)
{
    check(device_write(dev, MMIO_BAR, DISPI(reg), &value, sizeof value), "a register is written");
}

static void
set_mode(const struct device *dev)
{
    dispi(dev, XRES, WIDTH);
    dispi(dev, YRES, HEIGHT);
    dispi(dev, BPP, 32);
    dispi(dev, ENABLE, 1);
}

static bool
ask(const struct device *dev, uint32_t flags, struct vfio_device_gfx_plane_info *plane)
{
    memset(plane, 0, sizeof *plane);
    plane->argsz = sizeof *plane;
    plane->flags = flags;
    return ioctl(dev->fd, VFIO_DEVICE_QUERY_GFX_PLANE, plane) == 0;
}

static int
get(const struct device *dev, uint32_t id)
{
    return ioctl(dev->fd, VFIO_DEVICE_GET_GFX_DMABUF, &id);
}

static uint8_t *
map(int fd, size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    check(at != MAP_FAILED, "it maps");
    return at == MAP_FAILED ? NULL : at;
}

static void
test_probe(const struct device *dev)
{
    struct vfio_device_gfx_plane_info plane;

    check(ask(dev, VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF, &plane),
          "there are dma-bufs");
    check(!ask(dev, VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_REGION, &plane) &&
              errno == EINVAL,
          "and no region");
    check(ask(dev, VFIO_GFX_PLANE_TYPE_DMABUF, &plane) && plane.width == 0 && plane.dmabuf_id == 0,
          "nothing is shown yet");
    check(get(dev, 0) < 0 && errno == EINVAL, "so no number is one");
    check(get(dev, 1) < 0 && errno == EINVAL, "nor the first");
    check(get(dev, 0xffffffff) < 0 && errno == EINVAL, "nor the last");
}

/* Number of the plane at a line; 0 if it is not shown. */
static uint32_t
show_at(const struct device *dev, uint16_t line)
{
    struct vfio_device_gfx_plane_info plane;

    dispi(dev, Y_OFFSET, line);
    check(ask(dev, VFIO_GFX_PLANE_TYPE_DMABUF, &plane), "what is shown can be asked");
    if (plane.width == 0 && plane.drm_format == 0)
        return 0;
    check(plane.width == WIDTH && plane.height == HEIGHT && plane.stride == 4 * WIDTH &&
              plane.size == FRAME,
          "the plane has the mode that was set");
    return (uint32_t)plane.dmabuf_id;
}

static void
test_flips(const struct device *dev, uint8_t *vram)
{
    uint32_t first = show_at(dev, 0), second = show_at(dev, HEIGHT);
    int fds[2] = {get(dev, first), get(dev, second)};
    uint8_t *at[2];

    check(first && second && first != second, "two buffers have two numbers");
    check(show_at(dev, 0) == first && show_at(dev, HEIGHT) == second, "and keep them");
    check(fds[0] >= 0 && fds[1] >= 0, "both can be had");
    check(lseek(fds[0], 0, SEEK_END) == FRAME, "as long as the frame");
    at[0] = map(fds[0], FRAME);
    at[1] = map(fds[1], FRAME);
    if (!at[0] || !at[1])
        return;
    vram[5] = 0x11;
    vram[FRAME + FRAME - 1] = 0x22;
    check(at[0][5] == 0x11 && at[1][FRAME - 1] == 0x22, "they are the guest's memory");
    check(mmap(NULL, FRAME + 4096, PROT_READ, MAP_SHARED, fds[0], 0) == MAP_FAILED,
          "no more of it maps");
    check(mmap(NULL, FRAME, PROT_READ | PROT_WRITE, MAP_PRIVATE, fds[0], 0) == MAP_FAILED,
          "nor a private copy");
    munmap(at[0], FRAME);
    munmap(at[1], FRAME);
    close(fds[0]);
    close(fds[1]);
}

/* The guest's memory stays, and so does what a VMM has of it. */
static void
test_reset(const struct device *dev, uint8_t *vram)
{
    uint32_t id = show_at(dev, 0);
    int fd = get(dev, id);
    uint8_t *at = map(fd, FRAME);

    if (!at)
        return;
    vram[9] = 0x33;
    check(ioctl(dev->fd, VFIO_DEVICE_RESET) == 0, "the device is reset");
    check(at[9] == 0x33, "a buffer is what it was");
    check(device_set_command(dev, PCI_COMMAND_MEMORY), "memory is enabled again");
    check(show_at(dev, 0) == 0, "nothing is shown");
    check(get(dev, id) < 0 && errno == EINVAL, "its number is none");
    vram[9] = 0x34;
    check(at[9] == 0x34, "it is the guest's memory still");
    set_mode(dev);
    munmap(at, FRAME);
    close(fd);
}

/* Of include/uapi/drm/drm.h, which not every system has. */
struct prime_handle {
    uint32_t handle, flags;
    int32_t fd;
};
#define PRIME_FD_TO_HANDLE _IOWR('d', 0x2e, struct prime_handle)

/* Another driver maps it for its device, if the lab machine has one. */
static void
test_import(const struct device *dev)
{
    struct prime_handle import = {.fd = get(dev, show_at(dev, 0))};
    int gpu = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);

    check(import.fd >= 0, "a buffer to be imported");
    if (gpu >= 0)
        check(ioctl(gpu, PRIME_FD_TO_HANDLE, &import) == 0 && import.handle != 0,
              "another driver takes it");
    close(import.fd);
    close(gpu);
}

static void
test_numbers_end(const struct device *dev)
{
    uint32_t first = show_at(dev, 1), id = first;

    for (uint16_t line = 2; line < 12; line++)
        id = show_at(dev, line);
    check(id == first + 10, "each place has a number of its own");
    check(get(dev, first) < 0 && errno == EINVAL, "an old one is forgotten");
    check(show_at(dev, 1) == id + 1, "and shown again it has another");
    dispi(dev, X_OFFSET, 1);
    check(show_at(dev, 0) == 0, "what begins inside a page is not shown");
    check(get(dev, id + 1) < 0 && errno == EINVAL, "then no number is one");
    dispi(dev, X_OFFSET, 0);
    check(show_at(dev, 0) == id + 2, "until something is");
}

/* The device is closed then: the buffer stays as it was, whoever has the vGPU next. */
static void
test_outlives(struct device *dev, const char *uuid, uint8_t *vram)
{
    uint32_t last = show_at(dev, 0);
    int fd = get(dev, last);
    uint8_t *at = map(fd, FRAME);
    void *next;

    if (!at)
        return;
    vram[7] = 0x77;
    munmap(vram, VRAM_SIZE);
    device_close(dev);
    check(at[7] == 0x77, "it outlives the device");
    check(device_open(dev, uuid), "which opens again");
    check(device_set_command(dev, PCI_COMMAND_MEMORY), "enabled");
    next = mmap(NULL, VRAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd, 0);
    check(next != MAP_FAILED, "its memory maps");
    if (next != MAP_FAILED) {
        ((uint8_t *)next)[7] = 0x01;
        check(at[7] == 0x77, "and is other memory");
        at[8] = 0x02;
        check(((uint8_t *)next)[8] == 0, "the next guest's own");
        munmap(next, VRAM_SIZE);
    }
    check(get(dev, last) < 0 && errno == EINVAL, "the old number is none");
    set_mode(dev);
    check(show_at(dev, 0) == 1, "they begin anew");
    munmap(at, FRAME);
    close(fd);
}

void
test_dmabuf(struct device *dev, const char *uuid)
{
    void *vram;

    check(device_set_command(dev, PCI_COMMAND_MEMORY), "memory is enabled");
    test_probe(dev);
    set_mode(dev);
    vram = mmap(NULL, VRAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd, 0);
    check(vram != MAP_FAILED, "video memory maps");
    if (vram == MAP_FAILED)
        return;
    test_flips(dev, vram);
    test_reset(dev, vram);
    test_import(dev);
    test_numbers_end(dev);
    test_outlives(dev, uuid, vram);
}
