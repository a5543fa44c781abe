/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.h - which parents to try for a vGPU, and in which order: a pure
 * function of what is there.
 */
#ifndef VGPU_PLACEMENT_H
#define VGPU_PLACEMENT_H

#include "host.h"
#include "numa.h"

G_BEGIN_DECLS

/**
 * VgpuPlacement:
 * @VGPU_PLACEMENT_DEFAULT: nothing was said: what the configuration says, else spread
 * @VGPU_PLACEMENT_SPREAD: the parent with the fewest vGPUs first
 * @VGPU_PLACEMENT_COMPACT: the fullest parent first, so that few are used
 * @VGPU_PLACEMENT_NUMA: parents on the domain's NUMA nodes first, then those of which no node is
 *   known, then the others; each in the order of spread
 */
typedef enum {
    VGPU_PLACEMENT_DEFAULT,
    VGPU_PLACEMENT_SPREAD,
    VGPU_PLACEMENT_COMPACT,
    VGPU_PLACEMENT_NUMA,
} VgpuPlacement;

/**
 * VgpuPlacementQuery:
 * @host: what there is
 * @vgpu: id of the vGPU; a definition or a record of it takes nothing away from it
 * @type: type id
 * @only: (nullable): the one parent that will do, or NULL for any
 * @placement: the order
 * @nodes: (nullable): the domain's NUMA nodes, for %VGPU_PLACEMENT_NUMA
 *
 * What placement depends on. A definition marked auto whose vGPU is not there yet counts as taken
 * on its parent: the guest that starts first at boot takes no place of a vGPU still to be restored.
 * A vGPU that a record says is being made counts for the order alone: that it will be is not sure.
 */
typedef struct {
    const VgpuHost *host;
    const char *vgpu;
    const char *type;
    const char *only;
    VgpuPlacement placement;
    const VgpuNumaSet *nodes;
} VgpuPlacementQuery;

/**
 * VgpuPlace:
 * @parent: a parent that will do; belongs to the query's host
 * @distance: 0 for one near the domain, or if nobody asks; 1 for one that may be, 2 for one that is
 *   not; 3 more if it has no vGPU yet and a definition marked auto of another type is still to be
 *   restored on it, which could not be if that GPU is one whose vGPUs are all of one type
 * @load: how many vGPUs its GPU has or will have, on whichever virtual function
 * @reserved: how many instances of the type are for definitions marked auto
 *
 * One answer of placement.
 */
typedef struct {
    const VgpuParent *parent;
    guint distance;
    guint load;
    guint reserved;
} VgpuPlace;

/**
 * vgpu_placement_from_string:
 * @text: (nullable): "spread", "compact" or "numa"; NULL for %VGPU_PLACEMENT_DEFAULT
 * @placement: (out): what it means
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * Returns: TRUE if @placement was set.
 */
gboolean vgpu_placement_from_string(const char *text, VgpuPlacement *placement, GError **error);

/**
 * vgpu_placement_to_string:
 * @placement: an order
 *
 * Returns: (transfer none) (nullable): what vgpu_placement_from_string() takes for it, NULL for
 *   %VGPU_PLACEMENT_DEFAULT.
 */
const char *vgpu_placement_to_string(VgpuPlacement placement);

/**
 * vgpu_placement_order:
 * @query: what is there and what is wanted
 * @refused: (nullable): gets "parent: why" for each parent left out, separated by "; "
 *
 * Equal parents come in order of name. That a parent is in the answer is no promise:
 * the kernel's own check decides, and its loser tries the next.
 *
 * Returns: (transfer full) (element-type VgpuPlace): the parents to try, in order; valid as long as
 * @query's host is.
 */
GArray *vgpu_placement_order(const VgpuPlacementQuery *query, GString *refused);

G_END_DECLS

#endif
