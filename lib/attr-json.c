/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attr-json.c - JSON read with care, and lists of attributes to mdevctl's JSON and back.
 */
#include "attr-json.h"

#include "attr.h"
#include "error.h"

#include <json-c/json_visit.h>
#include <math.h>
#include <string.h>

#define JSON_DEPTH 16

static int
refuse_infinite(json_object *value, int flags G_GNUC_UNUSED, json_object *parent G_GNUC_UNUSED,
                const char *key G_GNUC_UNUSED, size_t *index G_GNUC_UNUSED,
                void *user_data G_GNUC_UNUSED)
{
    return !json_object_is_type(value, json_type_double) || isfinite(json_object_get_double(value))
               ? JSON_C_VISIT_RETURN_CONTINUE
               : JSON_C_VISIT_RETURN_ERROR;
}

/* json-c takes "NaN" and "Infinity" when it is strict too; mdevctl takes no such file. */
static json_object *
check_numbers(json_object *json, GError **error)
{
    if (json_c_visit(json, 0, refuse_infinite, NULL) >= 0)
        return json;
    g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                        "it is no JSON: a number is none, or too large");
    json_object_put(json);
    return NULL;
}

/* One character in JSON's escapes: those of UTF-16. */
static void
append_escaped(GString *ascii, gunichar c)
{
    if (c < 0x10000)
        g_string_append_printf(ascii, "\\u%04x", c);
    else
        g_string_append_printf(ascii, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                               0xdc00 + ((c - 0x10000) & 0x3ff));
}

/*
 * json-c 0.18, which Debian 13 has, takes nothing but ASCII in strings when it is strict, so it
 * gets the rest escaped. What stands behind a backslash is no escape, and stays for it to refuse.
 */
static char *
to_ascii(const char *text)
{
    GString *ascii = g_string_sized_new(strlen(text) + 1);
    gboolean escape = FALSE;

    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        if ((guchar)*at < 0x80 || escape)
            g_string_append_len(ascii, at, g_utf8_next_char(at) - at);
        else
            append_escaped(ascii, g_utf8_get_char(at));
        escape = *at == '\\' && !escape;
    }
    return g_string_free(ascii, FALSE);
}

static json_object *
parse_ascii(const char *text, GError **error)
{
    json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    /* with its NUL, which ends a number or a literal */
    json_object *json = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
    enum json_tokener_error reason = json_tokener_get_error(tokener);
    if (reason != json_tokener_success)
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "it is no JSON: %s",
                    json_tokener_error_desc(reason));
    json_tokener_free(tokener);
    return reason == json_tokener_success ? check_numbers(json, error) : NULL;
}

json_object *
vgpu_json_parse(const char *text, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error_literal(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                            "it is no JSON: there are bytes that are not UTF-8");
        return NULL;
    }
    g_autofree char *ascii = g_str_is_ascii(text) ? NULL : to_ascii(text);
    return parse_ascii(ascii ? ascii : text, error);
}

json_object *
vgpu_attr_list_to_json(const GPtrArray *list)
{
    json_object *array = json_object_new_array();
    for (guint i = 0; i < list->len; i++) {
        const VgpuAttr *attr = list->pdata[i];
        json_object *item = json_object_new_object();
        /* json-c passes on what is not UTF-8, and the kernel takes it for an attribute */
        g_autofree char *value = g_utf8_make_valid(attr->value, -1);
        json_object_object_add(item, attr->name, json_object_new_string(value));
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
