/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-restore.c - checks of who makes vGPUs that are defined to start with the machine: our
 * units and rule, or mdevctl's rule.
 */
#include "doctor.h"

#include "definition.h"
#include "service.h"

#include <string.h>

#define UNIT     "openvgpu-restore.service"
#define TEMPLATE "openvgpu-restore@.service"
#define INSTANCE "openvgpu-restore@any.service" /* systemctl(1) shows no template */
#define RULE     "70-openvgpu.rules"

static gboolean
has_autostart(const DoctorHost *host)
{
    for (guint i = 0; i < host->definitions->len; i++) {
        const VgpuDefinition *definition = host->definitions->pdata[i];
        if (definition->autostart)
            return TRUE;
    }
    return FALSE;
}

/* Does mdevctl's rule name a program that is there? Debian's did not for years. */
static gboolean
does_mdevctl_restore(const DoctorHost *host)
{
    g_autofree char *program = doctor_host_mdevctl_rule(host);
    return program && doctor_host_has_file(host, program);
}

/* How bad it is that ours does not work. */
static DoctorSeverity
weigh(const DoctorHost *host)
{
    return has_autostart(host) && !does_mdevctl_restore(host) ? DOCTOR_ERROR : DOCTOR_WARNING;
}

static void
report_unit(const DoctorHost *host, DoctorReport *report, const VgpuService *service)
{
    if (strcmp(service->load_state, "masked") == 0) {
        doctor_report_add(report, weigh(host),
                          "'" UNIT "' is masked: nothing of ours makes vGPUs "
                          "that are defined when the machine starts");
        doctor_report_mend(report, "systemctl unmask " UNIT);
    } else if (strcmp(service->load_state, "loaded") != 0) {
        doctor_report_add(report, weigh(host),
                          "'" UNIT "' can't be loaded (%s): install it, in the folder where "
                          "OpenVGPU was built",
                          service->load_state);
        doctor_report_mend(report, "make install && systemctl daemon-reload");
    } else if (strcmp(service->active_state, "failed") == 0) {
        doctor_report_add(report, DOCTOR_ERROR,
                          "'" UNIT "' has failed: not all vGPUs that are defined were made");
        doctor_report_mend(report, "journalctl -b -u " UNIT "; systemctl restart " UNIT);
    } else if (!service->wanted) {
        doctor_report_add(report, weigh(host),
                          "'" UNIT "' is disabled: nothing of ours makes "
                          "vGPUs that are defined when the machine starts");
        doctor_report_mend(report, "systemctl enable --now " UNIT);
    }
}

static VgpuService *
load(const DoctorHost *host, const char *unit)
{
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    return vgpu_service_load(host->root, unit, &deadline, NULL);
}

static gboolean
check_unit(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(VgpuService) service = load(host, UNIT);

    if (service)
        report_unit(host, report, service);
    return service != NULL;
}

/* For GPUs that come late, or are bound to their driver again. */
static gboolean
check_rule(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *rule = doctor_host_rule(host, RULE);
    g_autoptr(VgpuService) service = load(host, INSTANCE);

    if (!service)
        return FALSE;
    if (!rule && doctor_host_has_file(host, "/etc/udev/rules.d/" RULE)) {
        doctor_report_add(report, weigh(host),
                          "udev's rule '" RULE "' is masked: vGPUs of a GPU that comes late are "
                          "not made");
        doctor_report_mend(report, "rm /etc/udev/rules.d/" RULE " && udevadm control --reload");
    } else if (!rule) {
        doctor_report_add(report, weigh(host),
                          "udev has no rule '" RULE "', so vGPUs of a GPU that comes late are not "
                          "made: install it, in the folder where OpenVGPU was built");
        doctor_report_mend(report, "make install && udevadm control --reload");
    } else if (strcmp(service->load_state, "loaded") != 0) {
        doctor_report_add(report, weigh(host),
                          "'" TEMPLATE "' can't be loaded (%s): vGPUs of a GPU that comes late are "
                          "not made",
                          service->load_state);
        doctor_report_mend(report, strcmp(service->load_state, "masked") == 0
                                       ? "systemctl unmask " TEMPLATE
                                       : "make install && systemctl daemon-reload");
    }
    return TRUE;
}

/* Nothing is wrong with a rule that can't work as long as ours does. */
static gboolean
check_mdevctl(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *program = doctor_host_mdevctl_rule(host);
    g_autofree char *rule = doctor_host_rule(host, RULE);
    g_autoptr(VgpuService) service = program ? load(host, UNIT) : NULL;

    if (!service)
        return FALSE;
    if (doctor_host_has_file(host, program) ||
        (rule && service->wanted && strcmp(service->load_state, "loaded") == 0))
        return TRUE;
    doctor_report_add(report, DOCTOR_NOTE,
                      "mdevctl does not make them either: its udev rule runs '%s', which is not "
                      "there",
                      program);
    doctor_report_mend(report, "ln -s \"$(command -v mdevctl)\" %s", program);
    return TRUE;
}

const DoctorCheck doctor_restore_checks[] = {
    {"restore-unit", "definitions are made when the machine starts", check_unit},
    {"restore-rule", "definitions are made when a GPU comes late", check_rule},
    {"restore-mdevctl", "mdevctl's udev rule works, or is not needed", check_mdevctl},
    {NULL},
};
