/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-confine.c - checks of what confines libvirt: AppArmor, SELinux.
 */
#include "doctor.h"

#include "file.h"
#include "sysfs.h"

#include <string.h>
#include <sys/stat.h>

#define HOOK         "/etc/libvirt/hooks/qemu.d/" DOCTOR_OUR_HOOK
#define PROFILES     "/sys/kernel/security/apparmor/profiles"
#define PROFILES_MAX (1024 * 1024)
#define DENIED       "apparmor=\"DENIED\""
/* Letters of a path that a rule takes as they are. */
#define PLAIN G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._+-"

static gboolean
reads(const DoctorHost *host, const char *path, const char *value)
{
    g_autofree char *full = vgpu_root_at(host->root, path);
    g_autofree char *text = vgpu_sysfs_read(full, NULL);
    return g_strcmp0(text, value) == 0;
}

static gboolean
has_apparmor(const DoctorHost *host)
{
    return host->daemon && reads(host, "/sys/module/apparmor/parameters/enabled", "Y");
}

/* What was denied before the hook was put in its place, or the daemon started, may be mended. */
static gint64
denials_since(const DoctorHost *host)
{
    g_autofree char *hook = vgpu_root_at(host->root, HOOK);
    gint64 started = host->daemon->started / G_USEC_PER_SEC;
    struct stat st;

    return stat(hook, &st) == 0 ? MAX(started, (gint64)st.st_ctim.tv_sec) : started;
}

/* The value of a word of an audit message: name="/usr/lib/openvgpu/hook.so". */
static char *
get_word(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    at = at ? at + strlen(key) : NULL;
    return at ? g_strndup(at, strcspn(at, "\"")) : NULL;
}

/* Is a profile the daemon's, or one of those inside that? */
static gboolean
is_daemons(const DoctorHost *host, const char *profile)
{
    g_autofree char *program = g_strconcat("/usr/sbin/", host->daemon->name, NULL);
    const char *const names[] = {host->daemon->name, program};

    for (gsize i = 0; profile && i < G_N_ELEMENTS(names); i++) {
        gsize length = strlen(names[i]);
        if (strncmp(profile, names[i], length) == 0 &&
            (!profile[length] || g_str_has_prefix(profile + length, "//")))
            return TRUE;
    }
    return FALSE;
}

/* A rule for what was denied. Others choose names of files: one that is odd gets none. */
static char *
write_rule(const char *name)
{
    gboolean plain = name && name[0] == '/' && !name[strspn(name, PLAIN)];
    g_autofree char *rule = g_strconcat(plain ? name : HOOK, " rmix,", NULL);

    return g_shell_quote(rule);
}

static void
report_denial(const DoctorHost *host, DoctorReport *report, const char *line)
{
    g_autofree char *name = get_word(line, " name=\"");
    g_autofree char *operation = get_word(line, " operation=\"");
    g_autofree char *rule = write_rule(name);

    doctor_report_add(report, DOCTOR_WARNING,
                      "AppArmor has denied '%s' the %s of '%s'; the hook must be a file in its "
                      "place, no link, and for all else there are rules",
                      host->daemon->name, operation ? operation : "use", name ? name : "the hook");
    doctor_report_mend(report,
                       "echo %s >>/etc/apparmor.d/local/usr.sbin.%s && "
                       "apparmor_parser -r /etc/apparmor.d/usr.sbin.%s",
                       rule, host->daemon->name, host->daemon->name);
}

/* The first denial is said; more will be once that is mended. */
static void
find_denial(const DoctorHost *host, DoctorReport *report, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *profile = get_word(lines[i], " profile=\"");
        if (!strstr(lines[i], DENIED) || !is_daemons(host, profile))
            continue;
        report_denial(host, report, lines[i]);
        return;
    }
}

static gboolean
check_denied(const DoctorHost *host, DoctorReport *report)
{
    if (!has_apparmor(host))
        return FALSE;
    g_autofree char *since = g_strdup_printf("--since=@%" G_GINT64_FORMAT, denials_since(host));
    const char *const argv[] = {"journalctl",
                                "-q",
                                "-b",
                                "-o",
                                "cat",
                                "--no-pager",
                                since,
                                "--grep=" DENIED ".*openvgpu",
                                "_TRANSPORT=kernel",
                                "+",
                                "_TRANSPORT=audit",
                                NULL};
    /* it fails if there is none */
    g_autofree char *text = doctor_host_ask(host, argv);

    if (text)
        find_denial(host, report, text);
    return TRUE;
}

/* Is the daemon's profile enforced? */
static gboolean
is_enforced(const DoctorHost *host)
{
    g_autofree char *path = vgpu_root_at(host->root, PROFILES);
    g_autofree char *text = vgpu_file_read(path, PROFILES_MAX, NULL, NULL);
    g_autofree char *line = g_strconcat("\n", host->daemon->name, " (enforce)\n", NULL);
    g_autofree char *all = g_strconcat("\n", text, NULL);

    return strstr(all, line) != NULL;
}

static gboolean
names_hooks(const DoctorHost *host, const char *folder)
{
    g_autofree char *file = g_strconcat(folder, "/usr.sbin.", host->daemon->name, NULL);
    g_autofree char *path = vgpu_root_at(host->root, file);
    g_autofree char *text = vgpu_file_read(path, PROFILES_MAX, NULL, NULL);

    return text && strstr(text, "/libvirt/hooks/");
}

static gboolean
check_profile(const DoctorHost *host, DoctorReport *report)
{
    if (!has_apparmor(host) || !is_enforced(host))
        return FALSE;
    g_autofree char *file = g_strconcat("/etc/apparmor.d/usr.sbin.", host->daemon->name, NULL);
    if (!doctor_host_has_file(host, file))
        return FALSE;
    if (names_hooks(host, "/etc/apparmor.d") || names_hooks(host, "/etc/apparmor.d/local"))
        return TRUE;
    doctor_report_add(report, DOCTOR_WARNING,
                      "AppArmor's profile '%s' says nothing of hooks, so '%s' may not run them",
                      file, host->daemon->name);
    doctor_report_mend(report,
                       "echo '/etc/libvirt/hooks/** rmix,' >>/etc/apparmor.d/local/usr.sbin.%s && "
                       "apparmor_parser -r %s",
                       host->daemon->name, file);
    return TRUE;
}

static gboolean
check_selinux(const DoctorHost *host, DoctorReport *report)
{
    if (!doctor_host_has_file(host, "/sys/fs/selinux/enforce"))
        return FALSE;
    if (!reads(host, "/sys/fs/selinux/enforce", "1"))
        return TRUE;
    doctor_report_add(report, DOCTOR_NOTE,
                      "SELinux is enforcing, under which OpenVGPU has not been run: if a guest "
                      "does not start, look what was denied");
    doctor_report_mend(report, "ausearch -m avc -ts boot | grep -e openvgpu -e virt");
    return TRUE;
}

const DoctorCheck doctor_confine_checks[] = {
    {"apparmor-denied", "AppArmor has denied the hook nothing", check_denied},
    {"apparmor-profile", "AppArmor lets libvirt run hooks", check_profile},
    {"selinux", "SELinux does not enforce", check_selinux},
    {NULL},
};
