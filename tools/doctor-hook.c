/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-hook.c - checks of libvirt's qemu hook: is it in its place, does it run, and does the
 * daemon know of it.
 */
#include "config.h"
#include "doctor.h"

#include "command.h"
#include "error.h"
#include "file.h"
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOKS  "/etc/libvirt/hooks"
#define FOLDER HOOKS "/qemu.d"
#define HOOK   FOLDER "/" DOCTOR_OUR_HOOK

static gboolean
is_roots(const DoctorHost *host, const struct stat *st)
{
    return st->st_uid == (vgpu_root_is_mock(host->root) ? geteuid() : 0);
}

static gboolean
is_writable(const struct stat *st)
{
    return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* What is wrong with the file of the hook, and what to do; NULL for nothing. */
static const char *
judge_file(const DoctorHost *host, const struct stat *st, const char **mend)
{
    *mend = "rm " HOOK " && make install";
    if (S_ISLNK(st->st_mode))
        return "is a symbolic link, and AppArmor does not let libvirt run what it points to";
    if (!S_ISREG(st->st_mode))
        return "is no regular file";
    if (!is_roots(host, st))
        return "does not belong to root, and libvirt runs it as root";
    if (is_writable(st)) {
        *mend = "chmod 755 " HOOK;
        return "can be changed by others than its owner, and libvirt runs it as root";
    }
    *mend = "chmod 755 " HOOK;
    return st->st_mode & S_IXUSR ? NULL : "may not be executed, so libvirt passes over it";
}

static gboolean
stat_hook(const DoctorHost *host, struct stat *st)
{
    g_autofree char *path = vgpu_root_at(host->root, HOOK);
    return lstat(path, st) == 0;
}

/* A folder in which others than root can put another hook in the place of ours; NULL for none. */
static const char *
find_open_folder(const DoctorHost *host)
{
    static const char *const folders[] = {HOOKS, FOLDER};

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = vgpu_root_at(host->root, folders[i]);
        struct stat st;
        if (stat(path, &st) == 0 && (!is_roots(host, &st) || is_writable(&st)))
            return folders[i];
    }
    return NULL;
}

static void
check_folders(const DoctorHost *host, DoctorReport *report)
{
    const char *folder = find_open_folder(host);

    if (!folder)
        return;
    doctor_report_add(report, DOCTOR_ERROR,
                      "others than root can put a hook into '%s', and libvirt runs it as root",
                      folder);
    doctor_report_mend(report, "chown root %s && chmod 755 %s", folder, folder);
}

static gboolean
check_file(const DoctorHost *host, DoctorReport *report)
{
    struct stat st;
    const char *mend;

    if (!stat_hook(host, &st)) {
        /* some systems show /etc/libvirt to root only */
        if (errno == EACCES)
            return FALSE;
        doctor_report_add(report, DOCTOR_ERROR,
                          "the hook '" HOOK "' is not there, so no domain gets a vGPU: install it, "
                          "in the folder where OpenVGPU was built");
        doctor_report_mend(report, "make install");
        return TRUE;
    }
    const char *wrong = judge_file(host, &st, &mend);
    if (wrong) {
        doctor_report_add(report, DOCTOR_ERROR, "the hook '" HOOK "' %s", wrong);
        doctor_report_mend(report, "%s", mend);
    }
    check_folders(host, report);
    return TRUE;
}

/* What follows "@name " in what the hook says of itself. */
static char *
read_release(const char *text, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++)
        if (g_str_has_prefix(lines[i], name) && lines[i][strlen(name)] == ' ')
            return g_strdup(lines[i] + strlen(name) + 1);
    return NULL;
}

static void
compare_releases(DoctorReport *report, const char *text)
{
    static const char *const parts[] = {"openvgpu-hook", "hook.so"};

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *release = read_release(text, parts[i]);
        if (g_strcmp0(release, PACKAGE_VERSION) == 0)
            continue;
        doctor_report_add(report, DOCTOR_WARNING,
                          "'%s' is of release %s, and vgpuctl of release %s: install them together",
                          parts[i], release ? release : "unknown", PACKAGE_VERSION);
        doctor_report_mend(report, "make install");
    }
}

/* Did root write it, and nobody else? It is run as who runs us. */
static gboolean
is_trusted(const DoctorHost *host)
{
    struct stat st;

    return stat_hook(host, &st) && S_ISREG(st.st_mode) && is_roots(host, &st) &&
           !is_writable(&st) && !find_open_folder(host);
}

/* Runs it as libvirt can't: it then only says what it and its library are. */
static gboolean
check_runs(const DoctorHost *host, DoctorReport *report)
{
    static const char *const argv[] = {HOOK, "--version", NULL};
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    g_autofree char *text = NULL;
    GError *error = NULL;

    if (!is_trusted(host))
        return FALSE;
    if (vgpu_command_run(host->root, argv, &deadline, &text, &error)) {
        compare_releases(report, text);
        return TRUE;
    }
    gboolean absent = g_error_matches(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND);
    if (!absent) {
        doctor_report_add(report, DOCTOR_ERROR, "the hook does not run: %s", error->message);
        doctor_report_mend(report, "make install");
    }
    g_error_free(error);
    return !absent;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the files that libvirt runs for a domain, below the folder of hooks, in their order. */
static GPtrArray *
list_hooks(const DoctorHost *host)
{
    GPtrArray *hooks = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = vgpu_root_at(host->root, FOLDER);
    g_autofree char *first = vgpu_root_at(host->root, HOOKS "/qemu");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    if (vgpu_command_is_program(first))
        g_ptr_array_add(hooks, g_strdup("qemu"));
    /* libvirt runs files that start with a dot, too */
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (vgpu_command_is_program(path))
            g_ptr_array_add(hooks, g_strconcat("qemu.d/", name, NULL));
    }
    g_ptr_array_sort(hooks, compare_names);
    return hooks;
}

static gboolean
is_ours(const char *hook)
{
    return strcmp(hook, "qemu.d/" DOCTOR_OUR_HOOK) == 0;
}

static gboolean
check_others(const DoctorHost *host, DoctorReport *report)
{
    g_autoptr(GPtrArray) hooks = list_hooks(host);

    for (guint i = 0; i < hooks->len; i++) {
        const char *hook = hooks->pdata[i];
        g_autofree char *file = g_strconcat(HOOKS "/", hook, NULL);
        g_autofree char *path = doctor_report_quote(file);
        g_autofree char *pattern = doctor_report_quote(hook);
        if (is_ours(hook))
            continue;
        if (strstr(hook, "openvgpu")) {
            doctor_report_add(report, DOCTOR_ERROR,
                              "'" HOOKS "/%s' looks like a second copy of the hook, and libvirt "
                              "runs both",
                              hook);
            doctor_report_mend(report, "rm %s", path);
        } else {
            doctor_report_add(report, DOCTOR_NOTE,
                              "libvirt runs the hook '" HOOKS "/%s' for each domain as well", hook);
            doctor_report_mend(report, "journalctl -b -t %s -g %s",
                               host->daemon ? host->daemon->name : "libvirtd", pattern);
        }
    }
    return hooks->len > 0;
}

/* When the daemon last looked which hooks there are, in microseconds since 1970. */
static gint64
last_look(const DoctorHost *host)
{
    VgpuDeadline deadline = vgpu_deadline_after(DOCTOR_PROGRAM_MS);
    g_autofree char *unit = g_strconcat(host->daemon->name, ".service", NULL);
    g_autoptr(VgpuService) service = vgpu_service_load(host->root, unit, &deadline, NULL);

    /* a unit that has started changes its state when it is reloaded, and only then */
    if (service && service->changed > 0 && strcmp(service->active_state, "active") == 0)
        return g_get_real_time() - (g_get_monotonic_time() - service->changed);
    return host->daemon->started + G_USEC_PER_SEC;
}

static gint64
change_time(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return G_MAXINT64;
    return st.st_ctim.tv_sec * G_USEC_PER_SEC + st.st_ctim.tv_nsec / 1000;
}

/* Was there a hook then already, whichever? libvirt remembers no more than that. */
static gboolean
had_hook(const DoctorHost *host, gint64 when)
{
    g_autoptr(GPtrArray) hooks = list_hooks(host);

    for (guint i = 0; i < hooks->len; i++) {
        g_autofree char *file = g_strconcat(HOOKS "/", (char *)hooks->pdata[i], NULL);
        g_autofree char *path = vgpu_root_at(host->root, file);
        if (change_time(path) <= when)
            return TRUE;
    }
    return FALSE;
}

/* Was the folder itself made later, so that there can't have been one? */
static gboolean
is_folder_younger(const DoctorHost *host, gint64 when)
{
    g_autofree char *path = vgpu_root_at(host->root, FOLDER);
    struct statx st;

    return statx(AT_FDCWD, path, 0, STATX_BTIME, &st) == 0 && (st.stx_mask & STATX_BTIME) &&
           st.stx_btime.tv_sec * G_USEC_PER_SEC + st.stx_btime.tv_nsec / 1000 > when;
}

/* libvirt looks for hooks when it starts and when it is reloaded, at no other time. */
static gboolean
check_seen(const DoctorHost *host, DoctorReport *report)
{
    const VgpuDaemon *daemon = host->daemon;
    struct stat st;

    /* one that can't be run is another check's */
    if (!daemon || !daemon->pid || !stat_hook(host, &st) || !(st.st_mode & S_IXUSR))
        return FALSE;
    gint64 look = last_look(host);
    if (had_hook(host, look))
        return TRUE;
    if (is_folder_younger(host, look))
        doctor_report_add(report, DOCTOR_ERROR,
                          "'%s' has not seen the hook: it looked for hooks before there was one; a "
                          "reload is enough, and disturbs no guest",
                          daemon->name);
    else
        doctor_report_add(report, DOCTOR_WARNING,
                          "'%s' may not have seen the hook, which was put in its place after it "
                          "looked for hooks; a reload is enough, and disturbs no guest",
                          daemon->name);
    doctor_report_mend(report, "systemctl reload %s", daemon->name);
    return TRUE;
}

const DoctorCheck doctor_hook_checks[] = {
    {"hook-file", "the hook is where libvirt looks", check_file},
    {"hook-runs", "the hook runs, with its library, and both are of this release", check_runs},
    {"hook-seen", "libvirt's daemon has seen the hook", check_seen},
    {"hook-others", "there is no other hook", check_others},
    {NULL},
};
