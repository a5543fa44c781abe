/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain.c - what of a domain's XML concerns vGPUs.
 */
#include "domain.h"

#include "error.h"
#include "provider.h"

static void
hostdev_free(gpointer data)
{
    VgpuHostdev *hostdev = data;

    g_free(hostdev->vgpu);
    g_free(hostdev);
}

void
vgpu_domain_free(VgpuDomain *domain)
{
    if (!domain)
        return;
    g_free(domain->name);
    g_free(domain->uuid);
    g_clear_pointer(&domain->hostdevs, g_ptr_array_unref);
    g_clear_pointer(&domain->requests, g_ptr_array_unref);
    g_clear_pointer(&domain->numa.memory, g_ptr_array_unref);
    g_clear_pointer(&domain->numa.processors, g_ptr_array_unref);
    g_free(domain);
}

const VgpuHostdev *
vgpu_domain_find_hostdev(const VgpuDomain *domain, const char *id)
{
    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);

        if (g_str_equal(hostdev->vgpu, id))
            return hostdev;
    }
    return NULL;
}

const VgpuRequest *
vgpu_domain_find_request(const VgpuDomain *domain, const char *id)
{
    for (guint i = 0; i < domain->requests->len; i++) {
        const VgpuRequest *request = g_ptr_array_index(domain->requests, i);

        if (g_str_equal(request->vgpu, id))
            return request;
    }
    return NULL;
}

static gboolean
refuse_twice(const char *uuid, const char *where, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "vGPU %s: named twice %s; a vGPU can be used once", uuid, where);
    return FALSE;
}

static gboolean
add_hostdev(VgpuDomain *domain, char *vgpu, gboolean managed, const xmlNode *address,
            GError **error)
{
    VgpuHostdev *hostdev = g_new0(VgpuHostdev, 1);

    hostdev->vgpu = vgpu;
    hostdev->managed = managed;
    hostdev->element = vgpu_xml_number(address);
    if (domain->hostdevs->len == VGPU_METADATA_MAX) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the domain has more than %d mdev host devices; take some out with "
                    "'virsh edit'",
                    VGPU_METADATA_MAX);
        hostdev_free(hostdev);
        return FALSE;
    }
    if (vgpu_domain_find_hostdev(domain, vgpu)) {
        refuse_twice(vgpu, "among the host devices", error);
        hostdev_free(hostdev);
        return FALSE;
    }
    g_ptr_array_add(domain->hostdevs, hostdev);
    return TRUE;
}

static gboolean
read_mdev(const xmlNode *address, gboolean managed, VgpuDomain *domain, GError **error)
{
    g_autofree char *text = vgpu_xml_attr(address, "uuid");
    char *uuid = vgpu_uuid_canonical(text, error);

    if (uuid)
        return add_hostdev(domain, uuid, managed, address, error);
    g_prefix_error(error, "an mdev hostdev: ");
    return FALSE;
}

/* "0x0000" and the like, as libvirt writes the parts of an address. */
static gboolean
read_part(const xmlNode *address, const char *name, guint64 most, guint *part)
{
    g_autofree char *text = vgpu_xml_attr(address, name);
    gboolean prefixed = text && g_str_has_prefix(text, "0x");
    guint64 value = 0;

    if (text && !g_ascii_string_to_unsigned(prefixed ? text + 2 : text, prefixed ? 16 : 10, 0, most,
                                            &value, NULL))
        return FALSE;
    *part = (guint)value;
    return TRUE;
}

static char *
pci_id(const xmlNode *address)
{
    guint domain, bus, slot, function;

    if (!address || !read_part(address, "domain", G_MAXUINT32, &domain) ||
        !read_part(address, "bus", 0xff, &bus) || !read_part(address, "slot", 0x1f, &slot) ||
        !read_part(address, "function", 7, &function))
        return NULL;
    return g_strdup_printf("%04x:%02x:%02x.%u", domain, bus, slot, function);
}

/* All other PCI devices are libvirt's alone. */
static gboolean
read_pci(const xmlNode *address, gboolean managed, VgpuDomain *domain, GError **error)
{
    g_autofree char *id = pci_id(address);

    if (!id || !vgpu_domain_find_request(domain, id))
        return TRUE;
    return add_hostdev(domain, g_steal_pointer(&id), managed, address, error);
}

static gboolean
read_hostdev(const xmlNode *node, VgpuDomain *domain, GError **error)
{
    const xmlNode *address = vgpu_xml_child(vgpu_xml_child(node, "source"), "address");
    g_autofree char *type = vgpu_xml_attr(node, "type");
    g_autofree char *text = vgpu_xml_attr(node, "managed");
    gboolean managed = g_strcmp0(text, "yes") == 0;

    if (g_strcmp0(type, "mdev") == 0)
        return read_mdev(address, managed, domain, error);
    return g_strcmp0(type, "pci") != 0 || read_pci(address, managed, domain, error);
}

static gboolean
read_hostdevs(const xmlNode *root, VgpuDomain *domain, GError **error)
{
    xmlNode *devices = vgpu_xml_child(root, "devices");

    for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
        if (vgpu_xml_is(node, NULL, "hostdev") && !read_hostdev(node, domain, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_ours(const xmlNode *node)
{
    return node->type == XML_ELEMENT_NODE && node->ns &&
           g_str_has_prefix((const char *)node->ns->href, VGPU_METADATA_NS_STEM);
}

/* Takes the requests of one vgpus element; @seen is set when there was one before. */
static gboolean
read_vgpus(const xmlNode *node, gboolean *seen, VgpuDomain *domain, GError **error)
{
    GPtrArray *requests;

    if (*seen) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "metadata is not valid: more than one element of OpenVGPU's namespace; "
                    "put all vgpu elements into one vgpus element");
        return FALSE;
    }
    *seen = TRUE;
    requests = vgpu_metadata_parse(node, error);
    if (!requests)
        return FALSE;
    g_ptr_array_unref(domain->requests);
    domain->requests = requests;
    return TRUE;
}

static gboolean
read_metadata(const xmlNode *root, VgpuDomain *domain, GError **error)
{
    xmlNode *metadata = vgpu_xml_child(root, "metadata");
    gboolean seen = FALSE;

    for (xmlNode *node = metadata ? metadata->children : NULL; node; node = node->next) {
        if (is_ours(node) && !read_vgpus(node, &seen, domain, error))
            return FALSE;
    }
    for (guint i = 0; i < domain->requests->len; i++) {
        const VgpuRequest *request = g_ptr_array_index(domain->requests, i);

        if (vgpu_domain_find_request(domain, request->vgpu) != request)
            return refuse_twice(request->vgpu, "in the metadata", error);
    }
    return TRUE;
}

char *
vgpu_domain_hostdev_id(const xmlNode *hostdev)
{
    const xmlNode *address = vgpu_xml_child(vgpu_xml_child(hostdev, "source"), "address");
    g_autofree char *type = vgpu_xml_attr(hostdev, "type");
    g_autofree char *uuid = vgpu_xml_attr(address, "uuid");

    if (g_strcmp0(type, "mdev") == 0)
        return vgpu_uuid_canonical(uuid, NULL);
    return g_strcmp0(type, "pci") == 0 ? pci_id(address) : NULL;
}

char *
vgpu_domain_request_id(const xmlNode *element)
{
    g_autofree char *uuid = NULL;
    g_autofree char *address = NULL;
    char *id = NULL;

    if (!vgpu_xml_is(element, VGPU_METADATA_NS, "vgpu"))
        return NULL;
    uuid = vgpu_xml_attr(element, "uuid");
    address = vgpu_xml_attr(element, "address");
    vgpu_provider_of_id(uuid ? uuid : address, &id, NULL);
    return id;
}

static void
add_set(GPtrArray *sets, const xmlNode *node, const char *attribute)
{
    char *text = node ? vgpu_xml_attr(node, attribute) : NULL;

    if (text && sets->len < VGPU_NUMA_SETS_MAX)
        g_ptr_array_add(sets, text);
    else
        g_free(text);
}

/* What this can't make sense of is libvirt's to complain about. */
static void
read_numa(const xmlNode *root, VgpuDomain *domain)
{
    xmlNode *numatune = vgpu_xml_child(root, "numatune");
    xmlNode *cputune = vgpu_xml_child(root, "cputune");

    for (xmlNode *node = numatune ? numatune->children : NULL; node; node = node->next)
        if (vgpu_xml_is(node, NULL, "memory") || vgpu_xml_is(node, NULL, "memnode"))
            add_set(domain->numa.memory, node, "nodeset");
    add_set(domain->numa.processors, vgpu_xml_child(root, "vcpu"), "cpuset");
    for (xmlNode *node = cputune ? cputune->children : NULL; node; node = node->next)
        if (vgpu_xml_is(node, NULL, "vcpupin"))
            add_set(domain->numa.processors, node, "cpuset");
}

static gboolean
read_identity(const xmlNode *root, VgpuDomain *domain, GError **error)
{
    g_autofree char *uuid = vgpu_xml_child_text(root, "uuid");

    domain->name = vgpu_xml_child_text(root, "name");
    if (!vgpu_xml_is(root, NULL, "domain") || !domain->name || !uuid) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the XML is no domain with a name and a uuid; look at it with "
                    "'virsh dumpxml'");
        return FALSE;
    }
    domain->uuid = vgpu_uuid_canonical(uuid, error);
    return domain->uuid != NULL;
}

VgpuDomain *
vgpu_domain_parse(const char *xml, gsize length, GError **error)
{
    g_autoptr(VgpuDomain) domain = g_new0(VgpuDomain, 1);
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, length, error);
    const xmlNode *root;

    if (!doc)
        return NULL;
    domain->hostdevs = g_ptr_array_new_with_free_func(hostdev_free);
    domain->requests = g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_request_free);
    domain->numa.memory = g_ptr_array_new_with_free_func(g_free);
    domain->numa.processors = g_ptr_array_new_with_free_func(g_free);
    root = xmlDocGetRootElement(doc);
    read_numa(root, domain);
    if (!read_identity(root, domain, error) || !read_metadata(root, domain, error) ||
        !read_hostdevs(root, domain, error))
        return NULL;
    return g_steal_pointer(&domain);
}
