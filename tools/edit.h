/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - finds the vGPU or the definition that a verb is to change, and checks what became of it.
 */
#ifndef VGPUCTL_EDIT_H
#define VGPUCTL_EDIT_H

#include "definition.h"
#include "lock.h"

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
 * vgpuctl_edit_lock:
 * @root: a root
 * @word: id of a vGPU, as the user typed it
 * @deadline: until when to wait
 * @id: (out) (transfer full): the id as the kernel spells it
 * @error: (out) (optional): %VGPU_ERROR_USAGE; as vgpu_lock_vgpu()
 *
 * Returns: (transfer full) (nullable): the vGPU's lock.
 */
VgpuLock *vgpuctl_edit_lock(const VgpuRoot *root, const char *word, const VgpuDeadline *deadline,
                            char **id, GError **error);

/**
 * vgpuctl_edit_find_parent:
 * @root: a root
 * @id: id of a vGPU
 * @parent: (nullable): the GPU the user named
 * @error: (out) (optional): as vgpu_definition_find_parent(); %VGPU_ERROR_USAGE for no name of a
 * GPU
 *
 * Returns: (transfer full) (nullable): name of the GPU that has the definition.
 */
char *vgpuctl_edit_find_parent(const VgpuRoot *root, const char *id, const char *parent,
                               GError **error);

/**
 * vgpuctl_edit_load:
 * @root: a root
 * @id: id of a vGPU
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
