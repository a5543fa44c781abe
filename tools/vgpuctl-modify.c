/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpuctl-modify.c - changes a vGPU: what it is now, what it is defined to be, or both.
 */
#include "attr.h"
#include "edit.h"
#include "error.h"
#include "device.h"
#include "order.h"
#include "verb.h"

#include <string.h>

static gboolean live, defined;
static gboolean to_auto, to_manual;
static char *parent, *new_type;
static char **set_words, **drop_words;

static const GOptionEntry options[] = {
    {"live", 0, 0, G_OPTION_ARG_NONE, &live, "change the vGPU that is there", NULL},
    {"defined", 0, 0, G_OPTION_ARG_NONE, &defined, "change its definition (unless --live)", NULL},
    {"type", 0, 0, G_OPTION_ARG_STRING, &new_type, "give the definition another type", "TYPE"},
    {"attr", 0, 0, G_OPTION_ARG_STRING_ARRAY, &set_words,
     "set an attribute; may come more than once", "NAME=VALUE"},
    {"drop", 0, 0, G_OPTION_ARG_STRING_ARRAY, &drop_words,
     "take an attribute out of the definition; may come more than once", "NAME"},
    {"auto", 0, 0, G_OPTION_ARG_NONE, &to_auto, "make it when the machine starts", NULL},
    {"manual", 0, 0, G_OPTION_ARG_NONE, &to_manual, "don't", NULL},
    VGPUCTL_EDIT_PARENT_OPTION(parent),
    {NULL},
};

static gboolean
refuse(const char *why, GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_USAGE, "%s; see 'vgpuctl modify --help'", why);
    return FALSE;
}

static gboolean
check_options(GError **error)
{
    gboolean of_definition = new_type || drop_words || to_auto || to_manual;

    if (!set_words && !of_definition)
        return refuse("nothing to change was named", error);
    if (to_auto && to_manual)
        return refuse("--auto and --manual exclude each other", error);
    if (live && !defined && of_definition)
        return refuse("a vGPU that is there can get attributes only", error);
    return TRUE;
}

static gboolean
drop_attr(GPtrArray *attrs, const char *name)
{
    gboolean found = FALSE;

    for (guint i = attrs->len; i > 0; i--) {
        const VgpuAttr *attr = attrs->pdata[i - 1];
        if (strcmp(attr->name, name) != 0)
            continue;
        g_ptr_array_remove_index(attrs, i - 1);
        found = TRUE;
    }
    return found;
}

static gboolean
has_name(const GPtrArray *attrs, guint index, const char *name)
{
    const VgpuAttr *attr = attrs->pdata[index];

    return strcmp(attr->name, name) == 0;
}

/*
 * Some drivers take one attribute several times, each time another value: the values of a name
 * stand together where its first stood, since order counts, or at the end.
 */
static void
set_attr(GPtrArray *attrs, const GPtrArray *wanted, guint index)
{
    const VgpuAttr *attr = wanted->pdata[index];
    guint at = 0;
    gboolean again = FALSE;

    for (guint i = 0; i < index; i++)
        again |= has_name(wanted, i, attr->name);
    while (at < attrs->len && !has_name(attrs, at, attr->name))
        at++;
    while (again && at < attrs->len && has_name(attrs, at, attr->name))
        at++;
    if (!again)
        drop_attr(attrs, attr->name);
    vgpu_attr_list_add(attrs, attr->name, attr->value);
    g_ptr_array_insert(attrs, at, g_ptr_array_steal_index(attrs, attrs->len - 1));
}

static gboolean
drop_all(VgpuDefinition *definition, GError **error)
{
    for (guint i = 0; drop_words && drop_words[i]; i++) {
        if (drop_attr(definition->attrs, drop_words[i]))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_NOT_FOUND,
                    "the definition of vGPU '%s' has no attribute '%s'", definition->vgpu,
                    drop_words[i]);
        return FALSE;
    }
    return TRUE;
}

/* The definition as it shall be; nothing is written. */
static VgpuDefinition *
edit(const VgpuRoot *root, const char *id, const GPtrArray *attrs, GError **error)
{
    g_autoptr(VgpuDefinition) definition = vgpuctl_edit_load(root, id, parent, error);

    if (!definition || !drop_all(definition, error))
        return NULL;
    for (guint i = 0; i < attrs->len; i++)
        set_attr(definition->attrs, attrs, i);
    if (new_type) {
        g_free(definition->type);
        definition->type = g_strdup(new_type);
    }
    if (to_auto || to_manual)
        definition->autostart = to_auto;
    return vgpuctl_edit_check(root, definition, error) ? g_steal_pointer(&definition) : NULL;
}

static gboolean
change_live(const VgpuRoot *root, const char *id, const GPtrArray *attrs,
            const VgpuDeadline *deadline, GError **error)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(root, id, error);
    g_autoptr(VgpuParent) gpu = device ? vgpu_parent_load(root, device->parent, error) : NULL;
    const VgpuType *type = gpu ? vgpu_parent_find_type(gpu, device->type, error) : NULL;

    return type && vgpu_attr_check_list(gpu->driver, type, attrs, error) &&
           vgpu_device_set_attrs(root, id, attrs, deadline, error);
}

/* The kernel may refuse, so it goes first: a definition is never changed without it. */
static gboolean
run_modify(const VgpuRoot *root, const char *const *words, GError **error)
{
    VgpuDeadline deadline = vgpu_deadline_after(VGPU_DEADLINE_DEFAULT_MS);
    g_autoptr(GPtrArray) attrs =
        check_options(error) ? vgpuctl_order_attrs(set_words, error) : NULL;
    g_autofree char *id = NULL;
    g_autoptr(VgpuLock) lock =
        attrs ? vgpuctl_edit_lock(root, words[0], &deadline, &id, error) : NULL;
    g_autoptr(VgpuDefinition) definition = NULL;

    if (!lock)
        return FALSE;
    if ((defined || !live) && !(definition = edit(root, id, attrs, error)))
        return FALSE;
    if (live && !change_live(root, id, attrs, &deadline, error))
        return FALSE;
    return !definition || vgpu_definition_save(root, definition, error);
}

const VgpuctlVerb vgpuctl_modify = {
    .name = "modify",
    .arguments = "ID",
    .summary = "change attributes of a vGPU, or its definition",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run_modify,
};
