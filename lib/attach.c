/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attach.c - a domain is to have one more vGPU, or one less: what the XML shall say of it, and
 * what must go when it has left a domain that runs.
 */
#include "attach.h"

#include "attr.h"
#include "error.h"
#include "lock.h"
#include "log.h"
#include "owner.h"
#include "provider.h"
#include "settings.h"
#include "wish.h"

static gboolean
is_there(const GPtrArray *parents, const char *name)
{
    for (guint i = 0; i < parents->len; i++) {
        const VgpuParent *parent = parents->pdata[i];

        if (g_str_equal(parent->name, name))
            return TRUE;
    }
    return FALSE;
}

/* A type is the same on each GPU that has it. */
static const VgpuParent *
find_parent_of_type(const GPtrArray *parents, const char *only, const char *type)
{
    for (guint i = 0; i < parents->len; i++) {
        const VgpuParent *parent = parents->pdata[i];

        if ((!only || g_str_equal(parent->name, only)) && vgpu_parent_find_type(parent, type, NULL))
            return parent;
    }
    return NULL;
}

static VgpuRequest *
request_new(const VgpuCreateOrder *order, const char *id)
{
    VgpuRequest *request = g_new0(VgpuRequest, 1);

    request->vgpu = g_strdup(id);
    request->placement = order->placement;
    request->attrs = vgpu_attr_list_new();
    for (guint i = 0; i < order->attrs->len; i++) {
        const VgpuAttr *attr = order->attrs->pdata[i];
        vgpu_attr_list_add(request->attrs, attr->name, attr->value);
    }
    return request;
}

static VgpuRequest *
choose_blindly(const VgpuRoot *root, const VgpuCreateOrder *order, const char *parent,
               GError **error)
{
    g_autofree char *fresh = order->vgpu ? NULL : g_uuid_string_random();
    VgpuRequest *request;

    if (!vgpu_create_check_blindly(root, order, parent, error))
        return NULL;
    request = request_new(order, order->vgpu ? order->vgpu : fresh);
    request->type = g_strdup(order->wish.id);
    request->parent = g_strdup(parent);
    return request;
}

/* In the words that came: they may fit other hosts as well, and other GPUs of this one. */
static void
say_as_ordered(const VgpuCreateOrder *order, const char *type, VgpuRequest *request)
{
    if (g_strcmp0(order->wish.id, type) == 0)
        request->type = g_strdup(type);
    else if (order->wish.name)
        request->type_name = g_strdup(order->wish.name);
    else
        request->framebuffer_mib = order->wish.framebuffer_mib;
    request->parent = g_strdup(order->parent);
}

static VgpuRequest *
choose_on(const VgpuRoot *root, const VgpuCreateOrder *order, const VgpuParent *parent,
          const char *type, GError **error)
{
    gboolean mdev = parent->provider == &vgpu_provider_mdev;
    g_autoptr(VgpuDefinition) definition =
        mdev || order->vgpu ? vgpu_create_define(root, order, parent, type, error)
                            : vgpu_create_choose(root, order, error);
    VgpuRequest *request;

    if (!definition)
        return NULL;
    request = request_new(order, definition->vgpu);
    if (mdev) {
        say_as_ordered(order, type, request);
    } else {
        /* its GPU may be full at the next start, and tell no names nor sizes then */
        request->type = g_strdup(definition->type);
        request->parent = g_strdup(definition->parent);
    }
    return request;
}

/* libvirt's name of a host device's model is the kernel's of its interface. */
static const char *
model_of(const VgpuType *type)
{
    return g_str_has_prefix(type->device_api, "vfio-") ? g_intern_string(type->device_api)
                                                       : "vfio-pci";
}

VgpuRequest *
vgpu_attach_choose(const VgpuRoot *root, const VgpuCreateOrder *order, const char **model,
                   GError **error)
{
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, error);
    g_autofree char *only =
        order->parent ? g_strdup(order->parent) : vgpu_device_parent_of(root, order->vgpu);
    const char *id;
    const VgpuParent *parent;
    const VgpuType *type;

    *model = "vfio-pci";
    if (!parents)
        return NULL;
    if (only && !is_there(parents, only))
        return choose_blindly(root, order, only, error);
    id = vgpu_type_choose(parents, only, &order->wish, error);
    if (!id)
        return NULL;
    parent = find_parent_of_type(parents, only, id);
    type = vgpu_parent_find_type(parent, id, NULL);
    *model = model_of(type);
    return vgpu_attr_check_list(parent->driver, type, order->attrs, error)
               ? choose_on(root, order, parent, id, error)
               : NULL;
}

gboolean
vgpu_attach_check(const VgpuRoot *root, const VgpuSettings *settings, const VgpuDomain *domain,
                  const char *id, GError **error)
{
    g_autoptr(VgpuWish) wish =
        vgpu_wish_new(root, domain, vgpu_domain_find_hostdev(domain, id), error);
    g_autoptr(VgpuDevice) device = wish ? vgpu_device_load(root, id, NULL) : NULL;

    if (!wish || !vgpu_settings_check_request(settings, wish->type, wish->request->attrs, error))
        return FALSE;
    return !device || vgpu_wish_accepts(wish, device->type, device->parent, error);
}

gboolean
vgpu_attach_check_free(const VgpuRoot *root, const char *domain, const char *id, GError **error)
{
    g_autoptr(VgpuRecord) record = NULL;

    if (!vgpu_record_find(root, id, &record, error))
        return FALSE;
    if (!record || record->state != VGPU_RECORD_READY || g_str_equal(record->domain, domain) ||
        !vgpu_device_exists(root, id))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "vGPU '%s' belongs to domain \"%s\" (%s), which has not released it", id,
                record->domain_name, record->domain);
    return FALSE;
}

gboolean
vgpu_attach_owns(const VgpuRoot *root, const char *domain, const char *id)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, id, NULL);

    return record && g_str_equal(record->domain, domain);
}

gboolean
vgpu_attach_drop(const VgpuRoot *root, const char *domain, const char *id,
                 const VgpuFileStamp *seen, const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuRecord) record = NULL;
    g_autoptr(VgpuLock) lock = vgpu_device_wait_idle(root, id, deadline, error)
                                   ? vgpu_lock_vgpu(root, id, deadline, error)
                                   : NULL;

    if (!lock || !vgpu_record_find(root, id, &record, error))
        return FALSE;
    if (!record || !g_str_equal(record->domain, domain))
        return TRUE;
    VgpuFileStamp now = vgpu_record_stamp(root, id);
    if (record->state == VGPU_RECORD_RELEASED || vgpu_file_stamp_is_same(&now, seen))
        return vgpu_owner_drop(root, record, deadline, error);
    vgpu_log("vGPU %s: domain \"%s\" has started with it meanwhile: left alone", id,
             record->domain_name);
    return TRUE;
}
