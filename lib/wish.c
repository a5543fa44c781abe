/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wish.c - what a vGPU of a domain shall be, out of the domain's metadata and
 * mdevctl's definition, and whether the two agree.
 */
#include "wish.h"

#include "attr.h"
#include "error.h"
#include "log.h"
#include "type-choice.h"

void
vgpu_wish_free(VgpuWish *wish)
{
    if (!wish)
        return;
    vgpu_definition_free(wish->definition);
    g_free(wish->chosen);
    g_free(wish->only);
    g_free(wish);
}

static gboolean
contradict(const VgpuDefinition *definition, const char *what, const char *ours, const char *theirs,
           GError **error)
{
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "the metadata says %s '%s', mdevctl's definition on parent '%s' says '%s'; "
                "change one of them ('virsh edit' or 'mdevctl modify')",
                what, ours, definition->parent, theirs);
    return FALSE;
}

/* All values of a name, in order: some drivers take one several times. NULL if there is none. */
static char *
values_of(const GPtrArray *attrs, const char *name)
{
    GString *values = NULL;

    for (guint i = 0; i < attrs->len; i++) {
        const VgpuAttr *attr = g_ptr_array_index(attrs, i);

        if (!g_str_equal(attr->name, name))
            continue;
        if (values)
            g_string_append_printf(values, ", %s", attr->value);
        else
            values = g_string_new(attr->value);
    }
    return values ? g_string_free(values, FALSE) : NULL;
}

/* An attribute that only one of the two has contradicts nothing. */
static gboolean
agree_on_attrs(const VgpuRequest *request, const VgpuDefinition *definition, GError **error)
{
    for (guint i = 0; i < request->attrs->len; i++) {
        const VgpuAttr *attr = g_ptr_array_index(request->attrs, i);
        g_autofree char *ours = values_of(request->attrs, attr->name);
        g_autofree char *theirs = values_of(definition->attrs, attr->name);

        if (theirs && !g_str_equal(ours, theirs))
            return contradict(definition, attr->name, ours, theirs, error);
    }
    return TRUE;
}

static gboolean
agree(const VgpuWish *wish, GError **error)
{
    const VgpuRequest *request = wish->request;
    const VgpuDefinition *definition = wish->definition;

    if (!g_str_equal(wish->chosen, definition->type))
        return contradict(definition, "type", wish->chosen, definition->type, error);
    if (request->parent && !g_str_equal(request->parent, definition->parent))
        return contradict(definition, "parent", request->parent, definition->parent, error);
    return agree_on_attrs(request, definition, error);
}

/* A definition that cannot be read is in the way only of who needs it. */
static gboolean
find_definition(const VgpuRoot *root, VgpuWish *wish, gboolean needed, GError **error)
{
    GError *cause = NULL;

    wish->definition = vgpu_definition_find(root, wish->vgpu, &cause);
    if (wish->definition)
        return TRUE;
    if (needed && !g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_propagate_error(error, cause);
        return FALSE;
    }
    if (!g_error_matches(cause, VGPU_ERROR, VGPU_ERROR_NOT_FOUND))
        vgpu_log("vGPU %s: its definition is not looked at: %s", wish->vgpu, cause->message);
    g_error_free(cause);
    return TRUE;
}

static void
take_definition(VgpuWish *wish)
{
    wish->wanted = TRUE;
    wish->source = VGPU_RECORD_DEFINITION;
    wish->type = wish->definition->type;
    wish->parent = wish->definition->parent;
    wish->attrs = wish->definition->attrs;
}

/* The metadata rules; where it leaves something open, a definition fills it. */
static void
take_request(VgpuWish *wish)
{
    const VgpuRequest *request = wish->request;
    const VgpuDefinition *definition = wish->definition;

    wish->wanted = TRUE;
    wish->source = VGPU_RECORD_METADATA;
    wish->type = wish->chosen;
    wish->parent = request->parent ? request->parent : definition ? definition->parent : wish->only;
    wish->placement = request->placement;
    wish->attrs = request->attrs->len || !definition ? request->attrs : definition->attrs;
}

static char *
choose_type(const VgpuRoot *root, const VgpuRequest *request, GError **error)
{
    VgpuTypeWish wish = {.name = request->type_name, .framebuffer_mib = request->framebuffer_mib};
    g_autofree char *only = vgpu_device_parent_of(root, request->vgpu);
    g_autoptr(GPtrArray) parents = vgpu_parent_list(root, error);
    const char *parent = request->parent ? request->parent : only;

    return parents ? g_strdup(vgpu_type_choose(parents, parent, &wish, error)) : NULL;
}

char *
vgpu_wish_choose_type(const VgpuRoot *root, const VgpuRequest *request, GError **error)
{
    GError *cause = NULL;
    char *type = request->type ? g_strdup(request->type) : choose_type(root, request, &cause);
    g_autoptr(VgpuDevice) device = type ? NULL : vgpu_device_load(root, request->vgpu, NULL);

    if (device) {
        g_clear_error(&cause);
        return g_strdup(device->type);
    }
    if (cause)
        g_propagate_error(error, cause);
    return type;
}

VgpuWish *
vgpu_wish_new(const VgpuRoot *root, const VgpuDomain *domain, const VgpuHostdev *hostdev,
              GError **error)
{
    g_autoptr(VgpuWish) wish = g_new0(VgpuWish, 1);
    gboolean needed;

    wish->vgpu = hostdev->vgpu;
    wish->request = vgpu_domain_find_request(domain, hostdev->vgpu);
    needed = !wish->request && hostdev->managed && !vgpu_device_exists(root, hostdev->vgpu);
    if (!find_definition(root, wish, needed, error))
        return NULL;
    wish->only = vgpu_device_parent_of(root, wish->vgpu);
    if (wish->request && !(wish->chosen = vgpu_wish_choose_type(root, wish->request, error)))
        return NULL;
    if (wish->request && wish->definition && !agree(wish, error))
        return NULL;
    if (wish->request)
        take_request(wish);
    else if (wish->definition && hostdev->managed)
        take_definition(wish);
    return g_steal_pointer(&wish);
}

static gboolean
differs(const char *wanted, const char *found)
{
    return wanted && g_strcmp0(wanted, found) != 0;
}

void
vgpu_wish_compare(const VgpuWish *wish, const char *type, const char *parent)
{
    const VgpuDefinition *definition = wish->request ? NULL : wish->definition;

    if (definition && (differs(definition->type, type) || differs(definition->parent, parent)))
        vgpu_log("vGPU %s: it is of type '%s' on parent '%s', its definition says otherwise; "
                 "it is used as it is",
                 wish->vgpu, type, parent);
}

gboolean
vgpu_wish_accepts(const VgpuWish *wish, const char *type, const char *parent, GError **error)
{
    const VgpuRequest *request = wish->request;

    if (!request || (!differs(wish->chosen, type) && !differs(request->parent, parent)))
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_CONFLICT,
                "it is there with type '%s' on parent '%s', the metadata asks for type '%s' on "
                "parent '%s', and OpenVGPU did not make it; remove it, or change the metadata",
                type, parent, wish->chosen, request->parent ? request->parent : "auto");
    return FALSE;
}
