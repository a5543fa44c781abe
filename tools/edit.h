/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - finds a definition that a verb is to change, and checks what became of it.
 */
#ifndef VGPUCTL_EDIT_H
#define VGPUCTL_EDIT_H

#include "definition.h"

G_BEGIN_DECLS

/**
 * VGPUCTL_EDIT_PARENT_OPTION:
 * @parent: a static char pointer
 *
 * Entry for a verb's options.
 */
#define VGPUCTL_EDIT_PARENT_OPTION(parent)                                                         \
    {                                                                                              \
        "parent", 0, 0, G_OPTION_ARG_STRING, &(parent), "its GPU, if several GPUs define that id", \
            "GPU"                                                                                  \
    }

/**
 * vgpuctl_edit_find_parent:
 * @root: a root
 * @id: id of a vGPU
 * @parent: (nullable): the GPU the user named
 * @error: (out) (optional): as vgpu_definition_find_parent()
 *
 * Returns: (transfer full) (nullable): name of the GPU that has the definition.
 */
char *vgpuctl_edit_find_parent(const VgpuRoot *root, const char *id, const char *parent,
                               GError **error);

/**
 * vgpuctl_edit_load:
 * @root: a root
 * @id: id of a vGPU, of either case
 * @parent: (nullable): the GPU the user named
 * @error: (out) (optional): as vgpu_definition_find()
 *
 * Returns: (transfer full) (nullable): the definition.
 */
VgpuDefinition *vgpuctl_edit_load(const VgpuRoot *root, const char *id, const char *parent,
                                  GError **error);

/**
 * vgpuctl_edit_check:
 * @root: a root
 * @definition: a definition
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID
 *
 * Checks type and attributes against the GPU, if that is there now.
 *
 * Returns: TRUE if the definition may be saved.
 */
gboolean vgpuctl_edit_check(const VgpuRoot *root, const VgpuDefinition *definition, GError **error);

G_END_DECLS

#endif
