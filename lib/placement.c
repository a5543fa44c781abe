/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.c - which parents to try for a vGPU, and in which order: a pure
 * function of what is there.
 */
#include "placement.h"

#include "error.h"
#include "provider.h"

static const char *const words[] = {
    [VGPU_PLACEMENT_SPREAD] = "spread",
    [VGPU_PLACEMENT_COMPACT] = "compact",
    [VGPU_PLACEMENT_NUMA] = "numa",
};

gboolean
vgpu_placement_from_string(const char *text, VgpuPlacement *placement, GError **error)
{
    *placement = VGPU_PLACEMENT_DEFAULT;
    for (guint i = VGPU_PLACEMENT_SPREAD; text && i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(text, words[i]))
            *placement = i;
    if (!text || *placement != VGPU_PLACEMENT_DEFAULT)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "placement '%.32s' is not known to this release; use 'spread', 'compact' or 'numa'",
                text);
    return FALSE;
}

const char *
vgpu_placement_to_string(VgpuPlacement placement)
{
    return words[placement];
}

/* What all virtual functions of a GPU have is on that GPU. */
typedef struct {
    guint load;       /* as in a VgpuPlace */
    gboolean used;    /* it has a vGPU */
    gboolean awaited; /* by a definition of another type */
} Gpu;

/* A parent of the type, as it is counted; @type is NULL if it has none such. */
typedef struct {
    VgpuPlace place;
    const VgpuType *type;
    gboolean foreign; /* its vGPUs have ids of another kind */
    Gpu *gpu;
} Candidate;

/* More than distance() gives. */
#define LAST_RESORT 3

/* 0 for one near the domain, 1 for one that may be, 2 for one that is not; 0 if nobody asks. */
static guint
distance(const VgpuPlacementQuery *query, const VgpuParent *parent)
{
    if (query->placement != VGPU_PLACEMENT_NUMA || !query->nodes ||
        vgpu_numa_set_is_empty(query->nodes) || vgpu_numa_set_has(query->nodes, parent->numa_node))
        return 0;
    return parent->numa_node < 0 ? 1 : 2;
}

static Gpu *
get_gpu(GHashTable *gpus, const VgpuParent *parent)
{
    Gpu *gpu = g_hash_table_lookup(gpus, parent->gpu);

    if (!gpu) {
        gpu = g_new0(Gpu, 1);
        g_hash_table_insert(gpus, parent->gpu, gpu);
    }
    return gpu;
}

/*
 * (element-type utf8 Candidate): by name of parent; keys belong to the host, and what they have in
 * common to @gpus.
 */
static GHashTable *
candidates_new(const VgpuPlacementQuery *query, GHashTable *gpus)
{
    GHashTable *candidates = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    const VgpuProvider *provider = vgpu_provider_of_id(query->vgpu, NULL, NULL);

    for (guint i = 0; i < query->host->parents->len; i++) {
        const VgpuParent *parent = query->host->parents->pdata[i];
        Candidate *candidate;

        if (query->only && !g_str_equal(parent->name, query->only))
            continue;
        candidate = g_new0(Candidate, 1);
        candidate->place.parent = parent;
        candidate->place.distance = distance(query, parent);
        candidate->foreign = provider && provider != parent->provider;
        candidate->type = vgpu_parent_find_type(parent, query->type, NULL);
        candidate->gpu = get_gpu(gpus, parent);
        g_hash_table_insert(candidates, parent->name, candidate);
    }
    return candidates;
}

/* Counts what is there. Returns (element-type utf8): the ids of it, which belong to the host. */
static GHashTable *
count_devices(const VgpuPlacementQuery *query, GHashTable *candidates)
{
    GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < query->host->devices->len; i++) {
        const VgpuDevice *device = query->host->devices->pdata[i];
        Candidate *candidate = g_hash_table_lookup(candidates, device->parent);

        if (candidate) {
            candidate->gpu->load++;
            candidate->gpu->used = TRUE;
        }
        g_hash_table_add(ids, device->id);
    }
    return ids;
}

/* Those still to be restored, but for the vGPU asked for. */
static void
count_definitions(const VgpuPlacementQuery *query, GHashTable *there, GHashTable *candidates)
{
    for (guint i = 0; i < query->host->definitions->len; i++) {
        const VgpuDefinition *definition = query->host->definitions->pdata[i];
        Candidate *candidate = g_hash_table_lookup(candidates, definition->parent);

        if (!candidate || !candidate->type || !definition->autostart || !definition->type ||
            g_str_equal(definition->vgpu, query->vgpu) ||
            g_hash_table_contains(there, definition->vgpu))
            continue;
        candidate->gpu->load++;
        candidate->gpu->awaited |= !g_str_equal(definition->type, query->type);
        candidate->place.reserved +=
            vgpu_host_cost(vgpu_parent_find_type(candidate->place.parent, definition->type, NULL),
                           candidate->type);
    }
}

/* Those that others are about to make. */
static void
count_records(const VgpuPlacementQuery *query, GHashTable *there, GHashTable *candidates)
{
    for (guint i = 0; i < query->host->records->len; i++) {
        const VgpuRecord *record = query->host->records->pdata[i];
        Candidate *candidate = g_hash_table_lookup(candidates, record->parent);

        if (candidate && record->state == VGPU_RECORD_INTENDED &&
            !g_str_equal(record->vgpu, query->vgpu) && !g_hash_table_contains(there, record->vgpu))
            candidate->gpu->load++;
    }
}

static const char *
why_not(const Candidate *candidate)
{
    if (candidate->foreign)
        return "its vGPUs have ids of another kind";
    if (!candidate->type)
        return "has no such type";
    if (candidate->type->available_instances == 0)
        return "no instance left";
    if (candidate->type->available_instances <= candidate->place.reserved)
        return "what is left is for definitions marked auto";
    return NULL;
}

static int
compare(guint a, guint b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int
compare_places(gconstpointer first, gconstpointer second, gpointer data)
{
    const VgpuPlace *a = first, *b = second;
    const VgpuPlacementQuery *query = data;
    int order = compare(a->distance, b->distance);

    if (!order)
        order = query->placement == VGPU_PLACEMENT_COMPACT ? compare(b->load, a->load)
                                                           : compare(a->load, b->load);
    return order ? order : g_strcmp0(a->parent->name, b->parent->name);
}

/*
 * The first vGPU of a GPU may settle the type of all others, and nothing tells before: one that a
 * definition of another type waits for comes after all that no other can spoil.
 */
static void
add_place(GArray *order, const Candidate *candidate)
{
    VgpuPlace place = candidate->place;

    place.load = candidate->gpu->load;
    if (candidate->gpu->awaited && !candidate->gpu->used)
        place.distance += LAST_RESORT;
    g_array_append_val(order, place);
}

static GArray *
sort_out(const VgpuPlacementQuery *query, GHashTable *candidates, GString *refused)
{
    GArray *order = g_array_new(FALSE, FALSE, sizeof(VgpuPlace));

    for (guint i = 0; i < query->host->parents->len; i++) {
        const VgpuParent *parent = query->host->parents->pdata[i];
        const Candidate *candidate = g_hash_table_lookup(candidates, parent->name);
        const char *why = candidate ? why_not(candidate) : NULL;

        if (candidate && !why)
            add_place(order, candidate);
        else if (why && refused)
            g_string_append_printf(refused, "%s%s: %s", refused->len ? "; " : "", parent->name,
                                   why);
    }
    g_array_sort_with_data(order, compare_places, (gpointer)query);
    return order;
}

GArray *
vgpu_placement_order(const VgpuPlacementQuery *query, GString *refused)
{
    g_autoptr(GHashTable) gpus = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GHashTable) candidates = candidates_new(query, gpus);
    g_autoptr(GHashTable) there = count_devices(query, candidates);

    count_definitions(query, there, candidates);
    count_records(query, there, candidates);
    return sort_out(query, candidates, refused);
}
