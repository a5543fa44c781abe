/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hook-input.c - what the hook makes of XML that is bad, large or missing, and of a host that
 * has not what is asked for.
 */
#include "hook-run.h"
#include "unit.h"

#include "domain-text.h"
#include "record.h"

#define LARGE (50 * 1000 * 1000)

/* That there is no file in @folder, not even a temporary one. */
static void
check_no_file(const Hook *hook, const char *folder)
{
    g_autofree char *path = g_build_filename(hook->mock->path, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = dir ? g_dir_read_name(dir) : NULL;

    if (name)
        fail_msg("'%s' is left in '%s'", name, folder);
}

static void
check_bad(Hook *hook, const char *xml, const char *words)
{
    hook_call(hook, "prepare", xml);
    hook_expect(hook, 1, words);
    assert_non_null(strstr(hook->err, "(" DOMAIN_A ")"));
    check_no_file(hook, "run/openvgpu/vgpus");
    hook_call(hook, "release", xml);
    assert_int_equal(hook->status, 0);
}

static void
check_bad_and_not_made(Hook *hook, const char *xml, const char *words)
{
    check_bad(hook, xml, words);
    check_no_file(hook, "sys/bus/mdev/devices");
}

static void
test_bad_input(void **state)
{
    Hook *hook = *state;
    g_autofree char *unknown = hook_one_vgpu("vgpu-1t");
    g_autofree char *invalid = hook_one_vgpu("../create");
    g_autofree char *newer = domain_text(
        DOMAIN_A,
        "</vgpu:vgpus><a:b xmlns:a='urn:x'/><vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:2'>",
        HOSTDEV(VGPU_1, "yes"));
    g_autofree char *twice = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                         HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_1, "yes"));
    g_autofree char *good = hook_one_vgpu("vgpu-16m");
    g_autofree char *cut = g_strndup(good, strlen(good) - 3);
    g_autofree char *entity =
        g_strconcat("<!DOCTYPE domain [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", good, NULL);

    mock_sysfs_serve(hook->mock);
    check_bad_and_not_made(hook, unknown, "vGPU " VGPU_1 ": type 'vgpu-1t' can't be had");
    check_bad_and_not_made(hook, invalid, "metadata is not valid");
    check_bad_and_not_made(hook, newer, "metadata");
    check_bad_and_not_made(hook, twice, "named twice");
    check_bad_and_not_made(hook, cut, "nothing was done; look at it with 'virsh dumpxml'");
    check_bad_and_not_made(hook, entity, "document type");
    assert_null(strstr(hook->err, "root:"));
}

static char *
with_attr(const char *name, const char *value)
{
    g_autofree char *request = g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'>"
                                               "<vgpu:attr name='%s' value='%s'/></vgpu:vgpu>",
                                               name, value);

    return domain_text(DOMAIN_A, request, HOSTDEV(VGPU_1, "yes"));
}

static void
test_bad_attributes(void **state)
{
    static const struct {
        const char *name, *value, *words;
    } bad[] = {
        {"vgpu/frob", "1", "there is no attribute 'vgpu/frob'; there are: vgpu/params"},
        {"vgpu/params", "resolution=1x1", "resolution '1x1' is not possible"},
        {"vgpu/params", "frob=1", "'frob=1' is not a parameter"},
        {"vgpu/params", "a&#10;b", "no control characters"},
        {"remove", "1", "'remove' is not the name of an attribute"},
        {"mdev_type/create", VGPU_2, "'mdev_type/create' is not the name"},
        {"iommu_group/type", "DMA", "'iommu_group/type' is not the name"},
        {"driver/unbind", VGPU_1, "'driver/unbind' is not the name"},
        {"vgpu/../remove", "1", "'vgpu/../remove' is not the name"},
        {"/etc/passwd", "1", "'/etc/passwd' is not the name"},
    };
    Hook *hook = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *xml = with_attr(bad[i].name, bad[i].value);

        check_bad_and_not_made(hook, xml, bad[i].words);
    }
}

static void
test_bad_host(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = hook_one_vgpu("vgpu-16m");

    mock_sysfs_write(
        hook->mock,
        "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/available_instances", "0\n");
    check_bad_and_not_made(
        hook, xml, "vGPU " VGPU_1 ": type 'vgpu-16m' can't be had (" GPU_1 ": no instance left)");
    mock_sysfs_free(hook->mock);
    hook->mock = mock_sysfs_new();
    check_bad_and_not_made(hook, xml, "vGPU " VGPU_1 ": type 'vgpu-16m': ");
}

static void
test_contradictions(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = hook_one_vgpu("vgpu-16m");

    mock_sysfs_define(hook->mock, GPU_1, VGPU_1,
                      "{\"mdev_type\": \"vgpu-32m\", \"start\": \"manual\"}");
    check_bad_and_not_made(hook, xml, "the metadata says type 'vgpu-16m', mdevctl's definition");
    mock_sysfs_define(hook->mock, GPU_1, VGPU_1,
                      "{\"mdev_type\": \"vgpu-16m\", \"start\": \"manual\"}");
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-32m", VGPU_1);
    check_bad(hook, xml, "it is there with type 'vgpu-32m'");
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

/* Neither metadata nor mdevctl knows it: libvirt's own words are clear enough. */
static void
test_unknown_uuid_is_libvirts(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));

    hook_call(hook, "prepare", xml);
    hook_expect(hook, 0, NULL);
    assert_false(hook_touched(hook));
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static char *
large_text(const char *xml)
{
    char *text = g_malloc(LARGE + 1);

    memset(text, ' ', LARGE);
    memcpy(text + LARGE - strlen(xml), xml, strlen(xml) + 1);
    return text;
}

static void
test_large(void **state)
{
    Hook *hook = *state;
    g_autofree char *asks = hook_one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    g_autofree char *plain = domain_text(DOMAIN_A, NULL, "");
    g_autofree char *large_asks = large_text(asks);
    g_autofree char *large_mdev = large_text(mdev);
    g_autofree char *large_plain = large_text(plain);

    hook_call_with(hook, "prepare", large_asks, LARGE, NULL);
    hook_expect(hook, 1, "larger than 16 MiB");
    assert_non_null(strstr(hook->err, "look with 'virsh edit' for what makes it so large"));
    hook_call_with(hook, "prepare", large_mdev, LARGE, NULL);
    hook_expect(hook, 0, "larger than 16 MiB");
    hook_call_with(hook, "prepare", large_plain, LARGE, NULL);
    hook_expect(hook, 0, NULL);
    hook_call_with(hook, "release", large_plain, LARGE, NULL);
    hook_expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_empty(void **state)
{
    Hook *hook = *state;

    hook_call(hook, "prepare", "");
    hook_expect(hook, 0, "no XML");
    hook_call(hook, "release", "");
    assert_int_equal(hook->status, 0);
    assert_false(hook_touched(hook));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOOK_TEST(bad_input),      HOOK_TEST(bad_attributes),           HOOK_TEST(bad_host),
        HOOK_TEST(contradictions), HOOK_TEST(unknown_uuid_is_libvirts), HOOK_TEST(large),
        HOOK_TEST(empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
