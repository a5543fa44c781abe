// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an administrator writes of a GPU that is to come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/numa.h>
#include <linux/string.h>

#include "gpu.h"
#include "spec.h"

/* Returns what is wrong with @text, and @word of it. */
static const char *
parse(struct simpci_spec *spec, const char *text, char word[64])
{
    char *copy = strdup(text);
    const char *wrong, *why;

    assert_non_null(copy);
    why = simpci_spec_parse(spec, copy, &wrong);
    if (why)
        strscpy(word, wrong, 64);
    free(copy);
    return why;
}

static void
test_nothing_said(void **state)
{
    static const char *const texts[] = {"", "\n", " \t \n"};
    struct simpci_spec spec;
    char word[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        memset(&spec, 0xa5, sizeof spec);
        assert_null(parse(&spec, texts[i], word));
        assert_int_equal(spec.domain, 0);
        assert_int_equal(spec.node, NUMA_NO_NODE);
        assert_int_equal(spec.framebuffer_mib, 0);
        assert_int_equal(spec.vendor, SIMPCI_GPU_VENDOR);
        assert_int_equal(spec.device, SIMPCI_GPU_DEVICE);
        assert_string_equal(spec.name, "");
        assert_string_equal(spec.driver, "");
    }
}

static void
test_all_said(void **state)
{
    struct simpci_spec spec;
    char word[64];

    (void)state;
    assert_null(parse(&spec,
                      "domain=1f numa_node=3  framebuffer=16G\tvendor=0x10de device=2230 "
                      "vfs=64 name=Test-GPU(4) driver=vgpu-sample\n",
                      word));
    assert_int_equal(spec.domain, 0x1f);
    assert_int_equal(spec.node, 3);
    assert_int_equal(spec.framebuffer_mib, 16384);
    assert_int_equal(spec.vendor, 0x10de);
    assert_int_equal(spec.device, 0x2230);
    assert_int_equal(spec.vfs, 64);
    assert_string_equal(spec.name, "Test-GPU(4)");
    assert_string_equal(spec.driver, "vgpu-sample");
}

static void
test_edges(void **state)
{
    struct simpci_spec spec;
    char word[64];

    (void)state;
    assert_null(parse(&spec, "domain=ffff numa_node=-1 framebuffer=1M vendor=1 device=fffe", word));
    assert_int_equal(spec.domain, 0xffff);
    assert_int_equal(spec.node, NUMA_NO_NODE);
    assert_int_equal(spec.framebuffer_mib, 1);
    assert_null(parse(&spec, "framebuffer=1048576M driver=0123456789012345678901234567890", word));
    assert_int_equal(spec.framebuffer_mib, 1048576);
    assert_int_equal(strlen(spec.driver), 31);
}

/* Nobody's driver but ours finds a GPU that looks like another's. */
static void
test_other_ids_are_kept_for_our_driver(void **state)
{
    struct simpci_spec spec;
    char word[64];

    (void)state;
    assert_null(parse(&spec, "vendor=10de", word));
    assert_string_equal(spec.driver, "vgpu");
    assert_null(parse(&spec, "device=1", word));
    assert_string_equal(spec.driver, "vgpu");
    assert_null(parse(&spec, "vendor=1234 device=7670", word));
    assert_string_equal(spec.driver, "");
    assert_null(parse(&spec, "vendor=8086 driver=vgpu-test", word));
    assert_string_equal(spec.driver, "vgpu-test");
}

static void
test_refused(void **state)
{
    static const struct {
        const char *text, *word, *why;
    } cases[] = {
        {"framebuffer", "framebuffer", "not of the form key=value"},
        {"framebufer=1M", "framebufer=1M", "not known"},
        {"=1M", "=1M", "not known"},
        {"numa_node=0 numa_node=0", "numa_node=0", "given twice"},
        {"domain=0", "domain=0", "not 0"},
        {"domain=10000", "domain=10000", "up to four"},
        {"domain=", "domain=", "up to four"},
        {"domain=-1", "domain=-1", "up to four"},
        {"numa_node=-2", "numa_node=-2", "or -1 for none"},
        {"numa_node=x", "numa_node=x", "a number"},
        {"framebuffer=0", "framebuffer=0", "video memory"},
        {"framebuffer=1", "framebuffer=1", "video memory"},
        {"framebuffer=1K", "framebuffer=1K", "video memory"},
        {"framebuffer=1Mx", "framebuffer=1Mx", "video memory"},
        {"framebuffer=-1M", "framebuffer=-1M", "video memory"},
        {"framebuffer=1048577M", "framebuffer=1048577M", "video memory"},
        {"framebuffer=17592186044432M", "framebuffer=17592186044432M", "video memory"},
        {"framebuffer=M", "framebuffer=M", "video memory"},
        {"vendor=0", "vendor=0", "neither 0 nor ffff"},
        {"vendor=ffff", "vendor=ffff", "neither 0 nor ffff"},
        {"device=nvidia", "device=nvidia", "four hexadecimal"},
        {"vfs=65", "vfs=65", "0 to 64"},
        {"vfs=-1", "vfs=-1", "0 to 64"},
        {"name=", "name=", "1 to 31"},
        {"name=0123456789012345678901234567890x", "name=0123456789012345678901234567890x",
         "1 to 31"},
        {"name=g\303\244st", "name=g\303\244st", "ASCII"},
        {"driver=", "driver=", "1 to 31"},
        {"driver=01234567890123456789012345678901", "driver=01234567890123456789012345678901",
         "1 to 31"},
        {"domain=1 vendor=x device=y", "vendor=x", "four hexadecimal"},
    };
    struct simpci_spec spec;
    char word[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *why = parse(&spec, cases[i].text, word);

        if (!why || !strstr(why, cases[i].why) || strcmp(word, cases[i].word) != 0)
            fail_msg("'%s': '%s': %s", cases[i].text, why ? word : "", why ? why : "taken");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_said),
        cmocka_unit_test(test_all_said),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_other_ids_are_kept_for_our_driver),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
