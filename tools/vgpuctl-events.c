/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-events.c - follows what happens to GPUs and vGPUs, a line an event, until it is stopped.
 */
#include "error.h"
#include "inventory-diff.h"
#include "json.h"
#include "log.h"
#include "verb.h"
#include "watch.h"

#include <glib-unix.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* Types of virtual functions, and what GPUs have left, give no event. */
#define LOOK_SECONDS 2

/* RFC 3339 */
#define TIME_FORMAT "%Y-%m-%dT%H:%M:%S%:z"

#define NOT_GIVEN G_MININT

static gboolean as_json;
static int seconds = NOT_GIVEN, most = NOT_GIVEN;

static const GOptionEntry options[] = {
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object a line", NULL},
    {"timeout", 0, 0, G_OPTION_ARG_INT, &seconds, "stop after SECONDS", "SECONDS"},
    {"count", 0, 0, G_OPTION_ARG_INT, &most, "stop after NUMBER events", "NUMBER"},
    {NULL},
};

/* One run. */
typedef struct {
    const VgpuRoot *root;
    VgpuInventory *last;
    GMainLoop *loop;
    guint count;
    GError *error;
} Events;

static char *
now(void)
{
    g_autoptr(GDateTime) time = g_date_time_new_now_local();
    return g_date_time_format(time, TIME_FORMAT);
}

static json_object *
event_to_json(const char *time, const char *what, const VgpuEvent *event)
{
    json_object *json = vgpuctl_json_new();

    vgpuctl_json_text(json, "time", time);
    vgpuctl_json_text(json, "event", what);
    vgpuctl_json_text(json, "gpu", event->gpu);
    vgpuctl_json_text(json, "vgpu", event->vgpu);
    vgpuctl_json_text(json, "type", event->type);
    json_object_object_add(json, "domain", vgpuctl_json_domain(event->domain, event->domain_name));
    vgpuctl_json_text(json, "detail", event->detail);
    return json;
}

static void
print_json(const char *time, const char *what, const VgpuEvent *event)
{
    json_object *json = event_to_json(time, what, event);

    puts(json_object_to_json_string_ext(json,
                                        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(json);
}

/* Type, domain and the rest, as far as there are any. */
static char *
describe(const VgpuEvent *event)
{
    const char *const parts[] = {event->type, event->domain_name, event->detail};
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i])
            g_string_append_printf(text, "%s%s", text->len ? " " : "", parts[i]);
    return vgpu_log_make_printable(text->len ? text->str : "-");
}

/* Columns on a terminal, for which the widest uuid and the longest event leave room. */
static void
print_line(const char *time, const char *what, const VgpuEvent *event)
{
    g_autofree char *details = describe(event);
    const char *format =
        isatty(STDOUT_FILENO) ? "%s  %-18s  %-36s  %-12s  %s\n" : "%s\t%s\t%s\t%s\t%s\n";

    printf(format, time, what, event->vgpu ? event->vgpu : "-", event->gpu ? event->gpu : "-",
           details);
}

static void
print_event(const char *what, const VgpuEvent *event)
{
    g_autofree char *time = now();

    if (as_json)
        print_json(time, what, event);
    else
        print_line(time, what, event);
}

/* Whoever reads has each event at once; without a reader there is nothing left to do. */
static void
hand_over(Events *events)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    if (!events->error)
        vgpu_error_set_errno(&events->error, EIO, "cannot write to standard output");
    g_main_loop_quit(events->loop);
}

static gboolean
is_enough(const Events *events)
{
    return most > 0 && events->count >= (guint)most;
}

static void
look(gpointer user_data)
{
    Events *events = user_data;
    VgpuInventory *fresh = vgpu_inventory_new(events->root);
    g_autoptr(GPtrArray) list = vgpu_inventory_diff(events->last, fresh);

    for (guint i = 0; i < list->len && !is_enough(events); i++) {
        const VgpuEvent *event = list->pdata[i];
        print_event(vgpu_event_name(event->kind), event);
        events->count++;
    }
    vgpu_inventory_free(events->last);
    events->last = fresh;
    hand_over(events);
    if (is_enough(events))
        g_main_loop_quit(events->loop);
}

static gboolean
on_signal(gpointer user_data)
{
    Events *events = user_data;
    g_main_loop_quit(events->loop);
    return G_SOURCE_CONTINUE;
}

/* Time is up: that is what was asked for, unless so many events were. */
static gboolean
on_timeout(gpointer user_data)
{
    Events *events = user_data;

    if (most > 0 && !is_enough(events))
        g_set_error(&events->error, VGPU_ERROR, VGPU_ERROR_TIMEOUT,
                    "after %d seconds there were %u events of %d", seconds, events->count, most);
    g_main_loop_quit(events->loop);
    return G_SOURCE_CONTINUE;
}

/* The first look is with the watch on already, so that nothing is missed. */
static void
start(Events *events)
{
    VgpuEvent first = {0};
    g_autofree char *detail = NULL;

    events->last = vgpu_inventory_new(events->root);
    for (guint i = 0; i < events->last->problems->len; i++)
        vgpu_log_error(events->last->problems->pdata[i]);
    detail = g_strdup_printf("%u GPUs, %u vGPUs, %u definitions", events->last->parents->len,
                             events->last->devices->len, events->last->definitions->len);
    first.detail = detail;
    print_event("watching", &first);
    hand_over(events);
}

static void
follow(Events *events)
{
    guint sources[] = {g_unix_signal_add(SIGINT, on_signal, events),
                       g_unix_signal_add(SIGTERM, on_signal, events),
                       seconds > 0 ? g_timeout_add_seconds((guint)seconds, on_timeout, events) : 0};

    start(events);
    if (!events->error)
        g_main_loop_run(events->loop);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_clear_handle_id(&sources[i], g_source_remove);
}

static gboolean
run_events(const VgpuRoot *root, const char *const *words G_GNUC_UNUSED, GError **error)
{
    Events events = {.root = root};

    if ((seconds != NOT_GIVEN && seconds < 1) || (most != NOT_GIVEN && most < 1)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "--timeout and --count must be at least 1; see 'vgpuctl events --help'");
        return FALSE;
    }
    g_autoptr(VgpuWatch) watch = vgpu_watch_new(root, LOOK_SECONDS, look, &events, error);
    if (!watch)
        return FALSE;
    events.loop = g_main_loop_new(NULL, FALSE);
    follow(&events);
    g_main_loop_unref(events.loop);
    vgpu_inventory_free(events.last);
    if (events.error)
        g_propagate_error(error, events.error);
    return !events.error;
}

const VgpuctlVerb vgpuctl_events = {
    .name = "events",
    .arguments = "",
    .summary = "follow what happens to GPUs and vGPUs",
    .options = options,
    .run = run_events,
};
