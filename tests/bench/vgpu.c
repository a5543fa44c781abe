/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A vGPU as a client opens it, by its group and in a container of its own, with no more
 * than is measured (Documentation/driver-api/vfio.rst, include/uapi/linux/vfio.h).
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool
complain(const char *what, const char *object)
{
    fprintf(stderr, "%s %s: %s\n", what, object, strerror(errno));
    return false;
}

static int
open_group(const char *uuid)
{
    char path[PATH_MAX], target[PATH_MAX];
    ssize_t length;

    snprintf(path, sizeof path, "/sys/bus/mdev/devices/%s/iommu_group", uuid);
    length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return -1;
    target[length] = '\0';
    snprintf(path, sizeof path, "/dev/vfio/%.64s", strrchr(target, '/') + 1);
    return open(path, O_RDWR | O_CLOEXEC);
}

bool
bench_vgpu_open(struct bench_vgpu *vgpu, const char *uuid)
{
    struct vfio_device_info info = {.argsz = sizeof info};

    *vgpu = (struct bench_vgpu){.container = -1, .group = -1, .fd = -1};
    vgpu->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (vgpu->container < 0)
        return complain("open", "/dev/vfio/vfio");
    vgpu->group = open_group(uuid);
    if (vgpu->group < 0)
        return complain("the group of", uuid);
    if (ioctl(vgpu->group, VFIO_GROUP_SET_CONTAINER, &vgpu->container) < 0 ||
        ioctl(vgpu->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
        return complain("the container of", uuid);
    vgpu->fd = ioctl(vgpu->group, VFIO_GROUP_GET_DEVICE_FD, uuid);
    /* mtty knows of no interrupts before it is asked what it has. */
    if (vgpu->fd < 0 || ioctl(vgpu->fd, VFIO_DEVICE_GET_INFO, &info) < 0)
        return complain("VFIO_GROUP_GET_DEVICE_FD", uuid);
    return true;
}

void
bench_vgpu_close(struct bench_vgpu *vgpu)
{
    int *fds[] = {&vgpu->fd, &vgpu->group, &vgpu->container};

    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

off_t
bench_vgpu_region(const struct bench_vgpu *vgpu, int index)
{
    struct vfio_region_info info = {.argsz = sizeof info, .index = (uint32_t)index};

    if (index < 0 || ioctl(vgpu->fd, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
        return 0;
    return (off_t)info.offset;
}

bool
bench_vgpu_enable_memory(const struct bench_vgpu *vgpu)
{
    off_t config = bench_vgpu_region(vgpu, VFIO_PCI_CONFIG_REGION_INDEX);
    uint16_t command = PCI_COMMAND_MEMORY;

    return pwrite(vgpu->fd, &command, sizeof command, config + PCI_COMMAND) == sizeof command ||
           complain("write of", "PCI_COMMAND");
}

bool
bench_vgpu_set_msi(const struct bench_vgpu *vgpu, int event)
{
    struct {
        struct vfio_irq_set set;
        int32_t fd;
    } irq = {
        .set =
            {
                .argsz = sizeof irq,
                .flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD,
                .index = VFIO_PCI_MSI_IRQ_INDEX,
                .count = 1,
            },
        .fd = event,
    };

    return ioctl(vgpu->fd, VFIO_DEVICE_SET_IRQS, &irq) == 0 ||
           complain("VFIO_DEVICE_SET_IRQS of", "MSI");
}
