/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-state.c - checks of /run/openvgpu: records of vGPUs that domains own, and the lock.
 */
#include "doctor.h"

#include "device.h"
#include "error.h"
#include "file.h"
#include "holder.h"
#include "lock.h"
#include "record.h"
#include "settings.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE "/run/openvgpu"
/* A guest that is being started has its record, and no process yet. */
#define YOUNG_SECONDS 60
/* How much longer than a call may last nobody holds the lock. */
#define GRACE_MS      1000
#define LOCKS_MAX     (4 * 1024 * 1024)
#define LOCKS_POLL_MS 20

/* What is wrong with the folder, and what to do; NULL for nothing. */
static const char *
judge_folder(const DoctorHost *host, const struct stat *st, const char **mend)
{
    uid_t owner = vgpu_root_is_mock(host->root) ? geteuid() : 0;

    *mend = "rm " STATE;
    if (!S_ISDIR(st->st_mode))
        return "is no folder";
    *mend = "chown root " STATE " && chmod 755 " STATE;
    if (st->st_uid != owner)
        return "does not belong to root";
    return st->st_mode & (S_IWGRP | S_IWOTH) ? "can be written by others than root" : NULL;
}

static gboolean
check_folder(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *path = vgpu_root_dir(host->root, VGPU_DIR_STATE);
    const char *mend;
    struct stat st;

    if (lstat(path, &st) < 0)
        return FALSE;
    const char *wrong = judge_folder(host, &st, &mend);
    if (wrong) {
        doctor_report_add(report, DOCTOR_ERROR, "'" STATE "' %s, so the hook does not use it",
                          wrong);
        doctor_report_mend(report, "%s", mend);
    }
    return TRUE;
}

/* libvirt's file with the domain's process; NULL if there can be none of that name. */
static char *
pid_file(const DoctorHost *host, const char *domain)
{
    g_autofree char *folder = vgpu_root_dir(host->root, VGPU_DIR_DOMAINS);
    g_autofree char *file = g_strconcat(domain ? domain : "", ".pid", NULL);

    /* names may have spaces and all else but that */
    return domain && !strchr(domain, '/') ? g_build_filename(folder, file, NULL) : NULL;
}

/* Does libvirt say that the domain runs? TRUE if that can't be known. */
static gboolean
is_running(const DoctorHost *host, const VgpuRecord *record)
{
    g_autofree char *path = pid_file(host, record->domain_name);
    g_autofree char *text = path ? vgpu_file_read(path, VGPU_NAME_MAX, NULL, NULL) : NULL;
    g_autofree char *process =
        text ? vgpu_root_path(host->root, VGPU_DIR_PROC, NULL, g_strchomp(text), NULL) : NULL;

    return !path || (process && g_file_test(process, G_FILE_TEST_IS_DIR));
}

static gboolean
is_young(const DoctorHost *host, const VgpuRecord *record)
{
    g_autofree char *file = g_strconcat(record->vgpu, ".json", NULL);
    g_autofree char *path = vgpu_root_path(host->root, VGPU_DIR_STATE, NULL, "vgpus", file, NULL);
    struct stat st;

    return stat(path, &st) < 0 ||
           g_get_real_time() / G_USEC_PER_SEC - st.st_mtim.tv_sec < YOUNG_SECONDS;
}

/* Has it a vGPU that its domain may need? */
static gboolean
is_needed(const DoctorHost *host, const VgpuRecord *record)
{
    gboolean open = FALSE;

    return !vgpu_device_in_use(host->root, record->vgpu, &open, NULL) || open ||
           is_running(host, record);
}

static void
report_record(const DoctorHost *host, DoctorReport *report, const VgpuRecord *record)
{
    if (is_young(host, record))
        return;
    if (!vgpu_device_exists(host->root, record->vgpu))
        doctor_report_add(report, DOCTOR_WARNING, "vGPU '%s' of domain \"%s\" is gone",
                          record->vgpu, record->domain_name);
    else if (!is_needed(host, record))
        doctor_report_add(report, DOCTOR_WARNING,
                          "vGPU '%s' of domain \"%s\" is there, and the domain does not run",
                          record->vgpu, record->domain_name);
    else
        return;
    doctor_report_mend(report, "vgpuctl gc");
}

static void
report_problems(DoctorReport *report, const GPtrArray *problems)
{
    for (guint i = 0; i < problems->len; i++) {
        const GError *problem = problems->pdata[i];
        doctor_report_add(report, DOCTOR_WARNING, "%s", problem->message);
        doctor_report_mend(report, "vgpuctl list vgpus; ls -l " STATE "/vgpus");
    }
}

static gboolean
check_records(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GPtrArray) records = vgpu_record_list(host->root, problems, NULL);

    for (guint i = 0; records && i < records->len; i++)
        report_record(host, report, records->pdata[i]);
    report_problems(report, problems);
    return records != NULL;
}

/* (element-type utf8): where in the file locks are held: lines of proc_locks(5). */
static GHashTable *
find_held(const DoctorHost *host, ino_t file)
{
    g_autofree char *path = vgpu_root_path(host->root, VGPU_DIR_PROC, NULL, "locks", NULL);
    g_autofree char *text = vgpu_file_read(path, LOCKS_MAX, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    GHashTable *held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; lines[i]; i++) {
        unsigned long inode;
        char at[32];
        if (sscanf(lines[i], "%*d: OFDLCK ADVISORY WRITE %*d %*x:%*x:%lu %31s", &inode, at) == 2 &&
            inode == file)
            g_hash_table_add(held, g_strdup(at));
    }
    return held;
}

static gboolean
is_not_in(gpointer at, gpointer value G_GNUC_UNUSED, gpointer now)
{
    return !g_hash_table_contains(now, at);
}

/* Is a lock that is held now held all the time until @deadline? */
static gboolean
is_kept(const DoctorHost *host, ino_t file, const VgpuDeadline *deadline)
{
    g_autoptr(GHashTable) kept = find_held(host, file);

    while (g_hash_table_size(kept) && vgpu_deadline_pause(deadline, LOCKS_POLL_MS)) {
        g_autoptr(GHashTable) now = find_held(host, file);
        g_hash_table_foreach_remove(kept, is_not_in, now);
    }
    return g_hash_table_size(kept) > 0;
}

/* The kernel does not say who holds such a lock, but whoever does has the file open. */
static void
report_lock(const DoctorHost *host, DoctorReport *report, const char *path, guint seconds)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(dev_t));
    VgpuHolderTarget target = {.hint = VGPU_LOCK_FILE, .files = files, .devices = devices};
    g_autofree char *name = NULL, *who = NULL;
    pid_t pid = 0;

    g_ptr_array_add(files, (gpointer)path);
    if (vgpu_holder_find(host->root, &target, &pid, NULL) && pid) {
        name = vgpu_holder_get_name(host->root, pid);
        who = g_strdup_printf("process %d (%s)", (int)pid, name ? name : "not known");
    }
    doctor_report_add(report, DOCTOR_ERROR,
                      "a lock in '" STATE "/" VGPU_LOCK_FILE
                      "' was held for %u seconds, longer than "
                      "any call may last; %s has that file open",
                      seconds, who ? who : "nobody known");
    doctor_report_mend(report, "fuser -v " STATE "/" VGPU_LOCK_FILE);
}

static gboolean
check_lock(const DoctorHost *host, DoctorReport *report)
{
    g_autofree char *path = vgpu_root_path(host->root, VGPU_DIR_STATE, NULL, VGPU_LOCK_FILE, NULL);
    g_autoptr(VgpuSettings) settings = vgpu_settings_read(host->root, NULL);
    guint wait = (settings ? settings->deadline_ms : VGPU_DEADLINE_DEFAULT_MS) + GRACE_MS;
    struct stat st;

    if (!host->privileged || lstat(path, &st) < 0)
        return FALSE;
    VgpuDeadline deadline = vgpu_deadline_after(wait);
    if (is_kept(host, st.st_ino, &deadline))
        report_lock(host, report, path, wait / 1000);
    return TRUE;
}

const DoctorCheck doctor_state_checks[] = {
    {"state-folder", "'" STATE "' is as it should be", check_folder},
    {"state-records", "each vGPU of a domain is there, and its domain runs", check_records},
    {"state-lock", "nobody keeps a lock", check_lock},
    {NULL},
};
