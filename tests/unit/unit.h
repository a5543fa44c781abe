/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unit.h - what each unit test includes first: cmocka in its required order, and helpers for
 * GError.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "error.h"

#define UUID_A "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
#define UUID_B "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002"
#define UUID_C "83b8f4f2-509f-382f-3c1e-e6bfe0fa1003"

/* That @error is of our domain and @code, and says @text; frees it. */
static inline void
assert_error(GError **error, VgpuError code, const char *text)
{
    assert_non_null(*error);
    if (!g_error_matches(*error, VGPU_ERROR, (int)code))
        fail_msg("error %d, not %d: %s", (*error)->code, (int)code, (*error)->message);
    if (!strstr((*error)->message, text))
        fail_msg("'%s' does not say '%s'", (*error)->message, text);
    if (strchr((*error)->message, '\n'))
        fail_msg("'%s' is more than one line", (*error)->message);
    g_clear_error(error);
}

/* That nothing went wrong. */
static inline void
assert_no_error(const GError *error)
{
    if (error)
        fail_msg("%s", error->message);
}

#endif
