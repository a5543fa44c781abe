/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * numa.c - the NUMA nodes a domain's memory and processors are on.
 */
#include "numa.h"

#include "file.h"
#include "sysfs.h"

#include <string.h>

gboolean
vgpu_numa_set_has(const VgpuNumaSet *set, int number)
{
    return number >= 0 && number < VGPU_NUMA_MAX && (set->bits[number / 64] >> (number % 64) & 1);
}

gboolean
vgpu_numa_set_is_empty(const VgpuNumaSet *set)
{
    static const VgpuNumaSet empty;

    return memcmp(set, &empty, sizeof(empty)) == 0;
}

static gboolean
have_common(const VgpuNumaSet *a, const VgpuNumaSet *b)
{
    for (gsize i = 0; i < G_N_ELEMENTS(a->bits); i++)
        if (a->bits[i] & b->bits[i])
            return TRUE;
    return FALSE;
}

static gboolean
parse_number(const char *text, int *number)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 0, VGPU_NUMA_MAX - 1, &value, NULL))
        return FALSE;
    *number = (int)value;
    return TRUE;
}

/* "7", "0-3" or "^2" */
static gboolean
parse_range(char *word, VgpuNumaSet *set)
{
    gboolean without = word[0] == '^';
    char *from = word + without;
    char *dash = strchr(from, '-');
    int first, last;

    if (dash)
        *dash = '\0';
    if (!parse_number(from, &first) || !parse_number(dash ? dash + 1 : from, &last))
        return FALSE;
    for (int i = first; i <= last; i++) {
        guint64 bit = G_GUINT64_CONSTANT(1) << (i % 64);
        if (without)
            set->bits[i / 64] &= ~bit;
        else
            set->bits[i / 64] |= bit;
    }
    return first <= last;
}

gboolean
vgpu_numa_set_parse(const char *text, VgpuNumaSet *set)
{
    g_auto(GStrv) words = g_strsplit(text, ",", VGPU_NUMA_SETS_MAX);
    VgpuNumaSet numbers = {0};

    for (guint i = 0; words[i]; i++)
        if (!parse_range(g_strstrip(words[i]), &numbers))
            return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(set->bits); i++)
        set->bits[i] |= numbers.bits[i];
    return TRUE;
}

static void
parse_all(const GPtrArray *texts, VgpuNumaSet *set)
{
    for (guint i = 0; i < texts->len; i++)
        vgpu_numa_set_parse(texts->pdata[i], set);
}

static gboolean
has_processors(const VgpuRoot *root, const char *node, const VgpuNumaSet *processors)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_NODES, NULL, node, "cpulist", NULL);
    g_autofree char *text = path ? vgpu_sysfs_read(path, NULL) : NULL;
    VgpuNumaSet set = {0};

    return text && vgpu_numa_set_parse(text, &set) && have_common(&set, processors);
}

/* The nodes that have one of the processors. */
static void
add_nodes_of(const VgpuRoot *root, const VgpuNumaSet *processors, VgpuNumaSet *nodes)
{
    g_autofree char *folder = vgpu_root_dir(root, VGPU_DIR_NODES);
    g_autoptr(GPtrArray) names = vgpu_file_list(folder, NULL);

    for (guint i = 0; names && i < names->len; i++) {
        const char *name = names->pdata[i];
        if (g_str_has_prefix(name, "node") && has_processors(root, name, processors))
            vgpu_numa_set_parse(name + strlen("node"), nodes);
    }
}

void
vgpu_numa_nodes(const VgpuRoot *root, const VgpuNuma *numa, VgpuNumaSet *nodes)
{
    VgpuNumaSet processors = {0};

    memset(nodes, 0, sizeof(*nodes));
    parse_all(numa->memory, nodes);
    parse_all(numa->processors, &processors);
    if (vgpu_numa_set_is_empty(nodes) && !vgpu_numa_set_is_empty(&processors))
        add_nodes_of(root, &processors, nodes);
}
