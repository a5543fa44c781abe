/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-log.c - one line a message, with nothing in it that a terminal would obey.
 */
#include "unit.h"

#include "log.h"

static void
take_line(const VgpuLogEntry *entry, gpointer user_data)
{
    g_ptr_array_add(user_data, g_strdup(entry->line));
}

static void
test_lines_are_safe(void **state)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *lengthy = g_strnfill(5000, 'x');
    vgpu_log_set_sink(take_line, lines);
    vgpu_log("domain '%s'", "a\nb\033[2J\377 \303\244");
    vgpu_log("%s", lengthy);
    vgpu_log_set_sink(NULL, NULL);
    assert_string_equal(lines->pdata[0], "domain 'a?b?[2J\357\277\275 \303\244'");
    assert_in_range(strlen(lines->pdata[1]), 1000, 1024);
}

static void
take_vgpu(const VgpuLogEntry *entry, gpointer user_data)
{
    const VgpuLogVgpu *vgpu = entry->vgpu;
    g_ptr_array_add(user_data, vgpu ? g_strdup_printf("%s %s %s", vgpu->id,
                                                      vgpu->parent ? vgpu->parent : "-", vgpu->type)
                                    : g_strdup("none"));
}

/* A line is about the vGPU that it names, else about the one that is blamed. */
static void
test_what_lines_are_about(void **state)
{
    static const VgpuLogVgpu own = {"a", "b", "c"};
    g_autoptr(GPtrArray) about = g_ptr_array_new_with_free_func(g_free);
    vgpu_log_set_sink(take_vgpu, about);
    vgpu_log("x");
    vgpu_log_blame("id", "type");
    vgpu_log("x");
    vgpu_log_about(VGPU_LOG_INFO, &own, "x");
    vgpu_log_blame(NULL, NULL);
    vgpu_log("x");
    vgpu_log_set_sink(NULL, NULL);
    assert_string_equal(about->pdata[0], "none");
    assert_string_equal(about->pdata[1], "id - type");
    assert_string_equal(about->pdata[2], "a b c");
    assert_string_equal(about->pdata[3], "none");
}

static void
test_error_is_one_line(void **state)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = g_error_new(VGPU_ERROR, VGPU_ERROR_FULL, "100%% of\n'%s'", "x");
    vgpu_log_set_sink(take_line, lines);
    vgpu_log_error(error);
    vgpu_log_set_sink(NULL, NULL);
    assert_int_equal(lines->len, 1);
    assert_string_equal(lines->pdata[0], "100% of?'x'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_safe),
        cmocka_unit_test(test_what_lines_are_about),
        cmocka_unit_test(test_error_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
