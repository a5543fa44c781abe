/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-type-choice.c - which type is meant by an id, a name or a size.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "type-choice.h"

#define GPU "0000:3b:00.0"
#define TWO "0000:5e:00.0"

/* A GPU whose types have 1, 2, 2 and 4 GiB, and another with those of 2 GiB. */
static GPtrArray *
parents_of(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, GPU, "nvidia", 0);
    mock_sysfs_add_type(mock, GPU, "nvidia-1", 0, 1024);
    mock_sysfs_add_type(mock, GPU, "nvidia-2", 4, 2048);
    mock_sysfs_add_type(mock, GPU, "nvidia-3", 4, 2048);
    mock_sysfs_add_type(mock, GPU, "nvidia-4", 2, 4096);
    mock_sysfs_add_parent(mock, TWO, "nvidia", 0);
    mock_sysfs_add_type(mock, TWO, "nvidia-2", 4, 2048);
    return vgpu_parent_list(mock->root, NULL);
}

static void
test_id_and_name(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) parents = parents_of(mock);
    VgpuTypeWish by_id = {.id = "nvidia-3"}, by_name = {.name = "OpenVGPU 2"};
    VgpuTypeWish none = {.id = "OpenVGPU", .name = "OpenVGPU"};
    GError *error = NULL;

    assert_string_equal(vgpu_type_choose(parents, NULL, &by_id, &error), "nvidia-3");
    assert_string_equal(vgpu_type_choose(parents, NULL, &by_name, &error), "nvidia-2");
    assert_null(vgpu_type_choose(parents, TWO, &by_id, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND,
                 "parent '" TWO "' has no such type now; it has: nvidia-2");
    assert_null(vgpu_type_choose(parents, NULL, &none, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "type 'OpenVGPU': this host");
}

static void
test_name_that_several_have(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_sysfs_add_parent(mock, GPU, "a", 0);
    mock_sysfs_add_type(mock, GPU, "a-1", 1, 16);
    mock_sysfs_add_parent(mock, TWO, "b", 0);
    mock_sysfs_add_type(mock, TWO, "b-1", 1, 16);
    g_autoptr(GPtrArray) parents = vgpu_parent_list(mock->root, NULL);
    VgpuTypeWish wish = {.name = "OpenVGPU 1"};
    GError *error = NULL;

    assert_null(vgpu_type_choose(parents, NULL, &wish, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "'a-1' (OpenVGPU 1, 16M), 'b-1' (OpenVGPU 1, 16M)");
    assert_string_equal(vgpu_type_choose(parents, TWO, &wish, &error), "b-1");
}

/* The smallest that is large enough, free or not. */
static void
test_framebuffer(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GPtrArray) parents = parents_of(mock);
    VgpuTypeWish one = {.framebuffer_mib = 1}, two = {.framebuffer_mib = 1025};
    VgpuTypeWish four = {.framebuffer_mib = 4096}, more = {.framebuffer_mib = 4097};
    GError *error = NULL;

    assert_string_equal(vgpu_type_choose(parents, NULL, &one, &error), "nvidia-1");
    assert_string_equal(vgpu_type_choose(parents, NULL, &four, &error), "nvidia-4");
    assert_string_equal(vgpu_type_choose(parents, TWO, &two, &error), "nvidia-2");
    assert_null(vgpu_type_choose(parents, NULL, &two, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT,
                 "'nvidia-2' (OpenVGPU 2, 2048M), 'nvidia-3' (OpenVGPU 3, 2048M); ask for one");
    assert_null(vgpu_type_choose(parents, NULL, &more, &error));
    assert_error(&error, VGPU_ERROR_NOT_FOUND, "framebuffer '4097M'");
}

static void
test_parse_mib(void **state)
{
    static const char *const bad[] = {"",   "0",  "M",   "-1",   "1K",      "1MM", " 1",
                                      "1 ", "0M", "01M", "1.5G", "1000000", "+1"};
    guint mib;
    GError *error = NULL;

    assert_true(vgpu_type_parse_mib("2048M", &mib, &error) && mib == 2048);
    assert_true(vgpu_type_parse_mib("2G", &mib, &error) && mib == 2048);
    assert_true(vgpu_type_parse_mib("16", &mib, &error) && mib == 16);
    assert_true(vgpu_type_parse_mib("999999G", &mib, &error) && mib == 999999U * 1024);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(vgpu_type_parse_mib(bad[i], &mib, &error));
        assert_error(&error, VGPU_ERROR_INVALID, "with M or G after it");
    }
    assert_false(vgpu_type_parse_mib(NULL, &mib, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "size ''");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id_and_name),
        cmocka_unit_test(test_name_that_several_have),
        cmocka_unit_test(test_framebuffer),
        cmocka_unit_test(test_parse_mib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
