/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook.c - hook.so: what each of libvirt's events means for vGPUs, over lib/. Loaded
 * by main.c for the domains that need it.
 */
#include "config.h"
#include "hook-call.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "settings.h"
#include "deadline.h"
#include "domain.h"
#include "error.h"
#include "log.h"
#include "migrate.h"
#include "prepare.h"
#include "reconnect.h"
#include "release.h"

const char vgpu_hook_release[] = PACKAGE_VERSION;

/* One call, and what all operations need. */
typedef struct {
    const struct vgpu_hook_call *call;
    const VgpuRoot *root;
    const VgpuSettings *settings;
    VgpuDeadline deadline;
} Hook;

/* How much later than its deadline a call is ended by force. */
#define GRACE_SECONDS 2

/* One operation: FALSE with @error set if it failed. */
typedef gboolean (*HookFunc)(const Hook *hook, GError **error);

static VgpuDomain *
parse(const Hook *hook, GError **error)
{
    return vgpu_domain_parse(hook->call->xml, hook->call->length, error);
}

/*
 * A domain that does not ask us for anything is libvirt's: if we can't read its XML
 * that is said, and no more.
 */
static VgpuDomain *
parse_or_leave(const Hook *hook, gboolean *leave, GError **error)
{
    GError *cause = NULL;
    VgpuDomain *domain = parse(hook, &cause);

    *leave = !domain && !hook->call->asks;
    if (*leave)
        vgpu_log("domain \"%s\": left to libvirt: %s", hook->call->name, cause->message);
    if (!domain && !*leave)
        g_propagate_error(error, cause);
    else
        g_clear_error(&cause);
    return domain;
}

static gboolean
run_prepare(const Hook *hook, GError **error)
{
    gboolean leave;

    if (!hook->settings->enabled)
        return TRUE;
    g_autoptr(VgpuDomain) domain = parse_or_leave(hook, &leave, error);
    if (!domain)
        return leave;
    if (!hook->call->privileged)
        return vgpu_prepare_session(hook->root, domain, error);
    return vgpu_prepare(hook->root, domain, hook->settings, &hook->deadline, error);
}

/* The records say what is to go, so the domain's uuid will do where its XML can't be read. */
static gboolean
run_release(const Hook *hook, GError **error)
{
    g_autoptr(VgpuDomain) domain = parse(hook, NULL);
    const char *uuid = domain ? domain->uuid : hook->call->uuid;

    return vgpu_release(hook->root, uuid, domain, &hook->deadline, error);
}

static gboolean
write_all(const char *text, gsize length, GError **error)
{
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, text, length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            vgpu_error_set_errno(error, errno, "can't hand the changed XML to libvirt");
            return FALSE;
        }
        text += count;
        length -= (gsize)count;
    }
    return TRUE;
}

static gboolean
run_filter(const Hook *hook, GError **error)
{
    gboolean leave, ok;
    gsize length;
    char *xml;

    if (!hook->settings->enabled)
        return TRUE;
    g_autoptr(VgpuDomain) domain = parse_or_leave(hook, &leave, error);
    if (!domain)
        return leave;
    if (!vgpu_migrate_filter(hook->root, domain, hook->call->xml, hook->call->length, &xml, &length,
                             error))
        return FALSE;
    if (!xml)
        return TRUE;
    ok = write_all(xml, length, error);
    explicit_bzero(xml, length); /* passwords */
    g_free(xml);
    return ok;
}

static gboolean
run_reconnect(const Hook *hook, GError **error G_GNUC_UNUSED)
{
    vgpu_reconnect_look(hook->root, hook->call->name);
    return TRUE;
}

static const struct {
    const char *operation;
    HookFunc run;
    int failed; /* exit status: what libvirt ignores anyway stays 0 */
} operations[] = {
    {"prepare", run_prepare, VGPU_EXIT_FAILED}, {"release", run_release, VGPU_EXIT_OK},
    {"migrate", run_filter, VGPU_EXIT_FAILED},  {"restore", run_filter, VGPU_EXIT_FAILED},
    {"reconnect", run_reconnect, VGPU_EXIT_OK},
};

static void
add_field(GLogField *fields, gsize *count, const char *key, const char *text)
{
    if (text && text[0])
        fields[(*count)++] = (GLogField){key, text, -1};
}

/* To the journal, where one can search by domain and by vGPU; without one, to syslog. */
static void
log_to_system(const Hook *hook, const VgpuLogEntry *entry)
{
    gboolean warning = entry->level >= VGPU_LOG_WARNING;
    g_autofree char *name = vgpu_log_make_safe(hook->call->name);
    g_autofree char *uuid = vgpu_log_make_safe(hook->call->uuid);
    g_autofree char *line = g_strconcat("openvgpu: ", entry->line, NULL);
    const VgpuLogVgpu *vgpu = entry->vgpu;
    GLogField fields[8];
    gsize count = 0;

    add_field(fields, &count, "MESSAGE", line);
    add_field(fields, &count, "PRIORITY", warning ? "4" : "6");
    add_field(fields, &count, "SYSLOG_IDENTIFIER", program_invocation_short_name);
    add_field(fields, &count, "OPENVGPU_DOMAIN", name);
    add_field(fields, &count, "OPENVGPU_DOMAIN_UUID", uuid);
    add_field(fields, &count, "OPENVGPU_VGPU", vgpu ? vgpu->id : NULL);
    add_field(fields, &count, "OPENVGPU_PARENT", vgpu ? vgpu->parent : NULL);
    add_field(fields, &count, "OPENVGPU_TYPE", vgpu ? vgpu->type : NULL);
    if (g_log_writer_journald(warning ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_INFO, fields, count,
                              NULL) != G_LOG_WRITER_HANDLED)
        syslog(LOG_DAEMON | (warning ? LOG_WARNING : LOG_INFO), "%s", line);
}

/* Warnings also to standard error, which libvirt shows when a start fails. */
static void
log_line(const VgpuLogEntry *entry, gpointer user_data)
{
    const Hook *hook = user_data;
    g_autofree char *text = g_strconcat("openvgpu: ", entry->line, "\n", NULL);

    if (hook->settings && entry->level < hook->settings->log_level)
        return;
    if (!vgpu_root_is_mock(hook->root))
        log_to_system(hook, entry);
    if ((entry->level >= VGPU_LOG_WARNING || vgpu_root_is_mock(hook->root)) &&
        write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* there is nowhere left to say so */
}

/* The program's alarm is for a call of the usual length; it goes off later if more was allowed. */
static void
set_deadline(Hook *hook)
{
    const char *text = vgpu_root_is_mock(hook->root) ? g_getenv("OPENVGPU_DEADLINE_MS") : NULL;
    guint64 milliseconds = hook->settings->deadline_ms;

    if (text)
        g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &milliseconds, NULL);
    hook->deadline.at = hook->call->started + (gint64)milliseconds * 1000;
    if (milliseconds > VGPU_DEADLINE_DEFAULT_MS)
        alarm((guint)(milliseconds / 1000) + GRACE_SECONDS);
}

static int
run_operation(const Hook *hook)
{
    const struct vgpu_hook_call *call = hook->call;

    for (guint i = 0; i < G_N_ELEMENTS(operations); i++) {
        g_autoptr(GError) error = NULL;

        if (!g_str_equal(call->operation, operations[i].operation))
            continue;
        if (operations[i].run(hook, &error))
            return VGPU_EXIT_OK;
        vgpu_log("domain \"%s\"%s%s%s: %s", call->name, call->uuid[0] ? " (" : "", call->uuid,
                 call->uuid[0] ? ")" : "", error->message);
        return operations[i].failed;
    }
    return VGPU_EXIT_OK;
}

int
vgpu_hook_run(const struct vgpu_hook_call *call)
{
    g_autoptr(VgpuRoot) root = vgpu_root_new(NULL);
    Hook hook = {.call = call, .root = root};
    int status;

    vgpu_log_set_sink(log_line, &hook);
    if (call->version != VGPU_HOOK_CALL_VERSION || call->size < sizeof(*call)) {
        vgpu_log("the hook and its hook.so are of different releases (%u and %d); install "
                 "OpenVGPU again",
                 call->version, VGPU_HOOK_CALL_VERSION);
        return VGPU_HOOK_UNKNOWN;
    }
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(root);
    hook.settings = settings;
    set_deadline(&hook);
    status = run_operation(&hook);
    vgpu_log_set_sink(NULL, NULL);
    return status;
}
