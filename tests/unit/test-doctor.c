/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-doctor.c - vgpuctl doctor: nothing on a host where nothing is wrong, and what is wrong, each
 * by itself.
 */
#include "doctor-cases.h"
#include "program.h"
#include "unit.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

static const DoctorCase *const tables[] = {
    doctor_cases_kernel,
    doctor_cases_libvirt,
    doctor_cases_mdevctl,
};

static ProgramResult
doctor(MockSysfs *mock, const char *arguments)
{
    g_autofree char *line = g_strconcat("doctor ", arguments, NULL);
    ProgramResult result = program_run(mock, "tools/vgpuctl", line, "");
    /* paths as the host itself has them */
    g_auto(GStrv) parts = g_strsplit(result.output, mock->path, -1);

    g_free(result.output);
    result.output = g_strjoinv("", parts);
    return result;
}

/* Breaks a host in the way that the case of that name does. */
static void
change(MockSysfs *mock, const char *name)
{
    for (gsize t = 0; t < G_N_ELEMENTS(tables); t++)
        for (const DoctorCase *one = tables[t]; one->name; one++)
            if (g_str_equal(one->name, name)) {
                one->change(mock);
                return;
            }
    fail_msg("there is no case '%s'", name);
}

/* The lines of the table, each cell below the other, so that a golden file can be read. */
static void
append_findings(GString *text, const char *table)
{
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);

    for (guint i = 1; lines[i] && lines[i][0]; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], "\t", -1);
        assert_int_equal(g_strv_length(cells), 4);
        g_string_append_printf(text, "  %s %s: %s\n      %s\n", cells[0], cells[1], cells[2],
                               cells[3]);
    }
}

static void
run_case(const DoctorCase *one, GString *text)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    one->change(mock);
    g_auto(ProgramResult) result = doctor(mock, "");
    gboolean error = strstr(result.output, "\nerror\t") != NULL;
    g_string_append_printf(text, "%s\n", one->name);
    append_findings(text, result.output);
    if (result.status != (error ? 1 : 0))
        fail_msg("%s: exit status %d, and: %s", one->name, result.status, result.errors);
}

static void
test_findings(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize t = 0; t < G_N_ELEMENTS(tables); t++)
        for (const DoctorCase *one = tables[t]; one->name; one++)
            run_case(one, text);
    g_autofree char *expected = program_golden("vgpuctl/doctor-findings.txt", text->str);
    assert_string_equal(text->str, expected);
}

/* Nothing is said, and with --all what was looked at. */
static void
test_sound(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_auto(ProgramResult) quiet = doctor(mock, "");
    g_auto(ProgramResult) all = doctor(mock, "--all");
    g_autofree char *expected = program_golden("vgpuctl/doctor-sound.txt", all.output);

    assert_string_equal(quiet.output, "SEVERITY\tCHECK\tFINDING\tCOMMAND\n");
    assert_string_equal(quiet.errors, "");
    assert_int_equal(quiet.status, 0);
    assert_string_equal(all.output, expected);
    assert_int_equal(all.status, 0);
}

static void
test_sound_modular(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    mock_host_make_modular(mock);
    mock_sysfs_write(mock, "sys/kernel/security/apparmor/profiles", "virtqemud (enforce)\n");
    mock_sysfs_write(mock, "etc/apparmor.d/usr.sbin.virtqemud", "  /etc/libvirt/hooks/** rmix,\n");
    g_auto(ProgramResult) result = doctor(mock, "");
    assert_string_equal(result.output, "SEVERITY\tCHECK\tFINDING\tCOMMAND\n");
    assert_int_equal(result.status, 0);
}

/* For certain: the folder of hooks was made after the daemon looked. */
static void
assert_unseen(MockSysfs *mock, const char *daemon)
{
    g_auto(ProgramResult) result = doctor(mock, "");
    g_autofree char *finding =
        g_strdup_printf("error\thook-seen\t'%s' has not seen the hook", daemon);
    g_autofree char *command = g_strdup_printf("\tsystemctl reload %s\n", daemon);

    if (!strstr(result.output, finding) || !strstr(result.output, command))
        fail_msg("%s: %s", daemon, result.output);
    assert_int_equal(result.status, 1);
}

static void
test_unseen(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    struct statx st;

    if (statx(AT_FDCWD, mock->path, 0, STATX_BTIME, &st) < 0 || !(st.stx_mask & STATX_BTIME))
        skip(); /* a file system that does not know when a folder was made */
    mock_host_daemon_started(mock, -3600);
    assert_unseen(mock, "libvirtd");
    mock_host_make_modular(mock);
    assert_unseen(mock, "virtqemud");
}

/* What another user wrote is not run. */
static void
test_hook_of_other_user(void **state)
{
    if (geteuid() != 0)
        skip(); /* only root can give files away */
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autofree char *path = g_build_filename(mock->path, HOOK, NULL);

    mock_host_program(mock, HOOK, "touch \"${0%/etc/*}/ran\"");
    assert_int_equal(chown(path, 1, -1), 0);
    g_auto(ProgramResult) result = doctor(mock, "");
    g_autofree char *ran = g_build_filename(mock->path, "ran", NULL);
    assert_non_null(
        strstr(result.output, "error\thook-file\tthe hook '/" HOOK "' does not belong to root"));
    assert_int_equal(result.status, 1);
    assert_false(g_file_test(ran, G_FILE_TEST_EXISTS));
}

static void
test_json(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    change(mock, "unit_disabled");
    change(mock, "hook_not_executable");
    g_auto(ProgramResult) result = doctor(mock, "--json");
    g_autofree char *text = program_golden("vgpuctl/doctor.json", result.output);
    json_object *expected = json_tokener_parse(text), *got = json_tokener_parse(result.output);
    assert_non_null(expected);
    if (!got || !json_object_equal(expected, got))
        fail_msg("not doctor.json but: %s", result.output);
    assert_int_equal(result.status, 1);
    json_object_put(expected);
    json_object_put(got);
}

static void
test_terminal(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autofree char *script = g_find_program_in_path("script");
    const char *top = g_getenv("top_builddir");
    g_autofree char *arguments =
        g_strdup_printf("--help >&2; TERM=xterm script -qec '%s/tools/vgpuctl doctor' /dev/null",
                        top ? top : "../..");
    if (!script)
        skip();
    change(mock, "callout_not_executable");
    change(mock, "no_nodedev");
    g_auto(ProgramResult) result = doctor(mock, arguments);
    g_auto(GStrv) lines = g_strsplit(result.output, "\r\n", -1);
    g_autofree char *text = g_strjoinv("\n", lines);
    g_autofree char *expected = program_golden("vgpuctl/doctor-terminal.txt", text);
    assert_string_equal(text, expected);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_sound_modular),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_hook_of_other_user),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
