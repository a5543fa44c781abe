/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-error.c - codes and exit statuses.
 */
#include "unit.h"

#include <errno.h>

static void
test_errno_becomes_code(void **state)
{
    static const struct {
        int err;
        VgpuError code;
    } cases[] = {
        {ENOENT, VGPU_ERROR_NOT_FOUND}, {EEXIST, VGPU_ERROR_EXISTS}, {ENOSPC, VGPU_ERROR_FULL},
        {EUSERS, VGPU_ERROR_FULL},      {EBUSY, VGPU_ERROR_BUSY},    {EACCES, VGPU_ERROR_ACCESS},
        {EINVAL, VGPU_ERROR_INVALID},   {EIO, VGPU_ERROR_IO},        {ENOMEM, VGPU_ERROR_IO},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(vgpu_error_from_errno(cases[i].err), cases[i].code);
}

static void
test_message_names_object_and_reason(void **state)
{
    GError *error = NULL;
    vgpu_error_set_errno(&error, EACCES, "cannot open '%s'", "/x");
    assert_string_equal(error->message, "cannot open '/x': Permission denied");
    assert_error(&error, VGPU_ERROR_ACCESS, "/x");
    vgpu_error_set_errno(NULL, EACCES, "nobody asks");
}

static void
test_exit_status(void **state)
{
    g_autoptr(GError) usage = g_error_new(VGPU_ERROR, VGPU_ERROR_USAGE, "u");
    g_autoptr(GError) other = g_error_new(VGPU_ERROR, VGPU_ERROR_FULL, "f");
    assert_int_equal(vgpu_error_exit_status(NULL), 0);
    assert_int_equal(vgpu_error_exit_status(usage), 2);
    assert_int_equal(vgpu_error_exit_status(other), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errno_becomes_code),
        cmocka_unit_test(test_message_names_object_and_reason),
        cmocka_unit_test(test_exit_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
