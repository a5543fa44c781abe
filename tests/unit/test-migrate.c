/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-migrate.c - lib/migrate.c: when a domain that comes in gets new uuids, and that
 * nothing changes otherwise.
 */
#include "unit.h"

#include "domain-text.h"
#include "migrate.h"
#include "mock-log.h"
#include "mock-sysfs.h"
#include "record.h"

static char *
text_of_a(gboolean metadata)
{
    return domain_text(
        DOMAIN_A, metadata ? REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'vgpu-16m'") : NULL,
        HOSTDEV(VGPU_1, "no") HOSTDEV(VGPU_2, "no") "    <graphics type='vnc' passwd='s3cret'/>\n");
}

/* Returns what the filter puts in place of @text, NULL for nothing. */
static char *
filter(MockSysfs *mock, const char *text)
{
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(text, strlen(text), NULL);
    g_autoptr(GError) error = NULL;
    char *result = NULL;
    gsize length = 0;

    assert_true(
        vgpu_migrate_filter(mock->root, domain, text, strlen(text), &result, &length, &error));
    assert_null(strstr(logged->str, "s3cret"));
    if (result)
        assert_int_equal(length, strlen(result));
    return result;
}

static void
put_record(MockSysfs *mock, const char *domain, VgpuRecordState state)
{
    VgpuRecord record = {state,          VGPU_RECORD_METADATA, (char *)domain,    (char *)"vm",
                         (char *)VGPU_1, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

static void
expect_nothing(MockSysfs *mock, gboolean metadata)
{
    g_autofree char *text = text_of_a(metadata);

    assert_null(filter(mock, text));
}

/* That VGPU_1 alone gets a new uuid, in both places, and every other byte stays. */
static void
expect_fresh(MockSysfs *mock, const char *why)
{
    g_autofree char *text = text_of_a(TRUE);
    g_autofree char *result = filter(mock, text);
    g_auto(GStrv) parts = g_strsplit(text, VGPU_1, -1);
    g_autofree char *fresh = NULL;
    g_autofree char *expected = NULL;

    assert_non_null(result);
    fresh = g_strndup(result + strlen(parts[0]), strlen(VGPU_1));
    assert_true(vgpu_uuid_check(fresh, NULL));
    assert_string_not_equal(fresh, VGPU_1);
    expected = g_strjoinv(fresh, parts);
    assert_string_equal(result, expected);
    assert_int_equal(g_strv_length(parts), 3);
    assert_non_null(strstr(logged->str, why));
}

static void
test_nothing_there(void **state)
{
    expect_nothing(*state, TRUE);
    assert_int_equal(logged->len, 0);
}

static void
test_same_type_and_free(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    expect_nothing(*state, TRUE);
}

static void
test_its_own(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-32m", VGPU_1);
    put_record(*state, DOMAIN_A, VGPU_RECORD_READY);
    expect_nothing(*state, TRUE);
}

static void
test_released_and_free(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    put_record(*state, DOMAIN_B, VGPU_RECORD_RELEASED);
    expect_nothing(*state, TRUE);
}

static void
test_owned_by_another(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    put_record(*state, DOMAIN_B, VGPU_RECORD_READY);
    expect_fresh(*state, "another domain owns it");
}

static void
test_in_use(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_hold(*state, VGPU_1, 42);
    expect_fresh(*state, "it is in use");
}

static void
test_of_another_type(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-32m", VGPU_1);
    expect_fresh(*state, "it has another type");
}

/* Without metadata nothing could make a vGPU under a new uuid. */
static void
test_without_metadata(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-32m", VGPU_1);
    mock_sysfs_hold(*state, VGPU_1, 42);
    put_record(*state, DOMAIN_B, VGPU_RECORD_READY);
    expect_nothing(*state, FALSE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, mock_log_setup, mock_log_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_there),     TEST(same_type_and_free), TEST(its_own),
        TEST(released_and_free), TEST(owned_by_another),   TEST(in_use),
        TEST(of_another_type),   TEST(without_metadata),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
