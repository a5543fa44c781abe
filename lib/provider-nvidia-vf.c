/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * provider-nvidia-vf.c - vGPUs on virtual functions, as NVIDIA's "vendor-specific VFIO framework"
 * has them from vGPU 17 on (Virtual GPU Software User Guide, "Creating an NVIDIA vGPU on a Linux
 * with KVM Hypervisor that Uses a Vendor-Specific VFIO Framework"): each VF has a folder nvidia/
 * with the types that can be made on it and the one that it has. Not run on hardware.
 */
#include "provider.h"

#include "definition.h"
#include "error.h"
#include "file.h"
#include "record.h"
#include "sysfs.h"

#include <stdlib.h>
#include <string.h>

#define DRIVER  "nvidia"
#define FOLDER  DRIVER "/"
#define PREFIX  "nvidia-" /* of a type id, as mdev's has it */
#define CURRENT FOLDER "current_vgpu_type"
#define TYPES   FOLDER "creatable_vgpu_types"
#define POLL_MS 20

/* dddd:bb:dd.f in hexadecimal, the domain of 4 digits, or more that don't begin with 0 */
static gboolean
is_address(const char *text)
{
    gsize domain = strspn(text, "0123456789abcdef");
    const char *rest = text + domain;
    static const char pattern[] = ":xx:xx.x";

    if (domain < 4 || domain > 8 || (domain > 4 && text[0] == '0') ||
        strlen(rest) != sizeof(pattern) - 1)
        return FALSE;
    for (gsize i = 0; pattern[i]; i++)
        if (pattern[i] == 'x' ? !g_ascii_isxdigit(rest[i]) : rest[i] != pattern[i])
            return FALSE;
    return rest[7] <= '7';
}

static char *
vf_id_canonical(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    return is_address(lower) ? g_steal_pointer(&lower) : NULL;
}

static char *
vf_folder(const VgpuRoot *root, const char *id)
{
    return vgpu_root_path(root, VGPU_DIR_PCI, NULL, id, NULL);
}

static char *
vf_file(const VgpuRoot *root, const char *id, const char *file)
{
    g_autofree char *folder = vf_folder(root, id);
    return g_build_filename(folder, file, NULL);
}

/* The type a VF has, 0 for none; FALSE if it is no VF of this kind, or not yet. */
static gboolean
read_current(const VgpuRoot *root, const char *id, guint *type)
{
    g_autofree char *file = vf_file(root, id, CURRENT);
    return vgpu_sysfs_read_uint(file, type, NULL);
}

/* One of which the driver does not tell may have a vGPU, of a guest that runs. */
static gboolean
vf_exists(const VgpuRoot *root, const char *id)
{
    g_autofree char *file = vf_file(root, id, CURRENT);
    guint type;

    return read_current(root, id, &type) ? type != 0 : g_file_test(file, G_FILE_TEST_EXISTS);
}

static VgpuDevice *
vf_load(const VgpuRoot *root, const char *id)
{
    g_autofree char *link = vf_file(root, id, "physfn");
    g_autoptr(VgpuDevice) device = g_new0(VgpuDevice, 1);
    guint type;

    device->parent = vgpu_sysfs_read_link(link, NULL);
    if (!device->parent || !read_current(root, id, &type) || type == 0)
        return NULL;
    device->id = g_strdup(id);
    device->type = g_strdup_printf(PREFIX "%u", type);
    device->path = vf_folder(root, id);
    return g_steal_pointer(&device);
}

/* Addresses of a PF's virtual functions, in no order. */
static GPtrArray *
list_vfs(const char *path)
{
    GPtrArray *vfs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) names = vgpu_file_list(path, NULL);

    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *link = g_build_filename(path, names->pdata[i], NULL);
        char *vf =
            g_str_has_prefix(names->pdata[i], "virtfn") ? vgpu_sysfs_read_link(link, NULL) : NULL;
        if (vf)
            g_ptr_array_add(vfs, vf);
    }
    return vfs;
}

/* "NVIDIA A40-4Q" has 4 GiB, "NVIDIA A40-0Q" the half of one. 0 for any other name. */
static guint
framebuffer_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    char *end = NULL;
    guint64 gib = dash && g_ascii_isdigit(dash[1]) ? g_ascii_strtoull(dash + 1, &end, 10) : 0;

    if (!end || !g_ascii_isupper(end[0]) || gib > G_MAXUINT / 1024)
        return 0;
    return gib ? (guint)gib * 1024 : 512;
}

/* A type that no VF could have now has no name: only lists of what can be made have names. */
static VgpuType *
find_or_add_type(VgpuParent *parent, guint number)
{
    g_autofree char *id = g_strdup_printf(PREFIX "%u", number);
    VgpuType *type;

    for (guint i = 0; i < parent->types->len; i++) {
        type = parent->types->pdata[i];
        if (g_str_equal(type->id, id))
            return type;
    }
    type = g_new0(VgpuType, 1);
    type->id = g_steal_pointer(&id);
    type->device_api = g_strdup("vfio-pci");
    g_ptr_array_add(parent->types, type);
    return type;
}

/* "1155  : NVIDIA A40-1B": the number, and the name behind it; 0 for the line of titles. */
static guint
read_line(const char *line, char **name)
{
    const char *colon = strchr(line, ':');
    guint64 number;

    if (!colon)
        return 0;
    g_autofree char *first = g_strstrip(g_strndup(line, colon - line));
    /* it would skip a vertical tab, and take a sign behind that */
    if (!g_ascii_isdigit(first[0]) ||
        !g_ascii_string_to_unsigned(first, 10, 1, G_MAXUINT, &number, NULL))
        return 0;
    *name = g_strstrip(g_strdup(colon + 1));
    return (guint)number;
}

static void
add_creatable(VgpuParent *parent, const char *line)
{
    g_autofree char *name = NULL;
    guint number = read_line(line, &name);

    if (!number)
        return;
    VgpuType *type = find_or_add_type(parent, number);
    type->available_instances++;
    if (!type->name) {
        type->framebuffer_mib = framebuffer_of(name);
        type->name = g_steal_pointer(&name);
    }
}

/* What one VF adds: the type it has, or those it could have. FALSE if it is of another kind. */
static gboolean
add_vf(const VgpuRoot *root, VgpuParent *parent, const char *vf)
{
    guint current;

    if (!read_current(root, vf, &current))
        return FALSE;
    if (current) {
        find_or_add_type(parent, current);
        return TRUE;
    }
    g_autofree char *file = vf_file(root, vf, TYPES);
    GError *error = NULL;
    g_autofree char *text = vgpu_sysfs_read(file, &error);
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

    if (error)
        g_ptr_array_add(parent->problems, error);
    for (guint i = 0; lines[i]; i++)
        add_creatable(parent, lines[i]);
    return TRUE;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_types(gconstpointer a, gconstpointer b)
{
    const VgpuType *x = *(const VgpuType *const *)a;
    const VgpuType *y = *(const VgpuType *const *)b;
    return strcmp(x->id, y->id);
}

static VgpuParent *
vf_load_parent(const VgpuRoot *root, const char *name, const char *type G_GNUC_UNUSED)
{
    g_autofree char *path = vf_folder(root, name);
    g_autoptr(GPtrArray) vfs = path ? list_vfs(path) : NULL;
    gboolean any = FALSE;

    if (!vfs || vfs->len == 0)
        return NULL;
    VgpuParent *parent = vgpu_parent_new(&vgpu_provider_nvidia_vf, name, path);
    for (guint i = 0; i < vfs->len; i++)
        any |= add_vf(root, parent, vfs->pdata[i]);
    g_ptr_array_sort(parent->types, compare_types);
    if (!any)
        g_clear_pointer(&parent, vgpu_parent_free);
    return parent;
}

/* Without its driver no function is of this kind, and a host may have hundreds of them. */
static gboolean
has_driver(const VgpuRoot *root)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_PCI_DRIVERS, NULL, DRIVER, NULL);
    return path && g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* Calls @add with each PCI device that has @file. */
static gboolean
each_device(const VgpuRoot *root, const char *file,
            void (*add)(const VgpuRoot *root, const char *name, GPtrArray *list), GPtrArray *list,
            GError **error)
{
    if (!has_driver(root))
        return TRUE;
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_PCI);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, error);

    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], file, NULL);
        if (is_address(names->pdata[i]) && g_file_test(path, G_FILE_TEST_EXISTS))
            add(root, names->pdata[i], list);
    }
    return names != NULL;
}

static void
add_parent(const VgpuRoot *root, const char *name, GPtrArray *parents)
{
    VgpuParent *parent = vf_load_parent(root, name, NULL);
    if (parent)
        g_ptr_array_add(parents, parent);
}

static void
add_device(const VgpuRoot *root, const char *name, GPtrArray *devices)
{
    VgpuDevice *device = vf_load(root, name);
    if (device)
        g_ptr_array_add(devices, device);
}

static gboolean
vf_list_parents(const VgpuRoot *root, const char *type G_GNUC_UNUSED, GPtrArray *parents,
                GError **error)
{
    return each_device(root, "sriov_numvfs", add_parent, parents, error);
}

static gboolean
vf_list_devices(const VgpuRoot *root, GPtrArray *devices, GError **error)
{
    return each_device(root, CURRENT, add_device, devices, error);
}

/* Its VFs may be off. Other vendors' functions are none of our business. */
static gboolean
vf_has_parent(const VgpuRoot *root, const char *name)
{
    guint total;
    if (!is_address(name))
        return FALSE;
    g_autofree char *file = vf_file(root, name, "sriov_totalvfs");
    g_autofree char *link = vf_file(root, name, "driver");
    g_autofree char *driver = vgpu_sysfs_read_link(link, NULL);
    return g_strcmp0(driver, DRIVER) == 0 && vgpu_sysfs_read_uint(file, &total, NULL) && total > 0;
}

static char *
vf_parent_of(const VgpuRoot *root, const char *id)
{
    g_autofree char *link = vf_file(root, id, "physfn");
    return vgpu_sysfs_read_link(link, NULL);
}

/* Does @text, a list of types, have a line of @type? */
static gboolean
has_type(const char *text, const char *type)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *name = NULL;
        g_autofree char *id = g_strdup_printf(PREFIX "%u", read_line(lines[i], &name));
        if (name && g_str_equal(id, type))
            return TRUE;
    }
    return FALSE;
}

/* It has a vGPU, or is to have one: a definition or a domain's record names it, or @taken does. */
static gboolean
is_spoken_for(const VgpuRoot *root, const char *vf, GHashTable *taken)
{
    g_autofree char *defined = vgpu_definition_find_parent(root, vf, NULL);
    g_autoptr(VgpuRecord) record = NULL;

    return vf_exists(root, vf) || defined || (taken && g_hash_table_contains(taken, vf)) ||
           !vgpu_record_find(root, vf, &record, NULL) || record;
}

/* The lowest VF on which the driver would make it now. */
static char *
vf_pick(const VgpuRoot *root, const VgpuParent *parent, const char *type, GHashTable *taken)
{
    g_autoptr(GPtrArray) vfs = list_vfs(parent->path);

    g_ptr_array_sort(vfs, compare_names);
    for (guint i = 0; g_str_has_prefix(type, PREFIX) && i < vfs->len; i++) {
        g_autofree char *file = vf_file(root, vfs->pdata[i], TYPES);
        g_autofree char *text = vgpu_sysfs_read(file, NULL);
        if (text && !is_spoken_for(root, vfs->pdata[i], taken) && has_type(text, type))
            return g_strdup(vfs->pdata[i]);
    }
    return NULL;
}

static gboolean
has_vf(const VgpuRoot *root, const char *parent, const char *id)
{
    g_autofree char *found = vf_parent_of(root, id);
    return g_strcmp0(found, parent) == 0;
}

static gboolean
vf_is_enabled(const VgpuRoot *root, const char *parent, const char *id)
{
    guint current;

    return has_vf(root, parent, id) && read_current(root, id, &current);
}

/* The kernel changes no number but 0: EBUSY, or ENOENT where the driver leaves it to others. */
static gboolean
is_number_kept(const GError *reason)
{
    return g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_BUSY) ||
           g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_NOT_FOUND);
}

/*
 * All of them, unless somebody else has turned on fewer. How many are on is not read: for that, the
 * kernel makes us wait past any deadline while somebody turns them on (sriov_numvfs in
 * drivers/pci/iov.c takes the device's lock).
 */
static gboolean
turn_on(const VgpuRoot *root, const char *parent, const char *id, const VgpuDeadline *deadline,
        GError **error)
{
    g_autofree char *folder = vf_folder(root, parent);
    g_autofree char *number = g_build_filename(folder, "sriov_numvfs", NULL);
    g_autofree char *total_file = g_build_filename(folder, "sriov_totalvfs", NULL);
    g_autofree char *total = vgpu_sysfs_read(total_file, error);
    g_autoptr(GPtrArray) before = list_vfs(folder);
    g_autoptr(GError) reason = NULL;

    if (!total)
        return FALSE;
    if (before->len < g_ascii_strtoull(total, NULL, 10))
        vgpu_sysfs_write_deadline(number, total, deadline, &reason);
    if (has_vf(root, parent, id))
        return TRUE;
    g_autoptr(GPtrArray) now = list_vfs(folder);
    if (reason && (now->len == 0 || !is_number_kept(reason))) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND, "'%s' has no virtual function '%s'",
                parent, id);
    return FALSE;
}

/* The VFs are gone after each boot, and come some time after they were asked for. */
static gboolean
vf_enable(const VgpuRoot *root, const char *parent, const char *id, const VgpuDeadline *deadline,
          GError **error)
{
    g_autofree char *what = g_strdup_printf("virtual function '%s' of '%s'", id, parent);

    if (!vf_has_parent(root, parent)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "'%s' is no GPU that makes vGPUs on virtual functions: it is absent, or its "
                    "driver is not loaded",
                    parent);
        return FALSE;
    }
    if (!has_vf(root, parent, id) && !turn_on(root, parent, id, deadline, error))
        return FALSE;
    while (!vf_is_enabled(root, parent, id)) {
        if (!vgpu_deadline_check(deadline, what, error))
            return FALSE;
        vgpu_deadline_pause(deadline, POLL_MS);
    }
    return TRUE;
}

static gboolean
check_parent(const VgpuRoot *root, const char *parent, const char *id, GError **error)
{
    g_autofree char *link = vf_file(root, id, "physfn");
    g_autofree char *found = vgpu_sysfs_read_link(link, error);

    if (!found || g_str_equal(found, parent))
        return found != NULL;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "'%s' is a virtual function of '%s', not of '%s'", id, found, parent);
    return FALSE;
}

static gboolean
vf_create(const VgpuRoot *root, const char *parent, const char *type, const char *id,
          const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *file = vf_file(root, id, CURRENT);
    GError *reason = NULL;

    if (!g_str_has_prefix(type, PREFIX)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "type '%s' is none of a virtual function", type);
        return FALSE;
    }
    if (!check_parent(root, parent, id, error))
        return FALSE;
    /* what is there is theirs, of whatever type, also if they were faster than we are */
    if (!vf_exists(root, id) &&
        vgpu_sysfs_write_deadline(file, type + strlen(PREFIX), deadline, &reason))
        return TRUE;
    /* of the first two, what is there may be ours */
    if (reason && (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_TIMEOUT) ||
                   g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_IO) || !vf_exists(root, id))) {
        g_propagate_error(error, reason);
        return FALSE;
    }
    g_clear_error(&reason);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_EXISTS, "there is a vGPU '%s' already", id);
    return FALSE;
}

/* Anything else in the folder is PCI's, and what makes and removes the vGPU is ours. */
static gboolean
vf_has_attr(const char *name)
{
    return g_str_has_prefix(name, FOLDER) && !g_str_equal(name, CURRENT) &&
           !g_str_equal(name, TYPES);
}

static gboolean
vf_remove(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline, GError **error)
{
    g_autofree char *file = vf_file(root, id, CURRENT);
    return vgpu_sysfs_write_deadline(file, "0", deadline, error);
}

const VgpuProvider vgpu_provider_nvidia_vf = {
    .name = "nvidia-vf",
    .definitions = VGPU_DIR_VF_DEFINITIONS,
    .id_canonical = vf_id_canonical,
    .list_parents = vf_list_parents,
    .has_parent = vf_has_parent,
    .load_parent = vf_load_parent,
    .list_devices = vf_list_devices,
    .folder = vf_folder,
    .load = vf_load,
    .exists = vf_exists,
    .parent_of = vf_parent_of,
    .pick = vf_pick,
    .is_enabled = vf_is_enabled,
    .enable = vf_enable,
    .create = vf_create,
    .remove = vf_remove,
    .has_attr = vf_has_attr,
};
