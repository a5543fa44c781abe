/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attr-json.h - JSON from files and from mdevctl, and a list of attributes as mdevctl has it: an
 * array of objects with one member each.
 */
#ifndef VGPU_ATTR_JSON_H
#define VGPU_ATTR_JSON_H

#include <glib.h>
#include <json-c/json.h>

G_BEGIN_DECLS

/**
 * vgpu_json_parse:
 * @text: a JSON document
 * @error: (out) (optional): %VGPU_ERROR_INVALID for what is not strictly JSON in UTF-8, is deeper
 *   than any document of ours or mdevctl's, or has something behind it
 *
 * Returns: (transfer full) (nullable): the value, NULL for "null" too; let go of by
 * json_object_put().
 */
json_object *vgpu_json_parse(const char *text, GError **error);

/**
 * vgpu_attr_list_to_json:
 * @list: (element-type VgpuAttr): a list
 *
 * JSON takes UTF-8 only: other bytes of values are replaced.
 *
 * Returns: (transfer full): [{"name": "value"}, ...]; let go of by json_object_put().
 */
json_object *vgpu_attr_list_to_json(const GPtrArray *list);

/**
 * vgpu_attr_list_from_json:
 * @array: (nullable): mdevctl's form; NULL is an empty list
 * @list: (element-type VgpuAttr): where to add what @array holds
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * Names and values are not checked further than that they are text.
 *
 * Returns: TRUE if all of @array was understood.
 */
gboolean vgpu_attr_list_from_json(json_object *array, GPtrArray *list, GError **error);

/**
 * vgpu_json_get_text:
 * @value: (nullable): a JSON value
 *
 * Returns: (transfer none) (nullable): the text of a string with no NUL in it; NULL for
 * anything else.
 */
const char *vgpu_json_get_text(json_object *value);

G_END_DECLS

#endif
