/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c - finds hook.so, the part of the hook that needs libraries, and calls
 * it.
 */
#include "module.h"

#include <dlfcn.h>

#include "message.h"

/*
 * hook.so is linked with "-z now": a symbol that it misses is found here and not in the middle of
 * the work. RTLD_NOW would look up all that its libraries could ever call too, and costs a fifth of
 * the call.
 */
static void *
load(const char *path)
{
    return dlopen(path, RTLD_LAZY | RTLD_LOCAL);
}

bool
module_run(const struct vgpu_hook_call *call, const char *path, int *status)
{
    void *module = load(path);
    vgpu_hook_run_func run = NULL;

    if (module)
        run = (vgpu_hook_run_func)dlsym(module, VGPU_HOOK_SYMBOL);
    if (!run) {
        message("%s: the hook can't load its library: %s; install OpenVGPU and the libraries it "
                "needs again",
                call->operation, dlerror());
        return false;
    }
    *status = run(call);
    return *status != VGPU_HOOK_UNKNOWN;
}

const char *
module_release(const char *path)
{
    void *module = load(path);

    return module ? dlsym(module, VGPU_HOOK_RELEASE_SYMBOL) : NULL;
}
