/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-undefine.c - deletes the definition of a vGPU; one that is there stays.
 */
#include "edit.h"
#include "verb.h"

static char *parent;

static const GOptionEntry options[] = {
    VGPUCTL_EDIT_PARENT_OPTION(parent),
    {NULL},
};

static gboolean
run_undefine(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autofree char *id = NULL;
    g_autoptr(VgpuLock) lock = vgpuctl_edit_lock(root, words[0], &deadline, &id, error);
    /* one that can't be understood can be deleted all the same */
    g_autofree char *where = lock ? vgpuctl_edit_find_parent(root, id, parent, error) : NULL;

    return where && vgpu_definition_delete(root, where, id, error);
}

const VgpuctlVerb vgpuctl_undefine = {
    .name = "undefine",
    .arguments = "ID",
    .summary = "forget the definition of a vGPU; one that is there stays",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run_undefine,
};
