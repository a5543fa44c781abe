/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel.c - what the running kernel comes with: mediated devices above all.
 */
#include "kernel.h"

#include "error.h"
#include "file.h"

#include <string.h>

/* modules.dep of a distribution's kernel is near 1 MiB. */
#define MODULE_LIST_MAX (16 * 1024 * 1024)

char *
vgpu_kernel_release(const VgpuRoot *root)
{
    g_autofree char *path =
        vgpu_root_path(root, VGPU_DIR_PROC, NULL, "sys", "kernel", "osrelease", NULL);
    char *release = vgpu_file_read(path, VGPU_NAME_MAX, NULL, NULL);
    return release ? g_strchomp(release) : NULL;
}

/* Does a kernel's list of modules name one? FALSE with *@readable FALSE if it can't be read. */
static gboolean
list_has(const VgpuRoot *root, const char *release, const char *list, const char *module,
         gboolean *readable)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_MODULES, NULL, release, list, NULL);
    g_autofree char *text = path ? vgpu_file_read(path, MODULE_LIST_MAX, NULL, NULL) : NULL;
    /* by path, "kernel/drivers/vfio/mdev/mdev.ko.xz" */
    g_autofree char *name = g_strdup_printf("/%s.ko", module);

    *readable = text != NULL;
    return text && strstr(text, name);
}

gboolean
vgpu_kernel_may_have(const VgpuRoot *root, const char *release, const char *module)
{
    gboolean readable, builtin_readable;

    return list_has(root, release, "modules.dep", module, &readable) || !readable ||
           list_has(root, release, "modules.builtin", module, &builtin_readable);
}

gboolean
vgpu_kernel_has_mdev(const VgpuRoot *root, const char *release)
{
    g_autofree char *bus = vgpu_root_dir(root, VGPU_DIR_MDEVS);

    return g_file_test(bus, G_FILE_TEST_IS_DIR) || !release ||
           vgpu_kernel_may_have(root, release, "mdev");
}

gboolean
vgpu_kernel_check_mdev(const VgpuRoot *root, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PARENTS);
    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autofree char *release = vgpu_kernel_release(root);
    if (!vgpu_kernel_has_mdev(root, release))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "kernel '%s' can't make vGPUs, since it has no module 'mdev' "
                    "(CONFIG_VFIO_MDEV); boot one that has it, Debian's linux-image-amd64 say "
                    "instead of a cloud flavour",
                    release);
    else
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "no GPU can make vGPUs now, since no driver that uses the kernel's module "
                    "'mdev' is loaded ('%s' is absent); load the GPU's driver",
                    folder);
    return FALSE;
}
