/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-doctor.c - says what is missing or wrong on this host, and what mends it. libvirt is not
 * asked: it may be what is wrong.
 */
#include "doctor.h"
#include "error.h"
#include "verb.h"

static gboolean as_json;
static gboolean all;

static const GOptionEntry options[] = {
    {"all", 0, 0, G_OPTION_ARG_NONE, &all, "show what was found sound as well", NULL},
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
    {NULL},
};

static gboolean
check_privileged(const DoctorHost *host, DoctorReport *report)
{
    if (host->privileged)
        return TRUE;
    doctor_report_add(report, DOCTOR_NOTE,
                      "not everything can be looked at by other users than "
                      "root");
    doctor_report_mend(report, "sudo vgpuctl doctor");
    return TRUE;
}

static const DoctorCheck own_checks[] = {
    {"root", "everything can be looked at", check_privileged},
    {NULL},
};

/* In the order in which one mends: nothing works without a kernel that can. */
static const DoctorCheck *const areas[] = {
    own_checks,
    doctor_kernel_checks,
    doctor_gpu_checks,
    doctor_vf_checks,
    doctor_libvirt_checks,
    doctor_hook_checks,
    doctor_settings_checks,
    doctor_confine_checks,
    doctor_mdevctl_checks,
    doctor_definition_checks,
    doctor_restore_checks,
    doctor_state_checks,
};

static void
run_check(const DoctorCheck *check, const DoctorHost *host, DoctorReport *report)
{
    guint before = doctor_report_length(report);

    doctor_report_begin(report, check->id);
    gboolean looked = check->run(host, report);
    if (looked && doctor_report_length(report) == before)
        doctor_report_add(report, DOCTOR_OK, "%s", check->sound);
}

static gboolean
run_doctor(const VgpuRoot *root, const char *const *words G_GNUC_UNUSED, GError **error)
{
    g_autoptr(DoctorHost) host = doctor_host_new(root);
    g_autoptr(DoctorReport) report = doctor_report_new();
    DoctorSeverity least = all ? DOCTOR_OK : DOCTOR_NOTE;

    for (gsize i = 0; i < G_N_ELEMENTS(areas); i++)
        for (const DoctorCheck *check = areas[i]; check->id; check++)
            run_check(check, host, report);
    if (as_json)
        doctor_report_print_json(report, least);
    else
        doctor_report_print(report, least);
    guint errors = doctor_report_count(report, DOCTOR_ERROR);
    if (errors == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED, "%u error%s found", errors,
                errors == 1 ? "" : "s");
    return FALSE;
}

const VgpuctlVerb vgpuctl_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "say what is missing or wrong on this host, and what mends it",
    .options = options,
    .run = run_doctor,
};
