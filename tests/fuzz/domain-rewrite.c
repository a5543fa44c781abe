/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-rewrite.c - new uuids for some vGPUs of a domain, and no other byte changed.
 */
#include "domain-checks.h"

#include <string.h>

#include "rewrite.h"

static void
add_fresh(GHashTable *fresh, const char *id, GRand *numbers)
{
    if (!vgpu_uuid_check(id, NULL) || g_hash_table_contains(fresh, id))
        return;
    char *uuid = g_strdup_printf("%08x-0000-4000-8000-%04x%08x", g_rand_int(numbers),
                                 g_rand_int_range(numbers, 0, 0x10000), g_rand_int(numbers));
    g_hash_table_insert(fresh, (gpointer)id, uuid);
}

/* A new uuid for about half of the vGPUs. */
static GHashTable *
choose_fresh(const VgpuDomain *domain, GRand *numbers)
{
    GHashTable *fresh = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

    for (guint i = 0; i < domain->hostdevs->len; i++)
        if (g_rand_boolean(numbers))
            add_fresh(fresh, ((const VgpuHostdev *)domain->hostdevs->pdata[i])->vgpu, numbers);
    for (guint i = 0; i < domain->requests->len; i++)
        if (g_rand_boolean(numbers))
            add_fresh(fresh, ((const VgpuRequest *)domain->requests->pdata[i])->vgpu, numbers);
    return fresh;
}

static guint
count_places(const VgpuDomain *domain, GHashTable *fresh)
{
    guint count = 0;

    for (guint i = 0; i < domain->hostdevs->len; i++)
        count +=
            g_hash_table_contains(fresh, ((const VgpuHostdev *)domain->hostdevs->pdata[i])->vgpu);
    for (guint i = 0; i < domain->requests->len; i++)
        count +=
            g_hash_table_contains(fresh, ((const VgpuRequest *)domain->requests->pdata[i])->vgpu);
    return count;
}

/* The old id whose new uuid stands at @text, NULL if none does. */
static const char *
renamed_at(GHashTable *fresh, const char *text)
{
    GHashTableIter iter;
    gpointer old, uuid;

    g_hash_table_iter_init(&iter, fresh);
    while (g_hash_table_iter_next(&iter, &old, &uuid))
        if (strncmp(text, uuid, strlen(uuid)) == 0)
            return old;
    return NULL;
}

/* Where the value at @xml ends: nothing that means a uuid holds a quotation mark. */
static gsize
check_old_value(const char *xml, gsize left, const char *old)
{
    gsize length = 0;

    while (length < left && xml[length] != '\'' && xml[length] != '"')
        length++;
    g_autofree char *value = g_strndup(xml, length);
    if (!strchr(value, '&'))
        g_assert_cmpint(g_ascii_strcasecmp(value, old), ==, 0);
    return length;
}

/* Byte by byte: @after is @xml with new uuids in @places places and nothing else changed. */
static void
check_bytes(const char *xml, gsize length, const char *after, gsize after_length, GHashTable *fresh,
            guint places)
{
    gsize from = 0, to = 0;

    while (to < after_length) {
        const char *old = renamed_at(fresh, after + to);
        if (old) {
            from += check_old_value(xml + from, length - from, old);
            to += strlen(g_hash_table_lookup(fresh, old));
            places--;
            continue;
        }
        g_assert_cmpuint(from, <, length);
        g_assert_cmpint(after[to++], ==, xml[from++]);
    }
    g_assert_cmpuint(from, ==, length);
    g_assert_cmpuint(places, ==, 0);
}

void
domain_check_rewrite(const VgpuDomain *domain, const char *xml, gsize length, GRand *numbers)
{
    g_autoptr(GHashTable) fresh = choose_fresh(domain, numbers);
    g_autoptr(GError) error = NULL;
    gsize after_length;
    g_autofree char *after = vgpu_rewrite_uuids(xml, length, domain, fresh, &after_length, &error);

    g_assert_no_error(error);
    g_assert_nonnull(after);
    g_assert_cmpint(after[after_length], ==, '\0');
    check_bytes(xml, length, after, after_length, fresh, count_places(domain, fresh));
    g_autoptr(VgpuDomain) now = vgpu_domain_parse(after, after_length, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(now->hostdevs->len, ==, domain->hostdevs->len);
    g_assert_cmpuint(now->requests->len, ==, domain->requests->len);
    domain_check_same(now, domain, fresh);
}
