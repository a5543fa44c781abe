/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-report.c - what vgpuctl doctor has found, and how it is shown.
 */
#include "doctor-report.h"

#include "json.h"
#include "log.h"
#include "table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    DoctorSeverity severity;
    const char *id;
    char *message;
    char *mend;
} Finding;

struct _DoctorReport {
    GPtrArray *findings;
    const char *id;
};

/* A severity's word, and its colour: SGR parameters of a terminal. */
static const struct {
    const char *name;
    const char *colour;
} severities[] = {
    [DOCTOR_OK] = {"ok", "32"},
    [DOCTOR_NOTE] = {"note", "36"},
    [DOCTOR_WARNING] = {"warning", "33"},
    [DOCTOR_ERROR] = {"error", "31"},
};

static void
finding_free(Finding *finding)
{
    g_free(finding->message);
    g_free(finding->mend);
    g_free(finding);
}

DoctorReport *
doctor_report_new(void)
{
    DoctorReport *report = g_new0(DoctorReport, 1);
    report->findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
    return report;
}

void
doctor_report_free(DoctorReport *report)
{
    if (!report)
        return;
    g_ptr_array_unref(report->findings);
    g_free(report);
}

void
doctor_report_begin(DoctorReport *report, const char *id)
{
    report->id = id;
}

void
doctor_report_add(DoctorReport *report, DoctorSeverity severity, const char *format, ...)
{
    Finding *finding = g_new0(Finding, 1);
    va_list args;

    va_start(args, format);
    finding->message = g_strdup_vprintf(format, args);
    va_end(args);
    finding->severity = severity;
    finding->id = report->id;
    g_ptr_array_add(report->findings, finding);
}

void
doctor_report_mend(DoctorReport *report, const char *format, ...)
{
    Finding *finding = report->findings->pdata[report->findings->len - 1];
    va_list args;

    va_start(args, format);
    g_free(finding->mend);
    finding->mend = g_strdup_vprintf(format, args);
    va_end(args);
}

char *
doctor_report_quote(const char *word)
{
    static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/:._+-";

    return word[0] && !word[strspn(word, plain)] ? g_strdup(word) : g_shell_quote(word);
}

guint
doctor_report_count(const DoctorReport *report, DoctorSeverity severity)
{
    guint count = 0;
    for (guint i = 0; i < report->findings->len; i++) {
        const Finding *finding = report->findings->pdata[i];
        count += finding->severity == severity;
    }
    return count;
}

guint
doctor_report_length(const DoctorReport *report)
{
    return report->findings->len;
}

/* What is found, and below it the command: both may be longer than a line. */
static void
print_finding(const Finding *finding, gboolean colours)
{
    const char *colour = severities[finding->severity].colour;
    g_autofree char *message = vgpu_log_make_safe(finding->message);
    g_autofree char *mend = finding->mend ? vgpu_log_make_safe(finding->mend) : NULL;

    if (colours)
        printf("\033[1;%sm%-7s\033[0m  \033[1m%s\033[0m: %s\n", colour,
               severities[finding->severity].name, finding->id, message);
    else
        printf("%-7s  %s: %s\n", severities[finding->severity].name, finding->id, message);
    if (mend)
        printf("         %s\n", mend);
}

static void
print_sum(const DoctorReport *report)
{
    guint errors = doctor_report_count(report, DOCTOR_ERROR);
    guint warnings = doctor_report_count(report, DOCTOR_WARNING);

    if (errors + warnings == 0)
        puts("Nothing is wrong.");
    else
        printf("%u error%s, %u warning%s\n", errors, errors == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s");
}

static void
print_table(const DoctorReport *report, DoctorSeverity least)
{
    static const char *const titles[] = {"SEVERITY", "CHECK", "FINDING", "COMMAND", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);

    for (guint i = 0; i < report->findings->len; i++) {
        const Finding *finding = report->findings->pdata[i];
        const char *const cells[] = {severities[finding->severity].name, finding->id,
                                     finding->message, finding->mend};
        if (finding->severity >= least)
            vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

void
doctor_report_print(const DoctorReport *report, DoctorSeverity least)
{
    gboolean colours = vgpuctl_table_has_colours();

    if (!isatty(STDOUT_FILENO)) {
        print_table(report, least);
        return;
    }
    for (guint i = 0; i < report->findings->len; i++) {
        const Finding *finding = report->findings->pdata[i];
        if (finding->severity >= least)
            print_finding(finding, colours);
    }
    print_sum(report);
}

void
doctor_report_print_json(const DoctorReport *report, DoctorSeverity least)
{
    json_object *document = vgpuctl_json_new(), *list = json_object_new_array();

    for (guint i = 0; i < report->findings->len; i++) {
        const Finding *finding = report->findings->pdata[i];
        if (finding->severity < least)
            continue;
        json_object *json = json_object_new_object();
        vgpuctl_json_text(json, "severity", severities[finding->severity].name);
        vgpuctl_json_text(json, "check", finding->id);
        vgpuctl_json_text(json, "finding", finding->message);
        vgpuctl_json_text(json, "command", finding->mend);
        json_object_array_add(list, json);
    }
    json_object_object_add(document, "findings", list);
    vgpuctl_json_print(document);
}
