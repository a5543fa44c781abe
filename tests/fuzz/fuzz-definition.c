/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-definition.c - a file of mdevctl's: read, written and read again it is the same, with the
 * members that we don't know, and it hides no other file.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "attr-json.h"
#include "attr.h"
#include "definition.h"

#define OTHER_VGPU "b1a5c0de-0000-4000-8000-000000000002"
#define OTHER      "{\"mdev_type\": \"vgpu-16m\", \"start\": \"auto\"}"
#define FOLDER     "etc/mdevctl.d/" FUZZ_GPU

static const char *
definition_path(void)
{
    static char *path;

    if (!path) {
        mock_sysfs_define(fuzz_machine(), FUZZ_GPU, OTHER_VGPU, OTHER);
        path = g_build_filename(fuzz_machine()->path, FOLDER, FUZZ_VGPU, NULL);
    }
    return path;
}

/* That the list has both files, in order, and an error for none but this. */
static void
check_list(const VgpuRoot *root, const VgpuDefinition *definition)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = vgpu_definition_list(root, NULL, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 2);
    const VgpuDefinition *first = list->pdata[0], *second = list->pdata[1];
    g_assert_cmpstr(first->vgpu, ==, FUZZ_VGPU);
    g_assert_true(!first->error == !!definition);
    g_assert_cmpstr(second->vgpu, ==, OTHER_VGPU);
    g_assert_no_error(second->error);
}

static void
check_same(const VgpuDefinition *a, const VgpuDefinition *b)
{
    g_assert_cmpstr(a->vgpu, ==, b->vgpu);
    g_assert_cmpstr(a->parent, ==, b->parent);
    g_assert_cmpstr(a->type, ==, b->type);
    g_assert_cmpint(a->autostart, ==, b->autostart);
    g_assert_cmpuint(a->attrs->len, ==, b->attrs->len);
    for (guint i = 0; i < a->attrs->len; i++) {
        const VgpuAttr *x = a->attrs->pdata[i], *y = b->attrs->pdata[i];
        g_assert_cmpstr(x->name, ==, y->name);
        g_assert_cmpstr(x->value, ==, y->value);
    }
}

static gboolean
is_known(const char *name)
{
    static const char *const known[] = {"mdev_type", "start", "attrs", NULL};
    return g_strv_contains(known, name);
}

/* That all members of @a that we don't know are in @b too. */
static void
check_unknown_members(json_object *a, json_object *b)
{
    json_object_object_foreach(a, name, value)
    {
        json_object *other = NULL;
        if (is_known(name))
            continue;
        g_assert_true(json_object_object_get_ex(b, name, &other));
        g_assert_true(json_object_equal(value, other));
    }
}

/* As mdevctl has it: an item of the array for each. */
static void
check_items(json_object *json, const VgpuDefinition *definition)
{
    json_object *attrs = json_object_object_get(json, "attrs");

    g_assert_cmpuint(attrs ? json_object_array_length(attrs) : 0, ==, definition->attrs->len);
}

static void
check_kept(const VgpuDefinition *definition, const char *before, const char *after)
{
    json_object *a = vgpu_json_parse(before, NULL), *b = vgpu_json_parse(after, NULL);

    check_items(a, definition);
    check_items(b, definition);
    check_unknown_members(a, b);
    check_unknown_members(b, a);
    json_object_put(a);
    json_object_put(b);
}

static char *
save(const VgpuRoot *root, const VgpuDefinition *definition)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    vgpu_definition_save(root, definition, &error);
    g_assert_no_error(error);
    g_file_get_contents(definition_path(), &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static void
check_round_trip(const VgpuRoot *root, const VgpuDefinition *definition, const char *before)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *after = save(root, definition);
    g_autoptr(VgpuDefinition) again = vgpu_definition_load(root, FUZZ_GPU, FUZZ_VGPU, &error);

    g_assert_no_error(error);
    check_same(definition, again);
    check_kept(definition, before, after);
    g_autofree char *last = save(root, again);
    g_assert_cmpstr(last, ==, after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const VgpuRoot *root = fuzz_machine()->root;
    g_autofree char *text = fuzz_text(data, size);
    g_autoptr(GError) error = NULL;

    fuzz_put(definition_path(), data, size);
    g_autoptr(VgpuDefinition) definition = vgpu_definition_load(root, FUZZ_GPU, FUZZ_VGPU, &error);
    fuzz_check_outcome(definition != NULL, error);
    check_list(root, definition);
    if (!definition)
        return 0;
    g_assert_null(memchr(data, '\0', size));
    g_assert_true(vgpu_name_check(definition->type, "type", NULL));
    check_round_trip(root, definition, text);
    return 0;
}
