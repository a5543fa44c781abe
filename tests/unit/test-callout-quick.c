/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-callout-quick.c - what the callout answers with no library is what it would answer with
 * them: each call is made to the program that mdevctl runs and to its other half.
 */
#include "program.h"
#include "unit.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CALLOUT "mdevctl-callout/openvgpu-callout"
#define ANSWER  "mdevctl-callout/callout-answer"
#define VGPU    "sys/devices/pci/" PROGRAM_GPU "/" UUID_A
#define JSON    "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\",\"attrs\":[]}"

/* Neither program. */
#define NOWHERE "/nonexistent/callout-answer"

static char *
built(const char *program)
{
    const char *top = getenv("top_builddir");

    return g_build_filename(top ? top : "../..", program, NULL);
}

static void
set_other_half(const char *path)
{
    g_setenv("OPENVGPU_CALLOUT_ANSWER", path, TRUE);
}

static int
setup(void **state)
{
    g_autofree char *answer = built(ANSWER);

    set_other_half(answer);
    *state = program_machine();
    return 0;
}

static int
teardown(void **state)
{
    mock_sysfs_free(*state);
    return 0;
}

static char *
arguments(const char *event, const char *action, const char *uuid, const char *parent)
{
    return g_strdup_printf("-t vgpu-16m -e '%s' -a '%s' -s none -u '%s' -p '%s'", event, action,
                           uuid, parent);
}

/* Makes one call to both; returns the exit status. */
static int
call_both(MockSysfs *mock, const char *event, const char *action, const char *uuid,
          const char *parent)
{
    const char *input = g_str_equal(event, "get") ? "" : JSON;
    g_autofree char *line = arguments(event, action, uuid, parent);
    g_auto(ProgramResult) quick = program_run(mock, CALLOUT, line, input);
    g_auto(ProgramResult) whole = program_run(mock, ANSWER, line, input);

    if (quick.status != whole.status || !g_str_equal(quick.output, whole.output) ||
        !g_str_equal(quick.errors, whole.errors))
        fail_msg("%s: %d, not %d: \"%s%s\", not \"%s%s\"", line, quick.status, whole.status,
                 quick.output, quick.errors, whole.output, whole.errors);
    return quick.status;
}

static void
test_all_events(void **state)
{
    static const char *const events[] = {"pre", "post", "live", "get", "notify", "during", ""};
    static const char *const actions[] = {
        "start",      "stop",         "define", "undefine", "modify",
        "attributes", "capabilities", "list",   "test",     ""};
    static const char *const parents[] = {PROGRAM_GPU, PROGRAM_NVIDIA, "0009:00:00.0"};

    for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(actions); j++)
            for (gsize k = 0; k < G_N_ELEMENTS(parents); k++)
                call_both(*state, events[i], actions[j], UUID_A, parents[k]);
}

static void
test_names(void **state)
{
    static const char *const parents[] = {
        "../mdev_bus/" PROGRAM_GPU, ".", "..", "", "a b", PROGRAM_GPU "/", "\303\244"};
    static const char *const uuids[] = {
        "", "..", UUID_B, UUID_C "0", "x" UUID_A, "B1A5C0DE-0000-4000-8000-00000000000A"};
    MockSysfs *mock = *state;
    g_autofree char *hidden = g_build_filename(mock->path, "sys/class/mdev_bus/.gpu", NULL);
    g_autofree char *longest = g_strnfill(255, 'a');
    g_autofree char *longer = g_strnfill(256, 'a');

    for (gsize i = 0; i < G_N_ELEMENTS(parents); i++)
        assert_int_equal(call_both(mock, "get", "attributes", UUID_A, parents[i]), 2);
    assert_int_equal(symlink("../../devices/pci/" PROGRAM_GPU, hidden), 0);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, ".gpu"), 2);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, longest), 2);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, longer), 2);
    for (gsize i = 0; i < G_N_ELEMENTS(uuids); i++)
        call_both(mock, "get", "attributes", uuids[i], PROGRAM_GPU);
}

static void
test_attributes(void **state)
{
    static const char *const values[] = {
        "\n",     "",      "resolution=800x600\n", "no newline", "two\nlines\n", "say \"hi\"\n",
        "a\\b\n", "a/b\n", "\303\244\n",           "\177\n",     "\t\n",         " \n",
    };
    MockSysfs *mock = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        mock_sysfs_write(mock, VGPU "/vgpu/params", values[i]);
        assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 0);
        mock_sysfs_write(mock, VGPU "/vgpu/vm_name", values[i]);
        assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 0);
        mock_sysfs_write(mock, VGPU "/vgpu/params", "\n");
        assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 0);
    }
    g_autofree char *large = g_strnfill(4000, 'x');
    mock_sysfs_write(mock, VGPU "/vgpu/params", large);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 0);
    g_autofree char *file = g_build_filename(mock->path, VGPU "/vgpu/params", NULL);
    assert_int_equal(g_unlink(file), 0);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 1);
    assert_int_equal(symlink("vm_name", file), 0);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 1);
}

/* A folder that is a link leads to another device: its attributes are not the vGPU's. */
static void
test_no_link_is_followed(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *folder = g_build_filename(mock->path, VGPU "/vgpu", NULL);
    g_autofree char *moved = g_build_filename(mock->path, VGPU "/other", NULL);

    assert_int_equal(rename(folder, moved), 0);
    assert_int_equal(symlink("other", folder), 0);
    assert_int_equal(call_both(mock, "get", "attributes", UUID_A, PROGRAM_GPU), 1);
}

/* What is asked for each vGPU, and of each vendor's, is answered by the one program alone. */
static void
test_alone(void **state)
{
    static const struct {
        const char *event, *action, *parent;
        int status;
    } cases[] = {
        {"get", "capabilities", PROGRAM_GPU, 0},  {"get", "attributes", PROGRAM_GPU, 0},
        {"post", "start", PROGRAM_GPU, 0},        {"get", "capabilities", PROGRAM_NVIDIA, 2},
        {"get", "attributes", PROGRAM_NVIDIA, 2}, {"pre", "start", PROGRAM_NVIDIA, 2},
        {"get", "attributes", "0009:00:00.0", 2},
    };

    set_other_half(NOWHERE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = arguments(cases[i].event, cases[i].action, UUID_A, cases[i].parent);
        g_auto(ProgramResult) result = program_run(*state, CALLOUT, line, "");

        assert_int_equal(result.status, cases[i].status);
        assert_string_equal(result.errors, "");
    }
}

/* What the callout can do, as it says it to a process with these arguments ('|' between them). */
static char *
capabilities_for(MockSysfs *mock, const char *command)
{
    g_autofree char *program = built(CALLOUT);
    const char *argv[] = {program, "-t",   "vgpu-16m", "-e",   "get", "-a",        "capabilities",
                          "-s",    "none", "-u",       UUID_A, "-p",  PROGRAM_GPU, NULL};
    g_autofree char *name = g_strdup_printf("proc/%d/cmdline", (int)getpid());
    g_autofree char *path = g_build_filename(mock->path, name, NULL);
    g_autofree char *words = g_strdelimit(g_strdup(command), "|", '\0');
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "OPENVGPU_ROOT", mock->path, TRUE);
    char *output = NULL;
    int status;

    mock_sysfs_write(mock, name, "");
    assert_true(g_file_set_contents(path, words, (gssize)strlen(command), NULL));
    assert_true(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                             &output, NULL, &status, NULL));
    assert_int_equal(status, 0);
    assert_true(g_str_has_prefix(output, "{\"supports\":{\"version\":2,"));
    return output;
}

/* Whether a process with these arguments goes on to ask for the attributes of each vGPU. */
static gboolean
goes_on(MockSysfs *mock, const char *command)
{
    g_autofree char *output = capabilities_for(mock, command);

    return strstr(output, "\"attributes\"") != NULL;
}

/* A list is spared its question for each vGPU where none has an attribute that is set. */
static void
test_list(void **state)
{
    static const char *const others[] = {
        "mdevctl|define|-u|" UUID_A,
        "mdevctl|modify|--live",
        "mdevctl",
        "mdevctl|",
        "mdevctl|lists",
        "mdevctl|start|list",
        "list",
        "",
        "x/mdevctl/list",
        "python3|/usr/bin/mdevctl|list",
    };
    MockSysfs *mock = *state;

    assert_false(goes_on(mock, "mdevctl|list|--dumpjson|"));
    assert_false(goes_on(mock, "/usr/bin/mdevctl|list|"));
    assert_false(goes_on(mock, "/usr/sbin/lsmdev|"));
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (!goes_on(mock, others[i]))
            fail_msg("\"%s\" was taken for a list", others[i]);
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-32m", UUID_C);
    assert_false(goes_on(mock, "mdevctl|list|"));
    mock_sysfs_write(mock, "sys/devices/pci/" PROGRAM_GPU "/" UUID_C "/vgpu/vm_name", "desk\n");
    assert_true(goes_on(mock, "mdevctl|list|"));
    mock_sysfs_write(mock, "sys/devices/pci/" PROGRAM_GPU "/" UUID_C "/vgpu/vm_name", "\n");
    assert_false(goes_on(mock, "mdevctl|list|"));
    mock_sysfs_write(mock, VGPU "/vgpu/params", "resolution=800x600\n");
    assert_true(goes_on(mock, "mdevctl|list|"));
}

/* All that it can do, but for the one question. */
static void
test_list_is_told_the_rest(void **state)
{
    g_autofree char *list = capabilities_for(*state, "mdevctl|list|");
    g_autofree char *other = capabilities_for(*state, "mdevctl|start|");
    g_auto(GStrv) parts = g_strsplit(other, "\"attributes\",", -1);
    g_autofree char *rest = g_strjoinv("", parts);

    assert_string_equal(list, rest);
    assert_int_equal(g_strv_length(parts), 2);
}

/* What can't be read is nothing to rely on. */
static void
test_list_in_doubt(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *file = g_build_filename(mock->path, VGPU "/vgpu/params", NULL);

    g_unlink(file);
    assert_false(goes_on(mock, "mdevctl|list|")); /* it is just going away */
    assert_int_equal(symlink("vm_name", file), 0);
    assert_true(goes_on(mock, "mdevctl|list|"));
}

/* In mid-upgrade: what can't be checked is refused, in one line. */
static void
test_without_other_half(void **state)
{
    g_autofree char *line = arguments("pre", "start", UUID_A, PROGRAM_GPU);

    set_other_half(NOWHERE);
    g_auto(ProgramResult) result = program_run(*state, CALLOUT, line, JSON);
    assert_int_equal(result.status, 1);
    assert_string_equal(result.errors, "openvgpu: the callout can't run its other half '" NOWHERE
                                       "': No such file or directory; install OpenVGPU again\n");
}

static void
test_needs_libc_only(void **state)
{
    static const char *const heavy[] = {"glib", "xml2", "json-c", "vgpu"};
    g_autofree char *program = built(CALLOUT);
    const char *argv[] = {"ldd", program, NULL};
    g_autofree char *out = NULL;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL,
                      NULL))
        skip(); /* no ldd */
    assert_non_null(strstr(out, "libc."));
    for (gsize i = 0; i < G_N_ELEMENTS(heavy); i++)
        assert_null(strstr(out, heavy[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_events),
        TEST(test_names),
        TEST(test_attributes),
        TEST(test_no_link_is_followed),
        TEST(test_alone),
        TEST(test_list),
        TEST(test_list_is_told_the_rest),
        TEST(test_list_in_doubt),
        TEST(test_without_other_half),
        TEST(test_needs_libc_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
