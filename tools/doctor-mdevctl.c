/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-mdevctl.c - checks of mdevctl, by which libvirt defines and makes node devices, and of our
 * callout.
 */
#include "doctor.h"

#include "command.h"
#include "definition.h"
#include "error.h"
#include "parent.h"
#include "version.h"

#include <string.h>
#include <unistd.h>

#define OLD_SCRIPTS "/etc/mdevctl.d/scripts.d"
#define NEW_SCRIPTS "/usr/lib/mdevctl/scripts.d"
#define OLD_FOLDER  OLD_SCRIPTS "/callouts/"
#define NEW_FOLDER  NEW_SCRIPTS "/callouts/"

/* Is there a GPU whose vGPUs mdevctl could know? */
static gboolean
has_mdev_parent(const DoctorHost *host)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (!g_ptr_array_find_with_equal_func(host->functions, parent->name, g_str_equal, NULL))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_installed(const DoctorHost *host)
{
    g_autofree char *path = vgpu_command_find(host->root, "mdevctl");
    return path != NULL;
}

static gboolean
check_program(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *install = doctor_host_package(host, "mdevctl");

    if (!has_mdev_parent(host))
        return FALSE;
    if (is_installed(host))
        return TRUE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "mdevctl is not installed: virsh nodedev-create and nodedev-define can't "
                      "make vGPUs");
    doctor_report_mend(report, "%s", install);
    return TRUE;
}

/* mdevctl before 1.3 has one folder of callouts only. */
static gboolean
knows_new_folder(const DoctorHost *host)
{
    static const char *const argv[] = {"mdevctl", "--version", NULL};
    g_autofree char *text = doctor_host_ask(host, argv);
    VgpuVersion version;

    return !vgpu_version_parse(text, &version) || !vgpu_version_is_before(&version, 1, 3);
}

/* It does nothing at all where one of its folders is missing. */
static void
mend_list(const DoctorHost *host, DoctorReport *report)
{
    const char *folder = knows_new_folder(host) ? NEW_SCRIPTS : OLD_SCRIPTS;
    g_autofree char *callouts = g_strconcat(folder, "/callouts", NULL);
    g_autofree char *notifiers = g_strconcat(folder, "/notifiers", NULL);

    if (doctor_host_has_file(host, callouts) && doctor_host_has_file(host, notifiers))
        doctor_report_mend(report, "mdevctl list --defined");
    else
        doctor_report_mend(report, "mkdir -p %s %s", callouts, notifiers);
}

static gboolean
has_bad_definition(const DoctorHost *host)
{
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        if (definition->error)
            return TRUE;
    }
    return FALSE;
}

/* What libvirt asks when it starts. A definition that we can't understand either is said already.
 */
static gboolean
check_list(const DoctorHost *host, DoctorReport *report)
{
    static const char *const argv[] = {"mdevctl", "list", "--defined", "--dumpjson", NULL};
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    g_autoptr(GError) error = NULL;

    if (has_bad_definition(host))
        return FALSE;
    if (vgpu_command_run(host->root, argv, &deadline, NULL, &error))
        return TRUE;
    if (!g_error_matches(error, VGPU_ERROR, VGPU_ERROR_FAILED))
        return FALSE;
    doctor_report_add(report, DOCTOR_ERROR,
                      "mdevctl can't list what is defined, and without that libvirt shows no node "
                      "device: %s",
                      error->message);
    mend_list(host, report);
    return TRUE;
}

static gboolean
has_our_gpu(const DoctorHost *host)
{
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        if (g_strcmp0(parent->driver, VGPU_PARENT_OUR_DRIVER) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
report_callout(const DoctorHost *host, DoctorReport *report, gboolean old, gboolean new)
{
    if (old && new) {
        doctor_report_add(report, DOCTOR_WARNING,
                          "the callout is in '" OLD_FOLDER "' and in '" NEW_FOLDER
                          "': mdevctl of this release asks the %s",
                          knows_new_folder(host) ? "latter" : "former only");
        doctor_report_mend(report, "rm " NEW_FOLDER DOCTOR_OUR_HOOK);
    } else if (!old && !new) {
        doctor_report_add(report, DOCTOR_WARNING,
                          "the callout '" OLD_FOLDER DOCTOR_OUR_HOOK "' is not there, so mdevctl "
                          "and virsh don't see attributes of vGPUs and check none: install it, in "
                          "the folder where OpenVGPU was built");
        doctor_report_mend(report, "make install");
    } else if (new && !knows_new_folder(host)) {
        doctor_report_add(report, DOCTOR_WARNING,
                          "mdevctl before 1.3 does not look into '" NEW_FOLDER
                          "', where the callout is");
        doctor_report_mend(report, "mv " NEW_FOLDER DOCTOR_OUR_HOOK " " OLD_FOLDER);
    }
}

/* Only our own GPUs have use for it. */
static gboolean
check_callout(const DoctorHost *host, DoctorReport *report)
{
    gboolean old = doctor_host_has_file(host, OLD_FOLDER DOCTOR_OUR_HOOK);
    gboolean new = doctor_host_has_file(host, NEW_FOLDER DOCTOR_OUR_HOOK);

    if (!has_our_gpu(host) || !is_installed(host))
        return FALSE;
    report_callout(host, report, old, new);
    for (guint i = 0; i < 2; i++) {
        const char *path = i ? NEW_FOLDER DOCTOR_OUR_HOOK : OLD_FOLDER DOCTOR_OUR_HOOK;
        g_autofree char *full = vgpu_root_at(host->root, path);
        if ((i ? new : old) && access(full, X_OK) < 0) {
            doctor_report_add(report, DOCTOR_WARNING,
                              "the callout '%s' may not be executed, so mdevctl passes over it",
                              path);
            doctor_report_mend(report, "chmod 755 %s", path);
        }
    }
    return TRUE;
}

const DoctorCheck doctor_mdevctl_checks[] = {
    {"mdevctl", "mdevctl is there", check_program},
    {"mdevctl-list", "mdevctl can list what is defined", check_list},
    {"mdevctl-callout", "mdevctl's callout is in its place", check_callout},
    {NULL},
};
