/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attr-json.c - lists of attributes to mdevctl's JSON and back.
 */
#include "attr-json.h"

#include "attr.h"
#include "error.h"

#include <string.h>

json_object *
vgpu_attr_list_to_json(const GPtrArray *list)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < list->len; i++) {
        const VgpuAttr *attr = list->pdata[i];
        json_object *item = json_object_new_object();
        json_object_object_add(item, attr->name, json_object_new_string(attr->value));
        json_object_array_add(array, item);
    }
    return array;
}

const char *
vgpu_json_get_text(json_object *value)
{
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (gsize)json_object_get_string_len(value) ? text : NULL;
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_INVALID, why);
    return FALSE;
}

static gboolean
add_item(json_object *item, GPtrArray *list, GError **error)
{
    if (!json_object_is_type(item, json_type_object) || json_object_object_length(item) != 1)
        return refuse(error, "an item of 'attrs' is not an object with one member");
    json_object_object_foreach(item, name, value)
    {
        const char *text = vgpu_json_get_text(value);
        if (!text)
            return refuse(error, "a value in 'attrs' is not a string");
        vgpu_attr_list_add(list, name, text);
    }
    return TRUE;
}

gboolean
vgpu_attr_list_from_json(json_object *array, GPtrArray *list, GError **error)
{
    if (!array)
        return TRUE;
    if (!json_object_is_type(array, json_type_array))
        return refuse(error, "'attrs' is not an array");
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (!add_item(json_object_array_get_idx(array, i), list, error))
            return FALSE;
    return TRUE;
}
