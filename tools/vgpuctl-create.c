/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-create.c - makes a vGPU that lasts until it is removed or the machine goes down.
 */
#include "order.h"
#include "verb.h"

#include "error.h"
#include "log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static VgpuctlOrderWords order_words;

static const GOptionEntry options[] = {
    VGPUCTL_ORDER_OPTIONS(order_words, "spread or compact (spread)"),
    {NULL},
};

static gboolean
print_id(const char *id, GError **error)
{
    if (puts(id) != EOF && fflush(stdout) == 0)
        return TRUE;
    vgpu_error_set_errno(error, errno, "vGPU '%s' is made, but its id can't be printed", id);
    return FALSE;
}

static const int interrupts[] = {SIGHUP, SIGINT, SIGTERM};

static void
hold_interrupts(sigset_t *before)
{
    sigset_t set;

    sigemptyset(&set);
    for (gsize i = 0; i < G_N_ELEMENTS(interrupts); i++)
        sigaddset(&set, interrupts[i]);
    sigprocmask(SIG_BLOCK, &set, before);
}

static gboolean
is_interrupted(void)
{
    sigset_t pending;
    gboolean any = FALSE;

    sigpending(&pending);
    for (gsize i = 0; i < G_N_ELEMENTS(interrupts); i++)
        any |= sigismember(&pending, interrupts[i]) == 1;
    return any;
}

/*
 * Who interrupts it half way would have a vGPU without its attributes, and not know its id. What
 * went wrong is said here if nobody will be left to say it.
 */
static gboolean
make_and_print(const VgpuRoot *root, const VgpuCreateOrder *order, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    sigset_t before;

    hold_interrupts(&before);
    g_autofree char *id = vgpu_create(root, order, &deadline, error);
    gboolean done = id && print_id(id, error);
    if (!done && is_interrupted())
        vgpu_log_error(*error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
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
