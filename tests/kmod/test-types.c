// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The software resource manager's table of types: its check, its texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "types.h"
#include "vgpu-rm.h"

static const struct soft_type good = {
    .id = 7,
    .profile = "8m",
    .framebuffer_mib = 8,
    .max_width = 1024,
    .max_height = 768,
    .heads = 1,
    .frame_rate = 60,
};

static void
assert_refused(struct soft_type type, const char *why)
{
    const char *wrong = soft_types_check(&type, 1);

    assert_non_null(wrong);
    assert_non_null(strstr(wrong, why));
}

static void
test_table_is_in_order(void **state)
{
    (void)state;
    assert_null(soft_types_check(soft_types, soft_type_count));
    assert_true(soft_type_count >= 3);
    assert_null(soft_types_check(&good, 1));
}

static void
test_find_by_number(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < soft_type_count; i++)
        assert_ptr_equal(soft_type_find(soft_types[i].id), &soft_types[i]);
    assert_null(soft_type_find(0));
    assert_null(soft_type_find(99));
    assert_null(soft_type_find(UINT32_MAX));
}

static void
test_bad_profiles_are_refused(void **state)
{
    static const char *const bad[] = {
        "", "16 m", "a/b", "a,b", "16m\n", "\xe4", "an-awfully-long-name-of-32-letters-", "a\"b",
    };
    struct soft_type type = good;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        type.profile = bad[i];
        assert_refused(type, "profile");
    }
}

static void
test_bad_numbers_are_refused(void **state)
{
    struct soft_type type;

    (void)state;
    type = good, type.id = 0;
    assert_refused(type, "number 0");
    type = good, type.framebuffer_mib = 0;
    assert_refused(type, "framebuffer");
    type = good, type.framebuffer_mib = 12;
    assert_refused(type, "BAR");
    type = good, type.framebuffer_mib = 2048;
    assert_refused(type, "BAR");
    type = good, type.heads = 2;
    assert_refused(type, "head");
    type = good, type.heads = 0;
    assert_refused(type, "head");
    type = good, type.frame_rate = 0;
    assert_refused(type, "frame rate");
}

static void
test_bad_screens_are_refused(void **state)
{
    struct soft_type type;

    (void)state;
    type = good, type.max_width = 56;
    assert_refused(type, "EDID");
    type = good, type.max_width = 1023;
    assert_refused(type, "EDID");
    type = good, type.max_width = 4096;
    assert_refused(type, "EDID");
    type = good, type.max_height = 63;
    assert_refused(type, "EDID");
    type = good, type.max_height = 4096;
    assert_refused(type, "EDID");
    type = good, type.max_width = 4088, type.max_height = 3000, type.framebuffer_mib = 1024;
    assert_refused(type, "fast");
    /* 4 MiB hold one screen of 1024x768 but not two */
    type = good, type.framebuffer_mib = 4;
    assert_refused(type, "twice");
}

static void
test_doubles_are_refused(void **state)
{
    struct soft_type pair[2] = {good, good};

    (void)state;
    assert_non_null(soft_types_check(pair, 2));
    pair[1].id = 8;
    assert_non_null(strstr(soft_types_check(pair, 2), "two types"));
    pair[1].profile = "9m";
    assert_null(soft_types_check(pair, 2));
    pair[1].id = 7;
    assert_non_null(strstr(soft_types_check(pair, 2), "two types"));
    assert_non_null(soft_types_check(pair, 0));
}

static void
test_contract_bounds_their_number(void **state)
{
    struct soft_type types[VGPU_MAX_TYPES + 1];
    char profiles[ARRAY_SIZE(types)][8];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        snprintf(profiles[i], sizeof profiles[i], "t%zu", i);
        types[i] = good;
        types[i].id = i + 1;
        types[i].profile = profiles[i];
    }
    assert_null(soft_types_check(types, VGPU_MAX_TYPES));
    assert_non_null(soft_types_check(types, VGPU_MAX_TYPES + 1));
}

static void
test_texts(void **state)
{
    char text[VGPU_TEXT_SIZE];

    (void)state;
    assert_int_equal(soft_type_name(soft_type_find(1), text, sizeof text), 0);
    assert_string_equal(text, "OpenVGPU 16M");
    assert_int_equal(soft_type_describe(soft_type_find(1), 16, text, sizeof text), 0);
    assert_string_equal(text, "num_heads=1, frl_config=60, framebuffer=16M, "
                              "max_resolution=1920x1080, max_instance=16");
    assert_int_equal(soft_type_describe(soft_type_find(3), 4, text, sizeof text), 0);
    assert_string_equal(text, "num_heads=1, frl_config=60, framebuffer=64M, "
                              "max_resolution=3840x2160, max_instance=4");
}

static void
test_texts_that_do_not_fit(void **state)
{
    char text[16];

    (void)state;
    assert_int_equal(soft_type_name(soft_type_find(1), text, 13), 0);
    assert_int_equal(soft_type_name(soft_type_find(1), text, 12), -ENOSPC);
    assert_int_equal(soft_type_describe(soft_type_find(1), 16, text, sizeof text), -ENOSPC);
}

/* Of a GPU with the usual framebuffer, as the table of vgpu-soft(7) has it. */
static void
page_row(char *row, size_t size, const struct soft_type *type)
{
    char name[VGPU_TEXT_SIZE];

    assert_int_equal(soft_type_name(type, name, sizeof name), 0);
    snprintf(row, size, "vgpu-%s\t%s\t%u MiB\t%ux%u\t%u\n", type->profile, name,
             type->framebuffer_mib, type->max_width, type->max_height, 256 / type->framebuffer_mib);
}

/* The table of the page is this one, in the same order, with nothing more. */
static void
test_page_has_them(void **state)
{
    const char *top = getenv("top_srcdir");
    char path[4096], line[256], row[512];
    unsigned int rows = 0;
    FILE *page;

    (void)state;
    snprintf(path, sizeof path, "%s/docs/vgpu-soft.7", top ? top : "../..");
    page = fopen(path, "r");
    assert_non_null(page);
    while (fgets(line, sizeof line, page)) {
        if (strncmp(line, "vgpu-", 5) != 0 || !strchr(line, '\t'))
            continue;
        assert_true(rows < soft_type_count);
        page_row(row, sizeof row, &soft_types[rows++]);
        assert_string_equal(line, row);
    }
    fclose(page);
    assert_int_equal(rows, soft_type_count);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_in_order),
        cmocka_unit_test(test_find_by_number),
        cmocka_unit_test(test_bad_profiles_are_refused),
        cmocka_unit_test(test_bad_numbers_are_refused),
        cmocka_unit_test(test_bad_screens_are_refused),
        cmocka_unit_test(test_doubles_are_refused),
        cmocka_unit_test(test_contract_bounds_their_number),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_texts_that_do_not_fit),
        cmocka_unit_test(test_page_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
