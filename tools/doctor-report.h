/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-report.h - what vgpuctl doctor has found, and how it is shown.
 */
#ifndef VGPUCTL_DOCTOR_REPORT_H
#define VGPUCTL_DOCTOR_REPORT_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * DoctorSeverity:
 * @DOCTOR_OK: nothing is wrong
 * @DOCTOR_NOTE: nothing is wrong, but somebody who looks for a reason wants to know
 * @DOCTOR_WARNING: something will not work, or not always
 * @DOCTOR_ERROR: vGPUs do not come because of this
 */
typedef enum {
    DOCTOR_OK,
    DOCTOR_NOTE,
    DOCTOR_WARNING,
    DOCTOR_ERROR,
} DoctorSeverity;

/**
 * DoctorReport:
 *
 * Findings, in the order in which they were made.
 */
typedef struct _DoctorReport DoctorReport;

/**
 * doctor_report_new:
 *
 * Returns: (transfer full): an empty report.
 */
DoctorReport *doctor_report_new(void);

/**
 * doctor_report_free:
 * @report: (nullable): a report
 */
void doctor_report_free(DoctorReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoctorReport, doctor_report_free)

/**
 * doctor_report_begin:
 * @report: a report
 * @id: name of the check that what follows comes from; borrowed
 */
void doctor_report_begin(DoctorReport *report, const char *id);

/**
 * doctor_report_add:
 * @report: a report
 * @severity: how bad it is
 * @format: what is wrong with which object, which is quoted, and what comes of it
 *
 * Adds a finding, which doctor_report_mend() completes.
 */
void doctor_report_add(DoctorReport *report, DoctorSeverity severity, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/**
 * doctor_report_mend:
 * @report: a report
 * @format: a line for root's shell that mends the last finding, or shows more of it
 */
void doctor_report_mend(DoctorReport *report, const char *format, ...) G_GNUC_PRINTF(2, 3);

/**
 * doctor_report_quote:
 * @word: what others have named: a file, a domain's program, a GPU
 *
 * Returns: (transfer full): @word as one word of a shell's line, for doctor_report_mend(); in
 * quotes only if it needs them.
 */
char *doctor_report_quote(const char *word);

/**
 * doctor_report_count:
 * @report: a report
 * @severity: a severity
 *
 * Returns: how many findings there are of it.
 */
guint doctor_report_count(const DoctorReport *report, DoctorSeverity severity);

/**
 * doctor_report_length:
 * @report: a report
 *
 * Returns: how many findings there are of any severity.
 */
guint doctor_report_length(const DoctorReport *report);

/**
 * doctor_report_print:
 * @report: a report
 * @least: the least severity to show
 *
 * Prints to stdout: a list for people if that is a terminal, else a table with tabs.
 */
void doctor_report_print(const DoctorReport *report, DoctorSeverity least);

/**
 * doctor_report_print_json:
 * @report: a report
 * @least: the least severity to show
 *
 * Prints it to stdout as one JSON object.
 */
void doctor_report_print_json(const DoctorReport *report, DoctorSeverity least);

G_END_DECLS

#endif
