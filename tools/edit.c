/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.c - finds the vGPU or the definition that a verb is to change, and checks what became of it.
 */
#include "edit.h"

#include "attr.h"
#include "error.h"
#include "order.h"
#include "provider.h"

VgpuLock *
vgpuctl_edit_lock(const VgpuRoot *root, const char *word, const VgpuDeadline *deadline, char **id,
                  GError **error)
{
    *id = vgpuctl_order_id(word, error);
    return *id ? vgpu_lock_vgpu(root, *id, deadline, error) : NULL;
}

char *
vgpuctl_edit_find_parent(const VgpuRoot *root, const char *id, const char *parent, GError **error)
{
    if (!parent)
        return vgpu_definition_find_parent(root, id, error);
    if (!vgpuctl_order_check_gpu(parent, error))
        return NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, NULL, error);
    g_autofree char *path =
        provider ? vgpu_root_path(root, provider->definitions, error, parent, id, NULL) : NULL;
    if (!path)
        return NULL;
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return g_strdup(parent);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "vGPU '%s' is not defined on GPU '%s'; 'vgpuctl list definitions' shows what is",
                id, parent);
    return NULL;
}

VgpuDefinition *
vgpuctl_edit_load(const VgpuRoot *root, const char *id, const char *parent, GError **error)
{
    g_autofree char *where = vgpuctl_edit_find_parent(root, id, parent, error);

    return where ? vgpu_definition_load(root, where, id, error) : NULL;
}

gboolean
vgpuctl_edit_check(const VgpuRoot *root, const VgpuDefinition *definition, GError **error)
{
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, definition->parent, NULL);
    if (!parent)
        return vgpu_name_check(definition->type, "type", error);
    GError *reason = NULL;
    const VgpuType *type = vgpu_parent_find_type(parent, definition->type, &reason);
    /* where functions make the vGPUs, the driver tells only of types that it would make now */
    if (!type && !(parent->provider->enable && vgpu_name_check(definition->type, "type", NULL))) {
        g_propagate_error(error, reason);
        return FALSE;
    }
    g_clear_error(&reason);
    return vgpu_attr_check_list(parent->driver, type, definition->attrs, error);
}
