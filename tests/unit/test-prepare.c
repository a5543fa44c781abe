/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-prepare.c - lib/prepare.c, lib/wish.c and lib/owner.c: what a domain that starts
 * finds, and what is left behind when it can't start.
 */
#include "prepare-run.h"
#include "unit.h"

#include "domain-text.h"
#include "prepare.h"

static void
test_case_1_leaves_what_is_there(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-16m", VGPU_1);
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_2);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
            HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    check_record(*state, VGPU_1, NULL, 0);
    check_record(*state, VGPU_2, NULL, 0);
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
}

static void
test_case_1_checks_what_is_there(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_1);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "vGPU " VGPU_1 ": it is there with type 'vgpu-32m'");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "on parent '" GPU_2 "'");
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
    /* a definition that differs keeps no guest from starting, but is said */
    mock_sysfs_define(*state, GPU_1, VGPU_1, DEFINITION("auto", ""));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    assert_non_null(
        strstr(prepare_said(), "type 'vgpu-32m' on parent '" GPU_2 "', its definition says"));
}

static void
test_case_2_makes_it(void **state)
{
    g_autofree char *params = NULL;

    prepare(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "no"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600\n");
}

static void
test_case_2_places(void **state)
{
    prepare(*state, DOMAIN_A,
            REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'vgpu-16m'")
                REQUEST(VGPU_3, "'vgpu-16m' placement='compact'"),
            HOSTDEV(VGPU_1, "no") HOSTDEV(VGPU_2, "no") HOSTDEV(VGPU_3, "no"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_vgpu(*state, VGPU_2, GPU_2, "vgpu-16m");
    check_vgpu(*state, VGPU_3, GPU_1, "vgpu-16m");
}

static void
test_case_3_starts_a_definition(void **state)
{
    g_autofree char *params = NULL;

    mock_sysfs_define(*state, GPU_2, VGPU_1,
                      DEFINITION("manual", "{\"vgpu/params\": \"resolution=640x480\"}"));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=640x480\n");
}

static void
test_case_4_leaves_it_to_libvirt(void **state)
{
    mock_sysfs_define(*state, GPU_2, VGPU_2, DEFINITION("manual", ""));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "no"));
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
}

static void
test_what_has_no_hostdev_is_not_made(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), "");
    check_nothing(*state, VGPU_1);
}

static void
test_metadata_and_definition(void **state)
{
    g_autofree char *params = NULL;

    mock_sysfs_define(*state, GPU_2, VGPU_1,
                      DEFINITION("manual", "{\"vgpu/params\": \"resolution=640x480\"}"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "type 'vgpu-32m', mdevctl's definition");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "parent '" GPU_1 "'");
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "vgpu/params 'resolution=800x600'");
    check_nothing(*state, VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "no"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=640x480\n");
}

static void
test_broken_definition(void **state)
{
    mock_sysfs_define(*state, GPU_2, VGPU_1, "{");
    refuse(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_INVALID, VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
}

static void
test_what_can_not_be_had(void **state)
{
    mock_sysfs_add_parent(*state, "0002:00:00.0", "nvidia", -1);
    mock_sysfs_add_type(*state, "0002:00:00.0", "nvidia-222", 0, 16);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-1m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_FULL,
           "type 'vgpu-1m' can't be had (" GPU_1 ": has no such type; " GPU_2 ": has no such type");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'nvidia-222'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_FULL, "0002:00:00.0: no instance left");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m' parent='0009:00:00.0'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_NOT_FOUND, "parent '0009:00:00.0' is not there");
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=1x1"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_INVALID, "resolution '1x1'");
    check_nothing(*state, VGPU_1);
}

static void
test_no_gpu(void **state)
{
    g_autoptr(MockSysfs) empty = mock_sysfs_new();

    refuse(empty, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_NOT_FOUND, "no GPU that can make vGPUs");
    check_nothing(empty, VGPU_1);
}

/* Whatever fails at the second vGPU, the first one goes too. */
static void
test_rolls_back(void **state)
{
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'none'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL, "vGPU " VGPU_2);
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
    mock_sysfs_fail(*state, "vgpu/params", EIO);
    refuse(*state, DOMAIN_A,
           REQUEST(VGPU_1, "'vgpu-16m'") REQUEST_ATTR(VGPU_2, "resolution=800x600"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_IO, "vgpu/params");
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
}

/* What an earlier call made for the same domain is not this call's to undo. */
static void
test_roll_back_keeps_what_was_adopted(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'none'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL, VGPU_2);
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_own_and_ready_is_adopted(void **state)
{
    g_autofree char *mark = NULL;

    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    /* a new one would not have it */
    mock_sysfs_write(*state, "sys/bus/mdev/devices/" VGPU_1 "/mark", "mark");
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    mark = mock_sysfs_get_attr(*state, VGPU_1, "mark");
    assert_string_equal(mark, "mark");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_own_with_another_attribute_is_made_again(void **state)
{
    g_autofree char *params = NULL;

    prepare(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"));
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "\n");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* As a hook leaves it that was killed between create and attributes. */
static void
test_own_and_not_ready_is_made_again(void **state)
{
    static const VgpuRecordState states[] = {VGPU_RECORD_INTENDED, VGPU_RECORD_CREATED,
                                             VGPU_RECORD_LATE, VGPU_RECORD_RELEASED};

    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *params = NULL;

        if (!mock_sysfs_has_mdev(*state, VGPU_1))
            mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
        mock_sysfs_write(*state, "sys/bus/mdev/devices/" VGPU_1 "/vgpu/params", "mark");
        put_record(*state, VGPU_1, DOMAIN_A, states[i]);
        prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
        params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
        assert_string_equal(params, "\n");
        check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    }
}

static void
test_own_of_another_type_is_made_again(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m' parent='" GPU_2 "'"),
            HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
}

static void
test_own_that_is_gone_is_made_again(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_another_domains_is_an_error(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    refuse(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "belongs to domain \"vma\" (" DOMAIN_A ")");
    refuse(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "\"vma\"");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_another_domains_stale_record(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    prepare(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
}

/* Made by hand since, under the same uuid: not ours to remove. */
static void
test_record_of_something_else(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_CREATED);
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, NULL, 0);
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
}

/* Hot-detached from A and attached to B before A's release; A is gone, B stops and starts. */
static void
test_released_is_taken_over(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    mock_sysfs_hold(*state, VGPU_1, 77);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY,
           "in use by process 77");
    mock_sysfs_let_go(*state, 77);
    prepare(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    prepare(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
}

/* A process that is none of this domain's has it open: whoever's it is, it can't be had. */
static void
test_open_elsewhere(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    mock_sysfs_hold(*state, VGPU_1, 77);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY,
           "in use by process 77");
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    refuse(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY, "process 77");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
}

static void
test_sweeps_what_is_no_longer_named(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    prepare(*state, DOMAIN_B, REQUEST(VGPU_2, "'vgpu-16m'"), HOSTDEV(VGPU_2, "yes"));
    prepare(*state, DOMAIN_A, REQUEST(VGPU_3, "'vgpu-16m'"), HOSTDEV(VGPU_3, "yes"));
    check_nothing(*state, VGPU_1);
    check_record(*state, VGPU_2, DOMAIN_B, VGPU_RECORD_READY);
    check_record(*state, VGPU_3, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_newer_record_is_left_alone(void **state)
{
    g_autofree char *after = NULL;

    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_write(*state, "run/openvgpu/vgpus/" VGPU_1 ".json", "{\"version\": 2}");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_VERSION, "has version 2");
    after = mock_sysfs_read(*state, "run/openvgpu/vgpus/" VGPU_1 ".json");
    assert_string_equal(after, "{\"version\": 2}");
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_kept_one_gets_its_attributes(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *params = NULL;

    prepare(mock, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=640x480"), HOSTDEV(VGPU_1, "yes"));
    prepare(mock, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"));
    params = mock_sysfs_get_attr(mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600\n");
}

/* A guest whose vGPU others manage starts whatever state ours are in. */
static void
test_others_start_with_broken_run(void **state)
{
    mock_sysfs_write(*state, "run/openvgpu", "a file");
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_3, "'vgpu-16m'"), HOSTDEV(VGPU_3, "yes"),
           VGPU_ERROR_ACCESS, "run/openvgpu");
    assert_false(mock_sysfs_has_mdev(*state, VGPU_3));
}

static void
test_session(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(VgpuDomain) domain =
        domain_new(DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_autoptr(VgpuDomain) other = domain_new(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    GError *error = NULL;

    assert_true(vgpu_prepare_session(mock->root, other, NULL));
    assert_false(vgpu_prepare_session(mock->root, domain, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "qemu:///session");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_true(vgpu_prepare_session(mock->root, domain, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARE_TEST(case_1_leaves_what_is_there),
        PREPARE_TEST(case_1_checks_what_is_there),
        PREPARE_TEST(case_2_makes_it),
        PREPARE_TEST(case_2_places),
        PREPARE_TEST(case_3_starts_a_definition),
        PREPARE_TEST(case_4_leaves_it_to_libvirt),
        PREPARE_TEST(what_has_no_hostdev_is_not_made),
        PREPARE_TEST(metadata_and_definition),
        PREPARE_TEST(broken_definition),
        PREPARE_TEST(what_can_not_be_had),
        cmocka_unit_test(test_no_gpu),
        PREPARE_TEST(rolls_back),
        PREPARE_TEST(roll_back_keeps_what_was_adopted),
        PREPARE_TEST(own_and_ready_is_adopted),
        PREPARE_TEST(own_with_another_attribute_is_made_again),
        PREPARE_TEST(own_and_not_ready_is_made_again),
        PREPARE_TEST(own_of_another_type_is_made_again),
        PREPARE_TEST(own_that_is_gone_is_made_again),
        PREPARE_TEST(another_domains_is_an_error),
        PREPARE_TEST(another_domains_stale_record),
        PREPARE_TEST(record_of_something_else),
        PREPARE_TEST(released_is_taken_over),
        PREPARE_TEST(open_elsewhere),
        PREPARE_TEST(sweeps_what_is_no_longer_named),
        PREPARE_TEST(newer_record_is_left_alone),
        PREPARE_TEST(kept_one_gets_its_attributes),
        PREPARE_TEST(others_start_with_broken_run),
        PREPARE_TEST(session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
