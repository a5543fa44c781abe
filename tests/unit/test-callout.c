/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-callout.c - what mdevctl is told, and that nobody else's device is touched.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "callout.h"
#include "log.h"

#define GPU "0001:00:00.0"

typedef struct {
    MockSysfs *mock;
    char *output;
    GError *error;
} Fixture;

static int
setup(void **state)
{
    Fixture *f = g_new0(Fixture, 1);
    f->mock = mock_sysfs_new();
    mock_sysfs_add_gpu(f->mock, GPU);
    mock_sysfs_add_parent(f->mock, "0000:3b:00.0", "nvidia", 0);
    mock_sysfs_add_type(f->mock, "0000:3b:00.0", "nvidia-63", 2, 1024);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *f = *state;
    g_clear_error(&f->error);
    g_free(f->output);
    mock_sysfs_free(f->mock);
    g_free(f);
    return 0;
}

static int
call_on(Fixture *f, const char *parent, const char *event, const char *action, const char *input)
{
    char *argv[] = {(char *)"50-openvgpu", (char *)"-t", (char *)"vgpu-16m", (char *)"-e",
                    (char *)event,         (char *)"-a", (char *)action,     (char *)"-s",
                    (char *)"none",        (char *)"-u", (char *)UUID_A,     (char *)"-p",
                    (char *)parent};
    g_autoptr(VgpuCallout) callout = vgpu_callout_parse(G_N_ELEMENTS(argv), argv, &f->error);
    assert_no_error(f->error);
    g_clear_pointer(&f->output, g_free);
    return vgpu_callout_run(f->mock->root, callout, input, &f->output, &f->error);
}

static int
call(Fixture *f, const char *event, const char *action, const char *input)
{
    return call_on(f, GPU, event, action, input);
}

static void
test_arguments(void **state)
{
    char *lacking[] = {(char *)"x", (char *)"-e", (char *)"pre"};
    char *odd[] = {(char *)"x", (char *)"-e"};
    char *unknown[] = {(char *)"x", (char *)"-tt", (char *)"y"};
    GError *error = NULL;
    assert_null(vgpu_callout_parse(3, lacking, &error));
    assert_error(&error, VGPU_ERROR_USAGE, "-u");
    assert_null(vgpu_callout_parse(2, odd, &error));
    assert_error(&error, VGPU_ERROR_USAGE, "'-e'");
    assert_null(vgpu_callout_parse(3, unknown, &error));
    assert_error(&error, VGPU_ERROR_USAGE, "'-tt'");
}

static void
test_scope(void **state)
{
    static const char *const others[] = {"0000:3b:00.0", "0009:00:00.0", "../" GPU, ""};
    static const char *const events[][2] = {
        {"get", "capabilities"}, {"get", "attributes"}, {"pre", "define"},
        {"pre", "start"},        {"live", "modify"},    {"post", "undefine"},
    };
    Fixture *f = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(events); j++) {
            assert_int_equal(call_on(f, others[i], events[j][0], events[j][1], "rubbish"), 2);
            assert_no_error(f->error);
            assert_null(f->output);
        }
    assert_int_equal(call(f, "during", "define", ""), 2);
    assert_int_equal(call(f, "pre", "capabilities", ""), 2);
}

static void
test_capabilities_list_everything(void **state)
{
    Fixture *f = *state;
    assert_int_equal(call(f, "get", "capabilities", "{\"provides\":{\"version\":2}}"), 0);
    assert_string_equal(f->output,
                        "{\"supports\":{\"version\":2,\"actions\":[\"start\",\"stop\",\"define\","
                        "\"undefine\",\"modify\",\"attributes\",\"capabilities\"],\"events\":["
                        "\"pre\",\"post\",\"notify\",\"live\",\"get\"]}}");
}

/* mdevctl fails an action whose event and action are both listed but that we would not answer. */
static void
test_every_listed_action_is_answered(void **state)
{
    static const char *const events[] = {"pre", "post", "notify"};
    static const char *const actions[] = {"start", "stop", "define", "undefine", "modify"};
    Fixture *f = *state;
    const char *json = "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\",\"attrs\":[]}";
    for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(actions); j++) {
            assert_int_equal(call(f, events[i], actions[j], json), 0);
            assert_null(f->output);
        }
}

static void
test_veto(void **state)
{
    static const char *const actions[] = {"define", "modify", "start"};
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"{\"mdev_type\":\"vgpu-1g\",\"start\":\"auto\"}", "no type 'vgpu-1g'"},
        {"{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/x\":\"1\"}]}",
         "vgpu/params"},
        {"{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
         "\"resolution=9999x9\"}]}",
         "resolution '9999x9'"},
        {"{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{\"driver/unbind\":\"1\"}]}",
         "'driver/unbind'"},
        {"", "no JSON"},
        {"{\"mdev_type\":", "no JSON"},
    };
    Fixture *f = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(cases); j++) {
            assert_int_equal(call(f, "pre", actions[i], cases[j].json), 1);
            assert_non_null(strstr(f->error->message, UUID_A));
            assert_error(&f->error, f->error->code, cases[j].reason);
        }
    assert_int_equal(call(f, "pre", "define",
                          "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{"
                          "\"vgpu/params\":\"resolution=800x600\"},{\"vgpu/vm_name\":\"a\"}]}"),
                     0);
    /* undefine must always be possible */
    assert_int_equal(call(f, "pre", "undefine", "rubbish"), 0);
}

static void
test_stop_of_an_open_one(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    assert_int_equal(call(f, "pre", "stop", "{}"), 0);
    mock_sysfs_hold(f->mock, UUID_A, 55);
    assert_int_equal(call(f, "pre", "stop", "{}"), 1);
    assert_error(&f->error, VGPU_ERROR_BUSY, "process 55 (that has just ended); stop the virtual");
    mock_sysfs_write(f->mock, "proc/55/comm", "qemu-system-x86\n");
    mock_sysfs_write(f->mock, "run/libvirt/qemu/driver.pid", "55");
    mock_sysfs_write(f->mock, "run/libvirt/qemu/another.pid", "5");
    assert_int_equal(call(f, "pre", "stop", "{}"), 1);
    assert_error(&f->error, VGPU_ERROR_BUSY, "process 55 (qemu-system-x86); stop the virtual");
    mock_sysfs_write(f->mock, "run/libvirt/qemu/the desk.pid", "55\n");
    assert_int_equal(call(f, "pre", "stop", "{}"), 1);
    assert_error(&f->error, VGPU_ERROR_BUSY,
                 "(qemu-system-x86); shut down domain \"the desk\" first");
}

static void
test_attributes_are_read_back_in_order(void **state)
{
    Fixture *f = *state;
    const char *file = "sys/devices/pci/" GPU "/" UUID_A "/vgpu/params";
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    assert_int_equal(call(f, "get", "attributes", ""), 0);
    assert_string_equal(f->output, "[]");
    mock_sysfs_write(f->mock, file, "resolution=800x600\n");
    assert_int_equal(call(f, "get", "attributes", ""), 0);
    assert_string_equal(f->output, "[{\"vgpu/params\":\"resolution=800x600\"}]");
    mock_sysfs_write(f->mock, "sys/devices/pci/" GPU "/" UUID_A "/vgpu/vm_name", "say \"hi\"\n");
    assert_int_equal(call(f, "get", "attributes", ""), 0);
    assert_string_equal(f->output, "[{\"vgpu/params\":\"resolution=800x600\"},{\"vgpu/vm_name\":"
                                   "\"say \\\"hi\\\"\"}]");
    mock_sysfs_write(f->mock, "sys/devices/pci/" GPU "/" UUID_A "/vgpu/vm_name", "a\377\n");
    assert_int_equal(call(f, "get", "attributes", ""), 0);
    assert_true(g_utf8_validate(f->output, -1, NULL));
}

static void
test_live_modify(void **state)
{
    Fixture *f = *state;
    const char *json = "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{"
                       "\"vgpu/params\":\"resolution=800x600\"}]}";
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_hold(f->mock, UUID_A, 55);
    assert_int_equal(call(f, "live", "modify", json), 1);
    assert_error(&f->error, VGPU_ERROR_BUSY, "process 55");
    mock_sysfs_let_go(f->mock, 55);
    assert_int_equal(call(f, "live", "modify", json), 0);
    g_autofree char *value = mock_sysfs_get_attr(f->mock, UUID_A, "vgpu/params");
    assert_string_equal(value, "resolution=800x600\n");
    /* as it is already: fine even while it is open */
    mock_sysfs_hold(f->mock, UUID_A, 55);
    assert_int_equal(call(f, "live", "modify", json), 0);
}

static void
take_line(const VgpuLogEntry *entry, gpointer user_data)
{
    g_ptr_array_add(user_data, g_strdup(entry->line));
}

static void
test_notifier(void **state)
{
    Fixture *f = *state;
    VgpuCallout callout = {.type = (char *)"vgpu-16m",
                           .event = (char *)"notify",
                           .action = (char *)"start",
                           .state = (char *)"success",
                           .uuid = (char *)UUID_A,
                           .parent = (char *)GPU};
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    vgpu_log_set_sink(take_line, lines);
    assert_int_equal(vgpu_callout_notify(f->mock->root, &callout), 0);
    callout.parent = (char *)"0000:3b:00.0";
    assert_int_equal(vgpu_callout_notify(f->mock->root, &callout), 2);
    vgpu_log_set_sink(NULL, NULL);
    assert_int_equal(lines->len, 1);
    assert_non_null(strstr(lines->pdata[0], "start of vGPU '" UUID_A "'"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_arguments),
        TEST(test_scope),
        TEST(test_capabilities_list_everything),
        TEST(test_every_listed_action_is_answered),
        TEST(test_veto),
        TEST(test_stop_of_an_open_one),
        TEST(test_attributes_are_read_back_in_order),
        TEST(test_live_modify),
        TEST(test_notifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
