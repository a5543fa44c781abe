/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xml.h - a domain's XML, read with nothing expanded and nothing fetched, and
 * small look-ups in the tree.
 */
#ifndef VGPU_XML_H
#define VGPU_XML_H

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/**
 * VGPU_XML_MAX:
 *
 * The largest document taken, in bytes.
 */
#define VGPU_XML_MAX (16 * 1024 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)

/**
 * vgpu_xml_parse:
 * @text: the document; read as UTF-8 whatever it declares
 * @length: bytes of @text
 * @error: (out) (optional): %VGPU_ERROR_INVALID, with line and column and nothing of the text
 *
 * Parses @text. A document type declaration is refused before anything is
 * parsed, so there are no entities but the five of XML itself. libxml2's own
 * bounds on depth and name length hold.
 *
 * Returns: (transfer full) (nullable): the document, with its elements numbered
 * for vgpu_xml_number().
 */
xmlDoc *vgpu_xml_parse(const char *text, gsize length, GError **error);

/**
 * vgpu_xml_number:
 * @element: an element of a document that vgpu_xml_parse() made
 *
 * Returns: its place in document order, 0 for the root element: what
 * vgpu_xmltext_find_attr() takes.
 */
guint vgpu_xml_number(const xmlNode *element);

/**
 * vgpu_xml_is:
 * @node: (nullable): a node
 * @ns: (nullable): a namespace, or NULL for none
 * @name: local name
 *
 * Returns: TRUE if @node is an element of that name.
 */
gboolean vgpu_xml_is(const xmlNode *node, const char *ns, const char *name);

/**
 * vgpu_xml_child:
 * @element: (nullable): an element
 * @name: local name, in no namespace
 *
 * Returns: (transfer none) (nullable): the first such child.
 */
xmlNode *vgpu_xml_child(const xmlNode *element, const char *name);

/**
 * vgpu_xml_attr:
 * @element: (nullable): an element
 * @name: name of an attribute in no namespace
 *
 * Returns: (transfer full) (nullable): its value; free with g_free().
 */
char *vgpu_xml_attr(const xmlNode *element, const char *name);

/**
 * vgpu_xml_child_text:
 * @element: (nullable): an element
 * @name: local name of a child in no namespace
 *
 * Returns: (transfer full) (nullable): the text in the first such child, white
 * space at both ends taken off; free with g_free().
 */
char *vgpu_xml_child_text(const xmlNode *element, const char *name);

G_END_DECLS

#endif
