/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-edits.c - one more vGPU for a domain, as "vgpuctl attach" has it, and taken away again.
 */
#include "domain-checks.h"

#include <string.h>

#include "attr.h"
#include "domain-edit.h"

#define ADDED "ffffffff-0000-4000-8000-0000000000ff"

/* That nothing the domain names is missing, for whoever looks for a free id. */
static void
check_list(const VgpuDomain *domain, const char *xml)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(vgpu_domain_edit_list(xml, FALSE, ids, &error));
    for (guint i = 0; i < domain->hostdevs->len; i++)
        g_assert_true(
            g_hash_table_contains(ids, ((const VgpuHostdev *)domain->hostdevs->pdata[i])->vgpu));
    for (guint i = 0; i < domain->requests->len; i++)
        g_assert_true(
            g_hash_table_contains(ids, ((const VgpuRequest *)domain->requests->pdata[i])->vgpu));
}

static void
drop(xmlNode *node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

/* Comes and goes with a vGPU. */
static gboolean
is_frame(const xmlNode *node)
{
    return vgpu_xml_is(node, NULL, "metadata") || vgpu_xml_is(node, NULL, "devices") ||
           vgpu_xml_is(node, VGPU_METADATA_NS, "vgpus");
}

/* Without any white space: where a frame went, two texts are one. */
static void
squeeze(xmlNode *text)
{
    g_auto(GStrv) words = g_strsplit_set((const char *)text->content, " \t\r\n", -1);
    g_autofree char *content = g_strjoinv("", words);

    xmlNodeSetContent(text, NULL);
    xmlNodeAddContent(text, (const xmlChar *)content);
}

/* White space outside of tags, and frames that are empty, mean nothing. */
static void
drop_blanks(xmlNode *element)
{
    for (xmlNode *node = element->children, *next; node; node = next) {
        next = node->next;
        if (node->type == XML_ELEMENT_NODE)
            drop_blanks(node);
        else if (node->type == XML_TEXT_NODE)
            squeeze(node);
        if (xmlIsBlankNode(node) || (is_frame(node) && !node->children))
            drop(node);
    }
}

static char *
normal(const char *xml)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), NULL);
    xmlChar *text = NULL;
    int length = 0;

    g_assert_nonnull(doc);
    drop_blanks(xmlDocGetRootElement(doc));
    xmlDocDumpMemoryEnc(doc, &text, &length, "UTF-8");
    char *copy = g_strdup((const char *)text);
    xmlFree(text);
    return copy;
}

static VgpuDomain *
parse(const char *xml)
{
    g_autoptr(GError) error = NULL;
    VgpuDomain *domain = vgpu_domain_parse(xml, strlen(xml), &error);

    g_assert_no_error(error);
    return domain;
}

static void
check_removed(const VgpuDomain *domain, const char *xml, const char *added, gboolean display)
{
    g_autoptr(GError) error = NULL;
    VgpuDomainParts parts = 0;
    g_autofree char *removed = vgpu_domain_edit_remove(added, ADDED, &parts, &error);

    g_assert_no_error(error);
    g_assert_cmpint(parts, ==, VGPU_DOMAIN_HOSTDEV | VGPU_DOMAIN_METADATA);
    g_autoptr(VgpuDomain) now = parse(removed);
    g_assert_cmpuint(now->hostdevs->len, ==, domain->hostdevs->len);
    g_assert_cmpuint(now->requests->len, ==, domain->requests->len);
    domain_check_same(now, domain, NULL);
    if (display)
        return; /* graphics stay */
    g_autofree char *a = normal(xml);
    g_autofree char *b = normal(removed);
    g_assert_cmpstr(a, ==, b);
}

static void
check_added(const VgpuDomain *now, const VgpuRequest *request)
{
    const VgpuHostdev *hostdev = vgpu_domain_find_hostdev(now, ADDED);
    const VgpuRequest *found = vgpu_domain_find_request(now, ADDED);

    g_assert_nonnull(hostdev);
    g_assert_true(hostdev->managed);
    g_assert_nonnull(found);
    g_assert_cmpstr(found->type, ==, request->type);
    g_assert_cmpuint(found->attrs->len, ==, 1);
    const VgpuAttr *a = found->attrs->pdata[0], *b = request->attrs->pdata[0];
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->value, ==, b->value);
}

static void
add_and_remove(const VgpuDomain *domain, const char *xml, const VgpuDomainDevice *device)
{
    g_autoptr(VgpuDomain) now = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *added = vgpu_domain_edit_add(xml, device, &now, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(now->hostdevs->len, ==, domain->hostdevs->len + 1);
    g_assert_cmpuint(now->requests->len, ==, domain->requests->len + 1);
    domain_check_same(now, domain, NULL);
    check_added(now, device->request);
    check_removed(domain, xml, added, device->display);
}

/* libxml2 writes a namespace as it is, whatever it holds. */
static gboolean
can_be_written(const char *xml)
{
    g_autofree char *text = normal(xml);
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(text, strlen(text), NULL);
    g_autofree char *again = doc ? normal(text) : NULL;

    return g_strcmp0(text, again) == 0;
}

void
domain_check_edits(const VgpuDomain *domain, const char *xml, gsize length, GRand *numbers)
{
    g_autofree char *text = g_strndup(xml, length);
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)ADDED, .type = (char *)"vgpu-16m", .attrs = attrs};
    VgpuDomainDevice device = {
        .request = &request, .model = "vfio-pci", .display = g_rand_boolean(numbers)};

    vgpu_attr_list_add(attrs, "vgpu/vm_name", "<&'\">");
    check_list(domain, text);
    if (domain->hostdevs->len < VGPU_METADATA_MAX && domain->requests->len < VGPU_METADATA_MAX &&
        !vgpu_domain_find_hostdev(domain, ADDED) && !vgpu_domain_find_request(domain, ADDED) &&
        can_be_written(text))
        add_and_remove(domain, text, &device);
}
