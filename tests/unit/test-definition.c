/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-definition.c - mdevctl's files: read with care, written whole, nothing in them lost.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "attr.h"
#include "definition.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define GPU "0001:00:00.0"

static char *
golden(const char *name)
{
    const char *top = getenv("top_srcdir");
    g_autofree char *path =
        g_build_filename(top ? top : "../..", "tests/data/definition", name, NULL);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

/* White space is json-c's, and differs between its releases; order and values are ours. */
static void
assert_same_json(const char *text, const char *expected)
{
    json_object *a = json_tokener_parse(text), *b = json_tokener_parse(expected);
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(json_object_to_json_string_ext(a, JSON_C_TO_STRING_PLAIN),
                        json_object_to_json_string_ext(b, JSON_C_TO_STRING_PLAIN));
    json_object_put(a);
    json_object_put(b);
}

static void
test_read(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *text = golden("full.json");
    GError *error = NULL;
    mock_sysfs_define(mock, GPU, UUID_A, text);
    g_autoptr(VgpuDefinition) d = vgpu_definition_load(mock->root, GPU, UUID_A, &error);
    assert_no_error(error);
    assert_string_equal(d->vgpu, UUID_A);
    assert_string_equal(d->parent, GPU);
    assert_string_equal(d->type, "vgpu-32m");
    assert_true(d->autostart);
    assert_int_equal(d->attrs->len, 2);
    assert_string_equal(((VgpuAttr *)d->attrs->pdata[0])->name, "vgpu/vm_name");
    assert_string_equal(vgpu_attr_list_find(d->attrs, "vgpu/params"), "resolution=1280x720");
}

static void
test_save_keeps_what_we_do_not_know(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *before = golden("full.json");
    g_autofree char *expected = golden("full-changed.json");
    g_autofree char *path = g_build_filename(mock->path, "etc/mdevctl.d", GPU, UUID_A, NULL);
    GError *error = NULL;
    struct stat st;
    mock_sysfs_define(mock, GPU, UUID_A, before);
    g_autoptr(VgpuDefinition) d = vgpu_definition_load(mock->root, GPU, UUID_A, &error);
    d->autostart = FALSE;
    g_ptr_array_set_size(d->attrs, 1);
    vgpu_attr_list_add(d->attrs, "vgpu/params", "resolution=\"a\\b\"");
    assert_true(vgpu_definition_save(mock->root, d, &error));
    g_autofree char *after = mock_sysfs_read(mock, "etc/mdevctl.d/" GPU "/" UUID_A);
    assert_same_json(after, expected);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
}

static void
test_save_of_a_new_one(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *expected = golden("new.json");
    GError *error = NULL;
    g_autoptr(VgpuDefinition) d = vgpu_definition_new(GPU, UUID_A, "vgpu-16m");
    assert_true(vgpu_definition_save(mock->root, d, &error));
    g_autofree char *text = mock_sysfs_read(mock, "etc/mdevctl.d/" GPU "/" UUID_A);
    assert_same_json(text, expected);
    assert_true(vgpu_definition_delete(mock->root, GPU, UUID_A, &error));
    assert_null(vgpu_definition_load(mock->root, GPU, UUID_A, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, UUID_A);

    g_autoptr(VgpuDefinition) bad = vgpu_definition_new("../x", UUID_A, "vgpu-16m");
    assert_false(vgpu_definition_save(mock->root, bad, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "../x");
}

static void
test_malformed(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"mdev_type\":\"t\"}",
        "{\"mdev_type\":1,\"start\":\"auto\"}",
        "{\"mdev_type\":\"../t\",\"start\":\"auto\"}",
        "{\"mdev_type\":\"t\\u0000\",\"start\":\"auto\"}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"attrs\":{}}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"attrs\":[{\"a\":1}]}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\"} x",
        "{\"mdev_type\":\"\377\",\"start\":\"auto\"}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"n\":\"\\\303\244\"}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\303\244}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"n\":NaN}",
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"n\":[-Infinity]}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    };
    GError *error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        VgpuDefinition *d = vgpu_definition_parse(GPU, UUID_A, bad[i], &error);
        if (d)
            fail_msg("'%s' was taken", bad[i]);
        assert_error(&error, VGPU_ERROR_INVALID, UUID_A);
    }
}

/* In names and values, in and beyond the first 65,536 characters. */
static void
test_not_ascii(void **state)
{
    static const char text[] =
        "{\"mdev_type\":\"t\",\"start\":\"auto\",\"\303\244\":\"\\\\\303\244\","
        "\"attrs\":[{\"n\":\"\342\200\246 \360\237\230\200\"}]}";
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    GError *error = NULL;

    mock_sysfs_define(mock, GPU, UUID_A, text);
    g_autoptr(VgpuDefinition) d = vgpu_definition_load(mock->root, GPU, UUID_A, &error);
    assert_no_error(error);
    assert_string_equal(vgpu_attr_list_find(d->attrs, "n"), "\342\200\246 \360\237\230\200");
    assert_true(vgpu_definition_save(mock->root, d, &error));
    g_autofree char *after = mock_sysfs_read(mock, "etc/mdevctl.d/" GPU "/" UUID_A);
    assert_non_null(strstr(after, "\"\303\244\""));
    assert_non_null(strstr(after, "\"\\\\\303\244\""));
    assert_non_null(strstr(after, "\"\342\200\246 \360\237\230\200\""));
}

/* As a file has it that was torn by a loss of power. */
static void
test_nul(void **state)
{
    static const char torn[] = "{\"mdev_type\":\"t\",\"start\":\"auto\"}\n\0\0";
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, "etc/mdevctl.d", GPU, UUID_A, NULL);
    GError *error = NULL;

    mock_sysfs_define(mock, GPU, UUID_A, "");
    assert_true(g_file_set_contents(path, torn, sizeof(torn), NULL));
    assert_null(vgpu_definition_load(mock->root, GPU, UUID_A, &error));
    assert_error(&error, VGPU_ERROR_INVALID, UUID_A);
}

static void
test_bad_file_hides_no_other(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    const char *good = "{\"mdev_type\":\"t\",\"start\":\"manual\"}";
    GError *error = NULL;
    mock_sysfs_define(mock, GPU, UUID_A, good);
    mock_sysfs_define(mock, GPU, UUID_B, "rubbish");
    mock_sysfs_define(mock, "mtty", UUID_C, good);
    mock_sysfs_define(mock, "mtty", "notes.txt", "x");
    mock_sysfs_write(mock, "etc/mdevctl.d/scripts.d/callouts/50-openvgpu", "x");
    mock_sysfs_write(mock, "etc/mdevctl.d/README", "x");

    g_autofree char *shouting = g_ascii_strup(UUID_C, -1);
    mock_sysfs_define(mock, "nobody", shouting, good);
    g_autoptr(GPtrArray) loud = vgpu_definition_list(mock->root, "nobody", NULL, &error);
    assert_int_equal(loud->len, 1);
    assert_non_null(strstr(((const VgpuDefinition *)loud->pdata[0])->error->message,
                           "the kernel spells that id '" UUID_C "'"));

    g_autoptr(GPtrArray) all = vgpu_definition_list(mock->root, NULL, NULL, &error);
    assert_no_error(error);
    assert_int_equal(all->len, 4);
    g_ptr_array_remove_index(all, 3);
    const VgpuDefinition *bad = all->pdata[1], *last = all->pdata[2];
    assert_string_equal(bad->vgpu, UUID_B);
    assert_null(bad->type);
    assert_non_null(strstr(bad->error->message, UUID_B));
    assert_null(last->error);
    assert_false(last->autostart);

    g_autoptr(GPtrArray) one = vgpu_definition_list(mock->root, "mtty", NULL, &error);
    assert_int_equal(one->len, 1);
    g_autoptr(GPtrArray) none = vgpu_definition_list(mock->root, "absent", NULL, &error);
    assert_int_equal(none->len, 0);
    assert_null(vgpu_definition_list(mock->root, "../..", NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "../..");
}

/* As somebody who may not read one of them; root may read all. */
static GPtrArray *
list_as_nobody(MockSysfs *mock, GPtrArray *problems, GError **error)
{
    gboolean root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    GPtrArray *list = vgpu_definition_list(mock->root, NULL, problems, error);
    if (root)
        assert_int_equal(seteuid(0), 0);
    return list;
}

static void
test_unreadable_folder_hides_no_other(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autofree char *folder = g_build_filename(mock->path, "etc/mdevctl.d", GPU, NULL);
    const char *good = "{\"mdev_type\":\"t\",\"start\":\"manual\"}";
    GError *error = NULL;
    mock_sysfs_define(mock, GPU, UUID_A, good);
    mock_sysfs_define(mock, "mtty", UUID_C, good);
    assert_int_equal(chmod(mock->path, 0755), 0);
    assert_int_equal(chmod(folder, 0), 0);

    g_autoptr(GPtrArray) list = list_as_nobody(mock, problems, &error);
    assert_no_error(error);
    assert_int_equal(list->len, 1);
    assert_string_equal(((const VgpuDefinition *)list->pdata[0])->vgpu, UUID_C);
    assert_int_equal(problems->len, 1);
    assert_non_null(strstr(((const GError *)problems->pdata[0])->message, folder));
    assert_null(list_as_nobody(mock, NULL, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, folder);
    assert_int_equal(chmod(folder, 0755), 0);
}

/* Nor does a whole provider's. */
static void
test_unreadable_provider_hides_no_other(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autofree char *folder = g_build_filename(mock->path, "etc/mdevctl.d", NULL);
    GError *error = NULL;
    assert_int_equal(rmdir(folder), 0);
    mock_sysfs_write(mock, "etc/mdevctl.d", "no folder");
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/0000:41:00.0/0000:41:00.4", "{}");

    g_autoptr(GPtrArray) list = vgpu_definition_list(mock->root, NULL, problems, &error);
    assert_no_error(error);
    assert_int_equal(list->len, 1);
    assert_string_equal(((const VgpuDefinition *)list->pdata[0])->vgpu, "0000:41:00.4");
    assert_int_equal(problems->len, 1);
    assert_null(vgpu_definition_list(mock->root, NULL, NULL, &error));
    assert_error(&error, VGPU_ERROR_IO, "/etc/mdevctl.d");
}

static void
test_find(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    const char *good = "{\"mdev_type\":\"t\",\"start\":\"auto\"}";
    GError *error = NULL;
    mock_sysfs_define(mock, GPU, UUID_A, good);
    mock_sysfs_define(mock, GPU, UUID_B, "rubbish");
    mock_sysfs_define(mock, "mtty", UUID_C, good);
    g_autoptr(VgpuDefinition) d =
        vgpu_definition_find(mock->root, "83B8F4F2-509F-382F-3C1E-E6BFE0FA1003", &error);
    assert_string_equal(d->parent, "mtty");
    assert_string_equal(d->vgpu, UUID_C);
    assert_null(vgpu_definition_find(mock->root, UUID_B, &error));
    assert_error(&error, VGPU_ERROR_INVALID, UUID_B);
    assert_null(vgpu_definition_find(mock->root, "83b8f4f2-0000-382f-3c1e-e6bfe0fa1003", &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "83b8f4f2-0000");
    mock_sysfs_define(mock, "mtty", UUID_A, good);
    assert_null(vgpu_definition_find(mock->root, UUID_A, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "mtty");
}

/* In our own folder the format has a version, in mdevctl's it can't have one. */
static void
test_version(void **state)
{
    static const char newer[] = "{\"version\": 2, \"mdev_type\": \"t-1\", \"start\": \"auto\"}";
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuDefinition) vf =
        vgpu_definition_new("0000:41:00.0", "0000:41:00.4", "nvidia-558");
    g_autoptr(VgpuDefinition) mdev = NULL;
    GError *error = NULL;

    assert_true(vgpu_definition_save(mock->root, vf, &error));
    g_autofree char *text = mock_sysfs_read(mock, "etc/openvgpu/vgpus.d/0000:41:00.0/0000:41:00.4");
    assert_non_null(strstr(text, "\"version\": 1,"));
    assert_null(vgpu_definition_parse("0000:41:00.0", "0000:41:00.4", newer, &error));
    assert_error(&error, VGPU_ERROR_VERSION,
                 "'0000:41:00.4' on parent '0000:41:00.0' is not usable: "
                 "it has version 2, this release knows 1");
    mdev = vgpu_definition_parse("0000:41:00.0", "b1a5c0de-0000-4000-8000-000000000001", newer,
                                 &error);
    assert_no_error(error);
    assert_string_equal(mdev->type, "t-1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_save_keeps_what_we_do_not_know),
        cmocka_unit_test(test_save_of_a_new_one),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_not_ascii),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_bad_file_hides_no_other),
        cmocka_unit_test(test_unreadable_folder_hides_no_other),
        cmocka_unit_test(test_unreadable_provider_hides_no_other),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
