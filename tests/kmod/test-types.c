// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The types of a GPU: those built in, others as an administrator writes them, texts.
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

#include "personality.h"
#include "type-text.h"
#include "types.h"
#include "vgpu-rm.h"

#define GPU_MIB 256
#define NATIVE  (&soft_personalities[0])

static const struct soft_type good = {
    .id = 70,
    .framebuffer_mib = 8,
    .profile = "8m",
    .name = "Eight",
    .max_width = 1024,
    .max_height = 768,
    .heads = 1,
    .frame_rate = 60,
};

static void
assert_refused(const struct soft_type *type, const char *why)
{
    struct soft_types types, before;
    const char *wrong;

    memset(&types, 0, sizeof types);
    soft_types_init(&types, NATIVE, GPU_MIB);
    before = types;
    wrong = soft_types_add(&types, type, GPU_MIB);
    assert_non_null(wrong);
    if (!strstr(wrong, why))
        fail_msg("\"%s\" and not \"%s\"", wrong, why);
    assert_memory_equal(&types, &before, sizeof types);
}

/* Each type built in is one that an administrator could have written. */
static void
test_built_in(void **state)
{
    static const struct {
        unsigned int mib, count;
    } gpus[] = {{16, 1}, {32, 2}, {64, 3}, {256, 3}, {1023, 3}, {1024, 5}, {4096, 7}, {1 << 20, 7}};
    struct soft_types types, again;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(gpus); i++) {
        soft_types_init(&types, NATIVE, gpus[i].mib);
        assert_int_equal(types.count, gpus[i].count);
        again.count = 0;
        for (unsigned int t = 0; t < types.count; t++) {
            assert_null(soft_types_add(&again, &types.type[t], gpus[i].mib));
            assert_ptr_equal(soft_types_find(&types, types.type[t].id), &types.type[t]);
        }
    }
    assert_null(soft_types_find(&types, 0));
    assert_null(soft_types_find(&types, 99));
    assert_null(soft_types_find(&types, UINT32_MAX));
}

static void
test_bad_profiles_are_refused(void **state)
{
    static const char *const bad[] = {"", "16 m", "a/b", "a,b", "16m\n", "\xe4", "a\"b"};
    struct soft_type type = good;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        strscpy(type.profile, bad[i], sizeof type.profile);
        assert_refused(&type, "a type's name");
    }
}

static void
test_bad_numbers_are_refused(void **state)
{
    struct soft_type type;

    (void)state;
    type = good, type.framebuffer_mib = 0;
    assert_refused(&type, "framebuffer is 1M to 65536M");
    type = good, type.framebuffer_mib = 131072;
    assert_refused(&type, "framebuffer is 1M to 65536M");
    type = good, type.framebuffer_mib = 512;
    assert_refused(&type, "more than the GPU has");
    type = good, type.heads = 5;
    assert_refused(&type, "num_heads");
    type = good, type.heads = 0;
    assert_refused(&type, "num_heads");
    type = good, type.frame_rate = 0;
    assert_refused(&type, "frl_config");
}

static void
test_bad_screens_are_refused(void **state)
{
    struct soft_type type;

    (void)state;
    type = good, type.max_width = 56;
    assert_refused(&type, "64x64 to 8192x8192");
    type = good, type.max_width = 1023;
    assert_refused(&type, "multiple of 8");
    type = good, type.max_width = 8200;
    assert_refused(&type, "64x64 to 8192x8192");
    type = good, type.max_height = 63;
    assert_refused(&type, "64x64 to 8192x8192");
    type = good, type.max_height = 8193;
    assert_refused(&type, "64x64 to 8192x8192");
    /* 4 MiB hold one screen of 1024x768 but not two */
    type = good, type.framebuffer_mib = 4;
    assert_refused(&type, "twice");
}

/* Of an odd framebuffer guests see a power of two. */
static void
test_odd_framebuffers(void **state)
{
    struct soft_text_error error;
    struct soft_type type;

    (void)state;
    type = good, type.framebuffer_mib = 12;
    assert_int_equal(soft_type_vram(&type), 8 << 20);
    type.max_width = 1280, type.max_height = 1024;
    assert_refused(&type, "twice");
    assert_int_equal(soft_type_parse(&type, "odd: framebuffer=48M, num_heads=4", &error), 0);
    assert_int_equal(soft_type_vram(&type), 32 << 20);
    assert_int_equal(type.max_width, 2560);
    type.framebuffer_mib = 3 << 10;
    assert_int_equal(soft_type_vram(&type), 256 << 20);
}

static void
test_doubles_are_refused(void **state)
{
    struct soft_type type;

    (void)state;
    type = good, strscpy(type.profile, "16m", sizeof type.profile);
    assert_refused(&type, "of this name");
    type = good, type.id = 2;
    assert_refused(&type, "of this id");
}

static void
test_add_and_remove(void **state)
{
    struct soft_types types;
    struct soft_type type = good;

    (void)state;
    soft_types_init(&types, NATIVE, GPU_MIB);
    assert_null(soft_types_add(&types, &good, GPU_MIB));
    type.id = 0;
    strscpy(type.profile, "other", sizeof type.profile);
    assert_null(soft_types_add(&types, &type, GPU_MIB));
    assert_int_equal(types.count, 5);
    assert_int_equal(types.type[3].id, 70);
    /* the first number that is free */
    assert_int_equal(types.type[4].id, 4);
    assert_false(soft_types_remove(&types, "none"));
    assert_true(soft_types_remove(&types, "16m"));
    assert_false(soft_types_remove(&types, "16m"));
    assert_int_equal(types.count, 4);
    assert_null(soft_types_find(&types, 1));
    assert_string_equal(soft_types_find(&types, 70)->name, "Eight");
    assert_null(soft_types_add(&types, &(struct soft_type){0, 1, "least", "", 64, 64, 1, 1, 0}, 1));
    assert_int_equal(soft_types_find(&types, 1)->framebuffer_mib, 1);
}

static void
test_contract_bounds_their_number(void **state)
{
    struct soft_types types = {0};
    struct soft_type type = good;

    (void)state;
    for (unsigned int i = 0; i < VGPU_MAX_TYPES; i++) {
        snprintf(type.profile, sizeof type.profile, "t%u", i);
        type.id = i + 1;
        assert_null(soft_types_add(&types, &type, GPU_MIB));
    }
    type.id = 100;
    strscpy(type.profile, "one-more", sizeof type.profile);
    assert_non_null(soft_types_add(&types, &type, GPU_MIB));
    assert_int_equal(types.count, VGPU_MAX_TYPES);
}

static void
test_texts(void **state)
{
    struct soft_types types;
    const struct soft_type *type;
    char text[VGPU_TEXT_SIZE];

    (void)state;
    soft_types_init(&types, NATIVE, 4096);
    type = soft_types_find(&types, 1);
    assert_int_equal(soft_type_name(type, text, sizeof text), 0);
    assert_string_equal(text, "OpenVGPU 16M");
    assert_true(NATIVE->describe(text, sizeof text, type, 16) < (int)sizeof text);
    assert_string_equal(text, "num_heads=1, frl_config=60, framebuffer=16M, "
                              "max_resolution=1920x1080, max_instance=16");
    assert_int_equal(soft_type_name(type, text, 13), 0);
    assert_int_equal(soft_type_name(type, text, 12), -ENOSPC);
}

/* What a type says of itself can be written again. */
static void
test_parse_what_is_described(void **state)
{
    struct soft_types types;
    struct soft_text_error error;
    struct soft_type parsed;
    char text[VGPU_TEXT_SIZE + 64], description[VGPU_TEXT_SIZE];

    (void)state;
    soft_types_init(&types, NATIVE, 4096);
    for (unsigned int i = 0; i < types.count; i++) {
        const struct soft_type *type = &types.type[i];

        assert_true(NATIVE->describe(description, sizeof description, type, 7) < VGPU_TEXT_SIZE);
        snprintf(text, sizeof text, "%s: %s, name=%s, id=%u", type->profile, description,
                 type->name, type->id);
        assert_int_equal(soft_type_parse(&parsed, text, &error), 0);
        assert_int_equal(parsed.max_instance, 7);
        parsed.max_instance = 0;
        assert_memory_equal(&parsed, type, sizeof parsed);
    }
}

static void
test_parse_defaults(void **state)
{
    static const struct {
        const char *text;
        unsigned int width, height;
    } cases[] = {
        {"a:framebuffer=1024M", 7680, 4320}, {"a: framebuffer=256M", 7680, 4320},
        {"a:framebuffer=128M", 3840, 2160},  {"a: framebuffer=64M", 3840, 2160},
        {"a: framebuffer=32M", 2560, 1600},  {"a: framebuffer=16M", 1920, 1080},
        {"a: framebuffer=8M", 1280, 800},    {"a: framebuffer=4M", 800, 600},
        {"a: framebuffer=2M", 640, 400},     {"a: framebuffer=1M", 400, 300},
    };
    struct soft_types types = {0};
    struct soft_text_error error;
    struct soft_type type;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(soft_type_parse(&type, cases[i].text, &error), 0);
        assert_int_equal(type.max_width, cases[i].width);
        assert_int_equal(type.max_height, cases[i].height);
        assert_string_equal(type.name, "OpenVGPU a");
        types.count = 0;
        assert_null(soft_types_add(&types, &type, 1024));
    }
    assert_int_equal(
        soft_type_parse(&type, "a: framebuffer=8M, model=bochs, frl_config=30", &error), 0);
    assert_int_equal(type.frame_rate, 30);
    assert_int_equal(type.id, 0);
}

static void
test_parse_refuses(void **state)
{
    static const struct {
        const char *text, *where, *why;
    } cases[] = {
        {"", "", "NAME: key=value"},
        {"a framebuffer=8M", "a framebuffer=8M", "NAME: key=value"},
        {": framebuffer=8M", "", "1 to 31"},
        {"01234567890123456789012345678901: framebuffer=8M", "01234567890123456789012345678901",
         "1 to 31"},
        {"a:", "a:", "framebuffer is not given"},
        {"a: name=x", "a: name=x", "framebuffer is not given"},
        {"a: framebuffer=0M", "a: framebuffer=0M", "framebuffer is not given, or 0"},
        {"a: framebuffer=8", "framebuffer", "MiB with M"},
        {"a: framebuffer=8G", "framebuffer", "MiB with M"},
        {"a: framebuffer=8MB", "framebuffer", "MiB with M"},
        {"a: framebuffer=65537M", "framebuffer", "65536M at most"},
        {"a: framebuffer=4294967304M", "framebuffer", "MiB with M"},
        {"a: framebuffer=8M, framebuffer=8M", "framebuffer", "twice"},
        {"a: framebuffer=8M,", "", "key=value"},
        {"a: framebuffer=8M, colour=red", "colour", "not known"},
        {"a: framebuffer=8M, max_resolution=1024", "max_resolution", "WIDTHxHEIGHT"},
        {"a: framebuffer=8M, max_resolution=65537x64", "max_resolution", "WIDTHxHEIGHT"},
        {"a: framebuffer=8M, num_heads=256", "num_heads", "too large"},
        {"a: framebuffer=8M, frl_config=60Hz", "frl_config", "not a number"},
        {"a: framebuffer=8M, max_instance=-1", "max_instance", "not a number"},
        {"a: framebuffer=8M, id=0", "id", "no number"},
        {"a: framebuffer=8M, id=4294967296", "id", "too large"},
        {"a: framebuffer=8M, max_resolution=0x480", "max_resolution", "WIDTHxHEIGHT"},
        {"a: framebuffer=8M, name=one\ntwo", "name", "control"},
        {"a: framebuffer=8M, name=", "name", "1 to 63"},
        {"a: framebuffer=8M, "
         "name=0123456789012345678901234567890123456789012345678901234567890123",
         "name", "1 to 63"},
        {"a: framebuffer=8M, model=virtio", "model", "bochs"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *copy = strdup(cases[i].text); /* exact, so that a read past it is seen */
        struct soft_text_error error;
        struct soft_type type;

        assert_non_null(copy);
        assert_int_equal(soft_type_parse(&type, copy, &error), -EINVAL);
        if (!strstr(error.why, cases[i].why))
            fail_msg("'%s': %s", cases[i].text, error.why);
        assert_int_equal(error.where.length, strlen(cases[i].where));
        assert_memory_equal(error.where.start, cases[i].where, error.where.length);
        free(copy);
    }
}

/* A GPU of the usual size has all types of its make, each possible, under names that differ. */
static void
test_personalities(void **state)
{
    struct soft_types types, again;
    char text[VGPU_TEXT_SIZE];

    (void)state;
    for (unsigned int i = 1; i < SOFT_PERSONALITY_COUNT; i++) {
        const struct soft_personality *make = &soft_personalities[i];

        assert_ptr_equal(soft_personality_of_driver(make->driver), make);
        soft_types_init(&types, make, make->framebuffer_mib);
        assert_int_equal(types.count, make->type_count);
        again.count = 0;
        for (unsigned int t = 0; t < types.count; t++) {
            assert_null(soft_types_add(&again, &types.type[t], make->framebuffer_mib));
            assert_true(make->describe(text, sizeof text, &types.type[t], 1) < VGPU_TEXT_SIZE);
        }
    }
    assert_ptr_equal(soft_personality_of_driver("vgpu"), NATIVE);
    assert_ptr_equal(soft_personality_of_driver("other"), NATIVE);
}

/* As i915 itself says it (drivers/gpu/drm/i915/gvt/vgpu.c). */
static void
test_gvt_describes_as_i915(void **state)
{
    static const char *const expected[] = {
        "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2",
        "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4",
        "low_gm_size: 256MB\nhigh_gm_size: 1024MB\nfence: 4\nresolution: 1920x1200\nweight: 8",
        "low_gm_size: 512MB\nhigh_gm_size: 2048MB\nfence: 4\nresolution: 1920x1200\nweight: 16",
    };
    const struct soft_personality *gvt = soft_personality_of_driver("i915");
    struct soft_types types;
    char text[VGPU_TEXT_SIZE];

    (void)state;
    soft_types_init(&types, gvt, gvt->framebuffer_mib);
    for (unsigned int t = 0; t < types.count; t++) {
        gvt->describe(text, sizeof text, &types.type[t], 1);
        assert_string_equal(text, expected[t]);
    }
}

/* Of a GPU that has them all, as the table of vgpu-soft(7) has it. */
static void
page_row(char *row, size_t size, const struct soft_type *type)
{
    char on[16] = "\\(en"; /* a dash: not on one of 256 MiB */
    struct soft_types usual;

    soft_types_init(&usual, NATIVE, GPU_MIB);
    if (soft_types_find(&usual, type->id))
        snprintf(on, sizeof on, "%u", GPU_MIB / type->framebuffer_mib);
    snprintf(row, size, "vgpu-%s\t%s\t%u MiB\t%ux%u\t%s\t%u\n", type->profile, type->name,
             type->framebuffer_mib, type->max_width, type->max_height, on,
             4096 / type->framebuffer_mib);
}

/* The table of the page is this one, in the same order, with nothing more. */
static void
test_page_has_them(void **state)
{
    const char *top = getenv("top_srcdir");
    char path[4096], line[256], row[512];
    unsigned int rows = 0;
    struct soft_types types;
    FILE *page;

    (void)state;
    soft_types_init(&types, NATIVE, 4096);
    snprintf(path, sizeof path, "%s/docs/vgpu-soft.7", top ? top : "../..");
    page = fopen(path, "r");
    assert_non_null(page);
    while (fgets(line, sizeof line, page)) {
        if (strncmp(line, "vgpu-", 5) != 0 || !strchr(line, '\t'))
            continue;
        assert_true(rows < types.count);
        page_row(row, sizeof row, &types.type[rows++]);
        assert_string_equal(line, row);
    }
    fclose(page);
    assert_int_equal(rows, types.count);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_bad_profiles_are_refused),
        cmocka_unit_test(test_bad_numbers_are_refused),
        cmocka_unit_test(test_bad_screens_are_refused),
        cmocka_unit_test(test_odd_framebuffers),
        cmocka_unit_test(test_doubles_are_refused),
        cmocka_unit_test(test_add_and_remove),
        cmocka_unit_test(test_contract_bounds_their_number),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_parse_what_is_described),
        cmocka_unit_test(test_parse_defaults),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_personalities),
        cmocka_unit_test(test_gvt_describes_as_i915),
        cmocka_unit_test(test_page_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
