/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-settings.c - what openvgpu.conf may say, and what comes of one that says something else.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "attr.h"
#include "settings.h"

static VgpuSettings *
parse(const char *text, GError **error)
{
    return vgpu_settings_parse(text, strlen(text), error);
}

static void
check_defaults(const VgpuSettings *settings)
{
    assert_true(settings->enabled);
    assert_int_equal(settings->deadline_ms, 10000);
    assert_int_equal(settings->log_level, VGPU_LOG_WARNING);
    assert_int_equal(settings->placement, VGPU_PLACEMENT_SPREAD);
    assert_null(settings->types);
    assert_null(settings->attributes);
}

static void
test_defaults(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuSettings) none = vgpu_settings_load(mock->root);
    g_autoptr(VgpuSettings) empty = parse("# nothing\n[hook]\n", NULL);

    check_defaults(none);
    check_defaults(empty);
}

static void
test_all(void **state)
{
    GError *error = NULL;
    g_autoptr(VgpuSettings) settings =
        parse("[hook]\nenabled = no \ndeadline=600\t\nlog-level=info\n"
              "[placement]\ndefault=numa\n"
              "[allow]\ntypes=a-*; b-1\nattributes=\n",
              &error);

    assert_no_error(error);
    assert_false(settings->enabled);
    assert_int_equal(settings->deadline_ms, 600000);
    assert_int_equal(settings->log_level, VGPU_LOG_INFO);
    assert_int_equal(settings->placement, VGPU_PLACEMENT_NUMA);
    assert_string_equal(settings->types[0], "a-*");
    assert_string_equal(settings->types[1], "b-1");
    assert_null(settings->types[2]);
    assert_non_null(settings->attributes);
}

static void
test_bad(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"hook", "hook"},
        {"[hook]\nenabled\n", "enabled"},
        {"[hook]\nenabled = maybe\n", "[hook] enabled is 'maybe', not 'yes' or 'no'"},
        {"[hook]\nenabled =\n", "[hook] enabled is ''"},
        {"[hook]\ndeadline = 0\n", "[hook] deadline is '0', not a number of seconds from 1 to 600"},
        {"[hook]\ndeadline = 601\n", "601"},
        {"[hook]\ndeadline = 5s\n", "5s"},
        {"[hook]\nlog-level = loud\n", "'warning' or 'info'"},
        {"[hook]\nenabld = yes\n", "[hook] enabld is not known"},
        {"[hok]\nenabled = yes\n", "[hok] enabled is not known"},
        {"[placement]\ndefault = random\n", "[placement] default is 'random', not 'spread'"},
        {"[allow]\ntypes = a\xff\n", "types"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GError *error = NULL;

        if (parse(rows[i].text, &error))
            fail_msg("'%s' was taken", rows[i].text);
        assert_error(&error, VGPU_ERROR_INVALID, rows[i].words);
    }
}

/* GLib would take the value to end there. */
static void
test_nul(void **state)
{
    static const char text[] = "[allow]\ntypes = vgpu-16m\0; *\n";
    GError *error = NULL;

    assert_null(vgpu_settings_parse(text, sizeof(text) - 1, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "holds a NUL");
}

/* With the file's name, for who looks for what is wrong. */
static void
test_read(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuSettings) absent = vgpu_settings_read(mock->root, NULL);
    GError *error = NULL;

    assert_true(absent->enabled);
    mock_sysfs_write(mock, "etc/openvgpu/openvgpu.conf", "[hook]\nenabled = no\n");
    g_autoptr(VgpuSettings) off = vgpu_settings_read(mock->root, NULL);
    assert_false(off->enabled);
    mock_sysfs_write(mock, "etc/openvgpu/openvgpu.conf", "[hook]\nenabled = maybe\n");
    assert_null(vgpu_settings_read(mock->root, &error));
    assert_error(&error, VGPU_ERROR_INVALID,
                 "/etc/openvgpu/openvgpu.conf' is not used, and the defaults hold: [hook] enabled");
}

static void
test_allow(void **state)
{
    g_autoptr(VgpuSettings) some =
        parse("[allow]\ntypes = nvidia-*; vgpu-16m\nattributes=v/?\n", NULL);
    g_autoptr(VgpuSettings) none = parse("[allow]\ntypes =\n", NULL);
    g_autoptr(VgpuSettings) all = parse("", NULL);
    g_autoptr(GPtrArray) no_attrs = vgpu_attr_list_new();
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    GError *error = NULL;

    vgpu_attr_list_add(attrs, "v/a", "1");
    assert_true(vgpu_settings_check_request(some, "nvidia-63", no_attrs, NULL));
    assert_true(vgpu_settings_check_request(some, "vgpu-16m", attrs, NULL));
    assert_true(vgpu_settings_check_request(all, "x", attrs, NULL));
    assert_false(vgpu_settings_check_request(none, "x", no_attrs, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "type 'x' is not among those");
    vgpu_attr_list_add(attrs, "v/ab", "1");
    assert_false(vgpu_settings_check_request(some, "vgpu-16m", attrs, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "attribute 'v/ab'");
    assert_false(vgpu_settings_check_request(some, "vgpu-16mm", no_attrs, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "openvgpu.conf(5)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_all),  cmocka_unit_test(test_bad),
        cmocka_unit_test(test_nul),      cmocka_unit_test(test_read), cmocka_unit_test(test_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
