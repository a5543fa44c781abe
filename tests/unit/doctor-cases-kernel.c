/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-cases-kernel.c - what can be wrong with the kernel, GPUs and their virtual functions.
 */
#include "doctor-cases.h"
#include "mock-vf.h"
#include "unit.h"

#include <stdio.h>

#define PCI    "sys/bus/pci/devices/"
#define CARD   "0000:3b:00.0"
#define VENDOR "0000:5e:00.0"
#define VF     "0000:3b:00.4"

/* ---- the kernel */

static void
no_mdev(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nupdates/openvgpu/vgpu-vfio.ko:\n");
    g_autofree char *bus = g_build_filename(mock->path, "sys/bus/mdev", NULL);
    g_autofree char *class = g_build_filename(mock->path, "sys/class/mdev_bus", NULL);
    g_autofree char *away = g_build_filename(mock->path, "away", NULL);
    g_autofree char *away_too = g_build_filename(mock->path, "away-too", NULL);
    assert_int_equal(rename(bus, away), 0);
    assert_int_equal(rename(class, away_too), 0);
}

static void
no_mdev_on_ubuntu(MockSysfs *mock)
{
    no_mdev(mock);
    mock_sysfs_write(mock, "etc/os-release", "ID=ubuntu\nID_LIKE=debian\n");
}

static void
no_type1(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nupdates/openvgpu/vgpu-vfio.ko:\n");
}

static void
no_vfio_node(MockSysfs *mock)
{
    mock_host_remove(mock, "dev/vfio/vfio");
}

static void
modules_of_another_kernel(MockSysfs *mock)
{
    mock_host_remove(mock, "lib/modules/" MOCK_HOST_KERNEL "/updates/openvgpu/vgpu-vfio.ko");
    mock_sysfs_write(mock, "lib/modules/6.1.0-9-amd64/updates/openvgpu/vgpu-vfio.ko", "");
}

static void
modules_not_listed(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nkernel/drivers/vfio/vfio_iommu_type1.ko:\n"
                     "kernel/drivers/vfio/mdev/mdev.ko.xz:\n");
}

static void
another_build_loaded(MockSysfs *mock)
{
    mock_host_program(mock, "usr/sbin/modinfo", "echo 0123456789ABCDEF0123456");
}

/* ---- GPUs */

static void
add_card(MockSysfs *mock, const char *address, const char *driver)
{
    g_autofree char *class = g_strdup_printf(PCI "%s/class", address);
    g_autofree char *link = g_strdup_printf(PCI "%s/driver", address);
    g_autofree char *target = g_strdup_printf("../../../bus/pci/drivers/%s", driver);

    mock_sysfs_write(mock, class, "0x030200\n");
    if (driver)
        mock_host_link(mock, link, target);
}

/* The GPU leaves mdev_bus; the guest and what is defined go with it. */
static void
lose_gpu(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/class/mdev_bus/" MOCK_HOST_GPU);
    mock_host_remove(mock, "etc/mdevctl.d/" MOCK_HOST_GPU "/" UUID_B);
}

static void
no_gpu(MockSysfs *mock)
{
    lose_gpu(mock);
}

static void
gpu_without_driver(MockSysfs *mock)
{
    lose_gpu(mock);
    add_card(mock, MOCK_HOST_GPU, NULL);
}

static void
gpus_of_other_drivers(MockSysfs *mock)
{
    lose_gpu(mock);
    add_card(mock, CARD, "ast");
    add_card(mock, VENDOR, "nouveau");
}

static void
defined_gpu_without_driver(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/class/mdev_bus/" MOCK_HOST_GPU);
    add_card(mock, MOCK_HOST_GPU, NULL);
}

static void
defined_gpu_of_another_driver(MockSysfs *mock)
{
    add_card(mock, CARD, "vfio-pci");
    mock_sysfs_define(mock, CARD, UUID_C, "{\"mdev_type\":\"nvidia-63\",\"start\":\"auto\"}");
}

static void
unreadable_type(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/devices/pci/" MOCK_HOST_GPU
                           "/mdev_supported_types/vgpu-64m/available_instances");
}

static void
gpu_without_types(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "nvidia", 0);
    mock_sysfs_add_parent(mock, VENDOR, "i915", 0);
    mock_host_unit(mock, "nvidia-vgpu-mgr.service", "loaded", "active", "multi-user.target");
}

static void
full_gpu(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "i915", 0);
    mock_sysfs_add_type(mock, CARD, "i915-GVTg_V5_4", 0, 128);
}

/* Its functions are on, and one of them is a parent too, or not. */
static void
add_functions(MockSysfs *mock, gboolean mediated)
{
    mock_sysfs_add_parent(mock, CARD, "i915", 0);
    mock_sysfs_write(mock, PCI CARD "/sriov_numvfs", "16\n");
    if (!mediated)
        return;
    mock_sysfs_add_parent(mock, VF, "i915", 0);
    mock_sysfs_add_type(mock, VF, "i915-GVTg_V5_4", 1, 128);
    mock_host_link(mock, "sys/devices/pci/" VF "/physfn", "../" CARD);
}

static void
types_on_functions(MockSysfs *mock)
{
    add_functions(mock, TRUE);
    mock_sysfs_add_type(mock, CARD, "i915-GVTg_V5_4", 0, 128);
}

static void
no_types_but_on_functions(MockSysfs *mock)
{
    add_functions(mock, TRUE);
}

static void
no_types_because_of_functions(MockSysfs *mock)
{
    add_functions(mock, FALSE);
}

static void
vendor_service_down(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "nvidia", 0);
    mock_sysfs_add_type(mock, CARD, "nvidia-63", 2, 1024);
    mock_host_unit(mock, "nvidia-vgpu-mgr.service", "loaded", "failed", "multi-user.target");
}

/* ---- virtual functions */

static void
functions(MockSysfs *mock)
{
    mock_host_add_functions(mock);
}

static void
functions_off(MockSysfs *mock)
{
    mock_vf_add(mock, 0);
}

/* Its daemon is down. */
static void
functions_without_types(MockSysfs *mock)
{
    mock_host_add_functions(mock);
    for (guint i = 4; i < 8; i++) {
        g_autofree char *file = g_strdup_printf(PCI "0000:41:00.%u/nvidia/creatable_vgpu_types", i);
        mock_sysfs_write(mock, file, "");
    }
}

static void
function_without_driver(MockSysfs *mock)
{
    mock_host_add_functions(mock);
    mock_host_remove(mock, PCI MOCK_VF_2 "/driver");
}

static void
function_without_group(MockSysfs *mock)
{
    mock_host_add_functions(mock);
    mock_host_remove(mock, PCI MOCK_VF_1 "/iommu_group");
}

static void
functions_without_vgpus(MockSysfs *mock)
{
    mock_host_add_functions(mock);
    for (guint i = 4; i < 8; i++) {
        g_autofree char *file = g_strdup_printf(PCI "0000:41:00.%u/nvidia/current_vgpu_type", i);
        mock_host_remove(mock, file);
    }
}

const DoctorCase doctor_cases_kernel[] = {
    DOCTOR_CASE(no_mdev),
    DOCTOR_CASE(no_mdev_on_ubuntu),
    DOCTOR_CASE(no_type1),
    DOCTOR_CASE(no_vfio_node),
    DOCTOR_CASE(modules_of_another_kernel),
    DOCTOR_CASE(modules_not_listed),
    DOCTOR_CASE(another_build_loaded),
    DOCTOR_CASE(no_gpu),
    DOCTOR_CASE(gpu_without_driver),
    DOCTOR_CASE(gpus_of_other_drivers),
    DOCTOR_CASE(defined_gpu_without_driver),
    DOCTOR_CASE(defined_gpu_of_another_driver),
    DOCTOR_CASE(unreadable_type),
    DOCTOR_CASE(gpu_without_types),
    DOCTOR_CASE(full_gpu),
    DOCTOR_CASE(types_on_functions),
    DOCTOR_CASE(no_types_but_on_functions),
    DOCTOR_CASE(no_types_because_of_functions),
    DOCTOR_CASE(vendor_service_down),
    DOCTOR_CASE(functions),
    DOCTOR_CASE(functions_off),
    DOCTOR_CASE(functions_without_types),
    DOCTOR_CASE(function_without_driver),
    DOCTOR_CASE(function_without_group),
    DOCTOR_CASE(functions_without_vgpus),
    {NULL, NULL},
};
