/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h - what is to be done about one vGPU of a domain that starts, and why: decided from what
 * there is, with nothing changed.
 */
#ifndef VGPU_PLAN_H
#define VGPU_PLAN_H

#include "host.h"
#include "settings.h"
#include "wish.h"

G_BEGIN_DECLS

/**
 * VgpuPlanCall:
 * @root: a root
 * @domain: the domain
 * @settings: what the administrator allows and prefers
 * @nodes: the domain's NUMA nodes
 * @host: (nullable): what there would be by then; NULL to look anew where it matters
 * @forgotten: TRUE to decide as if there was no record
 *
 * For whom is decided. All is borrowed.
 */
typedef struct {
    const VgpuRoot *root;
    const VgpuDomain *domain;
    const VgpuSettings *settings;
    const VgpuNumaSet *nodes;
    VgpuHost *host;
    gboolean forgotten;
} VgpuPlanCall;

/**
 * VgpuPlanAction:
 * @VGPU_PLAN_LEAVE: nothing: it is there and not ours, or libvirt is to see to it
 * @VGPU_PLAN_KEEP: use what was made for this domain before
 * @VGPU_PLAN_TAKE_OVER: use what another domain has let go of, and own it from now on
 * @VGPU_PLAN_ENABLE: turn on the virtual functions of its GPU; decide again
 * @VGPU_PLAN_WAIT: wait until it has its type, since somebody else is making it; decide again
 * @VGPU_PLAN_FORGET: delete a record whose vGPU is gone; decide again
 * @VGPU_PLAN_REMOVE: remove what was made before, as it is not as it should be; decide again
 * @VGPU_PLAN_MAKE: make it
 */
typedef enum {
    VGPU_PLAN_LEAVE,
    VGPU_PLAN_KEEP,
    VGPU_PLAN_TAKE_OVER,
    VGPU_PLAN_ENABLE,
    VGPU_PLAN_WAIT,
    VGPU_PLAN_FORGET,
    VGPU_PLAN_REMOVE,
    VGPU_PLAN_MAKE,
} VgpuPlanAction;

/**
 * VgpuPlan:
 * @action: what is to be done
 * @why: (transfer none): the reason, for people
 * @vgpu: id of the vGPU; belongs to the domain
 * @parent: (nullable): name of the GPU, for %VGPU_PLAN_ENABLE; belongs to the domain
 * @wish: (nullable): what it shall be; NULL for %VGPU_PLAN_ENABLE, before which nobody can tell
 * @record: (nullable): its record
 * @query: where it can be made, for %VGPU_PLAN_MAKE; its strings belong to @wish
 * @places: (nullable) (element-type VgpuPlace): the answer to @query, at least one place
 *
 * One decision. It is true of what there was while it was made.
 */
typedef struct {
    VgpuPlanAction action;
    const char *why;
    const char *vgpu;
    const char *parent;
    VgpuWish *wish;
    VgpuRecord *record;
    VgpuPlacementQuery query;
    GArray *places;
    VgpuHost *host; /* private: what was looked at, unless the call had one */
} VgpuPlan;

/**
 * vgpu_plan_concerns_us:
 * @root: a root
 * @domain: a domain
 *
 * Is there anything to decide? If not, neither lock nor folder is needed, and a guest whose vGPUs
 * others manage starts whatever state ours are in.
 *
 * Returns: FALSE if nothing is to be done about any of its host devices.
 */
gboolean vgpu_plan_concerns_us(const VgpuRoot *root, const VgpuDomain *domain);

/**
 * vgpu_plan_new:
 * @call: for whom; must outlive the plan
 * @hostdev: one of the domain's host devices
 * @error: (out) (optional): why the domain can't have it
 *
 * For each host device: (1) one that is there and of which there is no record is checked and left;
 * (2) one that the metadata names is made; (3) one of which mdevctl has a definition is made if the
 * host device is managed; (4) any other is left to libvirt. What an earlier call made for the
 * domain is kept if it is ready, and made again if not. Who wants to act on the answer holds the
 * lock of the vGPU, so that nobody is in the middle of making it.
 *
 * Returns: (transfer full) (nullable): the decision.
 */
VgpuPlan *vgpu_plan_new(const VgpuPlanCall *call, const VgpuHostdev *hostdev, GError **error);

/**
 * vgpu_plan_make:
 * @call: for whom
 * @plan: a decision
 * @error: (out) (optional): %VGPU_ERROR_ACCESS if the administrator does not allow it;
 *   %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_FULL if it can't be had anywhere
 *
 * Makes it %VGPU_PLAN_MAKE, whatever it was: for one that is to be removed first, to see where it
 * will be made then.
 *
 * Returns: TRUE if there is a place for it.
 */
gboolean vgpu_plan_make(const VgpuPlanCall *call, VgpuPlan *plan, GError **error);

/**
 * vgpu_plan_free:
 * @plan: (nullable): a decision
 */
void vgpu_plan_free(VgpuPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuPlan, vgpu_plan_free)

G_END_DECLS

#endif
