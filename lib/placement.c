/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.c - which parents to try for a vGPU, and in which order: a pure
 * function of what is there.
 */
#include "placement.h"

#include "definition.h"
#include "error.h"
#include "device.h"

/* A parent, with what decides its place: the lower each number the better. */
typedef struct {
    VgpuParent *parent;
    guint distance;
    guint load;
} Candidate;

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

static gboolean
is_there(const GPtrArray *devices, const char *id)
{
    for (guint i = 0; i < devices->len; i++) {
        const VgpuDevice *device = g_ptr_array_index(devices, i);

        if (g_str_equal(device->id, id))
            return TRUE;
    }
    return FALSE;
}

/* Is @definition still to be restored, on @parent, and not the vGPU asked for? */
static gboolean
is_pending(const VgpuPlacementQuery *query, const VgpuParent *parent,
           const VgpuDefinition *definition)
{
    return definition->autostart && definition->type &&
           g_str_equal(definition->parent, parent->name) &&
           !g_str_equal(definition->vgpu, query->vgpu) &&
           !is_there(query->devices, definition->vgpu);
}

/*
 * How many instances of @wanted one vGPU of type @taken costs: types of one parent
 * share its framebuffer, so a larger one costs several. One if sizes are not said.
 */
static guint
cost(const VgpuType *taken, const VgpuType *wanted)
{
    if (!taken || !taken->framebuffer_mib || !wanted->framebuffer_mib)
        return 1;
    return (taken->framebuffer_mib - 1) / wanted->framebuffer_mib + 1;
}

/* Counts what definitions will take on @parent: vGPUs into @count, instances of @type returned. */
static guint
count_pending(const VgpuPlacementQuery *query, const VgpuParent *parent, const VgpuType *type,
              guint *count)
{
    guint instances = 0;

    *count = 0;
    for (guint i = 0; i < query->definitions->len; i++) {
        const VgpuDefinition *definition = g_ptr_array_index(query->definitions, i);

        if (!is_pending(query, parent, definition))
            continue;
        *count += 1;
        instances += cost(vgpu_parent_find_type(parent, definition->type, NULL), type);
    }
    return instances;
}

static guint
count_devices(const GPtrArray *devices, const VgpuParent *parent)
{
    guint count = 0;

    for (guint i = 0; i < devices->len; i++) {
        const VgpuDevice *device = g_ptr_array_index(devices, i);

        count += g_strcmp0(device->parent, parent->name) == 0;
    }
    return count;
}

static void
refuse(GString *refused, const VgpuParent *parent, const char *why)
{
    if (refused)
        g_string_append_printf(refused, "%s%s: %s", refused->len ? "; " : "", parent->name, why);
}

/* 0 for one near the domain, 1 for one that may be, 2 for one that is not; 0 if nobody asks. */
static guint
distance(const VgpuPlacementQuery *query, const VgpuParent *parent)
{
    if (query->placement != VGPU_PLACEMENT_NUMA || !query->nodes ||
        vgpu_numa_set_is_empty(query->nodes) || vgpu_numa_set_has(query->nodes, parent->numa_node))
        return 0;
    return parent->numa_node < 0 ? 1 : 2;
}

static gboolean
is_candidate(const VgpuPlacementQuery *query, VgpuParent *parent, Candidate *candidate,
             GString *refused)
{
    const VgpuType *type = vgpu_parent_find_type(parent, query->type, NULL);
    guint pending, count;

    if (!type) {
        refuse(refused, parent, "has no such type");
        return FALSE;
    }
    if (type->available_instances == 0) {
        refuse(refused, parent, "no instance left");
        return FALSE;
    }
    pending = count_pending(query, parent, type, &count);
    if (type->available_instances <= pending) {
        refuse(refused, parent, "what is left is for definitions marked auto");
        return FALSE;
    }
    candidate->parent = parent;
    candidate->distance = distance(query, parent);
    candidate->load = count_devices(query->devices, parent) + count;
    return TRUE;
}

static int
compare(guint a, guint b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int
compare_candidates(gconstpointer first, gconstpointer second, gpointer data)
{
    const Candidate *a = first, *b = second;
    const VgpuPlacementQuery *query = data;
    int order = compare(a->distance, b->distance);

    if (!order)
        order = query->placement == VGPU_PLACEMENT_COMPACT ? compare(b->load, a->load)
                                                           : compare(a->load, b->load);
    return order ? order : g_strcmp0(a->parent->name, b->parent->name);
}

GPtrArray *
vgpu_placement_order(const VgpuPlacementQuery *query, GString *refused)
{
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    GPtrArray *order = g_ptr_array_new();

    for (guint i = 0; i < query->parents->len; i++) {
        VgpuParent *parent = g_ptr_array_index(query->parents, i);
        Candidate candidate;

        if (query->only && !g_str_equal(parent->name, query->only))
            continue;
        if (is_candidate(query, parent, &candidate, refused))
            g_array_append_val(candidates, candidate);
    }
    g_array_sort_with_data(candidates, compare_candidates, (gpointer)query);
    for (guint i = 0; i < candidates->len; i++)
        g_ptr_array_add(order, g_array_index(candidates, Candidate, i).parent);
    return order;
}
