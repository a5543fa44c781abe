/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * type-choice.h - which type is meant, where somebody says its name or what it must have.
 */
#ifndef VGPU_TYPE_CHOICE_H
#define VGPU_TYPE_CHOICE_H

#include "parent.h"

G_BEGIN_DECLS

/**
 * VgpuTypeWish:
 * @id: (nullable): a type id
 * @name: (nullable): if there is no @id, or no parent has one like it: the name of a type
 * @framebuffer_mib: if neither is there: the least framebuffer, in MiB; the smallest type that has
 *   it is meant
 *
 * A type as people say it: the same words fit hosts of several vendors, whose type ids differ.
 */
typedef struct {
    const char *id;
    const char *name;
    guint framebuffer_mib;
} VgpuTypeWish;

/**
 * vgpu_type_choose:
 * @parents: (element-type VgpuParent): all parents that are there
 * @only: (nullable): the one parent that will do
 * @wish: what is wanted
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND naming the types there are; %VGPU_ERROR_CONFLICT
 *   naming those that fit equally well
 *
 * What is free at the moment changes nothing: the same wish on the same GPUs always means the same
 * type. (But GPUs with virtual functions only tell of types that they would make now.)
 *
 * Returns: (transfer none) (nullable): the type id, owned by @parents.
 */
const char *vgpu_type_choose(const GPtrArray *parents, const char *only, const VgpuTypeWish *wish,
                             GError **error);

/**
 * vgpu_type_parse_mib:
 * @text: (nullable): a size: "2048M", "2G", or MiB with no unit; up to 6 digits
 * @mib: (out): the size in MiB, at least 1
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * Returns: TRUE if @mib was set.
 */
gboolean vgpu_type_parse_mib(const char *text, guint *mib, GError **error);

G_END_DECLS

#endif
