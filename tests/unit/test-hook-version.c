/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hook-version.c - the hook asked for its release, and for that of the library it would load.
 */
#include "config.h"
#include "hook-run.h"
#include "unit.h"

#include <sys/wait.h>

static void
ask(Hook *hook, const char *argument, const char *more)
{
    g_auto(GStrv) env = hook_environment(hook, more);
    const char *argv[] = {hook->program, argument, NULL};
    int status;

    g_clear_pointer(&hook->out, g_free);
    g_clear_pointer(&hook->err, g_free);
    assert_true(g_spawn_sync(NULL, (char **)argv, env, 0, NULL, NULL, &hook->out, &hook->err,
                             &status, NULL));
    hook->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_both(void **state)
{
    Hook *hook = *state;

    ask(hook, "--version", NULL);
    assert_string_equal(hook->out,
                        "openvgpu-hook " PACKAGE_VERSION "\nhook.so " PACKAGE_VERSION "\n");
    assert_string_equal(hook->err, "");
    assert_int_equal(hook->status, 0);
}

static void
test_library_that_is_not_there(void **state)
{
    Hook *hook = *state;

    ask(hook, "--version", "OPENVGPU_HOOK_MODULE=/nowhere/hook.so");
    assert_string_equal(hook->out, "openvgpu-hook " PACKAGE_VERSION "\n");
    assert_true(g_str_has_prefix(hook->err, "openvgpu: the hook can't load its library: "));
    assert_non_null(strstr(hook->err, "/nowhere/hook.so"));
    assert_int_equal(hook->status, 1);
}

/* One from before libraries named their release. */
static void
test_library_without_release(void **state)
{
    Hook *hook = *state;

    ask(hook, "--version", "OPENVGPU_HOOK_MODULE=libc.so.6");
    assert_non_null(strstr(hook->err, "vgpu_hook_release"));
    assert_int_equal(hook->status, 1);
}

/* Whatever libvirt may call it with one day harms no guest. */
static void
test_another_argument(void **state)
{
    Hook *hook = *state;

    ask(hook, "--frob", NULL);
    assert_string_equal(hook->out, "");
    assert_string_equal(hook->err, "");
    assert_int_equal(hook->status, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOOK_TEST(both),
        HOOK_TEST(library_that_is_not_there),
        HOOK_TEST(library_without_release),
        HOOK_TEST(another_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
