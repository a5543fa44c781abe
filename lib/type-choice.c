/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * type-choice.c - which type is meant, where somebody says its name or what it must have.
 */
#include "type-choice.h"

#include "error.h"

#include <string.h>

/* Of a size: more GiB than that are no guint of MiB. */
#define DIGITS_MAX 6

/* The types that fit, and those that don't, each id once: several parents may have the same. */
typedef struct {
    const VgpuTypeWish *wish;
    GPtrArray *fitting;
    GPtrArray *others;
} Choice;

typedef gboolean (*FitsFunc)(const Choice *choice, const VgpuType *type);

static gboolean
has_id(const Choice *choice, const VgpuType *type)
{
    return g_strcmp0(type->id, choice->wish->id) == 0;
}

static gboolean
has_name(const Choice *choice, const VgpuType *type)
{
    return g_strcmp0(type->name, choice->wish->name) == 0;
}

/* As large as wanted, and no larger than what was found before. */
static gboolean
has_framebuffer(const Choice *choice, const VgpuType *type)
{
    const VgpuType *best = choice->fitting->len ? choice->fitting->pdata[0] : NULL;
    return type->framebuffer_mib >= choice->wish->framebuffer_mib &&
           (!best || type->framebuffer_mib <= best->framebuffer_mib);
}

static void
add_once(GPtrArray *types, const VgpuType *type)
{
    for (guint i = 0; i < types->len; i++) {
        const VgpuType *known = types->pdata[i];
        if (g_str_equal(known->id, type->id))
            return;
    }
    g_ptr_array_add(types, (gpointer)type);
}

static void
look_at(Choice *choice, const VgpuType *type, FitsFunc fits)
{
    if (!fits(choice, type)) {
        add_once(choice->others, type);
        return;
    }
    const VgpuType *best = choice->fitting->len ? choice->fitting->pdata[0] : type;
    if (fits == has_framebuffer && type->framebuffer_mib < best->framebuffer_mib)
        g_ptr_array_set_size(choice->fitting, 0);
    add_once(choice->fitting, type);
}

static void
look_at_all(Choice *choice, const GPtrArray *parents, const char *only, FitsFunc fits)
{
    g_ptr_array_set_size(choice->others, 0);
    for (guint i = 0; i < parents->len; i++) {
        const VgpuParent *parent = parents->pdata[i];
        if (only && !g_str_equal(parent->name, only))
            continue;
        for (guint j = 0; j < parent->types->len; j++)
            look_at(choice, parent->types->pdata[j], fits);
    }
}

static char *
describe(const VgpuTypeWish *wish)
{
    if (wish->id)
        return g_strdup_printf("type '%.64s'", wish->id);
    if (wish->name)
        return g_strdup_printf("type name '%.64s'", wish->name);
    return g_strdup_printf("framebuffer '%uM'", wish->framebuffer_mib);
}

static void
report_none(const Choice *choice, const char *only, GError **error)
{
    g_autofree char *what = describe(choice->wish);
    g_autofree char *where = only ? g_strdup_printf("parent '%s'", only) : g_strdup("this host");
    g_autoptr(GString) others = g_string_new(NULL);

    for (guint i = 0; i < choice->others->len; i++) {
        const VgpuType *type = choice->others->pdata[i];
        g_string_append_printf(others, "%s%s", i ? ", " : "", type->id);
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                "%s: %s has no such type now; it has: %.512s", what, where,
                others->len ? others->str : "none");
}

static void
report_many(const Choice *choice, GError **error)
{
    g_autofree char *what = describe(choice->wish);
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < choice->fitting->len; i++) {
        const VgpuType *type = choice->fitting->pdata[i];
        g_string_append_printf(list, "%s'%s' (%s, %uM)", i ? ", " : "", type->id,
                               type->name ? type->name : "no name", type->framebuffer_mib);
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "%s: several types fit equally well: %s; ask for one of them by its id", what,
                list->str);
}

const char *
vgpu_type_choose(const GPtrArray *parents, const char *only, const VgpuTypeWish *wish,
                 GError **error)
{
    g_autoptr(GPtrArray) fitting = g_ptr_array_new();
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    Choice choice = {.wish = wish, .fitting = fitting, .others = others};

    if (wish->id)
        look_at_all(&choice, parents, only, has_id);
    if (wish->name && fitting->len == 0)
        look_at_all(&choice, parents, only, has_name);
    if (!wish->id && !wish->name)
        look_at_all(&choice, parents, only, has_framebuffer);
    if (fitting->len == 1)
        return ((const VgpuType *)fitting->pdata[0])->id;
    if (fitting->len)
        report_many(&choice, error);
    else
        report_none(&choice, only, error);
    return NULL;
}

gboolean
vgpu_type_parse_mib(const char *text, guint *mib, GError **error)
{
    gsize digits = text && text[0] != '0' ? strspn(text, "0123456789") : 0;
    const char *unit = text ? text + digits : "";

    if (digits == 0 || digits > DIGITS_MAX || !(unit[0] == '\0' || strchr("MG", unit[0])) ||
        (unit[0] && unit[1])) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "size '%.32s' is not a number of up to %d digits with M or G after it, '2048M' "
                    "say",
                    text ? text : "", DIGITS_MAX);
        return FALSE;
    }
    *mib = (guint)g_ascii_strtoull(text, NULL, 10) * (unit[0] == 'G' ? 1024 : 1);
    return TRUE;
}
