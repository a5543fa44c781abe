/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c - a vGPU made by hand, on the GPU that suits it best.
 */
#include "create.h"

#include "attr.h"
#include "error.h"
#include "kernel.h"
#include "lock.h"
#include "log.h"
#include "provider.h"
#include "restore.h"

/* What there is, and what follows from it for an order. */
typedef struct {
    VgpuHost *host;
    GArray *places;   /* (element-type VgpuPlace): parents to try */
    const char *type; /* borrowed from @host */
    char *only;       /* the one parent that will do, NULL for any */
} Look;

static void
look_clear(Look *look)
{
    g_clear_pointer(&look->places, g_array_unref);
    g_clear_pointer(&look->host, vgpu_host_free);
    g_clear_pointer(&look->only, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

/* What others are to have is no vGPU yet, but the next ones shall not all go to the same GPU. */
static void
add_taken(const VgpuRoot *root, GHashTable *taken, GPtrArray *devices)
{
    GHashTableIter iter;
    gpointer id;

    if (!taken)
        return;
    g_hash_table_iter_init(&iter, taken);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        g_autofree char *parent = vgpu_device_parent_of(root, id);
        if (!parent || vgpu_device_exists(root, id))
            continue;
        VgpuDevice *device = g_new0(VgpuDevice, 1);
        device->id = g_strdup(id);
        device->parent = g_steal_pointer(&parent);
        g_ptr_array_add(devices, device);
    }
}

static gboolean
place(const VgpuRoot *root, const VgpuCreateOrder *order, Look *look, GError **error)
{
    g_autoptr(GString) refused = g_string_new(NULL);
    VgpuPlacementQuery query = {
        .host = look->host,
        .vgpu = order->vgpu ? order->vgpu : "",
        .type = look->type,
        .only = look->only,
        .placement = order->placement,
    };

    add_taken(root, order->taken, look->host->devices);
    look->places = vgpu_placement_order(&query, refused);
    if (look->places->len == 0)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL, "type '%s' can't be had (%s)", look->type,
                    refused->str);
    return look->places->len != 0;
}

/* @only: (nullable): the one parent that can have it */
static gboolean
refuse_place(const char *parent, const char *id, const char *only, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT, "GPU '%s' can't have a vGPU '%s'%s%s%s",
                parent, id, only ? ", which is a virtual function of '" : "", only ? only : "",
                only ? "'" : "");
    return FALSE;
}

/* A virtual function can be on the one parent that has it, any other id on any of its kind. */
static gboolean
check_place(const VgpuRoot *root, const VgpuParent *parent, const char *id, GError **error)
{
    const VgpuProvider *provider = id ? vgpu_provider_of_id(id, NULL, error) : parent->provider;
    g_autofree char *only = vgpu_device_parent_of(root, id);

    if (!provider)
        return FALSE;
    if (provider == parent->provider &&
        (!id || !provider->parent_of || g_strcmp0(only, parent->name) == 0))
        return TRUE;
    return refuse_place(parent->name, id, only, error);
}

static gboolean
choose_only(const VgpuRoot *root, const VgpuCreateOrder *order, Look *look, GError **error)
{
    look->only = order->parent ? g_strdup(order->parent) : vgpu_device_parent_of(root, order->vgpu);
    if (!look->only)
        return TRUE;
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, look->only, error);
    return parent && check_place(root, parent, order->vgpu, error);
}

static gboolean
look_at_gpus(const VgpuRoot *root, const VgpuCreateOrder *order, Look *look, GError **error)
{
    look->host = vgpu_host_look(root, error);
    if (!look->host)
        return FALSE;
    if (look->host->parents->len == 0) {
        if (vgpu_kernel_check_mdev(root, error))
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                        "this host has no GPU that can make vGPUs now; load the GPU's driver");
        return FALSE;
    }
    if (!choose_only(root, order, look, error))
        return FALSE;
    look->type = vgpu_type_choose(look->host->parents, look->only, &order->wish, error);
    return look->type && place(root, order, look, error);
}

VgpuDefinition *
vgpu_create_define(const VgpuRoot *root, const VgpuCreateOrder *order, const VgpuParent *parent,
                   const char *type, GError **error)
{
    g_autofree char *id = NULL;
    VgpuDefinition *definition;

    if (!check_place(root, parent, order->vgpu, error))
        return NULL;
    id = order->vgpu ? g_strdup(order->vgpu)
                     : parent->provider->pick(root, parent, type, order->taken);
    if (!id) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL,
                    "GPU '%s' has no virtual function left for type '%s'", parent->name, type);
        return NULL;
    }
    definition = vgpu_definition_new(parent->name, id, type);
    for (guint i = 0; i < order->attrs->len; i++) {
        const VgpuAttr *attr = order->attrs->pdata[i];
        vgpu_attr_list_add(definition->attrs, attr->name, attr->value);
    }
    return definition;
}

/* Of a GPU that has virtual functions, once they are enabled, nobody knows yet which. */
static gboolean
has_functions(const VgpuRoot *root, const char *parent)
{
    for (guint i = 0; vgpu_providers[i]; i++) {
        const VgpuProvider *provider = vgpu_providers[i];

        if (provider->parent_of && provider->has_parent(root, parent))
            return TRUE;
    }
    return FALSE;
}

gboolean
vgpu_create_check_blindly(const VgpuRoot *root, const VgpuCreateOrder *order, const char *parent,
                          GError **error)
{
    g_autofree char *only = vgpu_device_parent_of(root, order->vgpu);

    if (!order->wish.id || (!order->vgpu && has_functions(root, parent))) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "GPU '%s' makes no vGPUs now, so nothing can be chosen on it; say %s", parent,
                    order->wish.id ? "--uuid with the address of a virtual function" : "--type");
        return FALSE;
    }
    if (only && !g_str_equal(only, parent))
        return refuse_place(parent, order->vgpu, only, error);
    if (!vgpu_name_check(order->wish.id, "type", error))
        return FALSE;
    vgpu_log("GPU '%s' makes no vGPUs now: type and attributes are written unchecked", parent);
    return TRUE;
}

VgpuDefinition *
vgpu_create_choose(const VgpuRoot *root, const VgpuCreateOrder *order, GError **error)
{
    g_auto(Look) look = {0};
    g_autoptr(GError) reason = NULL;
    VgpuDefinition *definition = NULL;

    if (!look_at_gpus(root, order, &look, error))
        return NULL;
    /* all functions of one GPU may be spoken for, and not those of the next */
    for (guint i = 0; !definition && i < look.places->len; i++) {
        if (reason && reason->code != VGPU_ERROR_FULL)
            break;
        g_clear_error(&reason);
        definition = vgpu_create_define(
            root, order, g_array_index(look.places, VgpuPlace, i).parent, look.type, &reason);
    }
    if (!definition)
        g_propagate_error(error, g_steal_pointer(&reason));
    return definition;
}

/* FALSE with %VGPU_ERROR_EXISTS if there is one of that id. */
static gboolean
make_locked(const VgpuRoot *root, const VgpuDefinition *definition, const VgpuParent *parent,
            const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(root, definition->vgpu, deadline, error);

    if (!lock)
        return FALSE;
    if (!vgpu_device_exists(root, definition->vgpu)) {
        switch (vgpu_restore_definition(root, definition, parent, deadline, error)) {
        case VGPU_RESTORE_STARTED:
            return TRUE;
        case VGPU_RESTORE_PRESENT: /* mdevctl was faster */
            break;
        case VGPU_RESTORE_FAILED:
            return FALSE;
        }
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS, "there is a vGPU '%s' already",
                definition->vgpu);
    return FALSE;
}

/* A virtual function that was picked may be taken before its lock is had: then another is. */
static char *
make_on(const VgpuRoot *root, const VgpuCreateOrder *order, const Look *look,
        const VgpuParent *parent, const VgpuDeadline *deadline, GError **error)
{
    for (;;) {
        g_autoptr(GError) reason = NULL;
        g_autoptr(VgpuDefinition) definition =
            vgpu_create_define(root, order, parent, look->type, error);

        if (!definition)
            return NULL;
        if (make_locked(root, definition, parent, deadline, &reason))
            return g_strdup(definition->vgpu);
        if (order->vgpu || !g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_EXISTS) ||
            vgpu_deadline_passed(deadline)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return NULL;
        }
    }
}

static char *
make(const VgpuRoot *root, const VgpuCreateOrder *order, const Look *look,
     const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(GString) reasons = g_string_new(NULL);

    for (guint i = 0; i < look->places->len; i++) {
        const VgpuParent *parent = g_array_index(look->places, VgpuPlace, i).parent;
        g_autoptr(GError) reason = NULL;
        char *id = make_on(root, order, look, parent, deadline, &reason);

        if (id)
            return id;
        /* the kernel knows better than our look; another parent may do */
        if (!g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_FULL)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return NULL;
        }
        g_string_append_printf(reasons, "%s%s", reasons->len ? "; " : "", reason->message);
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL, "no GPU could make it (%s)", reasons->str);
    return NULL;
}

char *
vgpu_create(const VgpuRoot *root, const VgpuCreateOrder *order, const VgpuDeadline *deadline,
            GError **error)
{
    g_auto(Look) look = {0};

    /* said before anything else: a full GPU is no news then */
    if (order->vgpu && vgpu_device_exists(root, order->vgpu)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS, "there is a vGPU '%s' already",
                    order->vgpu);
        return NULL;
    }
    return look_at_gpus(root, order, &look, error) ? make(root, order, &look, deadline, error)
                                                   : NULL;
}
