/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore.c - makes the vGPU of one definition, side by side with whoever else may be doing the
 * same.
 */
#include "restore.h"

#include "attr.h"
#include "error.h"
#include "lock.h"
#include "log.h"
#include "device.h"
#include "owner.h"
#include "provider.h"

#include <string.h>

/* Between two tries to have an id that the kernel is about to let go of. */
#define PAUSE_MS 50

static gboolean
check_values(const VgpuParent *parent, const VgpuDefinition *definition, GError **error)
{
    const VgpuType *type = vgpu_parent_find_type(parent, definition->type, error);
    return type && vgpu_attr_check_list(parent->driver, type, definition->attrs, error);
}

/* Virtual functions are there before the driver knows what can be made on them. */
static VgpuParent *
load_with_types(const VgpuRoot *root, const char *name, const VgpuDeadline *deadline,
                GError **error)
{
    VgpuParent *parent = vgpu_parent_load(root, name, error);

    while (parent && parent->provider->enable && parent->types->len == 0 &&
           vgpu_deadline_pause(deadline, PAUSE_MS)) {
        vgpu_parent_free(parent);
        parent = vgpu_parent_load(root, name, error);
    }
    return parent;
}

/* A GPU with virtual functions tells of other types by and by. */
static gboolean
check(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuParent *seen,
      const VgpuDeadline *deadline, GError **error)
{
    if (seen && vgpu_parent_find_type(seen, definition->type, NULL))
        return check_values(seen, definition, error);
    g_autoptr(VgpuParent) parent = load_with_types(root, definition->parent, deadline, error);
    return parent && check_values(parent, definition, error);
}

static gboolean
check_same(const VgpuDevice *device, const VgpuDefinition *definition, GError **error)
{
    if (strcmp(device->type, definition->type) == 0 &&
        strcmp(device->parent, definition->parent) == 0)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "vGPU '%s' is there with type '%s' on parent '%s', but is defined with type '%s' "
                "on parent '%s'; remove it or undefine it",
                definition->vgpu, device->type, device->parent, definition->type,
                definition->parent);
    return FALSE;
}

/* An attribute that cannot be read back counts as right: nobody can tell. */
static gboolean
attrs_differ(const VgpuRoot *root, const VgpuDefinition *definition)
{
    for (guint i = 0; i < definition->attrs->len; i++) {
        const VgpuAttr *attr = definition->attrs->pdata[i];
        const char *wanted = vgpu_attr_list_find(definition->attrs, attr->name);
        g_autofree char *value = vgpu_device_get_attr(root, definition->vgpu, attr->name, NULL);
        if (value && strcmp(value, wanted) != 0)
            return TRUE;
    }
    return FALSE;
}

/* Between prepare and QEMU's open a domain's vGPU looks idle. */
static gboolean
is_owned(const VgpuRoot *root, const char *id)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, id, NULL);

    return record && record->state != VGPU_RECORD_RELEASED;
}

static gboolean
adopt(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
      GError **error)
{
    if (!vgpu_device_wait_ready(root, definition->vgpu, deadline, error))
        return FALSE;
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, definition->vgpu, error);
    if (!device || !check_same(device, definition, error))
        return FALSE;
    /* one that a domain has, or a guest has open, is as its owner wants it */
    if (!attrs_differ(root, definition) || is_owned(root, definition->vgpu) ||
        !vgpu_device_check_idle(root, definition->vgpu, NULL))
        return TRUE;
    return vgpu_device_set_attrs(root, definition->vgpu, definition->attrs, deadline, error);
}

/* Takes back what this call made; the reason of the failure is the caller's to say. */
static void
undo(const VgpuRoot *root, const char *id)
{
    g_autoptr(GError) error = NULL;
    /* the call's own deadline may be what has passed */
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_RESTORE_UNDO_MS);
    /* one that is late is the definition's when it comes */
    if (!vgpu_device_remove(root, id, &deadline, &error) &&
        !g_error_matches(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT))
        vgpu_log_error(error);
}

static gboolean
finish(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
       GError **error)
{
    /* that the kernel took all the time to make it is no reason to make it in vain */
    VgpuDeadline more = vgpu_deadline_after(VGPU_RESTORE_UNDO_MS);
    const VgpuDeadline *until = deadline->at > more.at ? deadline : &more;

    if (vgpu_device_set_attrs(root, definition->vgpu, definition->attrs, until, error))
        return TRUE;
    undo(root, definition->vgpu);
    return FALSE;
}

/* *@asked: whether the kernel was asked, so that what is there then may be ours. */
static gboolean
create(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
       gboolean *asked, GError **error)
{
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(root, definition->parent, deadline, error);

    *asked = lock && vgpu_deadline_check(deadline, "the GPU's turn", error);
    return *asked && vgpu_device_create(root, definition->parent, definition->type,
                                        definition->vgpu, deadline, error);
}

/* The kernel keeps the id of a removed vGPU a while longer than it can be seen. */
static gboolean
create_when_free(const VgpuRoot *root, const VgpuDefinition *definition,
                 const VgpuDeadline *deadline, gboolean *asked, GError **error)
{
    GError *cause = NULL;

    while (!create(root, definition, deadline, asked, &cause)) {
        if (!g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_EXISTS) ||
            vgpu_device_exists(root, definition->vgpu) ||
            !vgpu_deadline_pause(deadline, PAUSE_MS) || vgpu_deadline_passed(deadline)) {
            g_propagate_error(error, cause);
            return FALSE;
        }
        g_clear_error(&cause);
    }
    return TRUE;
}

static VgpuRestoreResult
start(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuDeadline *deadline,
      GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean asked, recorded;
    /* if looking took that long, the vGPU may be another's by now */
    if (!vgpu_deadline_check(deadline, "the GPU's driver", error) ||
        !vgpu_owner_forget_stale(root, definition->vgpu, &recorded, error))
        return VGPU_RESTORE_FAILED;
    /* a record is of an earlier call that had no answer: this vGPU is nobody's */
    if (create_when_free(root, definition, deadline, &asked, &reason) &&
        (!recorded || vgpu_record_delete(root, definition->vgpu, &reason)))
        return finish(root, definition, deadline, error) ? VGPU_RESTORE_STARTED
                                                         : VGPU_RESTORE_FAILED;
    /* mdevctl's own rule was faster, between our look and our write */
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_EXISTS) &&
        vgpu_device_exists(root, definition->vgpu))
        return adopt(root, definition, deadline, error) ? VGPU_RESTORE_PRESENT
                                                        : VGPU_RESTORE_FAILED;
    /* made, but it did not get its type in time */
    if (asked && g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_TIMEOUT))
        undo(root, definition->vgpu);
    g_propagate_error(error, g_steal_pointer(&reason));
    return VGPU_RESTORE_FAILED;
}

VgpuRestoreResult
vgpu_restore_definition(const VgpuRoot *root, const VgpuDefinition *definition,
                        const VgpuParent *parent, const VgpuDeadline *deadline, GError **error)
{
    if (!vgpu_device_enable(root, definition->parent, definition->vgpu, deadline, error) ||
        !check(root, definition, parent, deadline, error))
        return VGPU_RESTORE_FAILED;
    if (vgpu_device_exists(root, definition->vgpu))
        return adopt(root, definition, deadline, error) ? VGPU_RESTORE_PRESENT
                                                        : VGPU_RESTORE_FAILED;
    return start(root, definition, deadline, error);
}
