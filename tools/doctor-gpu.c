/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-gpu.c - checks of the GPUs: are there any, have they drivers, and have those types.
 */
#include "doctor.h"

#include "definition.h"
#include "device.h"
#include "file.h"
#include "kernel.h"
#include "parent.h"
#include "provider.h"
#include "service.h"
#include "sysfs.h"

#include <string.h>

/* PCI classes of GPUs: display controller, processing accelerator. */
#define CLASS_DISPLAY     0x03
#define CLASS_ACCELERATOR 0x12

/*
 * What is special to a driver: a service of the vendor's that makes types, one that vGPUs need, and
 * what to do if the driver makes no vGPUs at all.
 */
static const struct Vendor {
    const char *driver;
    const char *types_unit;
    const char *vgpu_unit;
    const char *step;
} vendors[] = {
    {"i915", NULL, NULL, "boot with i915.enable_gvt=1, then: modprobe kvmgt"},
    {"nouveau", NULL, NULL, "install NVIDIA's vGPU driver for KVM hosts instead of nouveau"},
    {"nvidia", "nvidia-vgpud.service", "nvidia-vgpu-mgr.service",
     "install NVIDIA's driver for KVM hosts (vgpu-kvm): this one is for guests and desktops"},
};

static const struct Vendor *
find_vendor(const char *driver)
{
    for (gsize i = 0; driver && i < G_N_ELEMENTS(vendors); i++)
        if (strcmp(vendors[i].driver, driver) == 0)
            return &vendors[i];
    return NULL;
}

/* Name of the driver of a PCI function, NULL if none is bound. */
static char *
read_driver(const DoctorHost *host, const char *function)
{
    g_autofree char *link =
        vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, function, "driver", NULL);
    return link ? vgpu_sysfs_read_link(link, NULL) : NULL;
}

static gboolean
is_gpu(const DoctorHost *host, const char *function)
{
    g_autofree char *path = vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, function, "class", NULL);
    g_autofree char *text = path ? vgpu_sysfs_read(path, NULL) : NULL;
    guint64 class = text ? g_ascii_strtoull(text, NULL, 16) >> 16 : 0;

    return class == CLASS_DISPLAY || class == CLASS_ACCELERATOR;
}

static GPtrArray *
list_gpus(const DoctorHost *host)
{
    g_autofree char *folder = vgpu_root_dir(host->root, VGPU_DIR_PCI);
    GPtrArray *names = vgpu_file_list(folder, NULL);

    for (guint i = names ? names->len : 0; i > 0; i--)
        if (!is_gpu(host, names->pdata[i - 1]))
            g_ptr_array_remove_index(names, i - 1);
    return names ? names : g_ptr_array_new();
}

/* Loads the driver that the kernel knows for it, and binds it if the driver was loaded already. */
static void
mend_unbound(DoctorReport *report, const char *function)
{
    doctor_report_mend(report,
                       "modprobe \"$(cat /sys/bus/pci/devices/%s/modalias)\" && "
                       "echo %s >/sys/bus/pci/drivers_probe",
                       function, function);
}

/* There are GPUs, all with drivers, and none makes vGPUs. */
static void
report_unable(const DoctorHost *host, DoctorReport *report, const GPtrArray *gpus)
{
    g_autoptr(GString) list = g_string_new(NULL);
    const struct Vendor *vendor = NULL;

    for (guint i = 0; i < gpus->len; i++) {
        g_autofree char *driver = read_driver(host, gpus->pdata[i]);
        g_string_append_printf(list, "%s'%s' (%s)", i ? ", " : "", (char *)gpus->pdata[i], driver);
        vendor = vendor ? vendor : find_vendor(driver);
    }
    doctor_report_add(report, DOCTOR_ERROR, "no GPU makes vGPUs%s%s", gpus->len ? ": " : "",
                      list->str);
    if (vendor)
        doctor_report_mend(report, "%s", vendor->step);
    else if (host->knows_modules && vgpu_kernel_may_have(host->root, host->release, "vgpu-simpci"))
        doctor_report_mend(report, "modprobe vgpu-simpci  # a software GPU");
    else
        doctor_report_mend(report, "lspci -nnk");
}

static gboolean
check_none(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(GPtrArray) gpus = list_gpus(host);

    if (host->parents->len + host->functions->len > 0)
        return TRUE;
    /* said already */
    if (!vgpu_kernel_has_mdev(host->root, host->release))
        return FALSE;
    for (guint i = 0; i < gpus->len; i++) {
        g_autofree char *driver = read_driver(host, gpus->pdata[i]);
        if (driver)
            continue;
        doctor_report_add(report, DOCTOR_ERROR, "GPU '%s' has no driver, and no other makes vGPUs",
                          (char *)gpus->pdata[i]);
        mend_unbound(report, gpus->pdata[i]);
        return TRUE;
    }
    report_unable(host, report, gpus);
    return TRUE;
}

/* Its GPU is there as a PCI device only. */
static void
report_driver(const DoctorHost *host, DoctorReport *report, const char *function)
{
    g_autofree char *folder = vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, function, NULL);
    g_autofree char *driver = read_driver(host, function);

    if (!folder || !g_file_test(folder, G_FILE_TEST_IS_DIR))
        return;
    if (driver) {
        doctor_report_add(report, DOCTOR_ERROR,
                          "GPU '%s', on which vGPUs are defined, has driver '%s', which makes "
                          "none",
                          function, driver);
        doctor_report_mend(report, "journalctl -k -b -g %s", function);
    } else {
        doctor_report_add(report, DOCTOR_ERROR,
                          "GPU '%s', on which vGPUs are defined, has no driver", function);
        mend_unbound(report, function);
    }
}

static gboolean
is_function(const DoctorHost *host, const char *name)
{
    return g_ptr_array_find_with_equal_func(host->functions, name, g_str_equal, NULL);
}

static gboolean
check_driver(const DoctorHost *host, DoctorReport *report)
{
    const char *last = "";

    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        /* they are sorted by GPU */
        if (strcmp(definition->parent, last) != 0 &&
            !doctor_host_has_parent(host, definition->parent) &&
            !is_function(host, definition->parent))
            report_driver(host, report, definition->parent);
        last = definition->parent;
    }
    return host->definitions->len > 0;
}

static gboolean
check_types(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        for (guint j = 0; j < parent->problems->len; j++) {
            const GError *problem = parent->problems->pdata[j];
            doctor_report_add(report, DOCTOR_ERROR,
                              "GPU '%s' has a type that can't be read, and libvirt then does not "
                              "know that it makes vGPUs: %s",
                              parent->name, problem->message);
            doctor_report_mend(report, "journalctl -k -b -g %s", parent->name);
        }
    }
    return host->parents->len > 0;
}

/* What has functions has vGPUs there, or no types because of them. */
static void
report_functions(const DoctorHost *host, DoctorReport *report, const VgpuParent *parent,
                 const char *lack)
{
    guint functions = doctor_host_count_vfs(host, parent->name);

    if (doctor_host_has_mediated_vf(host, parent->name)) {
        doctor_report_add(report, DOCTOR_NOTE,
                          "GPU '%s' itself has no %s, since its %u virtual functions are on: they "
                          "make its vGPUs",
                          parent->name, lack, functions);
        doctor_report_mend(report, "vgpuctl list types");
    } else {
        doctor_report_add(report, DOCTOR_ERROR,
                          "GPU '%s' has no %s while its %u virtual functions are on, and none of "
                          "them makes vGPUs either; turned off, the GPU may have types again",
                          parent->name, lack, functions);
        doctor_report_mend(report, "echo 0 >/sys/bus/pci/devices/%s/sriov_numvfs", parent->name);
    }
}

static void
report_empty(const DoctorHost *host, DoctorReport *report, const VgpuParent *parent)
{
    const struct Vendor *vendor = find_vendor(parent->driver);

    /* where they make the vGPUs, what they lack is the GPU's */
    if (doctor_host_count_vfs(host, parent->name) > 0 && !parent->provider->enable) {
        report_functions(host, report, parent, "type");
        return;
    }
    doctor_report_add(report, DOCTOR_ERROR, "GPU '%s' (%s) has no type", parent->name,
                      parent->driver ? parent->driver : "no driver");
    if (vendor && vendor->types_unit)
        doctor_report_mend(report, "systemctl restart %s", vendor->types_unit);
    else
        doctor_report_mend(report, "journalctl -k -b -g %s", parent->name);
}

static gboolean
check_empty(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (parent->types->len + parent->problems->len == 0)
            report_empty(host, report, parent);
    }
    return host->parents->len > 0;
}

static gboolean
is_full(const VgpuParent *parent)
{
    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        if (type->available_instances > 0)
            return FALSE;
    }
    return parent->types->len > 0;
}

static gboolean
has_vgpu(const GPtrArray *devices, const VgpuParent *parent)
{
    for (guint i = 0; devices && i < devices->len; i++) {
        const VgpuDevice *device = devices->pdata[i];
        if (strcmp(device->parent, parent->name) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
report_full(const DoctorHost *host, DoctorReport *report, const VgpuParent *parent)
{
    if (doctor_host_count_vfs(host, parent->name) > 0) {
        report_functions(host, report, parent, "instance left of any type");
    } else {
        doctor_report_add(report, DOCTOR_WARNING,
                          "GPU '%s' has no vGPU, and yet no instance left of any type: something "
                          "else has it, or a mode without vGPUs is on",
                          parent->name);
        doctor_report_mend(report, "journalctl -k -b -g %s", parent->name);
    }
}

static gboolean
check_full(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(GPtrArray) devices = vgpu_device_list(host->root, NULL);

    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (is_full(parent) && !has_vgpu(devices, parent))
            report_full(host, report, parent);
    }
    return host->parents->len > 0;
}

/* The service that a vendor's vGPUs need, if one of its GPUs is here. */
static const char *
needed_unit(const DoctorHost *host)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        const struct Vendor *vendor = find_vendor(parent->driver);
        if (vendor && vendor->vgpu_unit)
            return vendor->vgpu_unit;
    }
    return NULL;
}

static gboolean
check_service(const DoctorHost *host, DoctorReport *report)
{
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    const char *unit = needed_unit(host);
    g_autoptr(VgpuService) service =
        unit ? vgpu_service_load(host->root, unit, &deadline, NULL) : NULL;

    if (!service || strcmp(service->load_state, "not-found") == 0)
        return FALSE;
    if (strcmp(service->active_state, "active") == 0)
        return TRUE;
    doctor_report_add(report, DOCTOR_ERROR,
                      "'%s' is %s, and no guest with a vGPU starts without it", unit,
                      service->active_state);
    doctor_report_mend(report, "systemctl enable --now %s", unit);
    return TRUE;
}

const DoctorCheck doctor_gpu_checks[] = {
    {"gpu-none", "there is a GPU that makes vGPUs", check_none},
    {"gpu-driver", "the GPUs of all definitions have their drivers", check_driver},
    {"gpu-types", "all types of all GPUs can be read", check_types},
    {"gpu-empty", "each GPU has types", check_empty},
    {"gpu-full", "each GPU with no vGPU has room for one", check_full},
    {"gpu-service", "the service that the vendor's vGPUs need is running", check_service},
    {NULL},
};
