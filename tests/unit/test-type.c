/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-type.c - types as vendors describe them.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "type.h"

#define FOLDER "sys/class/mdev_bus/p/mdev_supported_types/"

static VgpuType *
load(MockSysfs *mock, const char *id, const char *description, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/" FOLDER "%s", mock->path, id);
    g_autofree char *file = g_strdup_printf(FOLDER "%s/description", id);
    mock_sysfs_add_type(mock, "p", id, 3, 16);
    if (description)
        mock_sysfs_write(mock, file, description);
    return vgpu_type_load(path, error);
}

static void
test_members(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(VgpuType) type = load(mock, "vgpu-16m", NULL, NULL);
    assert_string_equal(type->id, "vgpu-16m");
    assert_string_equal(type->name, "OpenVGPU 16m");
    assert_string_equal(type->device_api, "vfio-pci");
    assert_int_equal(type->available_instances, 3);
    assert_int_equal(type->framebuffer_mib, 16);
    assert_int_equal(type->max_instances, 3);
    assert_int_equal(type->max_width, 1920);
    assert_int_equal(type->max_height, 1080);
    g_autofree char *frl = vgpu_type_get_key(type, "frl_config");
    assert_string_equal(frl, "60");
    assert_null(vgpu_type_get_key(type, "frl"));
}

static void
test_descriptions_of_all_kinds(void **state)
{
    static const struct {
        const char *description;
        guint framebuffer, width;
    } cases[] = {
        {"framebuffer=2G", 2048, 0},
        {"framebuffer=1024M,max_resolution=4096x2160", 1024, 4096},
        {" framebuffer = 512 ", 512, 0},
        {"framebuffer=-1M", 0, 0},
        {"framebuffer=99999999999999999999M", 0, 0},
        {"framebuffer=1T, max_resolution=1x", 0, 0},
        {"max_resolution=10x10x10", 0, 0},
        {"max_resolution=-1x-1", 0, 0},
        {"max_resolution=64x0", 0, 0},
        {"max_resolution=99999999999x1", 0, 0},
        {"low_gm_size: 128MB", 128, 0},
        {"low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4\n",
         640, 1920},
        {"framebuffer=4GB", 4096, 0},
        {"low_gm_size=4194303G,high_gm_size=4194303G", 0, 0},
        {"framebuffer=4MBB", 0, 0},
        {"", 0, 0},
        {"=,=,,", 0, 0},
    };
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = g_strdup_printf("t-%zu", i);
        g_autoptr(VgpuType) type = load(mock, id, cases[i].description, NULL);
        assert_int_equal(type->framebuffer_mib, cases[i].framebuffer);
        assert_int_equal(type->max_width, cases[i].width);
    }
}

static void
test_name_and_description_are_optional(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = g_build_filename(mock->path, FOLDER "bare", NULL);
    GError *error = NULL;
    mock_sysfs_write(mock, FOLDER "bare/device_api", "vfio-ap\n");
    assert_null(vgpu_type_load(path, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "'bare'");
    mock_sysfs_write(mock, FOLDER "bare/available_instances", "1\n");
    g_autoptr(VgpuType) type = vgpu_type_load(path, &error);
    assert_no_error(error);
    assert_null(type->name);
    assert_null(vgpu_type_get_key(type, "framebuffer"));
    mock_sysfs_write(mock, FOLDER "bare/available_instances", "many\n");
    assert_null(vgpu_type_load(path, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "'bare'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_descriptions_of_all_kinds),
        cmocka_unit_test(test_name_and_description_are_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
