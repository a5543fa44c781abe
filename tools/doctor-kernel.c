/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-kernel.c - checks of the running kernel: what it comes with, and our modules in it.
 */
#include "doctor.h"

#include "file.h"
#include "kernel.h"
#include "sysfs.h"

#include <string.h>

/* Where "make install" puts our modules, below a kernel's folder in /lib/modules. */
#define OUR_MODULE "updates/openvgpu/vgpu-vfio.ko"

static void
mend_flavour(const DoctorHost *host, DoctorReport *report)
{
    if (strstr(host->system, "ubuntu"))
        doctor_report_mend(report, "apt install linux-modules-extra-%s", host->release);
    else if (strstr(host->system, "debian"))
        doctor_report_mend(report,
                           "apt install linux-image-$(dpkg --print-architecture) && reboot");
    else
        doctor_report_mend(report, "install a kernel that has CONFIG_VFIO_MDEV, and boot it");
}

static gboolean
check_mdev(const DoctorHost *host, DoctorReport *report)
{
    /* virtual functions need none */
    if (host->functions->len > 0)
        return FALSE;
    if (vgpu_kernel_has_mdev(host->root, host->release))
        return host->knows_modules || doctor_host_has_file(host, "/sys/bus/mdev");
    doctor_report_add(report, DOCTOR_ERROR,
                      "kernel '%s' has no module 'mdev' (Debian's cloud and rt flavours have "
                      "none), so it can't make mediated devices",
                      host->release);
    mend_flavour(host, report);
    return TRUE;
}

static gboolean
is_loaded(const DoctorHost *host, const char *module)
{
    g_autofree char *folder = g_strconcat("/sys/module/", module, NULL);
    return doctor_host_has_file(host, folder);
}

static gboolean
check_vfio(const DoctorHost *host, DoctorReport *report)
{
    static const char *const modules[] = {"vfio", "vfio_iommu_type1"};

    if (!host->release || host->parents->len + host->functions->len == 0)
        return FALSE;
    if (doctor_host_has_file(host, "/dev/iommu"))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(modules); i++) {
        if (is_loaded(host, modules[i]) ||
            vgpu_kernel_may_have(host->root, host->release, modules[i]))
            continue;
        doctor_report_add(report, DOCTOR_ERROR,
                          "kernel '%s' has no module '%s', without which QEMU can't open a vGPU",
                          host->release, modules[i]);
        mend_flavour(host, report);
        return TRUE;
    }
    if (!doctor_host_has_file(host, "/dev/vfio/vfio")) {
        doctor_report_add(report, DOCTOR_ERROR,
                          "'/dev/vfio/vfio' is not there, so QEMU can't open a vGPU");
        doctor_report_mend(report, "modprobe vfio && udevadm settle");
    }
    return TRUE;
}

/* A kernel that our modules are installed for, or NULL. */
static char *
find_other_kernel(const DoctorHost *host)
{
    g_autofree char *folder = vgpu_root_dir(host->root, VGPU_DIR_MODULES);
    g_autoptr(GPtrArray) releases = vgpu_file_list(folder, NULL);

    for (guint i = 0; releases && i < releases->len; i++) {
        g_autofree char *path = g_build_filename(folder, releases->pdata[i], OUR_MODULE, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_strdup(releases->pdata[i]);
    }
    return NULL;
}

/* Hosts with another vendor's GPU have none of our modules. */
static gboolean
check_modules(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *folder = vgpu_root_dir(host->root, VGPU_DIR_MODULES);
    g_autofree char *other = find_other_kernel(host);

    if (!host->release || !other)
        return FALSE;
    g_autofree char *ours = g_build_filename(folder, host->release, OUR_MODULE, NULL);
    if (!g_file_test(ours, G_FILE_TEST_EXISTS)) {
        doctor_report_add(report, host->parents->len ? DOCTOR_WARNING : DOCTOR_ERROR,
                          "OpenVGPU's modules are built for kernel '%s', not for '%s', which runs: "
                          "build them again, in the folder where OpenVGPU was built",
                          other, host->release);
        doctor_report_mend(report, "./configure && make && make install");
    } else if (!vgpu_kernel_may_have(host->root, host->release, "vgpu-vfio")) {
        doctor_report_add(report, DOCTOR_WARNING,
                          "OpenVGPU's modules are not in the list of modules of kernel '%s', so "
                          "modprobe does not find them",
                          host->release);
        doctor_report_mend(report, "depmod");
    }
    return TRUE;
}

/* The module in memory and the one on disk, after an upgrade. */
static gboolean
check_build(const DoctorHost *host, DoctorReport *report)
{
    static const char *const argv[] = {"modinfo", "-F", "srcversion", "vgpu-vfio", NULL};
    g_autofree char *path = vgpu_root_at(host->root, "/sys/module/vgpu_vfio/srcversion");
    g_autofree char *loaded = vgpu_sysfs_read(path, NULL);
    g_autofree char *installed = loaded ? doctor_host_ask(host, argv) : NULL;

    if (!installed || !g_strchomp(installed)[0])
        return FALSE;
    if (strcmp(loaded, installed) == 0)
        return TRUE;
    doctor_report_add(report, DOCTOR_NOTE,
                      "module 'vgpu_vfio' is loaded from another build than the installed one; "
                      "once no vGPU is left it can be loaded again");
    doctor_report_mend(report, "modprobe -r vgpu-simpci vgpu-soft vgpu-vfio && "
                               "modprobe vgpu-simpci");
    return TRUE;
}

const DoctorCheck doctor_kernel_checks[] = {
    {"kernel-mdev", "the kernel has mediated devices", check_mdev},
    {"kernel-vfio", "QEMU can open vGPUs", check_vfio},
    {"kernel-modules", "OpenVGPU's modules are built for this kernel", check_modules},
    {"kernel-build", "OpenVGPU's modules are loaded as installed", check_build},
    {NULL},
};
