/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan-domain.h - what the hook would do if a domain started now: the plans of all its vGPUs, each
 * after those before it.
 */
#ifndef VGPU_PLAN_DOMAIN_H
#define VGPU_PLAN_DOMAIN_H

#include "domain.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * VgpuPlanStep:
 * @vgpu: id of the vGPU
 * @action: (transfer none): one word: "leave", "keep", "take-over", "enable", "wait", "forget",
 *   "remove", "make" or "refuse"
 * @parent: (nullable): the GPU in question; for "make" the first that is tried
 * @type: (nullable): its type id
 * @why: the reason; for "refuse" what the start would fail with
 *
 * One thing that would be done, in the order in which it would be.
 */
typedef struct {
    char *vgpu;
    const char *action;
    char *parent;
    char *type;
    char *why;
} VgpuPlanStep;

/**
 * vgpu_plan_domain:
 * @root: a root
 * @domain: the domain
 * @settings: what the administrator allows and prefers
 * @starts: (out): FALSE if the start would fail
 * @error: (out) (optional): as vgpu_host_look()
 *
 * Changes nothing and takes no lock, so that what others do meanwhile may change the answer. Where
 * a thing is only known once another is done (the types of a virtual function before it is there)
 * the steps end with that.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuPlanStep): the steps; an array that frees
 * its elements.
 */
GPtrArray *vgpu_plan_domain(const VgpuRoot *root, const VgpuDomain *domain,
                            const VgpuSettings *settings, gboolean *starts, GError **error);

G_END_DECLS

#endif
