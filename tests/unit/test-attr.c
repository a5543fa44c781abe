/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-attr.c - lists whose order counts, and which names and values may be set.
 */
#include "unit.h"

#include "attr-json.h"
#include "attr.h"

static const VgpuType small = {
    .id = (char *)"vgpu-16m", .framebuffer_mib = 16, .max_width = 1920, .max_height = 1080};

static void
test_lists(void **state)
{
    g_autoptr(GPtrArray) a = vgpu_attr_list_new();
    vgpu_attr_list_add(a, "x/one", "1");
    vgpu_attr_list_add(a, "x/two", "2");
    vgpu_attr_list_add(a, "x/one", "3");
    assert_string_equal(vgpu_attr_list_find(a, "x/one"), "3");
    assert_string_equal(vgpu_attr_list_find(a, "x/two"), "2");
    assert_null(vgpu_attr_list_find(a, "x"));
}

static void
test_names(void **state)
{
    static const char *const good[] = {"vgpu/params", "nvidia/vgpu_params", "assign_adapter",
                                       "intel_vgpu/hw_id", "a/remove"};
    static const char *const bad[] = {"",
                                      "/etc/passwd",
                                      "../x",
                                      "vgpu/../remove",
                                      "vgpu//params",
                                      "vgpu/",
                                      "remove",
                                      "driver/unbind",
                                      "power/control",
                                      "mdev_type/create",
                                      "iommu_group/type",
                                      "vfio-dev/x",
                                      "subsystem/x",
                                      "uevent",
                                      "driver_override",
                                      ".x",
                                      "a b",
                                      "a\nb",
                                      "a/."};
    GError *error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        assert_true(vgpu_attr_check_name(good[i], &error));
        assert_no_error(error);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(vgpu_attr_check_name(bad[i], &error));
        assert_error(&error, VGPU_ERROR_INVALID, "attribute");
    }
    assert_false(vgpu_attr_check_name(NULL, NULL));
}

/* Of a monitor of 1024x768. */
#define EDID                                                                                       \
    "00ffffffffffff003ec7707600000000ff240104a01b147806ee91a3544c9926"                             \
    "0f505421080001010101010101010101010101010101ec1500a0400016303020"                             \
    "34000ecb1000001a000000fc004f70656e564750550a20202020000000100000"                             \
    "0000000000000000000000000000001000000000000000000000000000000011"

static void
test_values_of_ours(void **state)
{
    static const struct {
        const char *name, *value, *reason;
    } cases[] = {
        {"vgpu/params", "resolution=64x64", NULL},
        {"vgpu/params", "resolution=1920x1080", NULL},
        {"vgpu/params", "resolution=1928x1080", "1920x1080"},
        {"vgpu/params", "resolution=1920x1081", "1920x1080"},
        {"vgpu/params", "resolution=56x64", "64x64"},
        {"vgpu/params", "resolution=1001x700", "8 divides"},
        {"vgpu/params", "resolution=1024", "WIDTHxHEIGHT"},
        {"vgpu/params", "resolution=1024x768x2", "WIDTHxHEIGHT"},
        {"vgpu/params", "resolution=-8x64", "WIDTHxHEIGHT"},
        {"vgpu/params", "resolution=+64x64", "WIDTHxHEIGHT"},
        {"vgpu/params", "resolution=4294967360x64", "WIDTHxHEIGHT"},
        {"vgpu/params", "resolution=64x64,resolution=64x64", "twice"},
        {"vgpu/params", "resolution=64x64,", "not a parameter"},
        {"vgpu/params", "resolutio=64x64", "not a parameter"},
        {"vgpu/params", "resolution", "not a parameter"},
        {"vgpu/params", "", "leave the attribute out"},
        {"vgpu/params", "resolution=64x64, vgpu-placement-id=32,disable_vnc=1", NULL},
        {"vgpu/params", "frame_rate_limiter=0,enable_uvm=1,enable_debugging=0,enable_profiling=1",
         NULL},
        {"vgpu/params", "vgpu-placement-id=8", "framebuffer in MiB, here of 16"},
        {"vgpu/params", "vgpu-placement-id=-16", "vgpu-placement-id '-16' is not possible"},
        {"vgpu/params", "vgpu-placement-id=4294967296", "not possible"},
        {"vgpu/params", "disable_vnc=yes", "parameter 'disable_vnc': 'yes' is neither 0 nor 1"},
        {"vgpu/params", "edid=" EDID, NULL},
        {"vgpu/params", "disable_vnc=0,edid=" EDID, NULL},
        {"vgpu/params", "edid=" EDID ",resolution=64x64", "don't go together"},
        {"vgpu/params", "edid=" EDID "00", "edid '00ffffffffffff"},
        {"vgpu/params", "edid=" EDID EDID, "not possible"},
        {"vgpu/params", "edid=" EDID EDID EDID, "not possible"},
        {"vgpu/params", "edid=00ffffffffffff00", "not possible"},
        {"vgpu/params", "edid=", "not possible"},
        {"vgpu/params", "edid=0", "not possible"},
        {"vgpu/params", "resolution=64x64\n", "control"},
        {"vgpu/vm_name", "a guest", NULL},
        {"vgpu/vm_name", "g\303\244st", "ASCII"},
        {"vgpu/params", "display=dmabuf", NULL},
        {"vgpu/params", "display=region,resolution=64x64", NULL},
        {"vgpu/params", "display=both", "parameter 'display': 'both' is neither region nor dmabuf"},
        {"vgpu/none", "x", "vgpu/params, vgpu/vm_name"},
        {"remove", "1", "not the name of an attribute"},
    };
    GError *error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean ok = vgpu_attr_check("vgpu", &small, cases[i].name, cases[i].value, &error);
        if (ok != (cases[i].reason == NULL))
            fail_msg("%s=%s", cases[i].name, cases[i].value);
        if (!ok)
            assert_error(&error, error->code, cases[i].reason);
    }
}

static void
test_lengths(void **state)
{
    g_autofree char *name = g_strnfill(64, 'x');
    g_autofree char *value = g_strnfill(VGPU_ATTR_VALUE_MAX + 1, 'x');
    GError *error = NULL;
    assert_false(vgpu_attr_check("vgpu", NULL, "vgpu/vm_name", name, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "63");
    assert_true(vgpu_attr_check("vgpu", NULL, "vgpu/vm_name", name + 1, &error));
    assert_false(vgpu_attr_check("nvidia", NULL, "nvidia/vgpu_params", value, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "4095");
    assert_true(vgpu_attr_check("nvidia", NULL, "nvidia/vgpu_params", value + 1, &error));
    assert_false(vgpu_attr_check("nvidia", NULL, "nvidia/vgpu_params", "\377", NULL));
    assert_false(vgpu_attr_check("nvidia", NULL, "nvidia/vgpu_params", NULL, NULL));
}

static void
test_other_drivers_have_no_table(void **state)
{
    guint count;
    assert_null(vgpu_attr_specs("nvidia", &count));
    assert_int_equal(count, 0);
    assert_null(vgpu_attr_specs(NULL, &count));
    assert_true(vgpu_attr_check(NULL, NULL, "any/thing", "goes", NULL));
    const VgpuAttrSpec *specs = vgpu_attr_specs("vgpu", &count);
    assert_int_equal(count, 2);
    assert_string_equal(specs[0].name, "vgpu/params");
}

static void
test_list_check_names_the_first_bad_one(void **state)
{
    g_autoptr(GPtrArray) list = vgpu_attr_list_new();
    GError *error = NULL;
    vgpu_attr_list_add(list, "vgpu/vm_name", "ok");
    assert_true(vgpu_attr_check_list("vgpu", &small, list, &error));
    vgpu_attr_list_add(list, "vgpu/params", "resolution=1x1");
    assert_false(vgpu_attr_check_list("vgpu", &small, list, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "attribute 'vgpu/params'");
}

static void
test_json(void **state)
{
    static const char *const bad[] = {"{}",
                                      "[1]",
                                      "[{}]",
                                      "[{\"a\":1}]",
                                      "[{\"a\":\"b\",\"c\":\"d\"}]",
                                      "[{\"a\":null}]",
                                      "[{\"a\":\"b\\u0000c\"}]"};
    g_autoptr(GPtrArray) list = vgpu_attr_list_new();
    g_autoptr(GPtrArray) back = vgpu_attr_list_new();
    GError *error = NULL;
    vgpu_attr_list_add(list, "vgpu/params", "a=\"b\"");
    vgpu_attr_list_add(list, "x", "\303\244");
    json_object *json = vgpu_attr_list_to_json(list);
    assert_true(vgpu_attr_list_from_json(json, back, &error));
    json_object_put(json);
    json = vgpu_attr_list_to_json(back);
    assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
                        "[{\"vgpu\\/params\":\"a=\\\"b\\\"\"},{\"x\":\"\303\244\"}]");
    json_object_put(json);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        json = json_tokener_parse(bad[i]);
        assert_false(vgpu_attr_list_from_json(json, back, &error));
        assert_error(&error, VGPU_ERROR_INVALID, "attrs");
        json_object_put(json);
    }
    assert_true(vgpu_attr_list_from_json(NULL, back, &error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_values_of_ours),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_other_drivers_have_no_table),
        cmocka_unit_test(test_list_check_names_the_first_bad_one),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
