/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-gc.c - removes the vGPUs that the hook made for domains which are off by now; lists
 * everything else that is nobody's.
 */
#include "connection.h"
#include "error.h"
#include "gc.h"
#include "inventory.h"
#include "json.h"
#include "log.h"
#include "table.h"
#include "verbs.h"

static char *uri;
static gboolean dry_run, as_json;

static const GOptionEntry options[] = {
    {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "only say what would be removed", NULL},
    {"connect", 0, 0, G_OPTION_ARG_STRING, &uri, "libvirt's URI of the hypervisor", "URI"},
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
    {NULL},
};

/* One vGPU, and what became of it. */
typedef struct {
    const char *vgpu;
    const char *parent;
    const char *type;
    const char *domain;
    const char *result; /* "removed", "would go" or "kept" */
    char *why;
    const char *domain_uuid;
} Row;

static void
row_clear(gpointer data)
{
    Row *row = data;

    g_free(row->why);
}

/* A domain that libvirt does not know is off: it was transient, or is undefined. */
static gboolean
is_off(VgpuctlConnection *connection, const VgpuRecord *record, gboolean *off, GError **error)
{
    GError *cause = NULL;
    g_autoptr(virDomain) domain = vgpuctl_connection_find(connection, record->domain, &cause);
    gboolean active = FALSE;

    if (domain)
        vgpuctl_connection_is_active(domain, &active, &cause);
    *off = !active;
    if (g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_error_free(cause);
        return TRUE;
    }
    if (cause)
        g_propagate_error(error, cause);
    return !cause;
}

/* FALSE if it should have gone. */
static gboolean
take(const VgpuRoot *root, const VgpuGcItem *item, Row *row)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autoptr(GError) error = NULL;

    if (dry_run ? vgpu_gc_check(root, item, &error)
                : vgpu_gc_remove(root, item, &deadline, &error)) {
        row->result = dry_run ? "would go" : "removed";
        row->why =
            g_strdup(item->record->state == VGPU_RECORD_RELEASED ? "its domain has released it"
                                                                 : "its domain is off");
        return TRUE;
    }
    row->why = g_strdup(error->message);
    return g_error_matches(error, VGPU_ERROR, VGPU_ERROR_BUSY) ||
           g_error_matches(error, VGPU_ERROR, VGPU_ERROR_CONFLICT);
}

/* Asks for all domains before anything goes; FALSE with @error set if libvirt can't tell of one. */
static gboolean
ask_for_all(VgpuctlConnection *connection, const GPtrArray *items, gboolean *offs, GError **error)
{
    for (guint i = 0; i < items->len; i++) {
        const VgpuGcItem *item = items->pdata[i];

        /* its domain has let go of it */
        offs[i] = item->record->state == VGPU_RECORD_RELEASED;
        if (!offs[i] && !is_off(connection, item->record, &offs[i], error)) {
            g_prefix_error(error, "nothing was removed: ");
            return FALSE;
        }
    }
    return TRUE;
}

/* Returns how many should have gone and did not. */
static guint
see_to_records(const VgpuRoot *root, const GPtrArray *items, const gboolean *offs, GArray *rows)
{
    guint failed = 0;

    for (guint i = 0; i < items->len; i++) {
        const VgpuGcItem *item = items->pdata[i];
        const VgpuRecord *record = item->record;
        Row row = {record->vgpu, record->parent, record->type,  record->domain_name,
                   "kept",       NULL,           record->domain};

        if (!offs[i])
            row.why = g_strdup("its domain runs");
        else
            failed += !take(root, item, &row);
        g_array_append_val(rows, row);
    }
    return failed;
}

static char *
why_left(const VgpuRoot *root, const VgpuInventoryEntry *entry)
{
    g_autoptr(VgpuRecord) record = NULL;
    g_autoptr(GError) error = NULL;

    if (!vgpu_record_find(root, entry->vgpu, &record, &error))
        return g_strdup(error->message);
    return g_strdup(entry->definition ? "somebody has started what is defined; 'vgpuctl remove' "
                                        "removes it"
                                      : "others made it; 'vgpuctl remove' removes it");
}

/* Those that no record which can be read names, nor a definition marked auto: others may want them.
 */
static void
look_at_others(const VgpuRoot *root, const VgpuInventory *inventory, GArray *rows)
{
    for (guint i = 0; i < inventory->entries->len; i++) {
        const VgpuInventoryEntry *entry = inventory->entries->pdata[i];
        Row row = {entry->vgpu, entry->parent, entry->type, NULL, "kept", NULL, NULL};

        if (!entry->device || entry->record || (entry->definition && entry->definition->autostart))
            continue;
        row.why = why_left(root, entry);
        g_array_append_val(rows, row);
    }
}

static void
print_table(const GArray *rows)
{
    static const char *const titles[] = {"VGPU", "GPU", "TYPE", "DOMAIN", "RESULT", "WHY", NULL};
    g_autoptr(VgpuctlTable) table = vgpuctl_table_new(titles);

    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        const char *cells[] = {row->vgpu,   row->parent, row->type,
                               row->domain, row->result, row->why};
        vgpuctl_table_add(table, cells);
    }
    vgpuctl_table_print(table);
}

static void
print_json(const GArray *rows)
{
    json_object *document = vgpuctl_json_new(), *list = json_object_new_array();

    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        json_object *json = json_object_new_object();

        vgpuctl_json_text(json, "vgpu", row->vgpu);
        vgpuctl_json_text(json, "gpu", row->parent);
        vgpuctl_json_text(json, "type", row->type);
        json_object_object_add(json, "domain", vgpuctl_json_domain(row->domain_uuid, row->domain));
        vgpuctl_json_text(json, "result", row->result);
        vgpuctl_json_text(json, "why", row->why);
        json_object_array_add(list, json);
    }
    json_object_object_add(document, "vgpus", list);
    vgpuctl_json_print(document);
}

static gboolean
collect(const VgpuRoot *root, const GPtrArray *items, const gboolean *offs, GError **error)
{
    g_autoptr(VgpuInventory) inventory = vgpu_inventory_new(root);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    guint failed;

    g_array_set_clear_func(rows, row_clear);
    for (guint i = 0; i < inventory->problems->len; i++)
        vgpu_log_error(inventory->problems->pdata[i]);
    failed = see_to_records(root, items, offs, rows);
    look_at_others(root, inventory, rows);
    if (as_json)
        print_json(rows);
    else
        print_table(rows);
    if (failed)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED, "%u could not be removed", failed);
    return !failed;
}

/* The records first, then libvirt: see vgpu_gc_look(). */
static gboolean
run_gc(const VgpuRoot *root, const char *const *words G_GNUC_UNUSED, GError **error)
{
    g_autoptr(GPtrArray) items = vgpu_gc_look(root, error);
    g_autoptr(VgpuctlConnection) connection =
        items ? vgpuctl_connection_open_system(root, uri, error) : NULL;
    g_autofree gboolean *offs = items ? g_new0(gboolean, items->len + 1) : NULL;

    return connection && ask_for_all(connection, items, offs, error) &&
           collect(root, items, offs, error);
}

const VgpuctlVerb vgpuctl_gc = {
    .name = "gc",
    .arguments = "",
    .summary = "remove what the hook made for domains that are off by now",
    .options = options,
    .run = run_gc,
};
