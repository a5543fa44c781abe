/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-autostart.c - whether a vGPU that is defined is made when the machine starts.
 */
#include "edit.h"
#include "verb.h"

static gboolean disable;
static char *parent;

static const GOptionEntry options[] = {
    {"disable", 0, 0, G_OPTION_ARG_NONE, &disable, "leave it to who starts it by hand", NULL},
    VGPUCTL_EDIT_PARENT_OPTION(parent),
    {NULL},
};

static gboolean
run_autostart(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autofree char *id = NULL;
    g_autoptr(VgpuLock) lock = vgpuctl_edit_lock(root, words[0], &deadline, &id, error);
    g_autoptr(VgpuDefinition) definition = lock ? vgpuctl_edit_load(root, id, parent, error) : NULL;

    if (!definition)
        return FALSE;
    definition->autostart = !disable;
    return vgpu_definition_save(root, definition, error);
}

const VgpuctlVerb vgpuctl_autostart = {
    .name = "autostart",
    .arguments = "ID",
    .summary = "make a vGPU that is defined when the machine starts, or not",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run_autostart,
};
