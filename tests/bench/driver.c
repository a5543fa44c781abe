/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mdev drivers that are measured: where their devices have what, and making
 * and removing devices through sysfs.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <string.h>
#include <unistd.h>

/*
 * Ours and mbochs are a bochs display: EDID is read at 0, byte order is written at
 * 0x604; ours raises MSI by 0xf00 (kmod/soft/bochs.h). mtty is a serial port: its
 * modem control register takes any write, and enabling the interrupt of an empty
 * transmitter raises it (samples/vfio-mdev/mtty.c). mdpy has no registers.
 */
const struct bench_driver bench_drivers[] = {
    {
        .name = "ours",
        .number = 0x8000,
        .parent = "0001:00:00.0",
        .type = "vgpu-16m",
        .most = 1u << 16,
        .vram = VFIO_PCI_BAR0_REGION_INDEX,
        .read = {VFIO_PCI_BAR2_REGION_INDEX, 0, 4, 0},
        .write = {VFIO_PCI_BAR2_REGION_INDEX, 0x604, 4, 0x1e1e1e1e},
        .interrupt = {VFIO_PCI_BAR2_REGION_INDEX, 0xf00, 4, 0},
    },
    {
        .name = "mtty",
        .number = 0x8001,
        .parent = "mtty",
        .type = "mtty-1",
        .most = 23,
        .vram = -1,
        .read = {VFIO_PCI_BAR0_REGION_INDEX, 4, 4, 0},
        .write = {VFIO_PCI_BAR0_REGION_INDEX, 4, 4, 0},
        .interrupt = {VFIO_PCI_BAR0_REGION_INDEX, 1, 1, 2},
    },
    {
        .name = "mdpy",
        .number = 0x8002,
        .parent = "mdpy",
        .type = "mdpy-vga",
        .most = 1u << 16,
        .vram = VFIO_PCI_BAR0_REGION_INDEX,
        .read = {.region = -1},
        .write = {.region = -1},
        .interrupt = {.region = -1},
    },
    {
        .name = "mbochs",
        .number = 0x8003,
        .parent = "mbochs",
        .type = "mbochs-small",
        .most = 1u << 16,
        .vram = VFIO_PCI_BAR0_REGION_INDEX,
        .read = {VFIO_PCI_BAR2_REGION_INDEX, 0, 4, 0},
        .write = {VFIO_PCI_BAR2_REGION_INDEX, 0x604, 4, 0x1e1e1e1e},
        .interrupt = {.region = -1},
    },
    {.name = NULL},
};

static void
type_path(const struct bench_driver *driver, char *path)
{
    snprintf(path, PATH_MAX, "/sys/class/mdev_bus/%s/mdev_supported_types/%s/create",
             driver->parent, driver->type);
}

static bool
write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (!done)
        fprintf(stderr, "cannot write \"%s\" to %s: %s\n", text, path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return done;
}

bool
bench_driver_present(const struct bench_driver *driver)
{
    char path[PATH_MAX];

    type_path(driver, path);
    return access(path, W_OK) == 0;
}

const char *
bench_driver_uuid(const struct bench_driver *driver, unsigned index)
{
    static char uuid[40];

    snprintf(uuid, sizeof uuid, "b1a5c0de-0070-4000-%04x-%012x", driver->number, index);
    return uuid;
}

bool
bench_driver_create(const struct bench_driver *driver, unsigned index)
{
    char path[PATH_MAX];

    type_path(driver, path);
    return write_file(path, bench_driver_uuid(driver, index));
}

bool
bench_driver_remove(const struct bench_driver *driver, unsigned index)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "/sys/bus/mdev/devices/%s/remove",
             bench_driver_uuid(driver, index));
    return write_file(path, "1");
}
