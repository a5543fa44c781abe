/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xml.c - a domain's XML, read with nothing expanded and nothing fetched, and
 * small look-ups in the tree.
 */
#include "xml.h"

#include <string.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "error.h"

/* Steps over one "<@open ... @close"; NULL if @p is none, or has no end. */
static const char *
skip_construct(const char *p, const char *end, const char *open, const char *close)
{
    gsize length = strlen(open);
    const char *found;

    if ((gsize)(end - p) < length || memcmp(p, open, length) != 0)
        return NULL;
    p += length;
    found = memmem(p, end - p, close, strlen(close));
    return found ? found + strlen(close) : NULL;
}

/*
 * Looks at what comes before the root element (XML 1.0, 2.8 [22]): the one place
 * where a document type may stand. Text that is neither goes to the parser,
 * which finds it malformed.
 */
static gboolean
has_doctype(const char *text, gsize length)
{
    static const char doctype[] = "<!DOCTYPE";
    const char *p = text, *end = text + length, *next;

    if (length >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (p < end) {
        if (strchr(" \t\r\n", *p) && *p)
            p++;
        else if ((next = skip_construct(p, end, "<?", "?>")) ||
                 (next = skip_construct(p, end, "<!--", "-->")))
            p = next;
        else
            break;
    }
    return (gsize)(end - p) >= strlen(doctype) && memcmp(p, doctype, strlen(doctype)) == 0;
}

static xmlNode *
next_in_document(xmlNode *node)
{
    if (node->children && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node && !node->next)
        node = node->parent && node->parent->type == XML_ELEMENT_NODE ? node->parent : NULL;
    return node ? node->next : NULL;
}

static void
number_elements(xmlDoc *doc)
{
    guint number = 0;

    for (xmlNode *node = xmlDocGetRootElement(doc); node; node = next_in_document(node)) {
        if (node->type == XML_ELEMENT_NODE)
            node->_private = GUINT_TO_POINTER(number++);
    }
}

/* Says where, never what: the text may hold passwords. */
static void
set_parse_error(xmlParserCtxt *context, GError **error)
{
    const xmlError *last = xmlCtxtGetLastError(context);

    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                "the domain XML is not well-formed (line %d, column %d, libxml2 error %d); "
                "nothing was done; look at it with 'virsh dumpxml', mend it with 'virsh edit'",
                last ? last->line : 0, last ? last->int2 : 0, last ? last->code : 0);
}

static void
set_length_error(gsize length, GError **error)
{
    if (length)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the domain XML is larger than %d MiB; look with 'virsh edit' for what makes "
                    "it so large",
                    VGPU_XML_MAX >> 20);
    else
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the domain XML is empty; look at libvirt's log for why it gave none");
}

static int
parse_options(void)
{
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

#if LIBXML_VERSION >= 21300
    options |= XML_PARSE_NO_XXE;
#endif
    return options;
}

xmlDoc *
vgpu_xml_parse(const char *text, gsize length, GError **error)
{
    xmlParserCtxt *context;
    g_autoptr(xmlDoc) doc = NULL;

    if (length == 0 || length > VGPU_XML_MAX) {
        set_length_error(length, error);
        return NULL;
    }
    if (has_doctype(text, length)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "the domain XML has a document type, which is never read; remove <!DOCTYPE>");
        return NULL;
    }
    context = xmlNewParserCtxt();
    if (!context)
        g_error("out of memory");
    /* The encoding is ours, so that the parser sees what has_doctype() and xmltext.c see. */
    doc = xmlCtxtReadMemory(context, text, (int)length, NULL, "UTF-8", parse_options());
    if (!doc || doc->intSubset || !xmlDocGetRootElement(doc)) {
        set_parse_error(context, error);
        xmlFreeParserCtxt(context);
        return NULL;
    }
    xmlFreeParserCtxt(context);
    number_elements(doc);
    return g_steal_pointer(&doc);
}

guint
vgpu_xml_number(const xmlNode *element)
{
    return GPOINTER_TO_UINT(element->_private);
}

gboolean
vgpu_xml_is(const xmlNode *node, const char *ns, const char *name)
{
    const char *href;

    if (!node || node->type != XML_ELEMENT_NODE)
        return FALSE;
    href = node->ns ? (const char *)node->ns->href : NULL;
    return g_strcmp0(href, ns) == 0 && g_strcmp0((const char *)node->name, name) == 0;
}

xmlNode *
vgpu_xml_child(const xmlNode *element, const char *name)
{
    xmlNode *node = element ? element->children : NULL;

    while (node && !vgpu_xml_is(node, NULL, name))
        node = node->next;
    return node;
}

char *
vgpu_xml_attr(const xmlNode *element, const char *name)
{
    xmlChar *value;
    char *copy;

    if (!element)
        return NULL;
    value = xmlGetNoNsProp(element, (const xmlChar *)name);
    copy = g_strdup((const char *)value);
    xmlFree(value);
    return copy;
}

char *
vgpu_xml_child_text(const xmlNode *element, const char *name)
{
    xmlNode *child = vgpu_xml_child(element, name);
    xmlChar *text;
    char *copy;

    if (!child)
        return NULL;
    text = xmlNodeGetContent(child);
    copy = g_strstrip(g_strdup(text ? (const char *)text : ""));
    xmlFree(text);
    return copy;
}
