/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-settings.c - checks of openvgpu.conf(5).
 */
#include "doctor.h"

#include "error.h"
#include "parent.h"
#include "settings.h"

#define FILE_PATH "/etc/openvgpu/openvgpu.conf"

static gboolean
check_file(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuSettings) settings = vgpu_settings_read(host->root, &error);

    if (settings)
        return doctor_host_has_file(host, FILE_PATH);
    /* the hook can */
    if (!host->privileged && g_error_matches(error, VGPU_ERROR, VGPU_ERROR_ACCESS))
        return FALSE;
    doctor_report_add(report, DOCTOR_ERROR, "%s", error->message);
    doctor_report_mend(report, "${EDITOR:-vi} " FILE_PATH);
    return TRUE;
}

static gboolean
check_enabled(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_read(host->root, NULL);

    if (!settings || !doctor_host_has_file(host, FILE_PATH))
        return FALSE;
    if (settings->enabled)
        return TRUE;
    doctor_report_add(report, DOCTOR_ERROR,
                      "the hook is off: '" FILE_PATH "' says enabled=no, so no domain gets a vGPU");
    doctor_report_mend(report, "sed -i 's/^ *enabled *=.*/enabled=yes/' " FILE_PATH);
    return TRUE;
}

static gboolean
allows(const VgpuSettings *settings, const VgpuParent *parent)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();

    for (guint i = 0; i < parent->types->len; i++) {
        const VgpuType *type = parent->types->pdata[i];
        if (vgpu_settings_check_request(settings, type->id, none, NULL))
            return TRUE;
    }
    return FALSE;
}

/* An administrator may well keep domains away from some types, but hardly from all. */
static gboolean
check_allowed(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(VgpuSettings) settings = vgpu_settings_read(host->root, NULL);
    guint types = 0;

    if (!settings || !settings->types)
        return FALSE;
    for (guint i = 0; i < host->parents->len; i++) {
        const VgpuParent *parent = host->parents->pdata[i];
        types += parent->types->len;
        if (allows(settings, parent))
            return TRUE;
    }
    if (types == 0)
        return FALSE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "'" FILE_PATH "' allows domains none of the %u types that there are", types);
    doctor_report_mend(report, "vgpuctl list types; ${EDITOR:-vi} " FILE_PATH);
    return TRUE;
}

const DoctorCheck doctor_settings_checks[] = {
    {"settings-file", "'" FILE_PATH "' can be understood", check_file},
    {"settings-enabled", "the hook is on", check_enabled},
    {"settings-allowed", "domains may ask for types that there are", check_allowed},
    {NULL},
};
