/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook.c - hook.so: what each of libvirt's events means for vGPUs, over lib/. Loaded
 * by main.c for the domains that need it.
 */
#include "hook-call.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "deadline.h"
#include "domain.h"
#include "error.h"
#include "log.h"
#include "migrate.h"
#include "prepare.h"
#include "reconnect.h"
#include "release.h"

/* One call, and what all operations need. */
typedef struct {
    const struct vgpu_hook_call *call;
    const VgpuRoot *root;
    VgpuDeadline deadline;
} Hook;

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
    g_autoptr(VgpuDomain) domain = parse_or_leave(hook, &leave, error);

    if (!domain)
        return leave;
    if (!hook->call->privileged)
        return vgpu_prepare_session(hook->root, domain, error);
    return vgpu_prepare(hook->root, domain, &hook->deadline, error);
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
    g_autoptr(VgpuDomain) domain = parse_or_leave(hook, &leave, error);
    gsize length;
    char *xml;

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

/* To standard error, which libvirt shows when a start fails, and to the system's log. */
static void
log_line(const char *line, gpointer user_data)
{
    const Hook *hook = user_data;
    g_autofree char *text = g_strconcat("openvgpu: ", line, "\n", NULL);

    if (!vgpu_root_is_mock(hook->root))
        syslog(LOG_DAEMON | LOG_WARNING, "openvgpu: %s", line);
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* there is nowhere left to say so */
}

static VgpuDeadline
read_deadline(const struct vgpu_hook_call *call, const VgpuRoot *root)
{
    const char *text = vgpu_root_is_mock(root) ? g_getenv("OPENVGPU_DEADLINE_MS") : NULL;
    guint64 milliseconds = VGPU_DEADLINE_DEFAULT_MS;
    VgpuDeadline deadline;

    if (text)
        g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &milliseconds, NULL);
    deadline.at = call->started + (gint64)milliseconds * 1000;
    return deadline;
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
    hook.deadline = read_deadline(call, root);
    status = run_operation(&hook);
    vgpu_log_set_sink(NULL, NULL);
    return status;
}
