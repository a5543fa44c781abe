/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c - finds vgpuctl-libvirt.so, which has the verbs that ask libvirt.
 */
#include "module.h"

#include "error.h"

#include <dlfcn.h>

/* What is in the table of libvirt/module.c. */
static const char *const names[] = {"attach", "detach", "plan", "gc", NULL};

const VgpuctlVerb *const *
vgpuctl_module_verbs(const VgpuRoot *root, GError **error)
{
    const char *other = vgpu_root_is_mock(root) ? g_getenv("OPENVGPU_VGPUCTL_MODULE") : NULL;
    void *module = dlopen(other ? other : VGPUCTL_MODULE, RTLD_NOW | RTLD_LOCAL);
    void *table = module ? dlvsym(module, VGPUCTL_MODULE_SYMBOL, VGPUCTL_MODULE_VERSION) : NULL;

    if (!table) {
        g_autofree char *missing = g_strjoinv(", ", (char **)names);
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "verbs %s are missing: %s; install vgpuctl-libvirt.so of this release, and "
                    "libvirt's client library, which it needs",
                    missing, dlerror());
    }
    return table;
}

const VgpuctlVerb *
vgpuctl_module_find(const VgpuRoot *root, const char *name, GError **error)
{
    if (!g_strv_contains(names, name))
        return NULL;
    const VgpuctlVerb *const *verbs = vgpuctl_module_verbs(root, error);
    for (guint i = 0; verbs && verbs[i]; i++)
        if (g_str_equal(verbs[i]->name, name))
            return verbs[i];
    return NULL;
}
