/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps, in the order in which they are tried.
 */
#include "failslab.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kmod/test-rm/engine.h"

const char *type_folder;
bool by_dmabuf;
struct target target;

static bool
write_file(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX];
    bool good;
    int fd;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return good;
}

static bool
run_create(void)
{
    return write_file(type_folder, "create", target.uuid);
}

static bool
run_remove(void)
{
    char folder[128];

    snprintf(folder, sizeof folder, "/sys/bus/mdev/devices/%s", target.uuid);
    return write_file(folder, "remove", "1");
}

bool
make_vgpu(void)
{
    char folder[128];

    snprintf(folder, sizeof folder, "/sys/bus/mdev/devices/%s", target.uuid);
    return run_create() && (!by_dmabuf || write_file(folder, "vgpu/params", "display=dmabuf"));
}

void
undo_create(void)
{
    if (!run_remove())
        complain("remove", 0, "fails");
}

static void
undo_remove(void)
{
    if (!make_vgpu())
        complain("create", 0, "fails");
}

/* The group may be in use for a moment after the last close: udev looks at it. */
static bool
run_open(void)
{
    return target_attach(&target);
}

static void
undo_open(void)
{
    device_close(&target.dev);
}

static bool
run_close(void)
{
    device_close(&target.dev);
    return true;
}

static void
undo_close(void)
{
    if (!target_attach(&target))
        complain("open", 0, "fails");
}

static bool
run_info(void)
{
    bool good = true;

    for (uint32_t i = 0; i < target.region_count; i++) {
        struct vfio_region_info *info = device_region(&target.dev, i);

        good &= info != NULL;
        free(info);
    }
    return good;
}

static void
undo_nothing(void)
{
}

bool
run_config(void)
{
    uint16_t command = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

    return device_set_command(&target.dev, 0) && device_set_command(&target.dev, command) &&
           device_config16(&target.dev, PCI_COMMAND) == command;
}

static uint8_t *mapped;

#define MAPPED (64 * PAGE)

/* Each page is of new memory, where the vGPU was closed before. */
static bool
run_mmap(void)
{
    mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, target.dev.fd,
                  PLACE(&target, target.memory, 0));
    if (mapped == MAP_FAILED)
        return false;
    for (size_t at = 0; at < MAPPED; at += 16 * PAGE)
        if (!touch(mapped + at, true)) {
            munmap(mapped, MAPPED);
            return false;
        }
    return true;
}

/* The vGPU's memory is new then. */
static void
start_anew(void)
{
    device_close(&target.dev);
    undo_close();
    if (!run_config())
        complain("config", 0, "fails");
}

static void
undo_mmap(void)
{
    munmap(mapped, MAPPED);
    start_anew();
}

static bool
has_memory(void)
{
    return target.memory >= 0;
}

static bool
run_write(void)
{
    static uint8_t bytes[16 * PAGE];

    return device_write(&target.dev, (uint32_t)target.memory, 0x100000, bytes, sizeof bytes);
}

static bool
set_irqs(uint32_t index, uint32_t action, uint32_t count)
{
    char buffer[sizeof(struct vfio_irq_set) + 64 * sizeof(int32_t)] = {0};
    struct vfio_irq_set *set = (void *)buffer;
    int32_t *fds = (void *)set->data;

    set->argsz = sizeof buffer;
    set->index = index;
    set->count = count < 64 ? count : 64;
    set->flags = action | (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
    for (uint32_t i = 0; i < set->count; i++)
        fds[i] = target.eventfds[i % FUZZ_EVENTFDS];
    return ioctl(target.dev.fd, VFIO_DEVICE_SET_IRQS, set) == 0;
}

/* Of INTx, MSI and MSI-X a VMM uses one at a time. */
static bool
run_irq(void)
{
    bool good = true;

    for (uint32_t index = 0; index < VFIO_PCI_NUM_IRQS; index++) {
        if (!target.irq_counts[index])
            continue;
        good &= set_irqs(index, VFIO_IRQ_SET_ACTION_TRIGGER, target.irq_counts[index]);
        if (index == VFIO_PCI_INTX_IRQ_INDEX)
            good &= set_irqs(index, VFIO_IRQ_SET_ACTION_UNMASK, 1);
        if (!set_irqs(index, VFIO_IRQ_SET_ACTION_TRIGGER, 0))
            complain("irq", 0, "interrupts do not turn off");
    }
    return good;
}

static bool
run_map(void)
{
    return device_map_dma(&target.dev, target.arena, 0, SLOT_SIZE);
}

static void
undo_map(void)
{
    if (!device_unmap_dma(&target.dev, 0, SLOT_SIZE))
        complain("map", 0, "does not unmap");
}

static int32_t
engine_run(uint32_t command)
{
    const uint32_t values[] = {0, 0, SLOT_SIZE, 0, command};
    int32_t result = -EIO;

    for (uint32_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!device_write(&target.dev, ENGINE_CONTROL_BAR, ENGINE_IOVA_LO + 4 * i, &values[i], 4))
            return -errno;
    device_read(&target.dev, ENGINE_CONTROL_BAR, ENGINE_RESULT, &result, 4);
    return result;
}

/* A pin that is told of an earlier unmap while it is made gives -EAGAIN, and is to be tried again.
 */
static bool
engine_command(uint32_t command, int32_t expected)
{
    int32_t result = engine_run(command);

    for (int tries = 0; result == -EAGAIN && tries < 1000; tries++) {
        usleep(1000);
        result = engine_run(command);
    }
    errno = result < 0 ? -result : 0;
    return result == expected;
}

/* Pins that got on half way are given back by the unmap that ends every try. */
static bool
run_dma(void)
{
    bool good = run_map();

    if (good)
        good = engine_command(ENGINE_CMD_READ, 0) && engine_command(ENGINE_CMD_WRITE, 0) &&
               engine_command(ENGINE_CMD_PIN, SLOT_SIZE / PAGE) &&
               engine_command(ENGINE_CMD_COPY, 0);
    if (!good)
        device_unmap_dma(&target.dev, 0, SLOT_SIZE);
    return good;
}

static bool
is_engine(void)
{
    return target.kind == FUZZ_ENGINE;
}

static bool
run_reset(void)
{
    return ioctl(target.dev.fd, VFIO_DEVICE_RESET) == 0;
}

static void
undo_reset(void)
{
    if (!run_config())
        complain("config", 0, "fails");
}

static bool
run_plane(void)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_REGION};

    return ioctl(target.dev.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) == 0;
}

static bool
has_console(void)
{
    return target.console >= 0;
}

/* A screen of 300 KiB on the bochs display: kmod/soft/bochs.h has the registers. */
static bool
set_mode(void)
{
    static const uint16_t mode[] = {320, 240, 32, 1};
    bool good = true;

    for (uint32_t i = 0; i < sizeof mode / sizeof *mode; i++)
        good &= device_write(&target.dev, (uint32_t)target.control, 0x502 + 2 * i, &mode[i], 2);
    return good;
}

static bool
run_dmabuf(void)
{
    struct vfio_device_gfx_plane_info plane = {.argsz = sizeof plane,
                                               .flags = VFIO_GFX_PLANE_TYPE_DMABUF};
    uint32_t id;
    uint8_t *at;
    bool good;
    int fd;

    if (!set_mode() || ioctl(target.dev.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &plane) < 0)
        return false;
    id = (uint32_t)plane.dmabuf_id;
    fd = ioctl(target.dev.fd, VFIO_DEVICE_GET_GFX_DMABUF, &id);
    if (fd < 0)
        return false;
    at = mmap(NULL, plane.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at == MAP_FAILED)
        return false;
    good = touch(at, true) && touch(at + plane.size - 1, true);
    munmap(at, plane.size);
    return good;
}

static bool
has_dmabufs(void)
{
    return by_dmabuf && target.kind == FUZZ_SOFT;
}

/* A VMM that unplugs the monitor and plugs in one of the same EDID. */
static bool
run_edid(void)
{
    struct vfio_region_gfx_edid head;
    uint32_t index = (uint32_t)target.edid;
    uint32_t down = VFIO_DEVICE_GFX_LINK_STATE_DOWN, up = VFIO_DEVICE_GFX_LINK_STATE_UP;
    uint32_t link = offsetof(struct vfio_region_gfx_edid, link_state);
    uint8_t blob[128];

    return device_read(&target.dev, index, 0, &head, sizeof head) &&
           device_read(&target.dev, index, head.edid_offset, blob, sizeof blob) &&
           device_write(&target.dev, index, link, &down, 4) &&
           device_write(&target.dev, index, head.edid_offset, blob, sizeof blob) &&
           device_write(&target.dev, index, link, &up, 4);
}

static bool
has_edid(void)
{
    return target.edid >= 0;
}

/* In order: the first begin with no vGPU, the others with one that is open. */
const struct step steps_absent[] = {{"create", run_create, undo_create, NULL},
                                    {NULL, NULL, NULL, NULL}};
const struct step steps_made[] = {{"remove", run_remove, undo_remove, NULL},
                                  {"open and start", run_open, undo_open, NULL},
                                  {NULL, NULL, NULL, NULL}};
const struct step steps_open[] = {
    {"close", run_close, undo_close, NULL},
    {"info", run_info, undo_nothing, NULL},
    {"config", run_config, undo_nothing, NULL},
    {"mmap", run_mmap, undo_mmap, has_memory},
    {"write", run_write, start_anew, has_memory},
    {"irq", run_irq, undo_nothing, NULL},
    {"map", run_map, undo_map, NULL},
    {"dma", run_dma, undo_map, is_engine},
    {"reset", run_reset, undo_reset, NULL},
    {"plane", run_plane, undo_nothing, has_console},
    {"dmabuf", run_dmabuf, undo_nothing, has_dmabufs},
    {"edid", run_edid, undo_nothing, has_edid},
    {NULL, NULL, NULL, NULL},
};
