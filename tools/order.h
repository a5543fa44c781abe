/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * order.h - the options by which verbs are told what vGPU is wanted.
 */
#ifndef VGPUCTL_ORDER_H
#define VGPUCTL_ORDER_H

#include "create.h"

G_BEGIN_DECLS

/**
 * VgpuctlOrderWords:
 * @type: (nullable): type id or name
 * @framebuffer: (nullable): "2048M"
 * @parent: (nullable): name of a GPU, or "auto"
 * @vgpu: (nullable): uuid, or address of a virtual function
 * @placement: (nullable): as vgpu_placement_from_string()
 * @attrs: (nullable): "name=value"s
 * @for_domain: TRUE if a domain is to have it, near whose memory it may be placed
 *
 * What the user typed, and what the verb knows.
 */
typedef struct {
    char *type;
    char *framebuffer;
    char *parent;
    char *vgpu;
    char *placement;
    char **attrs;
    gboolean for_domain;
} VgpuctlOrderWords;

/**
 * VGPUCTL_ORDER_OPTIONS:
 * @words: a static #VgpuctlOrderWords
 * @orders: the placements there are, and in parentheses what holds if none is named
 *
 * Entries for a verb's options.
 */
#define VGPUCTL_ORDER_OPTIONS(words, orders)                                                       \
    {"type", 0, 0, G_OPTION_ARG_STRING, &(words).type, "its type, by id or by name", "TYPE"},      \
        {"framebuffer",                                                                            \
         0,                                                                                        \
         0,                                                                                        \
         G_OPTION_ARG_STRING,                                                                      \
         &(words).framebuffer,                                                                     \
         "instead of a type: the smallest that has it",                                            \
         "SIZE"},                                                                                  \
        {"parent", 0, 0, G_OPTION_ARG_STRING, &(words).parent, "its GPU, or auto for any (auto)",  \
         "GPU"},                                                                                   \
        {"uuid",                                                                                   \
         0,                                                                                        \
         0,                                                                                        \
         G_OPTION_ARG_STRING,                                                                      \
         &(words).vgpu,                                                                            \
         "its uuid, or its virtual function (any)",                                                \
         "ID"},                                                                                    \
        {"placement", 0, 0, G_OPTION_ARG_STRING, &(words).placement, "which GPU first: " orders,   \
         "ORDER"},                                                                                 \
    {                                                                                              \
        "attr", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(words).attrs,                                   \
            "set an attribute; may come more than once", "NAME=VALUE"                              \
    }

/**
 * VgpuctlOrder:
 * @order: what is wanted; borrows from the words and from the other members
 * @vgpu: (nullable): its id
 * @attrs: its attributes
 */
typedef struct {
    VgpuCreateOrder order;
    char *vgpu;
    GPtrArray *attrs;
} VgpuctlOrder;

/**
 * vgpuctl_order_read:
 * @words: what the user typed
 * @error: (out) (optional): %VGPU_ERROR_USAGE if type and framebuffer are both there or both
 *   missing, or something is not well formed
 *
 * Returns: (transfer full) (nullable): the order; @words must outlive it.
 */
VgpuctlOrder *vgpuctl_order_read(const VgpuctlOrderWords *words, GError **error);

/**
 * vgpuctl_order_free:
 * @order: (nullable): an order
 */
void vgpuctl_order_free(VgpuctlOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuctlOrder, vgpuctl_order_free)

/**
 * vgpuctl_order_id:
 * @word: what the user typed
 * @error: (out) (optional): %VGPU_ERROR_USAGE
 *
 * Returns: (transfer full) (nullable): the id of a vGPU, there or not, as the kernel spells it.
 */
char *vgpuctl_order_id(const char *word, GError **error);

/**
 * vgpuctl_order_check_gpu:
 * @word: what the user typed
 * @error: (out) (optional): %VGPU_ERROR_USAGE
 *
 * Returns: TRUE if it may be the name of a GPU, there or not.
 */
gboolean vgpuctl_order_check_gpu(const char *word, GError **error);

/**
 * vgpuctl_order_attrs:
 * @words: (nullable) (array zero-terminated=1): "name=value"s
 * @error: (out) (optional): %VGPU_ERROR_USAGE
 *
 * Checks by the rules for all vendors.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuAttr): the attributes in order.
 */
GPtrArray *vgpuctl_order_attrs(char **words, GError **error);

G_END_DECLS

#endif
