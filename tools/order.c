/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * order.c - the options by which verbs are told what vGPU is wanted.
 */
#include "order.h"

#include "attr.h"
#include "error.h"
#include "provider.h"

#include <string.h>

static gboolean
read_attr(const char *word, GPtrArray *attrs, GError **error)
{
    const char *equals = strchr(word, '=');
    if (!equals) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "attribute '%s' has no value; write it as NAME=VALUE", word);
        return FALSE;
    }
    g_autofree char *name = g_strndup(word, equals - word);
    if (!vgpu_attr_check_name(name, error) || !vgpu_attr_check(NULL, NULL, name, equals + 1, error))
        return FALSE;
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
    return words->type || vgpu_type_parse_mib(words->framebuffer, &wish->framebuffer_mib, error);
}

static gboolean
read_parent(const VgpuctlOrderWords *words, VgpuCreateOrder *order, GError **error)
{
    if (!words->parent || strcmp(words->parent, "auto") == 0)
        return TRUE;
    order->parent = words->parent;
    return vgpu_name_check(words->parent, "parent", error);
}

VgpuctlOrder *
vgpuctl_order_read(const VgpuctlOrderWords *words, GError **error)
{
    g_autoptr(VgpuctlOrder) order = g_new0(VgpuctlOrder, 1);

    if (words->vgpu && !vgpu_provider_of_id(words->vgpu, &order->vgpu, error))
        return NULL;
    if (!read_wish(words, &order->order.wish, error) || !read_parent(words, &order->order, error) ||
        !vgpu_placement_from_string(words->placement, &order->order.placement, error))
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
