/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory-diff.h - what has happened between two looks at everything there is.
 */
#ifndef VGPU_INVENTORY_DIFF_H
#define VGPU_INVENTORY_DIFF_H

#include "inventory.h"

G_BEGIN_DECLS

/**
 * VgpuEventKind:
 * @VGPU_EVENT_GPU_ADDED: a GPU can make vGPUs now
 * @VGPU_EVENT_GPU_CHANGED: it has other types or another driver, or what it has left changed with
 *   no vGPU coming or going on it
 * @VGPU_EVENT_GPU_REMOVED: it can't any more
 * @VGPU_EVENT_VGPU_ADDED: a vGPU is there
 * @VGPU_EVENT_VGPU_REMOVED: it is gone
 * @VGPU_EVENT_DEFINITION_ADDED: a vGPU is defined
 * @VGPU_EVENT_DEFINITION_CHANGED: its definition says something else
 * @VGPU_EVENT_DEFINITION_REMOVED: it is not defined any more
 * @VGPU_EVENT_DOMAIN_OWNS: a domain is to have a vGPU, which is not ready
 * @VGPU_EVENT_DOMAIN_READY: its vGPU is ready
 * @VGPU_EVENT_DOMAIN_RELEASED: it has none of this id any more
 * @VGPU_EVENT_PROBLEM_ADDED: something can't be read or understood
 * @VGPU_EVENT_PROBLEM_REMOVED: that is over
 *
 * What has happened.
 */
typedef enum {
    VGPU_EVENT_GPU_ADDED,
    VGPU_EVENT_GPU_CHANGED,
    VGPU_EVENT_GPU_REMOVED,
    VGPU_EVENT_VGPU_ADDED,
    VGPU_EVENT_VGPU_REMOVED,
    VGPU_EVENT_DEFINITION_ADDED,
    VGPU_EVENT_DEFINITION_CHANGED,
    VGPU_EVENT_DEFINITION_REMOVED,
    VGPU_EVENT_DOMAIN_OWNS,
    VGPU_EVENT_DOMAIN_READY,
    VGPU_EVENT_DOMAIN_RELEASED,
    VGPU_EVENT_PROBLEM_ADDED,
    VGPU_EVENT_PROBLEM_REMOVED,
} VgpuEventKind;

/**
 * VgpuEvent:
 * @kind: what has happened
 * @gpu: (nullable): to which GPU, or on which
 * @vgpu: (nullable): to which vGPU
 * @type: (nullable): type id of @vgpu
 * @domain: (nullable): uuid of the domain
 * @domain_name: (nullable): its name
 * @detail: (nullable): the rest, for people; may be text from outside
 *
 * One event. It borrows nothing.
 */
typedef struct {
    VgpuEventKind kind;
    char *gpu;
    char *vgpu;
    char *type;
    char *domain;
    char *domain_name;
    char *detail;
} VgpuEvent;

/**
 * vgpu_event_name:
 * @kind: what has happened
 *
 * Returns: (transfer none): a word for it, "vgpu-added".
 */
const char *vgpu_event_name(VgpuEventKind kind);

/**
 * vgpu_inventory_diff:
 * @before: a look
 * @after: a later one
 *
 * Looks at nothing but these two. A vGPU that was exchanged for one of another type or on another
 * GPU has gone and come.
 *
 * Returns: (transfer full) (element-type VgpuEvent): what has happened, GPUs first, then vGPUs,
 * definitions, domains and problems; an array that frees its elements.
 */
GPtrArray *vgpu_inventory_diff(const VgpuInventory *before, const VgpuInventory *after);

G_END_DECLS

#endif
