/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory-diff.c - what has happened between two looks at everything there is: a pure function of
 * the two.
 */
#include "inventory-diff.h"

#include "attr.h"
#include "parent.h"

/* A comparison in the making. */
typedef struct {
    GPtrArray *events;
    GHashTable *busy; /* names of GPUs on which a vGPU came or went */
} Diff;

/* A name under which the same thing is found in both; (transfer full) */
typedef char *(*KeyFunc)(gconstpointer item);

/* One of the two may be NULL. */
typedef void (*CompareFunc)(Diff *diff, gconstpointer before, gconstpointer after);

static const char *const names[] = {
    [VGPU_EVENT_GPU_ADDED] = "gpu-added",
    [VGPU_EVENT_GPU_CHANGED] = "gpu-changed",
    [VGPU_EVENT_GPU_REMOVED] = "gpu-removed",
    [VGPU_EVENT_VGPU_ADDED] = "vgpu-added",
    [VGPU_EVENT_VGPU_REMOVED] = "vgpu-removed",
    [VGPU_EVENT_DEFINITION_ADDED] = "definition-added",
    [VGPU_EVENT_DEFINITION_CHANGED] = "definition-changed",
    [VGPU_EVENT_DEFINITION_REMOVED] = "definition-removed",
    [VGPU_EVENT_DOMAIN_OWNS] = "domain-owns",
    [VGPU_EVENT_DOMAIN_READY] = "domain-ready",
    [VGPU_EVENT_DOMAIN_RELEASED] = "domain-released",
    [VGPU_EVENT_PROBLEM_ADDED] = "problem-added",
    [VGPU_EVENT_PROBLEM_REMOVED] = "problem-removed",
};

const char *
vgpu_event_name(VgpuEventKind kind)
{
    return names[kind];
}

static void
event_free(gpointer data)
{
    VgpuEvent *event = data;
    g_free(event->gpu);
    g_free(event->vgpu);
    g_free(event->type);
    g_free(event->domain);
    g_free(event->domain_name);
    g_free(event->detail);
    g_free(event);
}

static VgpuEvent *
add_event(Diff *diff, VgpuEventKind kind, const char *gpu, const char *vgpu, const char *type)
{
    VgpuEvent *event = g_new0(VgpuEvent, 1);

    event->kind = kind;
    event->gpu = g_strdup(gpu);
    event->vgpu = g_strdup(vgpu);
    event->type = g_strdup(type);
    g_ptr_array_add(diff->events, event);
    return event;
}

static GHashTable *
index_by(const GPtrArray *items, KeyFunc key)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < items->len; i++)
        g_hash_table_insert(index, key(items->pdata[i]), items->pdata[i]);
    return index;
}

/* Calls @compare for what is in one or in both, each once, in the order of the lists. */
static void
compare_lists(Diff *diff, const GPtrArray *before, const GPtrArray *after, KeyFunc key,
              CompareFunc compare)
{
    g_autoptr(GHashTable) then = index_by(before, key);
    g_autoptr(GHashTable) now = index_by(after, key);

    for (guint i = 0; i < before->len; i++) {
        g_autofree char *name = key(before->pdata[i]);
        compare(diff, before->pdata[i], g_hash_table_lookup(now, name));
    }
    for (guint i = 0; i < after->len; i++) {
        g_autofree char *name = key(after->pdata[i]);
        if (!g_hash_table_contains(then, name))
            compare(diff, NULL, after->pdata[i]);
    }
}

static char *
device_key(gconstpointer item)
{
    const VgpuDevice *device = item;
    return g_strdup_printf("%s %s %s", device->id, device->parent, device->type);
}

/* A look of its own before GPUs are compared. */
static void
note_busy(Diff *diff, gconstpointer before, gconstpointer after)
{
    const VgpuDevice *device = before ? before : after;

    if (!before || !after)
        g_hash_table_add(diff->busy, g_strdup(device->parent));
}

static void
compare_devices(Diff *diff, gconstpointer before, gconstpointer after)
{
    const VgpuDevice *device = before ? before : after;

    if (!before || !after)
        add_event(diff, after ? VGPU_EVENT_VGPU_ADDED : VGPU_EVENT_VGPU_REMOVED, device->parent,
                  device->id, device->type);
}

static char *
parent_key(gconstpointer item)
{
    const VgpuParent *parent = item;
    return g_strdup(parent->name);
}

static void G_GNUC_PRINTF(2, 3) append(GString *list, const char *format, ...)
{
    va_list args;

    if (list->len)
        g_string_append(list, ", ");
    va_start(args, format);
    g_string_append_vprintf(list, format, args);
    va_end(args);
}

/* Types that came and went, and with @counts what is left of others. */
static void
describe_types(const VgpuParent *before, const VgpuParent *after, gboolean counts, GString *changes)
{
    for (guint i = 0; i < before->types->len; i++) {
        const VgpuType *then = before->types->pdata[i];
        const VgpuType *now = vgpu_parent_find_type(after, then->id, NULL);

        if (!now)
            append(changes, "-%s", then->id);
        else if (counts && now->available_instances != then->available_instances)
            append(changes, "%s: %u left", now->id, now->available_instances);
    }
    for (guint i = 0; i < after->types->len; i++) {
        const VgpuType *now = after->types->pdata[i];

        if (!vgpu_parent_find_type(before, now->id, NULL))
            append(changes, "+%s", now->id);
    }
}

/* How many are left after a vGPU came or went is no news; types that came or went are. */
static void
compare_same_parent(Diff *diff, const VgpuParent *before, const VgpuParent *after)
{
    g_autoptr(GString) changes = g_string_new(NULL);

    if (g_strcmp0(before->driver, after->driver) != 0)
        append(changes, "driver %s", after->driver ? after->driver : "none");
    describe_types(before, after, !g_hash_table_contains(diff->busy, after->name), changes);
    if (changes->len)
        add_event(diff, VGPU_EVENT_GPU_CHANGED, after->name, NULL, NULL)->detail =
            g_strdup(changes->str);
}

static void
compare_parents(Diff *diff, gconstpointer before, gconstpointer after)
{
    const VgpuParent *parent = before ? before : after;

    if (before && after)
        compare_same_parent(diff, before, after);
    else if (before)
        add_event(diff, VGPU_EVENT_GPU_REMOVED, parent->name, NULL, NULL);
    else
        add_event(diff, VGPU_EVENT_GPU_ADDED, parent->name, NULL, NULL)->detail = g_strdup_printf(
            "driver %s, %u types", parent->driver ? parent->driver : "none", parent->types->len);
}

static char *
definition_key(gconstpointer item)
{
    const VgpuDefinition *definition = item;
    return g_strdup_printf("%s %s", definition->parent, definition->vgpu);
}

/* "auto NAME=VALUE": all that it says but for its type. */
static char *
describe_definition(const VgpuDefinition *definition)
{
    GString *text = g_string_new(definition->error       ? "unusable"
                                 : definition->autostart ? "auto"
                                                         : "manual");

    for (guint i = 0; i < definition->attrs->len; i++) {
        const VgpuAttr *attr = definition->attrs->pdata[i];
        g_string_append_printf(text, " %s=%s", attr->name, attr->value);
    }
    return g_string_free(text, FALSE);
}

static void
compare_definitions(Diff *diff, gconstpointer before, gconstpointer after)
{
    const VgpuDefinition *then = before, *now = after, *either = after ? after : before;
    g_autofree char *old = then ? describe_definition(then) : NULL;
    g_autofree char *new = now ? describe_definition(now) : NULL;
    VgpuEventKind kind = !then  ? VGPU_EVENT_DEFINITION_ADDED
                         : !now ? VGPU_EVENT_DEFINITION_REMOVED
                                : VGPU_EVENT_DEFINITION_CHANGED;

    if (then && now && g_strcmp0(then->type, now->type) == 0 && g_str_equal(old, new))
        return;
    add_event(diff, kind, either->parent, either->vgpu, either->type)->detail =
        g_strdup(now ? new : old);
}

static char *
record_key(gconstpointer item)
{
    const VgpuRecord *record = item;
    return g_strdup(record->vgpu);
}

static VgpuEvent *
add_domain_event(Diff *diff, VgpuEventKind kind, const VgpuRecord *record)
{
    VgpuEvent *event = add_event(diff, kind, record->parent, record->vgpu, record->type);

    event->domain = g_strdup(record->domain);
    event->domain_name = g_strdup(record->domain_name);
    return event;
}

/* A record that is kept though its domain has stopped belongs to nobody. */
static const VgpuRecord *
owned(const VgpuRecord *record)
{
    return record && record->state != VGPU_RECORD_RELEASED ? record : NULL;
}

static void
compare_records(Diff *diff, gconstpointer before, gconstpointer after)
{
    const VgpuRecord *then = owned(before), *now = owned(after);
    gboolean same = then && now && g_str_equal(then->domain, now->domain);

    if (then && !same)
        add_domain_event(diff, VGPU_EVENT_DOMAIN_RELEASED, then);
    if (!now || (same && then->state == now->state))
        return;
    if (now->state == VGPU_RECORD_READY)
        add_domain_event(diff, VGPU_EVENT_DOMAIN_READY, now);
    else
        add_domain_event(diff, VGPU_EVENT_DOMAIN_OWNS, now)->detail =
            g_strdup(vgpu_record_state_name(now->state));
}

static char *
problem_key(gconstpointer item)
{
    const GError *problem = item;
    return g_strdup(problem->message);
}

static void
compare_problems(Diff *diff, gconstpointer before, gconstpointer after)
{
    const GError *problem = before ? before : after;

    if (!before || !after)
        add_event(diff, after ? VGPU_EVENT_PROBLEM_ADDED : VGPU_EVENT_PROBLEM_REMOVED, NULL, NULL,
                  NULL)
            ->detail = g_strdup(problem->message);
}

GPtrArray *
vgpu_inventory_diff(const VgpuInventory *before, const VgpuInventory *after)
{
    g_autoptr(GHashTable) busy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Diff diff = {.events = g_ptr_array_new_with_free_func(event_free), .busy = busy};

    compare_lists(&diff, before->devices, after->devices, device_key, note_busy);
    compare_lists(&diff, before->parents, after->parents, parent_key, compare_parents);
    compare_lists(&diff, before->devices, after->devices, device_key, compare_devices);
    compare_lists(&diff, before->definitions, after->definitions, definition_key,
                  compare_definitions);
    compare_lists(&diff, before->records, after->records, record_key, compare_records);
    compare_lists(&diff, before->problems, after->problems, problem_key, compare_problems);
    return diff.events;
}
