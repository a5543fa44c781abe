/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-vf.c - checks of GPUs that make vGPUs on SR-IOV's virtual functions.
 */
#include "doctor.h"

#include "file.h"
#include "sysfs.h"

#include <string.h>

/* Looks at one virtual function of a GPU; returns TRUE to go on with the next. */
typedef gboolean (*EachFunc)(const DoctorHost *host, DoctorReport *report, const char *gpu,
                             const char *vf);

static char *
read_link(const DoctorHost *host, const char *function, const char *name)
{
    g_autofree char *link = vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, function, name, NULL);
    return link ? vgpu_sysfs_read_link(link, NULL) : NULL;
}

/* Calls @each for the virtual functions of a GPU, in their order. */
static void
each_vf(const DoctorHost *host, DoctorReport *report, const char *gpu, EachFunc each)
{
    guint count = doctor_host_count_vfs(host, gpu);
    gboolean more = TRUE;

    for (guint i = 0; more && i < count; i++) {
        g_autofree char *name = g_strdup_printf("virtfn%u", i);
        g_autofree char *vf = read_link(host, gpu, name);
        if (vf)
            more = each(host, report, gpu, vf);
    }
}

static gboolean
each_gpu(const DoctorHost *host, DoctorReport *report, EachFunc each)
{
    for (guint i = 0; i < host->functions->len; i++)
        each_vf(host, report, host->functions->pdata[i], each);
    return host->functions->len > 0;
}

/* The hook turns them on for the first guest, so this is nothing wrong. */
static gboolean
check_off(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->functions->len; i++) {
        const char *gpu = host->functions->pdata[i];
        if (doctor_host_count_vfs(host, gpu) > 0 || doctor_host_has_parent(host, gpu))
            continue;
        doctor_report_add(report, DOCTOR_NOTE,
                          "the virtual functions of GPU '%s' are off, so its types are not known; "
                          "the first guest that wants a vGPU of it turns them on",
                          gpu);
        doctor_report_mend(report,
                           "cat /sys/bus/pci/devices/%s/sriov_totalvfs "
                           ">/sys/bus/pci/devices/%s/sriov_numvfs",
                           gpu, gpu);
    }
    return host->functions->len > 0;
}

/* One of a GPU says it for all: they are many. */
static gboolean
report_unbound(const DoctorHost *host, DoctorReport *report, const char *gpu, const char *vf)
{
    g_autofree char *driver = read_link(host, vf, "driver");

    if (driver)
        return TRUE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "virtual function '%s' of GPU '%s' has no driver, so no vGPU is made on it",
                      vf, gpu);
    doctor_report_mend(report,
                       "echo 1 >/sys/bus/pci/devices/%s/sriov_drivers_autoprobe; for vf in "
                       "/sys/bus/pci/devices/%s/virtfn*; do basename $(readlink $vf) "
                       ">/sys/bus/pci/drivers_probe; done",
                       gpu, gpu);
    return FALSE;
}

static gboolean
check_driver(const DoctorHost *host, DoctorReport *report)
{
    return each_gpu(host, report, report_unbound);
}

/* The GPU counts as one that makes vGPUs if it or one of its functions does. */
static gboolean
makes_vgpus(const DoctorHost *host, const char *gpu)
{
    gboolean makes = doctor_host_has_parent(host, gpu);
    guint count = doctor_host_count_vfs(host, gpu);

    for (guint i = 0; !makes && i < count; i++) {
        g_autofree char *name = g_strdup_printf("virtfn%u", i);
        g_autofree char *vf = read_link(host, gpu, name);
        g_autofree char *driver = vf ? read_link(host, vf, "driver") : NULL;
        /* one without a driver is another check's */
        makes = vf && (!driver || doctor_host_has_parent(host, vf));
    }
    return makes;
}

static gboolean
check_none(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->functions->len; i++) {
        const char *gpu = host->functions->pdata[i];
        if (doctor_host_count_vfs(host, gpu) == 0 || makes_vgpus(host, gpu))
            continue;
        doctor_report_add(report, DOCTOR_ERROR,
                          "the %u virtual functions of GPU '%s' make no vGPUs: its driver is not "
                          "the one for KVM hosts, or is too old for this kernel",
                          doctor_host_count_vfs(host, gpu), gpu);
        doctor_report_mend(report, "journalctl -k -b -g %s", gpu);
    }
    return host->functions->len > 0;
}

/* QEMU opens a virtual function through its IOMMU group; an mdev on one needs no IOMMU. */
static gboolean
report_group(const DoctorHost *host, DoctorReport *report, const char *gpu, const char *vf)
{
    g_autofree char *group = read_link(host, vf, "iommu_group");

    if (group || doctor_host_has_parent(host, vf))
        return TRUE;
    doctor_report_add(report, DOCTOR_ERROR,
                      "virtual function '%s' of GPU '%s' has no IOMMU group, so no guest can have "
                      "it: turn the IOMMU on in the firmware and, for Intel, boot with "
                      "intel_iommu=on",
                      vf, gpu);
    doctor_report_mend(report, "journalctl -k -b -g 'DMAR|AMD-Vi|iommu'");
    return FALSE;
}

static gboolean
check_iommu(const DoctorHost *host, DoctorReport *report)
{
    return each_gpu(host, report, report_group);
}

const DoctorCheck doctor_vf_checks[] = {
    {"vf-off", "virtual functions are on", check_off},
    {"vf-driver", "all virtual functions have a driver", check_driver},
    {"vf-none", "virtual functions make vGPUs", check_none},
    {"vf-iommu", "virtual functions have IOMMU groups", check_iommu},
    {NULL},
};
