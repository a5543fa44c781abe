/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-vf.c - NVIDIA's virtual functions on a mock machine.
 */
#include "mock-vf.h"

#include "mock-capacity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER  "sys/bus/pci/devices/"
#define CURRENT "nvidia/current_vgpu_type"
#define VFS     4

static char *
address_of(guint vf)
{
    return g_strdup_printf("0000:41:00.%u", 4 + vf);
}

static char *
file_of(const char *device, const char *file)
{
    return g_strdup_printf(FOLDER "%s/%s", device, file);
}

static void
put(MockSysfs *mock, const char *device, const char *file, const char *text)
{
    g_autofree char *path = file_of(device, file);
    mock_sysfs_write(mock, path, text);
}

static void
put_link(MockSysfs *mock, const char *device, const char *file, const char *target)
{
    g_autofree char *path = file_of(device, file);
    g_autofree char *full = g_build_filename(mock->path, path, NULL);
    if (symlink(target, full) < 0 && errno != EEXIST)
        g_error("cannot link '%s'", full);
}

int
mock_vf_type(MockSysfs *mock, const char *vf)
{
    g_autofree char *path = file_of(vf, CURRENT);
    g_autofree char *text = mock_sysfs_read(mock, path);
    return text ? atoi(text) : -1;
}

/* Addresses of a GPU's functions that have a driver. */
static GPtrArray *
list_vfs(MockSysfs *mock, const char *pf)
{
    GPtrArray *vfs = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0;; i++) {
        g_autofree char *entry = g_strdup_printf(FOLDER "%s/virtfn%u", pf, i);
        g_autofree char *link = g_build_filename(mock->path, entry, NULL);
        g_autofree char *target = g_file_read_link(link, NULL);
        g_autofree char *vf = target ? g_path_get_basename(target) : NULL;

        if (!vf)
            return vfs;
        if (mock_vf_type(mock, vf) >= 0)
            g_ptr_array_add(vfs, g_steal_pointer(&vf));
    }
}

static MockCapacity *
count_used(MockSysfs *mock, const char *pf, const GPtrArray *vfs)
{
    MockCapacity *capacity = mock_capacity_load(mock, pf);

    for (guint i = 0; capacity && i < vfs->len; i++) {
        g_autofree char *id = g_strdup_printf("%d", mock_vf_type(mock, vfs->pdata[i]));
        mock_capacity_take(capacity, id);
    }
    return capacity;
}

/* A VF that has a type, or a full GPU, lists none. */
static char *
list_of(MockSysfs *mock, const char *vf, const MockCapacity *capacity)
{
    GString *list = g_string_new("ID    : vGPU Name\n");

    for (guint i = 0; i < capacity->types->len && mock_vf_type(mock, vf) <= 0; i++) {
        const MockCapacityType *type = capacity->types->pdata[i];
        if (mock_capacity_left(capacity, type) > 0)
            g_string_append_printf(list, "%-5s : %s\n", type->id, type->name);
    }
    return g_string_free(list, FALSE);
}

static void
refresh(MockSysfs *mock, const char *pf)
{
    g_autoptr(GPtrArray) vfs = list_vfs(mock, pf);
    g_autoptr(MockCapacity) capacity = count_used(mock, pf, vfs);

    for (guint i = 0; capacity && i < vfs->len; i++) {
        g_autofree char *file = file_of(vfs->pdata[i], "nvidia/creatable_vgpu_types");
        g_autofree char *before = mock_sysfs_read(mock, file);
        g_autofree char *now = list_of(mock, vfs->pdata[i], capacity);

        if (g_strcmp0(before, now) != 0)
            mock_sysfs_write(mock, file, now);
    }
}

void
mock_vf_refresh_all(MockSysfs *mock)
{
    g_autofree char *folder = g_build_filename(mock->path, "kernel", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        refresh(mock, name);
}

/* The functions are there as soon as they are asked for; their driver comes later. */
static void
add_functions(MockSysfs *mock, guint vfs)
{
    for (guint i = 0; i < vfs; i++) {
        g_autofree char *vf = address_of(i);
        g_autofree char *entry = g_strdup_printf("virtfn%u", i);
        g_autofree char *target = g_strdup_printf("../%s", vf);

        put(mock, vf, "config", "PCI\n");
        put_link(mock, vf, "physfn", "../" MOCK_PF);
        put_link(mock, MOCK_PF, entry, target);
    }
}

void
mock_vf_appear(MockSysfs *mock, guint vfs)
{
    add_functions(mock, vfs);
    g_autoptr(GPtrArray) before = list_vfs(mock, MOCK_PF);
    g_autoptr(MockCapacity) capacity = count_used(mock, MOCK_PF, before);
    for (guint i = 0; i < vfs; i++) {
        g_autofree char *vf = address_of(i);
        g_autofree char *list = list_of(mock, vf, capacity);
        g_autofree char *group = g_strdup_printf("../../../../kernel/iommu_groups/%u", 100 + i);
        g_autofree char *dev = g_strdup_printf("sys/class/vfio/%u/dev", 100 + i);
        g_autofree char *number = g_strdup_printf("240:%u\n", 100 + i);
        g_autofree char *kernel = g_strdup_printf("sys/kernel/iommu_groups/%u/type", 100 + i);

        put(mock, vf, "nvidia/vgpu_params", "\n");
        mock_sysfs_write(mock, dev, number);
        mock_sysfs_write(mock, kernel, "DMA\n");
        put_link(mock, vf, "iommu_group", group);
        put(mock, vf, "nvidia/creatable_vgpu_types", list);
        put(mock, vf, CURRENT, "0\n"); /* last: it is what one waits for */
    }
}

void
mock_vf_add(MockSysfs *mock, guint vfs)
{
    g_autofree char *number = g_strdup_printf("%u\n", vfs);

    mock_sysfs_write(mock, "sys/bus/pci/drivers/nvidia/bind", "");
    put(mock, MOCK_PF, "sriov_totalvfs", G_STRINGIFY(VFS) "\n");
    put(mock, MOCK_PF, "sriov_numvfs", number);
    put(mock, MOCK_PF, "numa_node", "1\n");
    mock_sysfs_write(mock, "kernel/" MOCK_PF "/capacity",
                     "8192 one-size\n557 2048 NVIDIA A40-2Q\n558 4096 NVIDIA A40-4Q\n");
    put_link(mock, MOCK_PF, "driver", "../../../bus/pci/drivers/nvidia");
    put(mock, MOCK_NIC, "sriov_totalvfs", "8\n");
    put(mock, MOCK_NIC, "sriov_numvfs", "0\n");
    put_link(mock, MOCK_NIC, "driver", "../../../bus/pci/drivers/igb");
    mock_vf_appear(mock, vfs);
}

void
mock_vf_add_second(MockSysfs *mock)
{
    put(mock, MOCK_PF_2, "sriov_numvfs", "1\n");
    put_link(mock, MOCK_PF_2, "virtfn0", "../" MOCK_VF_OF_2);
    put(mock, MOCK_VF_OF_2, "nvidia/creatable_vgpu_types", "557 : NVIDIA A40-2Q\n");
    put_link(mock, MOCK_VF_OF_2, "physfn", "../" MOCK_PF_2);
    put(mock, MOCK_VF_OF_2, CURRENT, "0\n");
}

/* The errno that the driver has for a VF that is to get type @id. */
static int
check_type(const MockCapacity *capacity, const char *id)
{
    for (guint i = 0; i < capacity->types->len; i++) {
        const MockCapacityType *type = capacity->types->pdata[i];
        if (g_str_equal(type->id, id))
            return mock_capacity_left(capacity, type) > 0 ? 0 : ENOSPC;
    }
    return EINVAL;
}

static int
set_type(MockSysfs *mock, const char *vf, const char *id)
{
    g_autofree char *link = g_strdup_printf("%s/" FOLDER "%s/physfn", mock->path, vf);
    g_autofree char *target = g_file_read_link(link, NULL);
    g_autofree char *pf = g_path_get_basename(target);
    g_autoptr(GPtrArray) vfs = list_vfs(mock, pf);
    g_autoptr(MockCapacity) capacity = count_used(mock, pf, vfs);
    g_autofree char *line = g_strconcat(id, "\n", NULL);
    gboolean remove = g_str_equal(id, "0");
    int err = remove ? 0 : mock_vf_type(mock, vf) > 0 ? EBUSY : check_type(capacity, id);

    if (err)
        return err;
    put(mock, vf, CURRENT, line);
    refresh(mock, pf);
    return 0;
}

/* As the kernel: none or all change, those that are on don't. */
static int
set_number(MockSysfs *mock, const char *pf, guint number)
{
    g_autofree char *file = file_of(pf, "sriov_numvfs");
    g_autofree char *text = mock_sysfs_read(mock, file);
    guint now = text ? (guint)atoi(text) : 0;

    if (now && number && now != number)
        return EBUSY;
    add_functions(mock, number);
    return 0;
}

int
mock_vf_write(MockSysfs *mock, const char *path, const char *value)
{
    const char *at = strstr(path, FOLDER) + strlen(FOLDER);
    g_autofree char *device = g_strndup(at, strchr(at, '/') - at);
    const char *file = strchr(at, '/') + 1;

    if (strcmp(file, CURRENT) == 0)
        return set_type(mock, device, value);
    if (strcmp(file, "sriov_numvfs") == 0) {
        int err = set_number(mock, device, (guint)atoi(value));
        if (err)
            return err;
    }
    g_autofree char *line = g_strconcat(value, "\n", NULL);
    put(mock, device, file, line);
    return 0;
}
