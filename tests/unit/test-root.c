/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-root.c - nothing leaves the root; names and uuids from outside.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_paths_hang_off_root(void **state)
{
    g_autoptr(VgpuRoot) real = vgpu_root_new("/");
    g_autoptr(VgpuRoot) mock = vgpu_root_new("/tmp/tree//");
    g_autofree char *a = vgpu_root_dir(real, VGPU_DIR_PARENTS);
    g_autofree char *b = vgpu_root_dir(mock, VGPU_DIR_STATE);
    g_autofree char *c = vgpu_root_path(mock, VGPU_DIR_MDEVS, NULL, UUID_A, "remove", NULL);

    assert_string_equal(a, "/sys/class/mdev_bus");
    assert_string_equal(b, "/tmp/tree/run/openvgpu");
    assert_string_equal(c, "/tmp/tree/sys/bus/mdev/devices/" UUID_A "/remove");
    assert_false(vgpu_root_is_mock(real));
    assert_true(vgpu_root_is_mock(mock));
}

static void
test_root_from_environment(void **state)
{
    setenv("OPENVGPU_ROOT", "/tmp/other", 1);
    g_autoptr(VgpuRoot) root = vgpu_root_new(NULL);
    unsetenv("OPENVGPU_ROOT");
    g_autoptr(VgpuRoot) real = vgpu_root_new(NULL);
    g_autofree char *a = vgpu_root_dir(root, VGPU_DIR_PROC);
    g_autofree char *b = vgpu_root_dir(real, VGPU_DIR_PROC);
    assert_string_equal(a, "/tmp/other/proc");
    assert_string_equal(b, "/proc");
}

static void
test_bad_components_are_refused(void **state)
{
    static const char *const bad[] = {"",     ".",   "..",   ".hidden", "a/b",
                                      "/etc", "a b", "a\nb", "\303\244"};
    g_autoptr(VgpuRoot) root = vgpu_root_new("/");
    g_autofree char *lengthy = g_strnfill(VGPU_NAME_MAX + 1, 'x');
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_null(vgpu_root_path(root, VGPU_DIR_DEFINITIONS, &error, "ok", bad[i], NULL));
        assert_error(&error, VGPU_ERROR_INVALID, "path component");
    }
    assert_false(vgpu_name_check(lengthy, "parent", &error));
    assert_error(&error, VGPU_ERROR_INVALID, "parent");
    assert_false(vgpu_name_check(NULL, "type", &error));
    assert_error(&error, VGPU_ERROR_INVALID, "type");
    lengthy[VGPU_NAME_MAX] = '\0';
    assert_true(vgpu_name_check(lengthy, "parent", NULL));
    assert_true(vgpu_name_check("0001:00:00.0", "parent", NULL));
}

static void
test_uuids(void **state)
{
    static const char *const bad[] = {"",
                                      "83b8f4f2",
                                      "83b8f4f2-509f-382f-3c1e-e6bfe0fa100",
                                      UUID_A "0",
                                      "83b8f4f2_509f-382f-3c1e-e6bfe0fa1001",
                                      "../../../../../../etc/passwd00000000",
                                      "83b8f4f2-509f-382f-3c1e-e6bfe0fa100g"};
    GError *error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(vgpu_uuid_check(bad[i], &error));
        assert_error(&error, VGPU_ERROR_INVALID, "uuid");
    }
    assert_false(vgpu_uuid_check(NULL, NULL));
    g_autofree char *lower = vgpu_uuid_canonical("83B8F4F2-509F-382f-3c1e-E6BFE0FA1001", NULL);
    assert_string_equal(lower, UUID_A);
}

static void
test_state_folder(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = vgpu_root_dir(mock->root, VGPU_DIR_STATE);
    GError *error = NULL;
    struct stat st;

    mode_t mask = umask(077);
    assert_true(vgpu_root_make_state_dir(mock->root, &error));
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_true(vgpu_root_make_state_dir(mock->root, &error));

    assert_int_equal(chmod(path, 0777), 0);
    assert_false(vgpu_root_make_state_dir(mock->root, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "run 'chmod 755' on it");

    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("/tmp", path), 0);
    assert_false(vgpu_root_make_state_dir(mock->root, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "is not a folder; remove it");
}

/* Only root can make one that is another's. */
static void
test_state_folder_of_others(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *path = vgpu_root_dir(mock->root, VGPU_DIR_STATE);
    GError *error = NULL;

    assert_true(vgpu_root_make_state_dir(mock->root, NULL));
    if (chown(path, 1, 1) < 0)
        return; /* skip() would not free what is ours */
    assert_false(vgpu_root_make_state_dir(mock->root, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "does not belong to root; run 'chown root' on it");
}

static void
test_fixed_places(void **state)
{
    g_autoptr(VgpuRoot) host = vgpu_root_new("/");
    g_autoptr(VgpuRoot) tree = vgpu_root_new("/tmp/tree/");
    g_autofree char *here = vgpu_root_at(host, "/etc/os-release");
    g_autofree char *there = vgpu_root_at(tree, "/etc/os-release");

    assert_string_equal(here, "/etc/os-release");
    assert_string_equal(there, "/tmp/tree/etc/os-release");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_hang_off_root),
        cmocka_unit_test(test_root_from_environment),
        cmocka_unit_test(test_bad_components_are_refused),
        cmocka_unit_test(test_uuids),
        cmocka_unit_test(test_state_folder),
        cmocka_unit_test(test_state_folder_of_others),
        cmocka_unit_test(test_fixed_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
