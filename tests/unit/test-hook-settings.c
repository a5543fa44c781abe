/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hook-settings.c - the hook and openvgpu.conf: off, what is allowed, how long, how loud.
 */
#include "hook-run.h"
#include "unit.h"

#include "domain-text.h"
#include "record.h"

static void
configure(const Hook *hook, const char *text)
{
    mock_sysfs_write(hook->mock, "etc/openvgpu/openvgpu.conf", text);
}

/* What it made before still goes; what is asked for then is libvirt's to miss. */
static void
test_turned_off(void **state)
{
    Hook *hook = *state;
    g_autofree char *a = hook_one_vgpu("vgpu-16m");

    mock_sysfs_serve(hook->mock);
    hook_call(hook, "prepare", a);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    configure(hook, "[hook]\nenabled = no\n");
    hook_call(hook, "release", a);
    hook_expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    hook_call(hook, "prepare", a);
    hook_expect(hook, 0, NULL);
    hook_call(hook, "migrate", a);
    hook_expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_what_is_allowed(void **state)
{
    Hook *hook = *state;
    g_autofree char *small = hook_one_vgpu("vgpu-16m");
    g_autofree char *large = hook_one_vgpu("vgpu-64m");
    g_autofree char *attr = domain_text(DOMAIN_A,
                                        "<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'>"
                                        "<vgpu:attr name='vgpu/params' value='resolution=800x600'/>"
                                        "</vgpu:vgpu>",
                                        HOSTDEV(VGPU_1, "yes"));

    mock_sysfs_serve(hook->mock);
    configure(hook, "[allow]\ntypes = nvidia-*; vgpu-?6m\nattributes = nvidia/*\n");
    hook_call(hook, "prepare", large);
    hook_expect(hook, 1, "type 'vgpu-64m' is not among those that the administrator allows");
    hook_call(hook, "prepare", attr);
    hook_expect(hook, 1, "attribute 'vgpu/params' is not among those");
    hook_call(hook, "prepare", small);
    hook_expect(hook, 0, NULL);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_bad_configuration(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = hook_one_vgpu("vgpu-16m");
    g_autofree char *ordinary = domain_text(DOMAIN_A, NULL, "");

    mock_sysfs_serve(hook->mock);
    configure(hook, "[hook]\nenabled = perhaps\n");
    hook_call(hook, "prepare", ordinary);
    hook_expect(hook, 0, NULL);
    hook_call(hook, "prepare", vgpu);
    assert_int_equal(hook->status, 0);
    assert_non_null(strstr(hook->err, "openvgpu.conf' is not used, and the defaults hold: [hook] "
                                      "enabled is 'perhaps', not 'yes' or 'no'\n"));
    assert_ptr_equal(strchr(hook->err, '\n'), hook->err + strlen(hook->err) - 1);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_log_level(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = hook_one_vgpu("vgpu-16m");

    mock_sysfs_serve(hook->mock);
    configure(hook, "[hook]\nlog-level = info\n");
    hook_call(hook, "prepare", vgpu);
    hook_expect(hook, 0, "vGPU " VGPU_1 ": made, type 'vgpu-16m' on '" GPU_1 "'");
    hook_call(hook, "release", vgpu);
    hook_expect(hook, 0, "vGPU " VGPU_1 ": removed from '" GPU_1 "'");
}

/* Nobody answers the write: with no settings the call would wait for 8.5 s. */
static void
test_configured_deadline(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = hook_one_vgpu("vgpu-16m");
    gint64 start = g_get_monotonic_time();

    configure(hook, "[hook]\ndeadline = 1\n");
    hook_call(hook, "prepare", vgpu);
    assert_int_equal(hook->status, 1);
    assert_true(g_get_monotonic_time() - start < 8 * G_USEC_PER_SEC);
}

static void
test_size_instead_of_type(void **state)
{
    Hook *hook = *state;
    g_autofree char *size = domain_text(
        DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' framebuffer='20M'/>", HOSTDEV(VGPU_1, "yes"));
    g_autofree char *name =
        domain_text(DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' type-name='OpenVGPU 64m'/>",
                    HOSTDEV(VGPU_1, "yes"));
    g_autofree char *huge = domain_text(DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' framebuffer='1G'/>",
                                        HOSTDEV(VGPU_1, "yes"));
    g_autoptr(VgpuRecord) record = NULL;

    mock_sysfs_serve(hook->mock);
    hook_call(hook, "prepare", size);
    hook_expect(hook, 0, NULL);
    hook_call(hook, "prepare", size);
    hook_expect(hook, 0, NULL);
    record = vgpu_record_load(hook->mock->root, VGPU_1, NULL);
    assert_string_equal(record->type, "vgpu-32m");
    hook_call(hook, "release", size);
    hook_call(hook, "prepare", name);
    hook_expect(hook, 0, NULL);
    vgpu_record_free(record);
    record = vgpu_record_load(hook->mock->root, VGPU_1, NULL);
    assert_string_equal(record->type, "vgpu-64m");
    hook_call(hook, "release", name);
    hook_call(hook, "prepare", huge);
    hook_expect(hook, 1, "framebuffer '1024M': this host has no such type now; it has: vgpu-16m");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOOK_TEST(turned_off), HOOK_TEST(what_is_allowed),     HOOK_TEST(bad_configuration),
        HOOK_TEST(log_level),  HOOK_TEST(configured_deadline), HOOK_TEST(size_instead_of_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
