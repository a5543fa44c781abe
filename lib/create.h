/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.h - a vGPU made by hand, on the GPU that suits it best: nobody's, until a domain uses it.
 */
#ifndef VGPU_CREATE_H
#define VGPU_CREATE_H

#include "deadline.h"
#include "definition.h"
#include "placement.h"
#include "type-choice.h"

G_BEGIN_DECLS

/**
 * VgpuCreateOrder:
 * @vgpu: (nullable): id for it, or NULL for a new uuid, or the first virtual function that will do
 * @wish: its type
 * @parent: (nullable): the one parent that will do, or NULL for any
 * @placement: which parent first
 * @attrs: (element-type VgpuAttr): attributes to set, in order
 * @taken: (nullable) (element-type utf8): a set of ids that others are to have: a virtual function
 *   among them is not chosen, and counts as a vGPU of its GPU
 *
 * What is to be made. All is borrowed.
 */
typedef struct {
    const char *vgpu;
    VgpuTypeWish wish;
    const char *parent;
    VgpuPlacement placement;
    const GPtrArray *attrs;
    GHashTable *taken;
} VgpuCreateOrder;

/**
 * vgpu_create:
 * @root: a root
 * @order: what
 * @deadline: until when it must be there
 * @error: (out) (optional): %VGPU_ERROR_EXISTS, %VGPU_ERROR_FULL naming the parents tried and why
 *   each could not, as vgpu_type_choose(), as vgpu_device_create() and vgpu_device_set_attrs()
 *
 * Makes it on the first parent that can, and sets its attributes; on failure what was made is
 * removed again. Takes the locks of the vGPU and of the GPU.
 *
 * Returns: (transfer full) (nullable): its id; it is there and ready.
 */
char *vgpu_create(const VgpuRoot *root, const VgpuCreateOrder *order, const VgpuDeadline *deadline,
                  GError **error);

/**
 * vgpu_create_check_blindly:
 * @root: a root
 * @order: what for
 * @parent: a GPU that makes no vGPUs now: it is absent, or its virtual functions are off
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND if something would have to be chosen on it;
 *   %VGPU_ERROR_CONFLICT if the order is for a virtual function of another; %VGPU_ERROR_INVALID
 *
 * Whether @order says enough to be written down for the time when @parent makes vGPUs. That it
 * is not checked any further is logged.
 *
 * Returns: TRUE if it does.
 */
gboolean vgpu_create_check_blindly(const VgpuRoot *root, const VgpuCreateOrder *order,
                                   const char *parent, GError **error);

/**
 * vgpu_create_choose:
 * @root: a root
 * @order: what
 * @error: (out) (optional): as vgpu_create()
 *
 * Decides and makes nothing. Needs no lock.
 *
 * Returns: (transfer full) (nullable): what would be made first, not on disk.
 */
VgpuDefinition *vgpu_create_choose(const VgpuRoot *root, const VgpuCreateOrder *order,
                                   GError **error);

/**
 * vgpu_create_define:
 * @root: a root
 * @order: what; its type, parent and placement play no part
 * @parent: the parent to have it
 * @type: type id
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if a vGPU of that id can't be on @parent;
 *   %VGPU_ERROR_FULL if @parent has no virtual function for it
 *
 * Returns: (transfer full) (nullable): it as it would be defined there, not on disk.
 */
VgpuDefinition *vgpu_create_define(const VgpuRoot *root, const VgpuCreateOrder *order,
                                   const VgpuParent *parent, const char *type, GError **error);

G_END_DECLS

#endif
