/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device.c - vGPUs that are there: looked up, made, and removed unless somebody has them open.
 * What differs between the kernel's interfaces is behind provider.h.
 */
#include "device.h"

#include "error.h"
#include "file.h"
#include "holder.h"
#include "lock.h"
#include "parent.h"
#include "provider.h"
#include "sysfs.h"

#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define POLL_MS      5
#define POLL_IDLE_MS 50 /* each look goes through all of /proc */

void
vgpu_device_free(VgpuDevice *device)
{
    if (!device)
        return;
    g_free(device->id);
    g_free(device->parent);
    g_free(device->type);
    g_free(device->path);
    g_free(device);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    const VgpuDevice *x = *(const VgpuDevice *const *)a;
    const VgpuDevice *y = *(const VgpuDevice *const *)b;
    return g_strcmp0(x->id, y->id);
}

GPtrArray *
vgpu_device_list(const VgpuRoot *root, GError **error)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_device_free);

    for (guint i = 0; vgpu_providers[i]; i++)
        if (!vgpu_providers[i]->list_devices(root, devices, error))
            return NULL;
    g_ptr_array_sort(devices, compare_ids);
    return g_steal_pointer(&devices);
}

VgpuDevice *
vgpu_device_load(const VgpuRoot *root, const char *id, GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    if (!provider)
        return NULL;
    VgpuDevice *device = provider->load(root, name);
    if (!device)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "there is no vGPU '%s'", id);
    return device;
}

gboolean
vgpu_device_exists(const VgpuRoot *root, const char *id)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, NULL);
    return provider && provider->exists(root, name);
}

/* libvirt and QEMU need its group; what they make of one without a type nobody knows. */
static gboolean
is_ready(const VgpuRoot *root, const VgpuProvider *provider, const char *name)
{
    g_autoptr(VgpuDevice) device = provider->load(root, name);
    g_autofree char *group = device ? g_build_filename(device->path, "iommu_group", NULL) : NULL;
    return group && access(group, F_OK) == 0;
}

static gboolean
is_settled(const VgpuRoot *root, const VgpuProvider *provider, const char *name)
{
    g_autoptr(VgpuDevice) device = provider->load(root, name);
    return device || !provider->exists(root, name);
}

static gboolean
is_gone(const VgpuRoot *root, const VgpuProvider *provider, const char *name)
{
    return !provider->exists(root, name);
}

/* @what: of "vGPU 'X' ", for the message */
static gboolean
wait_until(gboolean (*reached)(const VgpuRoot *, const VgpuProvider *, const char *),
           const char *what, const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
           GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    if (!provider)
        return FALSE;
    while (!reached(root, provider, name)) {
        if (!vgpu_deadline_pause(deadline, POLL_MS)) {
            g_set_error(error, VGPU_ERROR, VGPU_ERROR_TIMEOUT,
                        "time is up while waiting for vGPU '%s' %s", id, what);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
vgpu_device_wait_ready(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                       GError **error)
{
    return wait_until(is_ready, "to get its type and IOMMU group", root, id, deadline, error);
}

gboolean
vgpu_device_wait_settled(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                         GError **error)
{
    return wait_until(is_settled, "to be made to the end", root, id, deadline, error);
}

gboolean
vgpu_device_has_parent(const VgpuRoot *root, const char *parent, const char *id)
{
    const VgpuProvider *provider = vgpu_provider_of_id(id, NULL, NULL);
    return provider && vgpu_name_check(parent, "parent", NULL) &&
           provider->has_parent(root, parent);
}

char *
vgpu_device_parent_of(const VgpuRoot *root, const char *id)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, NULL);
    return provider && provider->parent_of ? provider->parent_of(root, name) : NULL;
}

gboolean
vgpu_device_is_enabled(const VgpuRoot *root, const char *parent, const char *id)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, NULL);
    return provider && (!provider->is_enabled || provider->is_enabled(root, parent, name));
}

gboolean
vgpu_device_enable(const VgpuRoot *root, const char *parent, const char *id,
                   const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    if (!provider || !vgpu_name_check(parent, "parent", error))
        return FALSE;
    if (!provider->is_enabled || provider->is_enabled(root, parent, name))
        return TRUE;
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(root, parent, deadline, error);
    return lock && provider->enable(root, parent, name, deadline, error);
}

static gboolean
check_absent(const VgpuRoot *root, const char *id, GError **error)
{
    if (!vgpu_device_exists(root, id))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS, "there is a vGPU '%s' already", id);
    return FALSE;
}

/* What took the last instance may be this very vGPU, if somebody else was faster. */
static void
report_full(const VgpuRoot *root, const char *parent, const char *type, const char *id,
            GError **error)
{
    if (check_absent(root, id, error))
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FULL,
                    "parent '%s' has no instance of type '%s' left", parent, type);
}

/* A plain reason for what the kernel has refused by a bare number; FALSE if there is none. */
static gboolean
explain(const VgpuRoot *root, const char *parent_name, const char *type_id, const char *id,
        GError **error)
{
    if (!check_absent(root, id, error))
        return TRUE;
    g_autoptr(VgpuParent) parent = vgpu_parent_load(root, parent_name, error);
    const VgpuType *type = parent ? vgpu_parent_find_type(parent, type_id, error) : NULL;
    if (type && type->available_instances == 0)
        report_full(root, parent_name, type_id, id, error);
    return !type || type->available_instances == 0;
}

/* The kernel is asked without a look before: its own check decides, and a look costs as much. */
static gboolean
ask_for(const VgpuRoot *root, const VgpuProvider *provider, const char *parent, const char *type,
        const char *name, const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (provider->create(root, parent, type, name, deadline, &reason))
        return TRUE;
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_EXISTS) && !vgpu_device_exists(root, name)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS,
                    "the kernel still has a vGPU '%s', which is being removed or made; try again",
                    name);
        return FALSE;
    }
    /* of these two, what is there may be ours: the kernel went on, or our writer died after it */
    if (!g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_TIMEOUT) &&
        !g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_IO) &&
        explain(root, parent, type, name, error))
        return FALSE;
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_FULL))
        report_full(root, parent, type, name, error);
    else
        g_propagate_prefixed_error(error, g_steal_pointer(&reason),
                                   "cannot make vGPU '%s' of type '%s' on parent '%s': ", name,
                                   type, parent);
    return FALSE;
}

gboolean
vgpu_device_create(const VgpuRoot *root, const char *parent, const char *type, const char *id,
                   const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    return provider && vgpu_name_check(parent, "parent", error) &&
           vgpu_name_check(type, "type", error) &&
           ask_for(root, provider, parent, type, name, deadline, error) &&
           vgpu_device_wait_ready(root, name, deadline, error);
}

static void
add_number(VgpuHolderTarget *target, const char *dev_file)
{
    g_autofree char *text = vgpu_sysfs_read(dev_file, NULL);
    guint major_number, minor_number;
    if (!text || sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
        return;
    dev_t device = makedev(major_number, minor_number);
    g_array_append_val(target->devices, device);
}

/* /dev/vfio/<group>: all kernels. */
static void
add_group(const VgpuRoot *root, const char *path, VgpuHolderTarget *target)
{
    g_autofree char *link = g_build_filename(path, "iommu_group", NULL);
    g_autofree char *group = vgpu_sysfs_read_link(link, NULL);
    if (!group)
        return;
    char *file = vgpu_root_path(root, VGPU_DIR_DEV_VFIO, NULL, group, NULL);
    g_autofree char *number = vgpu_root_path(root, VGPU_DIR_VFIO_CLASS, NULL, group, "dev", NULL);
    if (file)
        g_ptr_array_add(target->files, file);
    if (number)
        add_number(target, number);
}

/* /dev/vfio/devices/vfioN: kernels that give each device a file of its own. */
static void
add_cdevs(const VgpuRoot *root, const char *path, VgpuHolderTarget *target)
{
    g_autofree char *folder = g_build_filename(path, "vfio-dev", NULL);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);
    for (guint i = 0; names && i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *number = g_build_filename(folder, name, "dev", NULL);
        char *file = vgpu_root_path(root, VGPU_DIR_DEV_VFIO, NULL, "devices", name, NULL);
        if (file)
            g_ptr_array_add(target->files, file);
        add_number(target, number);
    }
}

gboolean
vgpu_device_find_holder(const VgpuRoot *root, const char *id, pid_t *pid, GError **error)
{
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    g_autofree char *path = provider ? provider->folder(root, name) : NULL;
    if (!path)
        return FALSE;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(dev_t));
    VgpuHolderTarget target = {.hint = "vfio", .files = files, .devices = devices};

    *pid = 0;
    add_group(root, path, &target);
    add_cdevs(root, path, &target);
    if (files->len == 0)
        return TRUE;
    return vgpu_holder_find(root, &target, pid, error);
}

gboolean
vgpu_device_in_use(const VgpuRoot *root, const char *id, gboolean *in_use, GError **error)
{
    pid_t pid;
    if (!vgpu_device_find_holder(root, id, &pid, error))
        return FALSE;
    *in_use = pid != 0;
    return TRUE;
}

static void
set_in_use(const VgpuRoot *root, const char *id, pid_t pid, GError **error)
{
    g_autofree char *name = vgpu_holder_get_name(root, pid);
    g_autofree char *domain = vgpu_holder_get_domain(root, pid);
    g_autofree char *first = domain ? g_strdup_printf("shut down domain \"%s\"", domain)
                                    : g_strdup("stop the virtual machine");

    g_set_error(error, VGPU_ERROR, VGPU_ERROR_BUSY,
                "vGPU '%s' is in use by process %d (%s); %s first", id, (int)pid,
                name ? name : "that has just ended", first);
}

gboolean
vgpu_device_check_idle(const VgpuRoot *root, const char *id, GError **error)
{
    pid_t pid;
    if (!vgpu_device_find_holder(root, id, &pid, error))
        return FALSE;
    if (pid == 0)
        return TRUE;
    set_in_use(root, id, pid, error);
    return FALSE;
}

gboolean
vgpu_device_wait_idle(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                      GError **error)
{
    GError *cause = NULL;
    while (!vgpu_device_check_idle(root, id, &cause)) {
        if (cause->code != VGPU_ERROR_BUSY || !vgpu_deadline_pause(deadline, POLL_IDLE_MS)) {
            g_propagate_error(error, cause);
            return FALSE;
        }
        g_clear_error(&cause);
    }
    return TRUE;
}

gboolean
vgpu_device_remove(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                   GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *name = NULL;
    const VgpuProvider *provider = vgpu_provider_of_id(id, &name, error);
    if (!provider)
        return FALSE;
    if (!provider->exists(root, name))
        return TRUE;
    /*
     * A write to "remove" before the vGPU's type is seen fails, and takes that file away for good:
     * mdev_device_remove() comes after device_remove_file_self() (drivers/vfio/mdev/mdev_sysfs.c).
     */
    if (!vgpu_device_wait_settled(root, name, deadline, error) ||
        !vgpu_device_check_idle(root, name, error))
        return FALSE;
    if (provider->remove(root, name, deadline, &reason))
        return wait_until(is_gone, "to be gone", root, name, deadline, error);
    /* somebody else may have removed it between the look and the write */
    if (!provider->exists(root, name))
        return TRUE;
    g_propagate_prefixed_error(error, g_steal_pointer(&reason), "cannot remove vGPU '%s': ", id);
    return FALSE;
}
