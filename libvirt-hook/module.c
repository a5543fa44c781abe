/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c - finds hook.so, the part of the hook that needs libraries, and calls
 * it.
 */
#include "module.h"

#include <dlfcn.h>

#include "message.h"

bool
module_run(const struct vgpu_hook_call *call, const char *path, int *status)
{
    /*
     * hook.so is linked with "-z now": a symbol that it misses is found here and not in the middle
     * of the work. RTLD_NOW would look up all that its libraries could ever call too, and costs
     * a fifth of the call.
     */
    void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
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
