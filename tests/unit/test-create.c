/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-create.c - which virtual function a new vGPU gets, where others are to have some too.
 */
#include "mock-vf.h"
#include "unit.h"

#include "attr.h"
#include "create.h"

/* That the function @expected is chosen, and promises it to somebody; NULL if none is left. */
static void
assert_chosen(MockSysfs *mock, GHashTable *taken, const char *expected)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuCreateOrder order = {.wish = {.id = "nvidia-557"}, .attrs = attrs, .taken = taken};
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDefinition) definition = vgpu_create_choose(mock->root, &order, &error);

    if (!expected) {
        assert_null(definition);
        assert_error(&error, VGPU_ERROR_FULL, "has no virtual function left for type 'nvidia-557'");
        return;
    }
    assert_no_error(error);
    assert_string_equal(definition->vgpu, expected);
    g_hash_table_add(taken, g_strdup(expected));
}

static void
test_taken(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    mock_vf_add(mock, 2);
    assert_chosen(mock, taken, MOCK_VF_1);
    assert_chosen(mock, taken, MOCK_VF_2);
    assert_chosen(mock, taken, NULL);
}

/* What is promised counts for spreading; and where all of one GPU is, the next is tried. */
static void
test_taken_of_two_gpus(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    mock_vf_add(mock, 4);
    mock_vf_add_second(mock);
    assert_chosen(mock, taken, MOCK_VF_1);
    assert_chosen(mock, taken, MOCK_VF_OF_2);
    assert_chosen(mock, taken, MOCK_VF_2);
    assert_chosen(mock, taken, "0000:41:00.6");
    g_hash_table_add(taken, g_strdup(UUID_A)); /* an mdev's id is nobody's function */
    assert_chosen(mock, taken, "0000:41:00.7");
    assert_chosen(mock, taken, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_taken_of_two_gpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
