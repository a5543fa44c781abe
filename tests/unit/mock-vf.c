/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-vf.c - NVIDIA's virtual functions on a mock machine.
 */
#include "mock-vf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER  "sys/bus/pci/devices/"
#define CURRENT "nvidia/current_vgpu_type"
#define VFS     4

static const struct {
    int number;
    const char *name;
    int places;
} types[] = {{557, "NVIDIA A40-2Q", 4}, {558, "NVIDIA A40-4Q", 2}};

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

/* How many VFs have a type, and which: the driver takes no second one. */
static int
count_used(MockSysfs *mock, int *number)
{
    int used = 0;
    for (guint i = 0; i < VFS; i++) {
        g_autofree char *vf = address_of(i);
        int type = mock_vf_type(mock, vf);
        if (type <= 0)
            continue;
        *number = type;
        used++;
    }
    return used;
}

static gboolean
is_creatable(MockSysfs *mock, gsize type)
{
    int number = types[type].number;
    int used = count_used(mock, &number);
    return number == types[type].number && used < types[type].places;
}

/* A VF that has a type, or a full GPU, lists none. */
static void
put_list(MockSysfs *mock, const char *vf)
{
    g_autoptr(GString) list = g_string_new("ID    : vGPU Name\n");

    for (gsize t = 0; t < G_N_ELEMENTS(types) && mock_vf_type(mock, vf) <= 0; t++)
        if (is_creatable(mock, t))
            g_string_append_printf(list, "%-5d : %s\n", types[t].number, types[t].name);
    put(mock, vf, "nvidia/creatable_vgpu_types", list->str);
}

static void
refresh(MockSysfs *mock)
{
    for (guint i = 0; i < VFS; i++) {
        g_autofree char *vf = address_of(i);
        if (mock_vf_type(mock, vf) >= 0)
            put_list(mock, vf);
    }
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
    for (guint i = 0; i < vfs; i++) {
        g_autofree char *vf = address_of(i);
        g_autofree char *group = g_strdup_printf("../../../../kernel/iommu_groups/%u", 100 + i);
        g_autofree char *dev = g_strdup_printf("sys/class/vfio/%u/dev", 100 + i);
        g_autofree char *number = g_strdup_printf("240:%u\n", 100 + i);
        g_autofree char *kernel = g_strdup_printf("sys/kernel/iommu_groups/%u/type", 100 + i);

        put(mock, vf, "nvidia/vgpu_params", "\n");
        mock_sysfs_write(mock, dev, number);
        mock_sysfs_write(mock, kernel, "DMA\n");
        put_link(mock, vf, "iommu_group", group);
        put_list(mock, vf);
        put(mock, vf, CURRENT, "0\n"); /* last: it is what one waits for */
    }
}

void
mock_vf_add(MockSysfs *mock, guint vfs)
{
    g_autofree char *number = g_strdup_printf("%u\n", vfs);

    put(mock, MOCK_PF, "sriov_totalvfs", G_STRINGIFY(VFS) "\n");
    put(mock, MOCK_PF, "sriov_numvfs", number);
    put(mock, MOCK_PF, "numa_node", "1\n");
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

static int
set_type(MockSysfs *mock, const char *vf, int number)
{
    int current = mock_vf_type(mock, vf);

    if (number && current)
        return EBUSY;
    for (gsize t = 0; number && t < G_N_ELEMENTS(types); t++) {
        if (types[t].number != number)
            continue;
        if (!is_creatable(mock, t))
            return ENOSPC;
        g_autofree char *line = g_strdup_printf("%d\n", number);
        put(mock, vf, CURRENT, line);
        refresh(mock);
        return 0;
    }
    if (number)
        return EINVAL;
    put(mock, vf, CURRENT, "0\n");
    refresh(mock);
    return 0;
}

int
mock_vf_write(MockSysfs *mock, const char *path, const char *value)
{
    const char *at = strstr(path, FOLDER) + strlen(FOLDER);
    g_autofree char *device = g_strndup(at, strchr(at, '/') - at);
    const char *file = strchr(at, '/') + 1;

    if (strcmp(file, CURRENT) == 0)
        return set_type(mock, device, atoi(value));
    if (strcmp(file, "sriov_numvfs") == 0)
        add_functions(mock, (guint)atoi(value));
    g_autofree char *line = g_strconcat(value, "\n", NULL);
    put(mock, device, file, line);
    return 0;
}
