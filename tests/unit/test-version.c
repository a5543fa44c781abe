/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-version.c - versions found in what programs print, and compared.
 */
#include "unit.h"

#include "version.h"

static void
test_parse(void **state)
{
    static const struct {
        const char *text;
        const char *version; /* NULL for none */
    } rows[] = {
        {"libvirtd (libvirt) 11.3.0\n", "11.3.0"},
        {"/usr/sbin/virtqemud (libvirt) 9.0.0", "9.0.0"},
        {"QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright 2003-2025", "10.0.2"},
        {"QEMU emulator version 8.2.91 (v9.0.0-rc1)", "8.2.91"},
        {"mdevctl 1.4.0", "1.4.0"},
        {"mdevctl 0.81", "0.81.0"},
        {"1.2", "1.2.0"},
        {"1.2.", "1.2.0"},
        {"1.2.x", "1.2.0"},
        {"x86 64 libvirt7.1 7 .5 6.5.0", "6.5.0"},
        {"20240102030405.1 3.4", "3.4.0"},
        {"no number", NULL},
        {"7", NULL},
        {"", NULL},
        {NULL, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        VgpuVersion version = {{0}};
        gboolean found = vgpu_version_parse(rows[i].text, &version);
        g_autofree char *text = vgpu_version_to_string(&version);
        if (found != (rows[i].version != NULL) || (found && strcmp(text, rows[i].version) != 0))
            fail_msg("'%s' is taken for %s", rows[i].text, found ? text : "none");
    }
}

static void
test_order(void **state)
{
    VgpuVersion version = {{9, 7, 0}};

    assert_true(vgpu_version_is_before(&version, 9, 8));
    assert_true(vgpu_version_is_before(&version, 10, 0));
    assert_false(vgpu_version_is_before(&version, 9, 7));
    assert_false(vgpu_version_is_before(&version, 9, 0));
    assert_false(vgpu_version_is_before(&version, 8, 9));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
