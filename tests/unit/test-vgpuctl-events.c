/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-vgpuctl-events.c - "vgpuctl events" as a program: what it tells of a mock machine while that
 * changes, and how it ends.
 */
#include "program.h"
#include "record.h"
#include "unit.h"

#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

/* A program that runs, and what it prints. */
typedef struct {
    MockSysfs *mock;
    GPid pid;
    FILE *output;
} Follower;

/* It is watching when this returns. */
static void
follow(Follower *f, MockSysfs *mock, const char *option)
{
    const char *const words[] = {"events", "--timeout=60", option, NULL};
    int output;

    f->mock = mock;
    f->pid = program_start(mock, words, &output, NULL);
    f->output = fdopen(output, "r");
}

/* The next line, without its newline; (transfer full) */
static char *
next_line(Follower *f)
{
    char line[4096];

    if (!fgets(line, sizeof(line), f->output))
        fail_msg("it has ended");
    return g_strdup(g_strchomp(line));
}

/* That the next line says @rest after the time. */
static void
expect(Follower *f, const char *rest)
{
    g_autofree char *line = next_line(f);
    const char *tab = strchr(line, '\t');
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();

    assert_non_null(tab);
    g_autofree char *time = g_strndup(line, tab - line);
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(time, zone);
    assert_non_null(when);
    assert_string_equal(tab + 1, rest);
}

static void
expect_end(Follower *f, int status)
{
    int result;

    assert_int_equal(fgetc(f->output), EOF);
    assert_int_equal(waitpid(f->pid, &result, 0), f->pid);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), status);
    fclose(f->output);
}

static void
save_record(MockSysfs *mock, VgpuRecordState state)
{
    VgpuRecord record = {.state = state,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)"de\033mo",
                         .vgpu = (char *)UUID_C,
                         .parent = (char *)PROGRAM_GPU,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

static void
test_followed(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    Follower f;

    follow(&f, mock, NULL);
    expect(&f, "watching\t-\t-\t2 GPUs, 1 vGPUs, 1 definitions");
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-16m", UUID_C);
    expect(&f, "vgpu-added\t" UUID_C "\t" PROGRAM_GPU "\tvgpu-16m");
    save_record(mock, VGPU_RECORD_CREATED);
    expect(&f, "domain-owns\t" UUID_C "\t" PROGRAM_GPU "\tvgpu-16m de?mo created");
    save_record(mock, VGPU_RECORD_READY);
    expect(&f, "domain-ready\t" UUID_C "\t" PROGRAM_GPU "\tvgpu-16m de?mo");
    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\"}");
    expect(&f, "definition-added\t" UUID_C "\t" PROGRAM_GPU "\tvgpu-16m auto");
    mock_sysfs_add_parent(mock, "0002:00:00.0", NULL, -1);
    expect(&f, "gpu-added\t-\t0002:00:00.0\tdriver none, 0 types");
    kill(f.pid, SIGINT);
    expect_end(&f, 0);
    follow(&f, mock, NULL);
    expect(&f, "watching\t-\t-\t3 GPUs, 2 vGPUs, 2 definitions");
    kill(f.pid, SIGTERM);
    expect_end(&f, 0);
}

static void
assert_member(json_object *event, const char *key, const char *value)
{
    json_object *member = NULL;

    assert_true(json_object_object_get_ex(event, key, &member));
    if (value)
        assert_string_equal(json_object_get_string(member), value);
    else
        assert_null(member);
}

static json_object *
next_object(Follower *f)
{
    g_autofree char *line = next_line(f);
    json_object *event = json_tokener_parse(line);

    assert_non_null(event);
    assert_member(event, "version", "1");
    return event;
}

static void
test_json(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    json_object *event;
    Follower f;

    follow(&f, mock, "--json");
    event = next_object(&f);
    assert_member(event, "event", "watching");
    json_object_put(event);
    save_record(mock, VGPU_RECORD_INTENDED);
    event = next_object(&f);
    assert_member(event, "event", "domain-owns");
    assert_member(event, "vgpu", UUID_C);
    assert_member(event, "gpu", PROGRAM_GPU);
    assert_member(event, "type", "vgpu-16m");
    json_object *domain = json_object_object_get(event, "domain");
    assert_member(domain, "uuid", "11111111-2222-3333-4444-555555555555");
    assert_member(domain, "name", "de\033mo");
    assert_member(event, "detail", "intended");
    json_object_put(event);
    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, "rubbish");
    event = next_object(&f);
    assert_member(event, "event", "definition-added");
    assert_member(event, "type", NULL);
    assert_member(event, "domain", NULL);
    assert_member(event, "detail", "unusable");
    json_object_put(event);
    kill(f.pid, SIGTERM);
    event = next_object(&f);
    assert_member(event, "event", "problem-added");
    assert_member(event, "vgpu", NULL);
    json_object_put(event);
    expect_end(&f, 0);
}

/* Two of three, then it ends by itself. */
static void
test_counted(void **state)
{
    static const char *const uuids[] = {UUID_A, UUID_B, UUID_C};
    g_autoptr(MockSysfs) mock = program_machine();
    Follower f;

    follow(&f, mock, "--count=2");
    expect(&f, "watching\t-\t-\t2 GPUs, 1 vGPUs, 1 definitions");
    for (gsize i = 0; i < G_N_ELEMENTS(uuids); i++)
        mock_sysfs_define(mock, PROGRAM_NVIDIA, uuids[i],
                          "{\"mdev_type\":\"nvidia-63\",\"start\":\"manual\"}");
    expect(&f, "definition-added\t" UUID_A "\t" PROGRAM_NVIDIA "\tnvidia-63 manual");
    expect(&f, "definition-added\t" UUID_B "\t" PROGRAM_NVIDIA "\tnvidia-63 manual");
    expect_end(&f, 0);
}

static void
test_ends(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    g_auto(ProgramResult) timeout = program_run(mock, "tools/vgpuctl", "events --timeout 1", "");
    g_auto(ProgramResult) none =
        program_run(mock, "tools/vgpuctl", "events --timeout 1 --count 1", "");
    g_auto(ProgramResult) full =
        program_run(mock, "tools/vgpuctl", "events --timeout 60 >/dev/full", "");
    g_auto(ProgramResult) wrong = program_run(mock, "tools/vgpuctl", "events --count -1", "");
    g_auto(ProgramResult) zero = program_run(mock, "tools/vgpuctl", "events --timeout 0", "");

    assert_int_equal(timeout.status, 0);
    assert_string_equal(timeout.errors, "");
    assert_int_equal(none.status, 1);
    assert_non_null(strstr(none.errors, "after 1 seconds there were 0 events of 1"));
    assert_int_equal(full.status, 1);
    assert_non_null(strstr(full.errors, "cannot write to standard output"));
    assert_int_equal(wrong.status, 2);
    assert_int_equal(zero.status, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_followed),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_counted),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
