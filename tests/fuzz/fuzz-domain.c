/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-domain.c - a domain's XML as libvirt hands it to us: what is read of it holds to the rules,
 * the hook's first look misses no domain that has a vGPU, and what we change changes nothing else.
 */
#include "domain-checks.h"

#include <string.h>

#include "attr.h"
#include "provider.h"
#include "scan.h"

#define BLOCK_MAX 97

/* The same input always gets the same numbers. */
static GRand *
numbers_of(const uint8_t *data, size_t size)
{
    guint32 seed = 2166136261U;

    for (size_t i = 0; i < size; i++)
        seed = (seed ^ data[i]) * 16777619U;
    return g_rand_new_with_seed(seed);
}

static void
check_id(const char *id)
{
    g_autofree char *canonical = NULL;

    g_assert_nonnull(vgpu_provider_of_id(id, &canonical, NULL));
    g_assert_cmpstr(id, ==, canonical);
}

static void
check_request(const VgpuDomain *domain, const VgpuRequest *request)
{
    check_id(request->vgpu);
    g_assert_true(vgpu_domain_find_request(domain, request->vgpu) == request);
    g_assert_cmpint(!!request->type + !!request->type_name + !!request->framebuffer_mib, ==, 1);
    g_assert_true(!request->type || vgpu_name_check(request->type, "type", NULL));
    g_assert_true(!request->parent || vgpu_name_check(request->parent, "parent", NULL));
    g_assert_cmpuint(request->attrs->len, <=, VGPU_METADATA_MAX);
    g_assert_true(vgpu_attr_check_list(NULL, NULL, request->attrs, NULL));
}

static void
check_domain(const VgpuDomain *domain)
{
    g_autofree char *uuid = vgpu_uuid_canonical(domain->uuid, NULL);

    g_assert_cmpstr(uuid, ==, domain->uuid);
    g_assert_nonnull(domain->name);
    g_assert_cmpuint(domain->hostdevs->len, <=, VGPU_METADATA_MAX);
    g_assert_cmpuint(domain->requests->len, <=, VGPU_METADATA_MAX);
    for (guint i = 0; i < domain->requests->len; i++)
        check_request(domain, domain->requests->pdata[i]);
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = domain->hostdevs->pdata[i];
        check_id(hostdev->vgpu);
        g_assert_true(vgpu_domain_find_hostdev(domain, hostdev->vgpu) == hostdev);
        g_assert_true(vgpu_uuid_check(hostdev->vgpu, NULL) ||
                      vgpu_domain_find_request(domain, hostdev->vgpu));
    }
}

static gboolean
has_mdev(const VgpuDomain *domain)
{
    for (guint i = 0; i < domain->hostdevs->len; i++)
        if (vgpu_uuid_check(((const VgpuHostdev *)domain->hostdevs->pdata[i])->vgpu, NULL))
            return TRUE;
    return FALSE;
}

/* libvirt writes no letter as a character reference, so the hook looks for none. */
static void
check_scan(const struct scan *scan, const VgpuDomain *domain, const char *xml, gsize length)
{
    if (memmem(xml, length, "&#", 2))
        return;
    g_assert_true(scan->asks || domain->requests->len == 0);
    g_assert_true(scan->mdev || !has_mdev(domain));
}

/* However the pipe cuts it. */
static struct scan
scan_in_blocks(const char *xml, gsize length, GRand *numbers)
{
    struct scan scan = {0};

    for (gsize at = 0; at < length;) {
        gsize block = (gsize)g_rand_int_range(numbers, 1, BLOCK_MAX);
        block = MIN(block, length - at);
        g_autofree char *copy = g_memdup2(xml + at, block);
        scan_feed(&scan, copy, block);
        at += block;
    }
    return scan;
}

static void
check_scanned_uuid(const char *xml, gsize length)
{
    char uuid[37];

    scan_uuid(xml, length, uuid);
    g_assert_true(uuid[0] == '\0' || vgpu_uuid_check(uuid, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *xml = (const char *)data;
    g_autoptr(GRand) numbers = numbers_of(data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(xml, size, &error);
    struct scan scan = scan_in_blocks(xml, size, numbers);

    fuzz_check_outcome(domain != NULL, error);
    check_scanned_uuid(xml, size);
    if (!domain)
        return 0;
    check_domain(domain);
    check_scan(&scan, domain, xml, size);
    domain_check_rewrite(domain, xml, size, numbers);
    domain_check_edits(domain, xml, size, numbers);
    return 0;
}
