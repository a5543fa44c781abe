/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * type.c - a type of vGPU as sysfs describes it, with the numbers that drivers
 * put into its description.
 */
#include "type.h"

#include "error.h"
#include "sysfs.h"

#include <string.h>

static char *
read_member(const char *path, const char *member, GError **error)
{
    g_autofree char *file = g_build_filename(path, member, NULL);
    return vgpu_sysfs_read(file, error);
}

char *
vgpu_type_get_key(const VgpuType *type, const char *key)
{
    if (!type->description)
        return NULL;
    g_auto(GStrv) words = g_strsplit_set(type->description, ",\n", -1);
    for (guint i = 0; words[i]; i++) {
        char *mark = strpbrk(words[i], "=:");
        if (!mark)
            continue;
        *mark = '\0';
        if (strcmp(g_strstrip(words[i]), key) == 0)
            return g_strdup(g_strstrip(mark + 1));
    }
    return NULL;
}

/* "16M", "128MB", "2G" or "2048" (MiB), as vendors write it; 0 for anything else. */
static guint
parse_mib(const char *text)
{
    char *end = NULL;
    if (!text || !g_ascii_isdigit(text[0]))
        return 0;
    guint64 number = g_ascii_strtoull(text, &end, 10);
    if (number > G_MAXUINT / 1024)
        return 0;
    if (strcmp(end, "G") == 0 || strcmp(end, "GB") == 0)
        return (guint)number * 1024;
    return strcmp(end, "") == 0 || strcmp(end, "M") == 0 || strcmp(end, "MB") == 0 ? (guint)number
                                                                                   : 0;
}

static guint
parse_count(const char *text)
{
    guint64 number = 0;
    return text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &number, NULL) ? (guint)number
                                                                                     : 0;
}

static void
parse_size(const char *text, guint *width, guint *height)
{
    g_auto(GStrv) parts = g_strsplit(text ? text : "", "x", 3);
    if (g_strv_length(parts) != 2 || !parse_count(parts[0]) || !parse_count(parts[1]))
        return;
    *width = parse_count(parts[0]);
    *height = parse_count(parts[1]);
}

static guint
get_mib(const VgpuType *type, const char *key)
{
    g_autofree char *text = vgpu_type_get_key(type, key);
    return parse_mib(text);
}

/*
 * Some drivers say what memory of the GPU a type has in one number, others in two: what of it
 * the processor can map, and the rest.
 */
static void
parse_description(VgpuType *type)
{
    g_autofree char *instances = vgpu_type_get_key(type, "max_instance");
    g_autofree char *most = vgpu_type_get_key(type, "max_resolution");
    g_autofree char *resolution = most ? NULL : vgpu_type_get_key(type, "resolution");
    guint framebuffer = get_mib(type, "framebuffer");
    guint mappable = get_mib(type, "low_gm_size"), rest = get_mib(type, "high_gm_size");

    if (!framebuffer && rest <= G_MAXUINT - mappable)
        framebuffer = mappable + rest;
    type->framebuffer_mib = framebuffer;
    type->max_instances = parse_count(instances);
    parse_size(most ? most : resolution, &type->max_width, &type->max_height);
}

VgpuType *
vgpu_type_load(const char *path, GError **error)
{
    g_autoptr(VgpuType) type = g_new0(VgpuType, 1);
    g_autofree char *available = g_build_filename(path, "available_instances", NULL);

    type->id = g_path_get_basename(path);
    type->device_api = read_member(path, "device_api", error);
    if (!type->device_api || !vgpu_sysfs_read_uint(available, &type->available_instances, error)) {
        g_prefix_error(error, "type '%s' is not usable: ", type->id);
        return NULL;
    }
    type->name = read_member(path, "name", NULL);
    type->description = read_member(path, "description", NULL);
    parse_description(type);
    return g_steal_pointer(&type);
}

void
vgpu_type_free(VgpuType *type)
{
    if (!type)
        return;
    g_free(type->id);
    g_free(type->name);
    g_free(type->description);
    g_free(type->device_api);
    g_free(type);
}
