/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel.c - whether the running kernel knows mediated devices.
 */
#include "kernel.h"

#include "error.h"
#include "file.h"

#include <string.h>

/* modules.dep of a distribution's kernel is near 1 MiB. */
#define MODULE_LIST_MAX (16 * 1024 * 1024)

static char *
read_release(const VgpuRoot *root)
{
    g_autofree char *path =
        vgpu_root_path(root, VGPU_DIR_PROC, NULL, "sys", "kernel", "osrelease", NULL);
    char *release = vgpu_file_read(path, VGPU_NAME_MAX, NULL, NULL);
    return release ? g_strchomp(release) : NULL;
}

/* The kernel's lists of modules name each by its path, "kernel/drivers/vfio/mdev/mdev.ko.xz". */
static gboolean
list_has_mdev(const char *text)
{
    return text && strstr(text, "/mdev.ko");
}

/* FALSE only if the kernel's list of modules is there and has no mdev. */
static gboolean
may_have_mdev(const VgpuRoot *root, const char *release)
{
    g_autofree char *path =
        vgpu_root_path(root, VGPU_DIR_MODULES, NULL, release, "modules.dep", NULL);
    g_autofree char *list = path ? vgpu_file_read(path, MODULE_LIST_MAX, NULL, NULL) : NULL;
    return !list || list_has_mdev(list);
}

gboolean
vgpu_kernel_check_mdev(const VgpuRoot *root, GError **error)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PARENTS);
    if (g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autofree char *release = read_release(root);
    if (release && !may_have_mdev(root, release))
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
