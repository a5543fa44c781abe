/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-metadata.c - the vgpus element of a domain: lib/metadata.c takes what
 * xml-schemas/openvgpu-domain.rng takes, and nothing else.
 */
#include "fuzz.h"

#include <string.h>
#include <libxml/relaxng.h>

#include "attr.h"
#include "error.h"
#include "metadata.h"

static xmlRelaxNG *schema;

static void
load_schema(void)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *path =
        g_build_filename(top ? top : "../..", "xml-schemas/openvgpu-domain.rng", NULL);
    xmlRelaxNGParserCtxt *context = xmlRelaxNGNewParserCtxt(path);

    schema = xmlRelaxNGParse(context);
    if (!schema)
        g_error("cannot read '%s'", path);
    xmlRelaxNGFreeParserCtxt(context);
}

/* What was wrong is no matter, and libxml2 would print it. */
static void
ignore(void *context G_GNUC_UNUSED, const char *format G_GNUC_UNUSED, ...)
{
}

static gboolean
schema_takes(xmlDoc *doc)
{
    xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema);
    int result;

    xmlRelaxNGSetValidErrors(context, ignore, ignore, NULL);
    result = xmlRelaxNGValidateDoc(context, doc);
    xmlRelaxNGFreeValidCtxt(context);
    g_assert_cmpint(result, >=, 0);
    return result == 0;
}

/* The schema counts neither elements nor bytes. */
static gboolean
is_too_much(const xmlNode *node)
{
    guint count = 0;

    for (const xmlNode *child = node->children; child; child = child->next) {
        g_autofree char *value =
            vgpu_xml_attr(child->type == XML_ELEMENT_NODE ? child : NULL, "value");
        count += child->type == XML_ELEMENT_NODE;
        if ((value && strlen(value) > VGPU_ATTR_VALUE_MAX) ||
            (child->type == XML_ELEMENT_NODE && is_too_much(child)))
            return TRUE;
    }
    return count > VGPU_METADATA_MAX;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(xmlDoc) doc = vgpu_xml_parse((const char *)data, size, &error);

    fuzz_check_outcome(doc != NULL, error);
    if (!doc)
        return 0;
    if (!schema)
        load_schema();
    const xmlNode *root = xmlDocGetRootElement(doc);
    g_autoptr(GPtrArray) requests = vgpu_metadata_parse(root, &error);
    fuzz_check_outcome(requests != NULL, error);
    g_assert_true(!requests || !is_too_much(root));
    if (!is_too_much(root) && schema_takes(doc) != (requests != NULL))
        g_error("the schema %s it, and lib/metadata.c says: %s", requests ? "refuses" : "takes",
                error ? error->message : "valid");
    return 0;
}
