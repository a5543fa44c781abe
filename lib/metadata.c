/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metadata.c - what a domain asks of us: the vgpus element of its metadata,
 * checked as xml-schemas/openvgpu-domain.rng does.
 */
#include "metadata.h"

#include <string.h>

#include "attr.h"
#include "error.h"
#include "provider.h"
#include "type-choice.h"

void
vgpu_request_free(VgpuRequest *request)
{
    if (!request)
        return;
    g_free(request->vgpu);
    g_free(request->type);
    g_free(request->type_name);
    g_free(request->parent);
    g_clear_pointer(&request->attrs, g_ptr_array_unref);
    g_free(request);
}

/* Every complaint about the metadata reads the same; names are cut, they are a tenant's. */
static gboolean G_GNUC_PRINTF(3, 4)
    complain(const xmlNode *element, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "metadata is not valid: element '%.32s' %s; see openvgpu-domain(5)",
                (const char *)element->name, what);
    return FALSE;
}

/* Puts what was wrong with a value into the words of complain(). */
static gboolean
complain_because(const xmlNode *element, const char *attribute, GError *cause, GError **error)
{
    complain(element, error, "attribute '%s': %s", attribute, cause->message);
    g_error_free(cause);
    return FALSE;
}

/* Only the attributes in @known, which ends in NULL, and in no namespace. */
static gboolean
check_attributes(const xmlNode *element, const char *const *known, GError **error)
{
    for (const xmlAttr *attr = element->properties; attr; attr = attr->next) {
        if (attr->ns || !g_strv_contains(known, (const char *)attr->name))
            return complain(element, error, "has an attribute '%.32s' that is not known",
                            (const char *)attr->name);
    }
    return TRUE;
}

static gboolean
is_blank(const xmlNode *node)
{
    const char *text = node->content ? (const char *)node->content : "";

    return text[strspn(text, " \t\r\n")] == '\0';
}

/* Only comments, processing instructions, white space, and elements named @child (if not NULL). */
static gboolean
check_children(const xmlNode *element, const char *child, GError **error)
{
    guint count = 0;

    for (const xmlNode *node = element->children; node; node = node->next) {
        switch (node->type) {
        case XML_COMMENT_NODE:
        case XML_PI_NODE:
            break;
        case XML_TEXT_NODE:
        case XML_CDATA_SECTION_NODE:
            if (!is_blank(node))
                return complain(element, error, "holds text, which has no meaning there");
            break;
        default:
            if (!child || !vgpu_xml_is(node, VGPU_METADATA_NS, child))
                return complain(element, error, "holds '%.32s', which is not known there",
                                (const char *)node->name);
            if (++count > VGPU_METADATA_MAX)
                return complain(element, error, "holds more than %d '%s'", VGPU_METADATA_MAX,
                                child);
        }
    }
    return TRUE;
}

static char *
require(const xmlNode *element, const char *name, GError **error)
{
    char *value = vgpu_xml_attr(element, name);

    if (!value)
        complain(element, error, "lacks its attribute '%s'", name);
    return value;
}

static gboolean
parse_attr(const xmlNode *element, GPtrArray *attrs, GError **error)
{
    static const char *const known[] = {"name", "value", NULL};
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;
    GError *cause = NULL;

    if (!check_attributes(element, known, error) || !check_children(element, NULL, error))
        return FALSE;
    name = require(element, "name", error);
    if (!name)
        return FALSE;
    if (!vgpu_attr_check_name(name, &cause))
        return complain_because(element, "name", cause, error);
    value = require(element, "value", error);
    if (!value)
        return FALSE;
    /* no driver named: the rule for all vendors; what the parent's driver says comes later */
    if (!vgpu_attr_check(NULL, NULL, name, value, &cause))
        return complain_because(element, "value", cause, error);
    vgpu_attr_list_add(attrs, name, value);
    return TRUE;
}

/* An mdev is named by uuid, a virtual function by address. */
static gboolean
parse_id(const xmlNode *element, VgpuRequest *request, GError **error)
{
    g_autofree char *uuid = vgpu_xml_attr(element, "uuid");
    g_autofree char *address = vgpu_xml_attr(element, "address");
    GError *cause = NULL;

    if (!uuid == !address)
        return complain(element, error, "needs one of the attributes 'uuid' and 'address'");
    if (uuid)
        request->vgpu = vgpu_uuid_canonical(uuid, &cause);
    else if (vgpu_provider_of_id(address, &request->vgpu, &cause) == &vgpu_provider_mdev)
        return complain(element, error, "attribute 'address': it is no PCI address");
    return request->vgpu || complain_because(element, uuid ? "uuid" : "address", cause, error);
}

/* Text for people, as a driver gives it: one line that is not empty. */
static gboolean
check_type_name(const char *name, GError **error)
{
    gsize length = strlen(name);
    gboolean ok = length > 0 && length <= VGPU_NAME_MAX;

    for (gsize i = 0; ok && i < length; i++)
        ok = g_ascii_isprint(name[i]);
    if (!ok)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the name of a type is 1 to %d printable characters", VGPU_NAME_MAX);
    return ok;
}

/* Exactly one of the three ways to say what type it is. */
static gboolean
parse_type(const xmlNode *element, VgpuRequest *request, GError **error)
{
    g_autofree char *framebuffer = vgpu_xml_attr(element, "framebuffer");
    GError *cause = NULL;

    request->type = vgpu_xml_attr(element, "type");
    request->type_name = vgpu_xml_attr(element, "type-name");
    if (!request->type + !request->type_name + !framebuffer != 2)
        return complain(element, error,
                        "needs one of the attributes 'type', 'type-name' and 'framebuffer'");
    if (request->type && !vgpu_name_check(request->type, "type", &cause))
        return complain_because(element, "type", cause, error);
    if (request->type_name && !check_type_name(request->type_name, &cause))
        return complain_because(element, "type-name", cause, error);
    if (framebuffer && !vgpu_type_parse_mib(framebuffer, &request->framebuffer_mib, &cause))
        return complain_because(element, "framebuffer", cause, error);
    return TRUE;
}

static gboolean
parse_parent_and_placement(const xmlNode *element, VgpuRequest *request, GError **error)
{
    g_autofree char *placement = vgpu_xml_attr(element, "placement");
    g_autofree char *parent = vgpu_xml_attr(element, "parent");
    GError *cause = NULL;

    if (!vgpu_placement_from_string(placement, &request->placement, &cause))
        return complain_because(element, "placement", cause, error);
    if (!parent || g_str_equal(parent, "auto"))
        return TRUE;
    if (!vgpu_name_check(parent, "parent", &cause))
        return complain_because(element, "parent", cause, error);
    request->parent = g_steal_pointer(&parent);
    return TRUE;
}

static VgpuRequest *
parse_vgpu(const xmlNode *element, GError **error)
{
    static const char *const known[] = {"uuid",        "address", "type",      "type-name",
                                        "framebuffer", "parent",  "placement", NULL};
    g_autoptr(VgpuRequest) request = g_new0(VgpuRequest, 1);

    request->attrs = vgpu_attr_list_new();
    request->element = vgpu_xml_number(element);
    if (!check_attributes(element, known, error) || !check_children(element, "attr", error) ||
        !parse_id(element, request, error) || !parse_type(element, request, error) ||
        !parse_parent_and_placement(element, request, error))
        return NULL;
    for (const xmlNode *node = element->children; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && !parse_attr(node, request->attrs, error))
            return NULL;
    }
    return g_steal_pointer(&request);
}

static gboolean
check_root(const xmlNode *vgpus, GError **error)
{
    static const char *const known[] = {NULL};

    if (!vgpus->ns || !g_str_equal((const char *)vgpus->ns->href, VGPU_METADATA_NS)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_VERSION,
                    "metadata is in namespace '%.64s', this release knows '%s' only; "
                    "use that, or install a release that knows the other",
                    vgpus->ns ? (const char *)vgpus->ns->href : "", VGPU_METADATA_NS);
        return FALSE;
    }
    if (!g_str_equal((const char *)vgpus->name, "vgpus"))
        return complain(vgpus, error, "is not known; the outermost one is 'vgpus'");
    return check_attributes(vgpus, known, error) && check_children(vgpus, "vgpu", error);
}

GPtrArray *
vgpu_metadata_parse(const xmlNode *vgpus, GError **error)
{
    g_autoptr(GPtrArray) requests =
        g_ptr_array_new_with_free_func((GDestroyNotify)vgpu_request_free);

    if (!check_root(vgpus, error))
        return NULL;
    for (const xmlNode *node = vgpus->children; node; node = node->next) {
        VgpuRequest *request;

        if (node->type != XML_ELEMENT_NODE)
            continue;
        request = parse_vgpu(node, error);
        if (!request)
            return NULL;
        g_ptr_array_add(requests, request);
    }
    return g_steal_pointer(&requests);
}
