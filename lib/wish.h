/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wish.h - what a vGPU of a domain shall be, out of the domain's metadata and
 * mdevctl's definition, and whether the two agree.
 */
#ifndef VGPU_WISH_H
#define VGPU_WISH_H

#include "definition.h"
#include "domain.h"
#include "device.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * VgpuWish:
 * @vgpu: id of the vGPU
 * @request: (nullable): what the metadata asks for
 * @definition: (nullable) (owned): mdevctl's definition of it
 * @only: (nullable) (owned): the one parent that such a vGPU can be on
 * @chosen: (nullable) (owned): the type id that the metadata's words mean on this host
 * @wanted: TRUE if we are to make it when it is not there; FALSE leaves it to libvirt
 * @source: who asks
 * @type: (nullable): type id; NULL if not @wanted
 * @parent: (nullable): the one parent that will do
 * @placement: order of parents if there is a choice
 * @attrs: (nullable) (element-type VgpuAttr): attributes to set
 *
 * What is not owned belongs to the domain or to @definition.
 */
typedef struct {
    const char *vgpu;
    const VgpuRequest *request;
    VgpuDefinition *definition;
    char *only;
    char *chosen;
    gboolean wanted;
    VgpuRecordSource source;
    const char *type;
    const char *parent;
    VgpuPlacement placement;
    const GPtrArray *attrs;
} VgpuWish;

/**
 * vgpu_wish_new:
 * @root: a root
 * @domain: a domain
 * @hostdev: one of its host devices
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if metadata and definition differ; as
 *   vgpu_definition_find() if the definition is needed and can't be read; as
 *   vgpu_wish_choose_type()
 *
 * Returns: (transfer full) (nullable): the wish; @domain must outlive it.
 */
VgpuWish *vgpu_wish_new(const VgpuRoot *root, const VgpuDomain *domain, const VgpuHostdev *hostdev,
                        GError **error);

/**
 * vgpu_wish_free:
 * @wish: (nullable): a wish
 */
void vgpu_wish_free(VgpuWish *wish);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuWish, vgpu_wish_free)

/**
 * vgpu_wish_choose_type:
 * @root: a root
 * @request: what the metadata asks for
 * @error: (out) (optional): as vgpu_type_choose()
 *
 * A type id is taken as it is. Where a name or a size fits nothing that is listed now, and the vGPU
 * is there, it is what it is: a full GPU with virtual functions lists no type.
 *
 * Returns: (transfer full) (nullable): the type id.
 */
char *vgpu_wish_choose_type(const VgpuRoot *root, const VgpuRequest *request, GError **error);

/**
 * vgpu_wish_compare:
 * @wish: a wish
 * @type: type id of a vGPU that is there
 * @parent: its parent
 *
 * Logs where there is a definition, and no metadata, that says otherwise: mdevctl may have changed
 * it under a running vGPU, which is used as it is.
 */
void vgpu_wish_compare(const VgpuWish *wish, const char *type, const char *parent);

/**
 * vgpu_wish_accepts:
 * @wish: a wish
 * @type: type id of a vGPU that is there
 * @parent: its parent
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT
 *
 * Returns: TRUE if the metadata, where it says anything, says the same.
 */
gboolean vgpu_wish_accepts(const VgpuWish *wish, const char *type, const char *parent,
                           GError **error);

G_END_DECLS

#endif
