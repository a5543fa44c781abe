/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-capacity.c - how a driver of the mock kernel counts what a GPU has left.
 */
#include "mock-capacity.h"

#include <stdlib.h>
#include <string.h>

static void
type_free(gpointer data)
{
    MockCapacityType *type = data;
    g_free(type->id);
    g_free(type->name);
    g_free(type);
}

static void
add_type(MockCapacity *capacity, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 3);
    MockCapacityType *type;

    if (g_strv_length(words) < 2)
        return;
    type = g_new0(MockCapacityType, 1);
    type->id = g_strdup(words[0]);
    type->size = (guint)atoi(words[1]);
    type->name = g_strdup(words[2]);
    g_ptr_array_add(capacity->types, type);
}

MockCapacity *
mock_capacity_load(MockSysfs *mock, const char *parent)
{
    g_autofree char *file = g_strdup_printf("kernel/%s/capacity", parent);
    g_autofree char *text = mock_sysfs_read(mock, file);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    MockCapacity *capacity;

    if (!lines)
        return NULL;
    capacity = g_new0(MockCapacity, 1);
    capacity->stock = (guint)atoi(lines[0]);
    capacity->one_size = g_str_has_suffix(lines[0], " one-size");
    capacity->types = g_ptr_array_new_with_free_func(type_free);
    for (guint i = 1; lines[i]; i++)
        add_type(capacity, lines[i]);
    return capacity;
}

void
mock_capacity_free(MockCapacity *capacity)
{
    if (!capacity)
        return;
    g_ptr_array_unref(capacity->types);
    g_free(capacity);
}

void
mock_capacity_take(MockCapacity *capacity, const char *type)
{
    for (guint i = 0; i < capacity->types->len; i++) {
        const MockCapacityType *known = capacity->types->pdata[i];

        if (!g_str_equal(known->id, type))
            continue;
        capacity->used += known->size;
        capacity->used_size = known->size;
    }
}

/* Counts the vGPU whose folder is @folder, if it is on @parent. */
static void
take_mdev(MockCapacity *capacity, const char *folder, const char *parent)
{
    g_autofree char *above = g_path_get_dirname(folder);
    g_autofree char *name = g_path_get_basename(above);
    g_autofree char *link = g_build_filename(folder, "mdev_type", NULL);
    g_autofree char *target = g_file_read_link(link, NULL);
    g_autofree char *type = g_path_get_basename(target);

    if (g_str_equal(name, parent))
        mock_capacity_take(capacity, type);
}

void
mock_capacity_take_mdevs(MockCapacity *capacity, MockSysfs *mock, const char *parent)
{
    g_autofree char *mdevs = g_build_filename(mock->path, "sys/bus/mdev/devices", NULL);
    g_autoptr(GDir) dir = g_dir_open(mdevs, 0, NULL);
    const char *uuid;

    while ((uuid = g_dir_read_name(dir))) {
        g_autofree char *entry = g_build_filename(mdevs, uuid, NULL);
        char *folder = realpath(entry, NULL);

        take_mdev(capacity, folder, parent);
        free(folder);
    }
}

guint
mock_capacity_left(const MockCapacity *capacity, const MockCapacityType *type)
{
    if (capacity->one_size && capacity->used && capacity->used_size != type->size)
        return 0;
    return (capacity->stock - MIN(capacity->stock, capacity->used)) / type->size;
}
