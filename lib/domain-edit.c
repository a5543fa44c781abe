/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-edit.c - a vGPU put into a domain's XML and taken out again; all else of the XML means
 * what it meant before.
 */
#include "domain-edit.h"

#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "error.h"
#include "provider.h"

static xmlNode *
add(xmlNode *parent, xmlNs *ns, const char *name)
{
    xmlNode *node = xmlNewChild(parent, ns, (const xmlChar *)name, NULL);

    if (!node)
        g_error("out of memory");
    return node;
}

static void
set(xmlNode *node, const char *name, const char *value)
{
    if (value && !xmlNewProp(node, (const xmlChar *)name, (const xmlChar *)value))
        g_error("out of memory");
}

static xmlNode *
require(xmlNode *parent, const char *name)
{
    xmlNode *child = vgpu_xml_child(parent, name);

    return child ? child : add(parent, NULL, name);
}

static gboolean
is_mdev(const char *id)
{
    return vgpu_provider_of_id(id, NULL, NULL) == &vgpu_provider_mdev;
}

/* "0000:41:00.4" in parts, as libvirt writes them. */
static void
set_pci_address(xmlNode *address, const char *id)
{
    static const char *const names[] = {"domain", "bus", "slot", "function"};
    static const int digits[] = {4, 2, 2, 1};
    guint parts[4] = {0};

    sscanf(id, "%x:%x:%x.%x", &parts[0], &parts[1], &parts[2], &parts[3]);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *text = g_strdup_printf("0x%0*x", digits[i], parts[i]);
        set(address, names[i], text);
    }
}

static xmlNode *
add_hostdev(xmlNode *devices, const VgpuDomainDevice *device)
{
    const char *id = device->request->vgpu;
    xmlNode *hostdev = add(devices, NULL, "hostdev");
    xmlNode *address;

    set(hostdev, "mode", "subsystem");
    set(hostdev, "type", is_mdev(id) ? "mdev" : "pci");
    /* libvirt takes a managed PCI device from its driver, and the vGPU would be gone */
    set(hostdev, "managed", is_mdev(id) ? "yes" : "no");
    set(hostdev, "model", is_mdev(id) ? device->model : NULL);
    set(hostdev, "display", device->display ? "on" : NULL);
    address = add(add(hostdev, NULL, "source"), NULL, "address");
    if (is_mdev(id))
        set(address, "uuid", id);
    else
        set_pci_address(address, id);
    return hostdev;
}

static void
require_graphics(xmlNode *devices)
{
    xmlNode *graphics, *listen;

    if (vgpu_xml_child(devices, "graphics"))
        return;
    graphics = add(devices, NULL, "graphics");
    set(graphics, "type", "vnc");
    set(graphics, "autoport", "yes");
    listen = add(graphics, NULL, "listen");
    set(listen, "type", "address");
    set(listen, "address", "127.0.0.1");
    if (!vgpu_xml_child(devices, "video"))
        set(add(add(devices, NULL, "video"), NULL, "model"), "type", "none");
}

static xmlNode *
find_vgpus(const xmlNode *domain)
{
    xmlNode *metadata = vgpu_xml_child(domain, "metadata");
    xmlNode *node = metadata ? metadata->children : NULL;

    while (node && !vgpu_xml_is(node, VGPU_METADATA_NS, "vgpus"))
        node = node->next;
    return node;
}

static xmlNode *
require_vgpus(xmlNode *domain)
{
    xmlNode *vgpus = find_vgpus(domain);

    if (vgpus)
        return vgpus;
    vgpus = add(require(domain, "metadata"), NULL, "vgpus");
    xmlSetNs(vgpus, xmlNewNs(vgpus, (const xmlChar *)VGPU_METADATA_NS, (const xmlChar *)"vgpu"));
    return vgpus;
}

/* A number that the schema takes, which has up to six digits. */
static char *
size_text(guint mib)
{
    if (mib == 0)
        return NULL;
    return mib % 1024 ? g_strdup_printf("%uM", mib) : g_strdup_printf("%uG", mib / 1024);
}

static void
add_request(xmlNode *vgpus, const VgpuRequest *request)
{
    xmlNode *vgpu = add(vgpus, vgpus->ns, "vgpu");
    g_autofree char *framebuffer = size_text(request->framebuffer_mib);

    set(vgpu, is_mdev(request->vgpu) ? "uuid" : "address", request->vgpu);
    set(vgpu, "type", request->type);
    set(vgpu, "type-name", request->type_name);
    set(vgpu, "framebuffer", framebuffer);
    set(vgpu, "parent", request->parent ? request->parent : "auto");
    set(vgpu, "placement", vgpu_placement_to_string(request->placement));
    for (guint i = 0; i < request->attrs->len; i++) {
        const VgpuAttr *attr = request->attrs->pdata[i];
        xmlNode *element = add(vgpu, vgpus->ns, "attr");

        set(element, "name", attr->name);
        set(element, "value", attr->value);
    }
}

static char *
take_text(xmlChar *text, int length)
{
    char *copy;

    if (!text)
        g_error("out of memory");
    copy = g_strndup((const char *)text, (gsize)length);
    explicit_bzero(text, (gsize)length);
    xmlFree(text);
    return copy;
}

static char *
doc_text(xmlDoc *doc)
{
    xmlChar *text = NULL;
    int length = 0;

    xmlDocDumpMemoryEnc(doc, &text, &length, "UTF-8");
    return take_text(text, length);
}

static char *
node_text(xmlNode *node)
{
    xmlBuffer *buffer = xmlBufferCreate();
    char *text;

    if (!buffer || xmlNodeDump(buffer, node->doc, node, 0, 0) < 0)
        g_error("out of memory");
    text = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

/* With the white space before it: what is left must look as if it had never been there. */
static void
drop(xmlNode *node)
{
    xmlNode *before = node->prev;

    if (before && xmlIsBlankNode(before)) {
        xmlUnlinkNode(before);
        xmlFreeNode(before);
    }
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static void
drop_if_empty(xmlNode *element)
{
    for (const xmlNode *node = element->children; node; node = node->next) {
        if (!xmlIsBlankNode(node))
            return;
    }
    drop(element);
}

/* Drops each child of @parent whose id, by @id_of, is @id. Returns how many there were. */
static guint
drop_children(xmlNode *parent, char *(*id_of)(const xmlNode *node), const char *id)
{
    guint count = 0;

    for (xmlNode *node = parent ? parent->children : NULL, *next; node; node = next) {
        g_autofree char *found = node->type == XML_ELEMENT_NODE ? id_of(node) : NULL;

        next = node->next;
        if (g_strcmp0(found, id) != 0)
            continue;
        drop(node);
        count++;
    }
    return count;
}

static char *
hostdev_id(const xmlNode *node)
{
    return vgpu_xml_is(node, NULL, "hostdev") ? vgpu_domain_hostdev_id(node) : NULL;
}

static xmlNode *
find_hostdev(const xmlNode *domain, const char *id)
{
    xmlNode *devices = vgpu_xml_child(domain, "devices");

    for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
        g_autofree char *found = hostdev_id(node);

        if (g_strcmp0(found, id) == 0)
            return node;
    }
    return NULL;
}

char *
vgpu_domain_edit_add(const char *xml, const VgpuDomainDevice *device, VgpuDomain **domain,
                     GError **error)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), error);
    g_autoptr(VgpuDomain) result = NULL;
    xmlNode *root, *devices, *vgpus;
    char *text;

    if (!doc)
        return NULL;
    root = xmlDocGetRootElement(doc);
    devices = require(root, "devices");
    vgpus = require_vgpus(root);
    /* a vGPU that was detached while the domain runs has left its request behind */
    if (!find_hostdev(root, device->request->vgpu))
        drop_children(vgpus, vgpu_domain_request_id, device->request->vgpu);
    add_request(vgpus, device->request);
    add_hostdev(devices, device);
    if (device->display)
        require_graphics(devices);
    text = doc_text(doc);
    result = vgpu_domain_parse(text, strlen(text), error);
    if (!result)
        g_clear_pointer(&text, vgpu_domain_edit_wipe);
    else if (domain)
        *domain = g_steal_pointer(&result);
    return text;
}

static gboolean
has_request(const xmlNode *domain, const char *id)
{
    const xmlNode *vgpus = find_vgpus(domain);

    for (const xmlNode *node = vgpus ? vgpus->children : NULL; node; node = node->next) {
        g_autofree char *found = vgpu_domain_request_id(node);

        if (g_strcmp0(found, id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A domain may have PCI devices of every kind. */
static gboolean
check_is_vgpu(const xmlNode *domain, const char *id, GError **error)
{
    if (is_mdev(id) || has_request(domain, id) || !find_hostdev(domain, id))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "PCI device '%s' is not named in the metadata, so it may be anything; "
                "'virsh detach-device' removes it",
                id);
    return FALSE;
}

static VgpuDomainParts
remove_parts(xmlNode *domain, const char *id)
{
    xmlNode *vgpus = find_vgpus(domain);
    VgpuDomainParts removed = 0;

    if (drop_children(vgpu_xml_child(domain, "devices"), hostdev_id, id))
        removed |= VGPU_DOMAIN_HOSTDEV;
    if (drop_children(vgpus, vgpu_domain_request_id, id)) {
        removed |= VGPU_DOMAIN_METADATA;
        drop_if_empty(vgpus);
        drop_if_empty(vgpu_xml_child(domain, "metadata"));
    }
    return removed;
}

char *
vgpu_domain_edit_remove(const char *xml, const char *id, VgpuDomainParts *removed, GError **error)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), error);
    xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

    if (!doc || !check_is_vgpu(root, id, error))
        return NULL;
    *removed = remove_parts(root, id);
    return doc_text(doc);
}

char *
vgpu_domain_edit_hostdev(const VgpuDomainDevice *device)
{
    g_autoptr(xmlDoc) doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *devices = xmlNewDocNode(doc, NULL, (const xmlChar *)"devices", NULL);

    xmlDocSetRootElement(doc, devices);
    return node_text(add_hostdev(devices, device));
}

gboolean
vgpu_domain_edit_find(const char *xml, const char *id, gboolean is_vgpu, char **hostdev,
                      GError **error)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), error);
    xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    xmlNode *node;

    if (!doc || (!is_vgpu && !check_is_vgpu(root, id, error)))
        return FALSE;
    node = find_hostdev(root, id);
    *hostdev = node ? node_text(node) : NULL;
    return TRUE;
}

static void
list_children(const xmlNode *parent, char *(*id_of)(const xmlNode *node), GHashTable *ids)
{
    for (xmlNode *node = parent ? parent->children : NULL; node; node = node->next) {
        char *id = id_of(node);

        if (id)
            g_hash_table_add(ids, id);
    }
}

gboolean
vgpu_domain_edit_list(const char *xml, gboolean runs, GHashTable *ids, GError **error)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), error);
    xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

    list_children(vgpu_xml_child(root, "devices"), hostdev_id, ids);
    list_children(root && !runs ? find_vgpus(root) : NULL, vgpu_domain_request_id, ids);
    return doc != NULL;
}

void
vgpu_domain_edit_wipe(char *xml)
{
    if (xml)
        explicit_bzero(xml, strlen(xml));
    g_free(xml);
}
