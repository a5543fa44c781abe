/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-create.c - makes a vGPU that lasts until it is removed or the machine goes down.
 */
#include "order.h"
#include "verb.h"

#include <signal.h>
#include <stdio.h>

static VgpuctlOrderWords order_words;

static const GOptionEntry options[] = {
    VGPUCTL_ORDER_OPTIONS(order_words, "spread or compact (spread)"),
    {NULL},
};

/* Who interrupts it half way would have a vGPU without its attributes, and not know its id. */
static gboolean
make_and_print(const VgpuRoot *root, const VgpuCreateOrder *order, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    sigset_t interrupts, before;

    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGHUP);
    sigaddset(&interrupts, SIGINT);
    sigaddset(&interrupts, SIGTERM);
    sigprocmask(SIG_BLOCK, &interrupts, &before);
    g_autofree char *id = vgpu_create(root, order, &deadline, error);
    if (id) {
        puts(id);
        fflush(stdout);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return id != NULL;
}

static gboolean
run_create(const VgpuRoot *root, const char *const *words, GError **error)
{
    g_autoptr(VgpuctlOrder) order = vgpuctl_order_read(&order_words, error);

    return order && make_and_print(root, &order->order, error);
}

const VgpuctlVerb vgpuctl_create = {
    .name = "create",
    .arguments = "",
    .summary = "make a vGPU, until the machine goes down; print its id",
    .options = options,
    .run = run_create,
};
