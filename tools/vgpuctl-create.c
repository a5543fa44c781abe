/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-create.c - makes a vGPU that lasts until it is removed or the machine goes down.
 */
#include "order.h"
#include "verb.h"

#include <stdio.h>

static VgpuctlOrderWords order_words;

static const GOptionEntry options[] = {
    VGPUCTL_ORDER_OPTIONS(order_words, "spread or compact (spread)"),
    {NULL},
};

static gboolean
run_create(const VgpuRoot *root, const char *const *words, GError **error)
{
    g_autoptr(VgpuctlOrder) order = vgpuctl_order_read(&order_words, error);
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);

    g_autofree char *id = order ? vgpu_create(root, &order->order, &deadline, error) : NULL;

    if (id)
        puts(id);
    return id != NULL;
}

const VgpuctlVerb vgpuctl_create = {
    .name = "create",
    .arguments = "",
    .summary = "make a vGPU, until the machine goes down; print its id",
    .options = options,
    .run = run_create,
};
