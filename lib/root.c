/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * root.c - paths below one root, made of checked components only.
 */
#include "root.h"

#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _VgpuRoot {
    char *path; /* "" for "/", else without a trailing slash */
};

static const char *const dir_paths[] = {
    [VGPU_DIR_PARENTS] = "/sys/class/mdev_bus",
    [VGPU_DIR_MDEVS] = "/sys/bus/mdev/devices",
    [VGPU_DIR_VFIO_CLASS] = "/sys/class/vfio",
    [VGPU_DIR_DEFINITIONS] = "/etc/mdevctl.d",
    [VGPU_DIR_STATE] = "/run/openvgpu",
    [VGPU_DIR_DEV_VFIO] = "/dev/vfio",
    [VGPU_DIR_PROC] = "/proc",
    [VGPU_DIR_MODULES] = "/lib/modules",
    [VGPU_DIR_DOMAINS] = "/run/libvirt/qemu",
    [VGPU_DIR_CONFIG] = "/etc/openvgpu",
    [VGPU_DIR_VF_DEFINITIONS] = "/etc/openvgpu/vgpus.d",
    [VGPU_DIR_PCI] = "/sys/bus/pci/devices",
    [VGPU_DIR_PCI_DRIVERS] = "/sys/bus/pci/drivers",
    [VGPU_DIR_NODES] = "/sys/devices/system/node",
};

VgpuRoot *
vgpu_root_new(const char *path)
{
    VgpuRoot *root = g_new0(VgpuRoot, 1);
    if (!path)
        path = secure_getenv("OPENVGPU_ROOT");
    root->path = g_strdup(path ? path : "");
    for (gsize len = strlen(root->path); len > 0 && root->path[len - 1] == '/'; len--)
        root->path[len - 1] = '\0';
    return root;
}

void
vgpu_root_free(VgpuRoot *root)
{
    if (!root)
        return;
    g_free(root->path);
    g_free(root);
}

gboolean
vgpu_root_is_mock(const VgpuRoot *root)
{
    return root->path[0] != '\0';
}

char *
vgpu_root_dir(const VgpuRoot *root, VgpuDir dir)
{
    return g_strconcat(root->path, dir_paths[dir], NULL);
}

char *
vgpu_root_path(const VgpuRoot *root, VgpuDir dir, GError **error, ...)
{
    g_autoptr(GString) path = g_string_new(root->path);
    gboolean ok = TRUE;
    const char *component;
    va_list args;

    g_string_append(path, dir_paths[dir]);
    va_start(args, error);
    while (ok && (component = va_arg(args, const char *))) {
        ok = vgpu_name_check(component, "path component", error);
        g_string_append_c(path, '/');
        if (ok)
            g_string_append(path, component);
    }
    va_end(args);
    return ok ? g_string_free(g_steal_pointer(&path), FALSE) : NULL;
}

char *
vgpu_root_at(const VgpuRoot *root, const char *path)
{
    return g_strconcat(root->path, path, NULL);
}

static gboolean
check_state_dir(const char *path, GError **error)
{
    struct stat st;
    if (lstat(path, &st) < 0) {
        vgpu_error_set_errno(error, errno, "cannot look at '%s'", path);
        return FALSE;
    }
    if (!S_ISDIR(st.st_mode))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                    "'%s' is not a folder; remove it and try again", path);
    else if (st.st_uid != geteuid())
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                    geteuid() ? "only its owner may write to '%s'; run this as root"
                              : "'%s' does not belong to root; run 'chown root' on it",
                    path);
    else if (st.st_mode & (S_IWGRP | S_IWOTH))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                    "'%s' can be written by others than its owner; run 'chmod 755' on it", path);
    else
        return TRUE;
    return FALSE;
}

gboolean
vgpu_root_make_state_dir(const VgpuRoot *root, GError **error)
{
    g_autofree char *path = vgpu_root_dir(root, VGPU_DIR_STATE);
    if (mkdir(path, 0755) == 0) {
        /* whatever the umask: the lists in it are for everybody to read */
        if (chmod(path, 0755) < 0) {
            vgpu_error_set_errno(error, errno, "cannot set the mode of '%s'", path);
            return FALSE;
        }
    } else if (errno != EEXIST) {
        vgpu_error_set_errno(error, errno, "cannot make the folder '%s'", path);
        return FALSE;
    }
    return check_state_dir(path, error);
}

static gboolean
is_plain_name(const char *name)
{
    gsize len = 0;
    if (!name || name[0] == '.')
        return FALSE;
    for (; name[len]; len++)
        if (!g_ascii_isgraph(name[len]) || name[len] == '/' || len >= VGPU_NAME_MAX)
            return FALSE;
    return len > 0;
}

gboolean
vgpu_name_check(const char *name, const char *what, GError **error)
{
    if (is_plain_name(name))
        return TRUE;
    g_autofree char *shown = g_strescape(name ? name : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "'%.64s' cannot be the name of a %s: it takes 1 to %d printable characters with "
                "no '/' and no space, and does not start with a dot",
                shown, what, VGPU_NAME_MAX);
    return FALSE;
}

static gboolean
is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (!text || strnlen(text, sizeof(form)) != sizeof(form) - 1)
        return FALSE;
    for (gsize i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == 'x' ? !g_ascii_isxdigit(text[i]) : text[i] != '-')
            return FALSE;
    return TRUE;
}

gboolean
vgpu_uuid_check(const char *uuid, GError **error)
{
    if (is_uuid(uuid))
        return TRUE;
    g_autofree char *shown = g_strescape(uuid ? uuid : "", NULL);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "'%.64s' is not a uuid of the form 01234567-89ab-cdef-0123-456789abcdef", shown);
    return FALSE;
}

char *
vgpu_uuid_canonical(const char *uuid, GError **error)
{
    return vgpu_uuid_check(uuid, error) ? g_ascii_strdown(uuid, -1) : NULL;
}
