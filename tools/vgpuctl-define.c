/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-define.c - writes down what a vGPU is, so that it can be made again after a reboot.
 */
#include "attr.h"
#include "edit.h"
#include "error.h"
#include "lock.h"
#include "device.h"
#include "order.h"
#include "verb.h"

#include <stdio.h>

/* How often another virtual function is picked if others define the one that was. */
#define PICKS_MAX 16

static VgpuctlOrderWords order_words;
static gboolean autostart;

static const GOptionEntry options[] = {
    VGPUCTL_ORDER_OPTIONS(order_words, "spread or compact (spread)"),
    {"auto", 0, 0, G_OPTION_ARG_NONE, &autostart, "make it when the machine starts", NULL},
    {NULL},
};

static gboolean
check_undefined(const VgpuRoot *root, const char *id, GError **error)
{
    GError *reason = NULL;
    g_autoptr(VgpuDefinition) definition = vgpu_definition_find(root, id, &reason);

    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_error_free(reason);
        return TRUE;
    }
    if (reason)
        g_propagate_error(error, reason);
    else
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS,
                    "vGPU '%s' is defined already, on GPU '%s'; change it by 'vgpuctl modify'", id,
                    definition->parent);
    return FALSE;
}

/* On a GPU that was named: it may be full now, since its vGPU is for later. */
static VgpuDefinition *
define_on(const VgpuRoot *root, const VgpuCreateOrder *order, const VgpuParent *parent,
          GError **error)
{
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, error);
    const char *type =
        parents ? vgpu_type_choose(parents, order->parent, &order->wish, error) : NULL;

    return type ? vgpu_create_define(root, order, parent, type, error) : NULL;
}

/* On one that is away. */
static VgpuDefinition *
define_blindly(const VgpuRoot *root, const VgpuctlOrder *words, GError **error)
{
    const VgpuCreateOrder *order = &words->order;
    g_autofree char *fresh = order->vgpu ? NULL : g_uuid_string_random();
    VgpuDefinition *definition;

    if (!vgpu_create_check_blindly(root, order, order->parent, error))
        return NULL;
    definition = vgpu_definition_new(order->parent, fresh ? fresh : order->vgpu, order->wish.id);
    g_ptr_array_unref(definition->attrs);
    definition->attrs = g_ptr_array_ref(words->attrs);
    return definition;
}

/* Out of what the user typed. */
static VgpuDefinition *
from_order(const VgpuRoot *root, const VgpuctlOrder *order, GError **error)
{
    const VgpuCreateOrder *what = &order->order;

    if (!what->parent)
        return vgpu_create_choose(root, what, error);
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, what->parent, NULL);
    return parent ? define_on(root, what, parent, error) : define_blindly(root, order, error);
}

/* Out of a vGPU that is there, with its attributes if its driver is one whose we know. */
static VgpuDefinition *
from_vgpu(const VgpuRoot *root, const char *id, GError **error)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, error);
    g_autofree char *driver = device ? vgpu_parent_read_driver(root, device->parent, NULL) : NULL;
    GPtrArray *attrs = device ? vgpu_device_read_attrs(root, id, driver, error) : NULL;

    if (!attrs)
        return NULL;
    VgpuDefinition *definition = vgpu_definition_new(device->parent, device->id, device->type);
    g_ptr_array_unref(definition->attrs);
    definition->attrs = attrs;
    return definition;
}

static gboolean
define(const VgpuRoot *root, VgpuDefinition *definition, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(root, definition->vgpu, &deadline, error);

    definition->autostart = autostart;
    if (!lock || !check_undefined(root, definition->vgpu, error) ||
        !vgpuctl_edit_check(root, definition, error) ||
        !vgpu_definition_save(root, definition, error))
        return FALSE;
    puts(definition->vgpu);
    return TRUE;
}

/* A virtual function that was picked may be defined before its lock is had: then another is. */
static gboolean
define_order(const VgpuRoot *root, const VgpuctlOrder *order, GError **error)
{
    for (guint i = 0;; i++) {
        g_autoptr(VgpuDefinition) definition = from_order(root, order, error);
        GError *reason = NULL;

        if (!definition)
            return FALSE;
        if (define(root, definition, &reason))
            return TRUE;
        if (order->order.vgpu || i == PICKS_MAX ||
            !g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_EXISTS)) {
            g_propagate_error(error, reason);
            return FALSE;
        }
        g_error_free(reason);
    }
}

static gboolean
says_what(const VgpuctlOrderWords *words)
{
    return words->type || words->framebuffer || words->parent || words->placement || words->attrs ||
           words->vgpu;
}

static gboolean
run_define(const VgpuRoot *root, const char *const *words, GError **error)
{
    if (words[0] && says_what(&order_words)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "a vGPU that is there is defined as it is; leave out all but --auto");
        return FALSE;
    }
    if (words[0]) {
        g_autofree char *id = vgpuctl_order_id(words[0], error);
        g_autoptr(VgpuDefinition) definition = id ? from_vgpu(root, id, error) : NULL;
        return definition && define(root, definition, error);
    }
    g_autoptr(VgpuctlOrder) order = vgpuctl_order_read(&order_words, error);
    return order && define_order(root, order, error);
}

const VgpuctlVerb vgpuctl_define = {
    .name = "define",
    .arguments = "[ID]",
    .summary = "keep what a vGPU is over reboots: a new one, or one that is there",
    .options = options,
    .most = 1,
    .run = run_define,
};
