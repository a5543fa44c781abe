/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Linked into the kernel's own VFIO tests: what a mediated device is to a group.
 *
 * The tests ask a group for a device by its PCI address; a mediated device goes by its
 * uuid, which VFIO_SELFTESTS_UUID has. VFIO_SELFTESTS_MODE chooses the IOMMU mode of
 * tests that have no variants for it; the kernel's has no way to tell them.
 */

#include <linux/ioctl.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdlib.h>

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* Of libvfio, tools/testing/selftests/vfio/lib/iommu.c. */
extern const char *default_iommu_mode;

static void __attribute__((constructor)) choose_mode(void)
{
    const char *mode = getenv("VFIO_SELFTESTS_MODE");

    if (mode)
        default_iommu_mode = mode;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    const char *uuid = getenv("VFIO_SELFTESTS_UUID");
    va_list list;
    void *argument;

    va_start(list, request);
    argument = va_arg(list, void *);
    va_end(list);
    if (request == VFIO_GROUP_GET_DEVICE_FD && uuid)
        argument = (void *)uuid;
    return __real_ioctl(fd, request, argument);
}
