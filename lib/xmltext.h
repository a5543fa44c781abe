/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xmltext.h - where in the bytes of an XML document the value of one attribute
 * stands: what a parsed tree has forgotten.
 */
#ifndef VGPU_XMLTEXT_H
#define VGPU_XMLTEXT_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuSpan:
 * @start: offset of the first byte
 * @end: offset after the last byte
 *
 * Bytes of a text.
 */
typedef struct {
    gsize start;
    gsize end;
} VgpuSpan;

/**
 * vgpu_xmltext_find_attr:
 * @text: a document that vgpu_xml_parse() took
 * @length: bytes of @text
 * @element: number of an element, from vgpu_xml_number()
 * @name: name of the attribute as it is written
 * @span: (out): its value, without the quotation marks
 *
 * Walks over the markup of @text; comments, CDATA sections and processing
 * instructions are stepped over, whatever they hold.
 *
 * Returns: TRUE if the attribute was found. On text that is not well-formed the
 * answer may be wrong, but nothing outside @text is read.
 */
gboolean vgpu_xmltext_find_attr(const char *text, gsize length, guint element, const char *name,
                                VgpuSpan *span);

G_END_DECLS

#endif
