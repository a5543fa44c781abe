/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-libvirt.c - checks of libvirt and QEMU: which daemon there is, whether it can be reached,
 * and whether it is young enough.
 */
#include "doctor.h"

#include "command.h"
#include "file.h"
#include "version.h"

#include <string.h>

static const char *
socket_unit(const VgpuDaemon *daemon)
{
    return strcmp(daemon->name, "libvirtd") == 0 ? "libvirtd.socket" : "virtqemud.socket";
}

/* No socket: nobody can reach it. */
static void
report_absent(const DoctorHost *host, DoctorReport *report)
{
    const VgpuDaemon *daemon = host->libvirtd->program ? host->libvirtd : host->virtqemud;
    g_autofree char *install = doctor_host_package(host, "libvirt");

    if (daemon->program) {
        doctor_report_add(report, DOCTOR_ERROR,
                          "'%s' is installed, but nobody listens on '%s' for it", daemon->name,
                          daemon->socket);
        doctor_report_mend(report, "systemctl enable --now %s", socket_unit(daemon));
    } else {
        doctor_report_add(report, DOCTOR_ERROR,
                          "libvirt is not installed: there is neither 'libvirtd' nor 'virtqemud'");
        doctor_report_mend(report, "%s", install);
    }
}

/* A socket that its daemon has left behind. */
static void
report_deaf(const DoctorHost *host, DoctorReport *report)
{
    const VgpuDaemon *daemon = host->daemon;

    doctor_report_add(report, DOCTOR_ERROR, "libvirt's clients go to '%s', on which nobody listens",
                      daemon->socket);
    if (daemon == host->virtqemud && host->libvirtd->listening)
        doctor_report_mend(report, "rm %s  # libvirtd is the daemon that runs", daemon->socket);
    else
        doctor_report_mend(report, "systemctl restart %s", socket_unit(daemon));
}

static gboolean
check_daemon(const DoctorHost *host, DoctorReport *report)
{
    if (!host->daemon) {
        report_absent(host, report);
    } else if (!host->daemon->listening) {
        report_deaf(host, report);
    } else if (host->virtqemud->listening && host->libvirtd->listening) {
        doctor_report_add(report, DOCTOR_WARNING,
                          "'virtqemud' and 'libvirtd' both serve: clients go to the first, and the "
                          "other may get in its way");
        doctor_report_mend(report, "systemctl disable --now libvirtd.service libvirtd.socket "
                                   "libvirtd-ro.socket libvirtd-admin.socket");
    }
    return TRUE;
}

/* Those that guests get by their PCI address. */
static gboolean
has_functions(const DoctorHost *host)
{
    for (guint i = 0; i < host->functions->len; i++)
        if (!doctor_host_has_mediated_vf(host, host->functions->pdata[i]))
            return TRUE;
    return FALSE;
}

static gboolean
always(const DoctorHost *host G_GNUC_UNUSED)
{
    return TRUE;
}

/* From which release on libvirt does what we need (its NEWS.rst). */
static const struct {
    guint major;
    guint minor;
    gboolean (*matters)(const DoctorHost *host);
    const char *lacks;
} needs[] = {
    {6, 5, always, "runs no hook in 'qemu.d'"},
    {9, 7, has_functions,
     "refuses a virtual function that is left to us (managed='no') and is not bound to vfio-pci"},
};

static gboolean
read_version(const DoctorHost *host, const char *program, VgpuVersion *version)
{
    const char *const argv[] = {program, "--version", NULL};
    g_autofree char *text = doctor_host_ask(host, argv);

    return vgpu_version_parse(text, version);
}

static gboolean
check_version(const DoctorHost *host, DoctorReport *report)
{
    VgpuVersion version;

    if (!host->daemon || !read_version(host, host->daemon->name, &version))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(needs); i++) {
        if (!needs[i].matters(host) ||
            !vgpu_version_is_before(&version, needs[i].major, needs[i].minor))
            continue;
        g_autofree char *has = vgpu_version_to_string(&version);
        g_autofree char *install = doctor_host_package(host, "libvirt");
        doctor_report_add(report, DOCTOR_ERROR, "libvirt %s %s: version %u.%u is needed", has,
                          needs[i].lacks, needs[i].major, needs[i].minor);
        doctor_report_mend(report, "%s  # from a newer release of the system", install);
    }
    return TRUE;
}

/* Folders with plugins of the one daemon: each architecture has its own, in some systems. */
static gboolean
has_plugin(const DoctorHost *host, const char *plugin)
{
    g_autofree char *folder = vgpu_root_at(host->root, "/usr/lib");
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);
    g_autofree char *plain = g_strconcat("/usr/lib/libvirt/connection-driver/", plugin, NULL);
    g_autofree char *wide = g_strconcat("/usr/lib64/libvirt/connection-driver/", plugin, NULL);
    gboolean has = doctor_host_has_file(host, plain) || doctor_host_has_file(host, wide);

    for (guint i = 0; !has && names && i < names->len; i++) {
        g_autofree char *path =
            g_build_filename(folder, names->pdata[i], "libvirt/connection-driver", plugin, NULL);
        has = g_file_test(path, G_FILE_TEST_EXISTS);
    }
    return has;
}

/* TRUE if node devices are served, or if it can't be known. */
static gboolean
check_plugin(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *install = doctor_host_package(host, "nodedev");

    if (!has_plugin(host, "libvirt_driver_qemu.so"))
        return FALSE;
    if (has_plugin(host, "libvirt_driver_nodedev.so"))
        return TRUE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "libvirt's driver for node devices is not installed: virsh nodedev-list and "
                      "virt-manager show no GPU and no vGPU");
    doctor_report_mend(report, "%s && systemctl restart libvirtd", install);
    return TRUE;
}

static gboolean
check_nodedev(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(VgpuDaemon) daemon = vgpu_daemon_load(host->root, "virtnodedevd");
    g_autofree char *install = doctor_host_package(host, "nodedev");

    if (!host->daemon)
        return FALSE;
    if (host->daemon == host->libvirtd)
        return check_plugin(host, report);
    if (daemon->listening)
        return TRUE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "nobody listens on '%s' for 'virtnodedevd': virsh nodedev-list and "
                      "virt-manager show no GPU and no vGPU",
                      daemon->socket);
    doctor_report_mend(report, "%s%ssystemctl enable --now virtnodedevd.socket",
                       daemon->program ? "" : install, daemon->program ? "" : " && ");
    return TRUE;
}

/* QEMU's first program that is there, of all architectures that have vGPUs. */
static const char *
find_qemu(const DoctorHost *host)
{
    static const char *const names[] = {
        "qemu-system-x86_64", "qemu-kvm",          "qemu-system-aarch64",
        "qemu-system-s390x",  "qemu-system-ppc64",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = vgpu_command_find(host->root, names[i]);
        if (path)
            return names[i];
    }
    return NULL;
}

static gboolean
check_qemu(const DoctorHost *host, DoctorReport *report)
{
    const char *program = find_qemu(host);
    g_autofree char *install = doctor_host_package(host, "qemu");
    VgpuVersion version;

    if (!program) {
        doctor_report_add(report, DOCTOR_ERROR, "QEMU is not installed");
        doctor_report_mend(report, "%s", install);
        return TRUE;
    }
    if (!read_version(host, program, &version))
        return FALSE;
    /* vfio-pci with a display has an EDID since then */
    if (vgpu_version_is_before(&version, 4, 0)) {
        g_autofree char *has = vgpu_version_to_string(&version);
        doctor_report_add(report, DOCTOR_WARNING,
                          "QEMU %s does not tell guests what size a vGPU's display has: version "
                          "4.0 is needed",
                          has);
        doctor_report_mend(report, "%s  # from a newer release of the system", install);
    }
    return TRUE;
}

const DoctorCheck doctor_libvirt_checks[] = {
    {"libvirt-daemon", "libvirt can be reached", check_daemon},
    {"libvirt-version", "libvirt has all that is needed", check_version},
    {"libvirt-nodedev", "libvirt knows node devices", check_nodedev},
    {"qemu", "QEMU is there", check_qemu},
    {NULL},
};
