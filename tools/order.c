/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * order.c - the options by which verbs are told what vGPU is wanted.
 */
#include "order.h"

#include "attr.h"
#include "error.h"
#include "provider.h"

#include <string.h>

/* What is wrong with a word is wrong with the command line: the exit status says so. Takes @reason.
 */
static gboolean
refuse(GError **error, GError *reason)
{
    reason->code = VGPU_ERROR_USAGE;
    g_propagate_error(error, reason);
    return FALSE;
}

char *
vgpuctl_order_id(const char *word, GError **error)
{
    GError *reason = NULL;
    char *id = NULL;

    if (!vgpu_provider_of_id(word, &id, &reason))
        refuse(error, reason);
    return id;
}

gboolean
vgpuctl_order_check_gpu(const char *word, GError **error)
{
    GError *reason = NULL;

    return vgpu_name_check(word, "GPU", &reason) || refuse(error, reason);
}

static gboolean
read_attr(const char *word, GPtrArray *attrs, GError **error)
{
    const char *equals = strchr(word, '=');
    if (!equals) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "attribute '%s' has no value; write it as NAME=VALUE", word);
        return FALSE;
    }
    g_autofree char *name = g_strndup(word, equals - word);
    GError *reason = NULL;
    if (!vgpu_attr_check_name(name, &reason) ||
        !vgpu_attr_check(NULL, NULL, name, equals + 1, &reason))
        return refuse(error, reason);
    vgpu_attr_list_add(attrs, name, equals + 1);
    return TRUE;
}

GPtrArray *
vgpuctl_order_attrs(char **words, GError **error)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    for (guint i = 0; words && words[i]; i++)
        if (!read_attr(words[i], attrs, error))
            return NULL;
    return g_steal_pointer(&attrs);
}

static gboolean
read_wish(const VgpuctlOrderWords *words, VgpuTypeWish *wish, GError **error)
{
    if (!words->type == !words->framebuffer) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "say either --type or --framebuffer; 'vgpuctl list types' shows what there is");
        return FALSE;
    }
    wish->id = wish->name = words->type;
    GError *reason = NULL;
    return words->type ||
           vgpu_type_parse_mib(words->framebuffer, &wish->framebuffer_mib, &reason) ||
           refuse(error, reason);
}

static gboolean
read_parent(const VgpuctlOrderWords *words, VgpuCreateOrder *order, GError **error)
{
    if (!words->parent || strcmp(words->parent, "auto") == 0)
        return TRUE;
    order->parent = words->parent;
    return vgpuctl_order_check_gpu(words->parent, error);
}

/* Without a domain there is no memory to be near to. */
static gboolean
read_placement(const VgpuctlOrderWords *words, VgpuPlacement *placement, GError **error)
{
    GError *reason = NULL;

    if (!words->for_domain && words->placement && strcmp(words->placement, "spread") != 0 &&
        strcmp(words->placement, "compact") != 0) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE,
                    "placement '%.32s' is none for a vGPU without a domain; use 'spread' or "
                    "'compact'",
                    words->placement);
        return FALSE;
    }
    return vgpu_placement_from_string(words->placement, placement, &reason) ||
           refuse(error, reason);
}

VgpuctlOrder *
vgpuctl_order_read(const VgpuctlOrderWords *words, GError **error)
{
    g_autoptr(VgpuctlOrder) order = g_new0(VgpuctlOrder, 1);

    if (words->vgpu && !(order->vgpu = vgpuctl_order_id(words->vgpu, error)))
        return NULL;
    if (!read_wish(words, &order->order.wish, error) || !read_parent(words, &order->order, error) ||
        !read_placement(words, &order->order.placement, error))
        return NULL;
    order->attrs = vgpuctl_order_attrs(words->attrs, error);
    if (!order->attrs)
        return NULL;
    order->order.vgpu = order->vgpu;
    order->order.attrs = order->attrs;
    return g_steal_pointer(&order);
}

void
vgpuctl_order_free(VgpuctlOrder *order)
{
    if (!order)
        return;
    g_free(order->vgpu);
    g_clear_pointer(&order->attrs, g_ptr_array_unref);
    g_free(order);
}
