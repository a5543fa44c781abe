/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-definition.c - checks of definitions: can they be understood, and made.
 */
#include "doctor.h"

#include "definition.h"
#include "device.h"
#include "error.h"
#include "parent.h"
#include "provider.h"

#include <string.h>

#define FOLDERS "/etc/mdevctl.d /etc/openvgpu/vgpus.d"

/* The file of a definition, as the host names it, for a shell. */
static char *
path_of(const VgpuDefinition *definition, const char *name)
{
    const VgpuProvider *provider = vgpu_provider_of_id(definition->vgpu, NULL, NULL);
    g_autoptr(VgpuRoot) host = vgpu_root_new("/");
    g_autofree char *folder = vgpu_root_dir(host, provider->definitions);

    g_autofree char *path = g_build_filename(folder, definition->parent, name, NULL);
    return doctor_report_quote(path);
}

/* libvirt's daemon that asks mdevctl, and only when it starts. */
static const char *
nodedev_daemon(const DoctorHost *host)
{
    return host->daemon == host->virtqemud ? "virtnodedevd" : "libvirtd";
}

static gboolean
is_mdevctls(const VgpuDefinition *definition)
{
    return vgpu_provider_of_id(definition->vgpu, NULL, NULL)->definitions == VGPU_DIR_DEFINITIONS;
}

/* mdevctl and libvirt take it as it is. */
static void
report_misspelt(DoctorReport *report, const VgpuDefinition *definition, const char *path)
{
    g_autofree char *name = NULL;

    vgpu_provider_of_id(definition->vgpu, &name, NULL);
    g_autofree char *better = path_of(definition, name);
    doctor_report_add(report, DOCTOR_ERROR, "%s", definition->error->message);
    doctor_report_mend(report, "mv -n %s %s", path, better);
}

static void
report_file(const DoctorHost *host, DoctorReport *report, const VgpuDefinition *definition)
{
    g_autofree char *path = path_of(definition, definition->vgpu);

    if (definition->error->code == VGPU_ERROR_CONFLICT) {
        report_misspelt(report, definition, path);
        return;
    }
    doctor_report_add(report, DOCTOR_ERROR, "%s%s", definition->error->message,
                      is_mdevctls(definition)
                          ? "; mdevctl lists none because of it, and libvirt shows no node device"
                          : "");
    if (is_mdevctls(definition))
        doctor_report_mend(report, "mv %s /root/ && systemctl restart %s", path,
                           nodedev_daemon(host));
    else
        doctor_report_mend(report, "mv %s /root/", path);
}

/* Others than root are told that they are. */
static void
report_unread(const DoctorHost *host, DoctorReport *report, const GError *problem)
{
    if (!host->privileged && g_error_matches(problem, VGPU_ERROR, VGPU_ERROR_ACCESS))
        return;
    doctor_report_add(report, DOCTOR_ERROR, "%s; the vGPUs that are defined there do not come back",
                      problem->message);
    doctor_report_mend(report, "ls -lR " FOLDERS);
}

static gboolean
check_file(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->unread->len; i++)
        report_unread(host, report, host->unread->pdata[i]);
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        if (definition->error)
            report_file(host, report, definition);
    }
    return host->definitions->len + host->unread->len > 0;
}

/* Those of a GPU that is there but can't make them are the GPU's matter. */
static gboolean
is_away(const DoctorHost *host, const VgpuDefinition *definition)
{
    g_autofree char *path =
        vgpu_root_path(host->root, VGPU_DIR_PCI, NULL, definition->parent, NULL);

    return !vgpu_device_has_parent(host->root, definition->parent, definition->vgpu) &&
           !(path && g_file_test(path, G_FILE_TEST_EXISTS));
}

static gboolean
check_parent(const DoctorHost *host, DoctorReport *report)
{
    /* where there is no GPU at all, that is what is wrong */
    if (host->parents->len + host->functions->len == 0)
        return FALSE;
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        g_autofree char *parent = doctor_report_quote(definition->parent);
        if (!is_away(host, definition))
            continue;
        doctor_report_add(report, definition->autostart ? DOCTOR_WARNING : DOCTOR_NOTE,
                          "vGPU '%s' is defined on GPU '%s', which is not there; if that will not "
                          "come back, forget the definition",
                          definition->vgpu, definition->parent);
        doctor_report_mend(report, "vgpuctl undefine --parent %s %s", parent, definition->vgpu);
    }
    return host->definitions->len > 0;
}

/* Types of a GPU whose virtual functions have vGPUs may not all be known. */
static gboolean
has_type(const DoctorHost *host, const VgpuDefinition *definition)
{
    g_autoptr(VgpuParent) parent = vgpu_parent_load(host->root, definition->parent, NULL);

    return definition->error || !parent || parent->problems->len > 0 || parent->types->len == 0 ||
           parent->provider->enable || vgpu_parent_find_type(parent, definition->type, NULL);
}

static gboolean
check_type(const DoctorHost *host, DoctorReport *report)
{
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        g_autofree char *parent = doctor_report_quote(definition->parent);
        if (has_type(host, definition))
            continue;
        doctor_report_add(report, DOCTOR_WARNING,
                          "vGPU '%s' is defined with type '%s', which GPU '%s' does not have; "
                          "'vgpuctl list types' shows those it has",
                          definition->vgpu, definition->type, definition->parent);
        doctor_report_mend(report, "vgpuctl modify --parent %s --type TYPE %s", parent,
                           definition->vgpu);
    }
    return host->definitions->len > 0;
}

const DoctorCheck doctor_definition_checks[] = {
    {"definition-file", "all definitions can be understood", check_file},
    {"definition-parent", "the GPUs of all definitions are there", check_parent},
    {"definition-type", "the types of all definitions are there", check_type},
    {NULL},
};
