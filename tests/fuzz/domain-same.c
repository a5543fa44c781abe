/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-same.c - two domains compared, member by member.
 */
#include "domain-checks.h"

#include "attr.h"

static const char *
expected(GHashTable *fresh, const char *id)
{
    const char *uuid = fresh ? g_hash_table_lookup(fresh, id) : NULL;
    return uuid ? uuid : id;
}

static void
check_same_texts(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++)
        g_assert_cmpstr(a->pdata[i], ==, b->pdata[i]);
}

static void
check_same_request(const VgpuRequest *now, const VgpuRequest *before, GHashTable *fresh)
{
    g_assert_cmpstr(now->vgpu, ==, expected(fresh, before->vgpu));
    g_assert_cmpstr(now->type, ==, before->type);
    g_assert_cmpstr(now->type_name, ==, before->type_name);
    g_assert_cmpuint(now->framebuffer_mib, ==, before->framebuffer_mib);
    g_assert_cmpstr(now->parent, ==, before->parent);
    g_assert_cmpint(now->placement, ==, before->placement);
    g_assert_cmpuint(now->attrs->len, ==, before->attrs->len);
    for (guint i = 0; i < now->attrs->len; i++) {
        const VgpuAttr *a = now->attrs->pdata[i], *b = before->attrs->pdata[i];
        g_assert_cmpstr(a->name, ==, b->name);
        g_assert_cmpstr(a->value, ==, b->value);
    }
}

void
domain_check_same(const VgpuDomain *now, const VgpuDomain *before, GHashTable *fresh)
{
    g_assert_cmpstr(now->name, ==, before->name);
    g_assert_cmpstr(now->uuid, ==, before->uuid);
    check_same_texts(now->numa.memory, before->numa.memory);
    check_same_texts(now->numa.processors, before->numa.processors);
    g_assert_cmpuint(now->hostdevs->len, >=, before->hostdevs->len);
    for (guint i = 0; i < before->hostdevs->len; i++) {
        const VgpuHostdev *a = now->hostdevs->pdata[i], *b = before->hostdevs->pdata[i];
        g_assert_cmpstr(a->vgpu, ==, expected(fresh, b->vgpu));
        g_assert_cmpint(a->managed, ==, b->managed);
    }
    g_assert_cmpuint(now->requests->len, >=, before->requests->len);
    for (guint i = 0; i < before->requests->len; i++)
        check_same_request(now->requests->pdata[i], before->requests->pdata[i], fresh);
}
