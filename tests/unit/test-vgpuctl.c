/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-vgpuctl.c - vgpuctl as a program: what its verbs print and do, and its exit status.
 */
#include "mock-vf.h"
#include "program.h"
#include "record.h"
#include "unit.h"

#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID_D "83b8f4f2-509f-382f-3c1e-e6bfe0fa1004"
#define UUID_E "83b8f4f2-509f-382f-3c1e-e6bfe0fa1005"
#define UUID_F "83b8f4f2-509f-382f-3c1e-e6bfe0fa1006"

static ProgramResult
vgpuctl(MockSysfs *mock, const char *arguments)
{
    return program_run(mock, "tools/vgpuctl", arguments, "");
}

/* That it did it, and said no more than @output. */
static void
assert_done(MockSysfs *mock, const char *arguments, const char *output)
{
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    assert_string_equal(result.errors, "");
    if (output)
        assert_string_equal(result.output, output);
    assert_int_equal(result.status, 0);
}

/* That it refused, in one line with @text in it. */
static void
assert_refused(MockSysfs *mock, const char *arguments, int status, const char *text)
{
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    if (!strstr(result.errors, text))
        fail_msg("vgpuctl %s: '%s' does not say '%s'", arguments, result.errors, text);
    assert_true(g_str_has_prefix(result.errors, "openvgpu: "));
    assert_ptr_equal(strchr(result.errors, '\n'), result.errors + strlen(result.errors) - 1);
    assert_string_equal(result.output, "");
    assert_int_equal(result.status, status);
}

/* That it prints what the file holds. */
static void
assert_golden(MockSysfs *mock, const char *arguments, const char *file)
{
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    g_autofree char *expected = program_golden(file, result.output);

    assert_string_equal(result.errors, "");
    assert_string_equal(result.output, expected);
    assert_int_equal(result.status, 0);
}

/* JSON is compared by what it means: libraries lay it out differently. */
static void
assert_golden_json(MockSysfs *mock, const char *arguments, const char *file)
{
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    g_autofree char *text = program_golden(file, result.output);
    json_object *expected = json_tokener_parse(text);
    json_object *got = json_tokener_parse(result.output);

    assert_non_null(expected);
    if (!got || !json_object_equal(expected, got))
        fail_msg("vgpuctl %s: not %s but: %s", arguments, file, result.output);
    assert_int_equal(result.status, 0);
    json_object_put(expected);
    json_object_put(got);
}

static void
assert_definition(MockSysfs *mock, const char *parent, const char *uuid, const char *json)
{
    g_autofree char *file = g_strdup_printf("etc/mdevctl.d/%s/%s", parent, uuid);
    g_autofree char *text = mock_sysfs_read(mock, file);
    json_object *expected = json_tokener_parse(json);
    json_object *got = text ? json_tokener_parse(text) : NULL;

    if (!got || !json_object_equal(expected, got))
        fail_msg("%s holds: %s", file, text);
    json_object_put(expected);
    json_object_put(got);
}

static void
test_list(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    static const char *const kinds[] = {"gpus", "types", "vgpus", "definitions", "domains"};

    assert_golden(mock, "list", "vgpuctl/list.txt");
    assert_golden_json(mock, "list --json", "vgpuctl/list.json");
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *plain = g_strdup_printf("list %s", kinds[i]);
        g_autofree char *json = g_strdup_printf("list --json %s", kinds[i]);
        g_autofree char *text_file = g_strdup_printf("vgpuctl/list-%s.txt", kinds[i]);
        g_autofree char *json_file = g_strdup_printf("vgpuctl/list-%s.json", kinds[i]);
        assert_golden(mock, plain, text_file);
        assert_golden_json(mock, json, json_file);
    }
    assert_refused(mock, "list cats", 2, "'list' does not know 'cats'");
}

/* A terminal gets aligned columns and bold titles. */
static void
test_list_on_a_terminal(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    g_autofree char *script = g_find_program_in_path("script");
    const char *top = g_getenv("top_builddir");
    g_autofree char *arguments =
        g_strdup_printf("--version >&2; TERM=xterm script -qec '%s/tools/vgpuctl list gpus' "
                        "/dev/null",
                        top ? top : "../..");
    if (!script)
        skip();
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    g_auto(GStrv) lines = g_strsplit(result.output, "\r\n", -1);
    g_autofree char *text = g_strjoinv("\n", lines);
    g_autofree char *expected = program_golden("vgpuctl/list-terminal.txt", text);
    assert_string_equal(text, expected);
}

/* Drivers keep any bytes in an attribute; JSON takes UTF-8 only. */
static void
test_json_of_odd_attributes(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    static const char *const calls[] = {"show --json " UUID_A, "show --json " UUID_B,
                                        "list --json definitions"};

    mock_sysfs_write(mock, "sys/devices/pci/" PROGRAM_GPU "/" UUID_A "/vgpu/vm_name", "a\377\n");
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_auto(ProgramResult) result = vgpuctl(mock, calls[i]);
        assert_true(g_utf8_validate(result.output, -1, NULL));
        assert_int_equal(result.status, 0);
    }
}

static void
test_show_open(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();

    mock_sysfs_write(mock, "proc/77/comm", "qemu-system-x86\n");
    mock_sysfs_write(mock, "run/libvirt/qemu/Windows 10.pid", "77");
    mock_sysfs_hold(mock, UUID_A, 77);
    assert_golden(mock, "show " UUID_A, "vgpuctl/show-open.txt");
    assert_golden_json(mock, "show --json " UUID_A, "vgpuctl/show-open.json");
    assert_golden_json(mock, "show --json " UUID_B, "vgpuctl/show-defined.json");
}

/* Who has it open is not seen by other users; that nobody has would be no answer. */
static void
test_show_open_to_other_users(void **state)
{
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    g_autoptr(MockSysfs) mock = program_machine();
    const char *top = g_getenv("top_builddir");
    g_autofree char *arguments = g_strdup_printf(
        "--version >&2; for option in '' --json; do setpriv --reuid=65534 --clear-groups "
        "'%s/tools/vgpuctl' show $option " UUID_A "; done",
        top ? top : "../..");

    assert_int_equal(chmod(mock->path, 0755), 0);
    g_auto(ProgramResult) result = vgpuctl(mock, arguments);
    assert_non_null(strstr(result.output, "\nOpen:\t-\n"));
    assert_non_null(strstr(result.output, "\"open\": null"));
}

static void
test_unusable_definition(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    g_auto(ProgramResult) result = {NULL};

    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, "{}");
    result = vgpuctl(mock, "list --json definitions");
    json_object *json = json_tokener_parse(result.output);
    json_object *list = json_object_object_get(json, "definitions");
    json_object *last = json_object_array_get_idx(list, json_object_array_length(list) - 1);
    assert_string_equal(json_object_get_string(json_object_object_get(last, "vgpu")), UUID_C);
    assert_null(json_object_object_get(last, "type"));
    assert_non_null(
        strstr(json_object_get_string(json_object_object_get(last, "error")), "is not usable"));
    json_object_put(json);
}

/* What can't be right whatever the machine has is the command line's fault. */
static void
test_wrong_words(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    static const struct {
        const char *arguments;
        const char *text;
    } wrong[] = {
        {"create --type vgpu-16m --attr foo", "'foo' has no value"},
        {"create --type vgpu-16m --placement foo", "placement 'foo'"},
        {"create --type vgpu-16m --placement numa", "use 'spread' or 'compact'"},
        {"define --type vgpu-16m --placement numa", "use 'spread' or 'compact'"},
        {"create --framebuffer xyz", "size 'xyz'"},
        {"create --type vgpu-16m --uuid zz", "'zz' is neither a uuid"},
        {"create --type vgpu-16m --parent ../..", "'../..' cannot be the name of a GPU"},
        {"define zz", "'zz' is neither a uuid"},
        {"remove zz", "'zz' is neither a uuid"},
        {"undefine zz", "'zz' is neither a uuid"},
        {"autostart zz", "'zz' is neither a uuid"},
        {"modify --auto zz", "'zz' is neither a uuid"},
        {"modify --attr foo " UUID_B, "'foo' has no value"},
        {"restore ../..", "'../..' cannot be the name of a GPU"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_refused(mock, wrong[i].arguments, 2, wrong[i].text);
}

/* A definition may say more than fits on a line of the log; programs get all of it. */
static void
test_long_cells(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    g_autofree char *value = g_strnfill(3000, 'x');
    g_autofree char *definition = g_strdup_printf(
        "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\",\"attrs\":[{\"a\":\"%s\"}]}", value);
    g_autofree char *line =
        g_strdup_printf(UUID_C "\t" PROGRAM_GPU "\tvgpu-16m\tauto\ta=%s\n", value);

    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, definition);
    g_auto(ProgramResult) result = vgpuctl(mock, "list definitions");
    assert_non_null(strstr(result.output, line));
}

static void
test_show(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();

    mock_sysfs_add_file(mock, "/sys/bus/mdev/devices/" UUID_A "/vgpu_stats/accesses (r)",
                        "18446744073709551615");
    mock_sysfs_add_file(mock, "/sys/bus/mdev/devices/" UUID_A "/vgpu_stats/frames (r)", "7");
    mock_sysfs_add_file(mock, "/sys/bus/mdev/devices/" UUID_A "/vgpu_stats/broken (r)", "seven");
    assert_golden(mock, "show " UUID_A, "vgpuctl/show-vgpu.txt");
    assert_golden_json(mock, "show --json " UUID_A, "vgpuctl/show-vgpu.json");
    assert_golden(mock, "show " UUID_B, "vgpuctl/show-defined.txt");
    assert_golden(mock, "show " PROGRAM_NVIDIA, "vgpuctl/show-gpu.txt");
    assert_golden_json(mock, "show --json " PROGRAM_NVIDIA, "vgpuctl/show-gpu.json");
    assert_refused(mock, "show " UUID_D, 1, "there is no vGPU '" UUID_D "'");
    assert_refused(mock, "show cats", 1, "no GPU that is there");
    assert_refused(mock, "show", 2, "'show' needs ID|GPU");
}

static void
test_create(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    mock_sysfs_serve(mock);

    assert_done(mock,
                "create --type vgpu-64m --uuid " UUID_C " --attr vgpu/params=resolution=800x600",
                UUID_C "\n");
    assert_true(mock_sysfs_has_mdev(mock, UUID_C));
    g_autofree char *params = mock_sysfs_get_attr(mock, UUID_C, "vgpu/params");
    assert_string_equal(params, "resolution=800x600");
    /* the vGPU is there, so who asked for it is told which it is */
    assert_refused(mock, "create --type vgpu-16m --uuid " UUID_F " >/dev/full", 1, UUID_F);
    assert_true(mock_sysfs_has_mdev(mock, UUID_F));
    assert_done(mock, "create --framebuffer 1G", NULL);
    assert_done(mock, "create --type 'OpenVGPU 16m' --parent auto", NULL);

    /* a record of what is not there says nothing about the new one */
    VgpuRecord stale = {.state = VGPU_RECORD_READY,
                        .source = VGPU_RECORD_METADATA,
                        .domain = (char *)"11111111-2222-3333-4444-555555555555",
                        .domain_name = (char *)"gone",
                        .vgpu = (char *)UUID_D,
                        .parent = (char *)PROGRAM_GPU,
                        .type = (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(mock->root, &stale, NULL));
    assert_done(mock, "create --type vgpu-16m --uuid " UUID_D, UUID_D "\n");
    assert_null(vgpu_record_load(mock->root, UUID_D, NULL));
    /* nor one of what the kernel was asked for before, once it has made this */
    stale.state = VGPU_RECORD_LATE;
    stale.vgpu = (char *)UUID_E;
    assert_true(vgpu_record_save(mock->root, &stale, NULL));
    assert_done(mock, "create --type vgpu-16m --uuid " UUID_E, UUID_E "\n");
    assert_null(vgpu_record_load(mock->root, UUID_E, NULL));

    assert_refused(mock, "create --type vgpu-64m --uuid " UUID_C, 1,
                   "is a vGPU '" UUID_C "' already");
    assert_refused(mock, "create --type vgpu-1m", 1, "type 'vgpu-1m': this host has no such type");
    assert_refused(mock, "create --framebuffer 4G", 1,
                   "framebuffer '4096M': this host has no such");
    assert_refused(mock, "create --framebuffer 4T", 2, "size '4T' is not a number of");
    assert_refused(mock, "create --type vgpu-16m --parent 0000:00:09.0", 1,
                   "no parent '0000:00:09.0'");
    assert_refused(mock, "create --type vgpu-16m --attr remove=1", 2, "remove");
    assert_refused(mock, "create --type vgpu-16m --attr vgpu/params", 2, "has no value");
    assert_refused(mock, "create --type vgpu-16m --uuid x", 2, "x");
    assert_refused(mock, "create", 2, "say either --type or --framebuffer");
    assert_refused(mock, "create --type a --framebuffer 1M", 2, "say either");
    assert_refused(mock, "create --frob", 2, "see 'vgpuctl create --help'");
    assert_refused(mock, "create x", 2, "'create' does not know 'x'");
}

static void
test_create_where_none_is_left(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();

    assert_refused(mock, "create --type vgpu-16m", 1, "no GPU that can make vGPUs now");
    mock_sysfs_add_parent(mock, PROGRAM_GPU, "vgpu", -1);
    mock_sysfs_add_type(mock, PROGRAM_GPU, "vgpu-16m", 0, 16);
    assert_refused(mock, "create --type vgpu-16m", 1,
                   "type 'vgpu-16m' can't be had (" PROGRAM_GPU ": no instance left)");
}

static void
test_remove(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    mock_sysfs_serve(mock);
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-16m", UUID_C);

    mock_sysfs_hold(mock, UUID_C, 4711);
    assert_refused(mock, "remove " UUID_C, 1, "is in use by process 4711");
    mock_sysfs_let_go(mock, 4711);
    assert_done(mock, "remove " UUID_C, "");
    assert_false(mock_sysfs_has_mdev(mock, UUID_C));
    assert_refused(mock, "remove " UUID_C, 1, "there is no vGPU '" UUID_C "'");
    VgpuRecord released = {.state = VGPU_RECORD_RELEASED,
                           .source = VGPU_RECORD_METADATA,
                           .domain = (char *)"11111111-2222-3333-4444-555555555555",
                           .domain_name = (char *)"gone",
                           .vgpu = (char *)UUID_C,
                           .parent = (char *)PROGRAM_GPU,
                           .type = (char *)"vgpu-16m"};
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-16m", UUID_C);
    assert_true(vgpu_record_save(mock->root, &released, NULL));
    assert_done(mock, "remove " UUID_C, "");
    assert_null(vgpu_record_load(mock->root, UUID_C, NULL));
    /* it is not the one that was recorded, and is what was asked for all the same */
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-32m", UUID_C);
    assert_true(vgpu_record_save(mock->root, &released, NULL));
    assert_done(mock, "remove " UUID_C, "");
    assert_false(mock_sysfs_has_mdev(mock, UUID_C));
    g_autoptr(VgpuRecord) owned = vgpu_record_load(mock->root, UUID_A, NULL);
    owned->state = VGPU_RECORD_READY;
    assert_true(vgpu_record_save(mock->root, owned, NULL));
    assert_refused(mock, "remove " UUID_A, 1, "belongs to domain \"de?mo\"");
    assert_true(mock_sysfs_has_mdev(mock, UUID_A));
    /* a start that failed has left it unfinished: no domain runs with it */
    owned->state = VGPU_RECORD_CREATED;
    assert_true(vgpu_record_save(mock->root, owned, NULL));
    assert_done(mock, "remove " UUID_A, "");
    assert_false(mock_sysfs_has_mdev(mock, UUID_A));
    assert_null(vgpu_record_load(mock->root, UUID_A, NULL));
}

static void
test_define(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();

    assert_done(mock,
                "define --auto --type vgpu-32m --uuid " UUID_C
                " --attr vgpu/params=resolution=800x600",
                UUID_C "\n");
    assert_definition(mock, PROGRAM_GPU, UUID_C,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
                      "\"resolution=800x600\"}]}");
    assert_refused(mock, "define --type vgpu-32m --uuid " UUID_C, 1, "is defined already, on GPU");
    assert_refused(mock, "define --type vgpu-32m --attr vgpu/params=frob=1 --parent " PROGRAM_GPU,
                   1, "frob");
    assert_done(mock, "define " UUID_A, UUID_A "\n");
    assert_definition(mock, PROGRAM_GPU, UUID_A,
                      "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\",\"attrs\":[]}");
    assert_refused(mock, "define " UUID_D, 1, "there is no vGPU '" UUID_D "'");
    assert_refused(mock, "define --type vgpu-16m " UUID_D, 2, "leave out all but --auto");
}

/* One that is for later: its GPU may be full now, or away. */
static void
test_define_for_later(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    g_auto(ProgramResult) away =
        vgpuctl(mock, "define --type nvidia-9 --parent 0000:99:00.0 --uuid " UUID_D);

    assert_int_equal(away.status, 0);
    assert_non_null(strstr(away.errors, "GPU '0000:99:00.0' makes no vGPUs now"));
    assert_definition(mock, "0000:99:00.0", UUID_D,
                      "{\"mdev_type\":\"nvidia-9\",\"start\":\"manual\",\"attrs\":[]}");
    assert_refused(mock, "define --framebuffer 1G --parent 0000:99:00.0", 1, "say --type");
    mock_vf_add(mock, 0);
    assert_refused(mock, "define --type nvidia-557 --parent " MOCK_PF, 1,
                   "say --uuid with the address of a virtual function");
    assert_refused(mock, "define --type 'a b' --parent 0000:99:00.0", 1, "type");
    mock_sysfs_add_type(mock, PROGRAM_NVIDIA, "nvidia-64", 0, 2048);
    assert_done(mock, "define --type nvidia-64 --uuid " UUID_C " --parent " PROGRAM_NVIDIA,
                UUID_C "\n");
    assert_refused(mock, "define --type nvidia-64", 1, "no instance left");
}

static void
test_undefine(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();

    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, "rubbish");
    assert_done(mock, "undefine " UUID_C, "");
    assert_done(mock, "undefine 83B8F4F2-509f-382f-3c1e-e6bfe0fa1002", "");
    assert_refused(mock, "undefine " UUID_B, 1,
                   "is not defined; 'vgpuctl list definitions' shows what is");
    mock_sysfs_define(mock, PROGRAM_GPU, UUID_B, "{\"mdev_type\":\"vgpu-16m\"}");
    mock_sysfs_define(mock, PROGRAM_NVIDIA, UUID_B, "{\"mdev_type\":\"nvidia-63\"}");
    assert_refused(mock, "undefine " UUID_B, 1, "is defined twice");
    assert_done(mock, "undefine --parent " PROGRAM_NVIDIA " " UUID_B, "");
    assert_refused(mock, "undefine --parent " PROGRAM_NVIDIA " " UUID_B, 1,
                   "is not defined on GPU");
    assert_done(mock, "undefine " UUID_B, "");
    assert_refused(mock, "undefine --parent ../.. " UUID_B, 2, "..");
}

static void
test_modify(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();

    mock_sysfs_define(mock, PROGRAM_NVIDIA, UUID_C,
                      "{\"mdev_type\":\"nvidia-63\",\"start\":\"manual\",\"later\":7,\"attrs\":"
                      "[{\"a\":\"1\"},{\"b\":\"2\"},{\"a\":\"3\"}]}");
    assert_done(mock, "modify --attr a=4 --attr c=5 --auto " UUID_C, "");
    assert_definition(mock, PROGRAM_NVIDIA, UUID_C,
                      "{\"mdev_type\":\"nvidia-63\",\"start\":\"auto\",\"later\":7,\"attrs\":"
                      "[{\"a\":\"4\"},{\"b\":\"2\"},{\"c\":\"5\"}]}");
    assert_done(mock, "modify --drop b --manual " UUID_C, "");
    assert_definition(mock, PROGRAM_NVIDIA, UUID_C,
                      "{\"mdev_type\":\"nvidia-63\",\"start\":\"manual\",\"later\":7,\"attrs\":"
                      "[{\"a\":\"4\"},{\"c\":\"5\"}]}");
    assert_refused(mock, "modify --drop b " UUID_C, 1, "has no attribute 'b'");
    assert_refused(mock, "modify --type nvidia-1 " UUID_C, 1, "has no type 'nvidia-1'");
    assert_refused(mock, "modify " UUID_C, 2, "nothing to change");
    assert_refused(mock, "modify --auto --manual " UUID_C, 2, "exclude each other");
    assert_refused(mock, "modify --live --auto " UUID_C, 2, "can get attributes only");
    assert_refused(mock, "modify --auto " UUID_D, 1, "is not defined");
}

/* What the kernel refuses is not written down either. */
static void
test_modify_live(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *both = "modify --live --defined --attr vgpu/params=resolution=640x480 " UUID_B;
    const char *before =
        "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
        "\"resolution=800x600\"}]}";

    assert_refused(mock, both, 1, "there is no vGPU '" UUID_B "'");
    assert_definition(mock, PROGRAM_GPU, UUID_B, before);
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-32m", UUID_B);
    assert_refused(mock, "modify --live --attr vgpu/params=frob=1 " UUID_B, 1, "frob");
    assert_refused(mock,
                   "modify --live --defined --attr vgpu/params=resolution=640x480 --attr "
                   "vgpu/other=1 " UUID_B,
                   1, "vgpu/other");
    assert_definition(mock, PROGRAM_GPU, UUID_B, before);
    assert_done(mock, both, "");
    g_autofree char *params = mock_sysfs_get_attr(mock, UUID_B, "vgpu/params");
    assert_string_equal(params, "resolution=640x480");
    assert_definition(mock, PROGRAM_GPU, UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
                      "\"resolution=640x480\"}]}");
}

static void
test_autostart(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *format = "{\"mdev_type\":\"vgpu-32m\",\"start\":\"%s\",\"attrs\":[{\"vgpu/params\":"
                         "\"resolution=800x600\"}]}";
    g_autofree char *manual = g_strdup_printf(format, "manual");
    g_autofree char *automatic = g_strdup_printf(format, "auto");

    assert_done(mock, "autostart --disable " UUID_B, "");
    assert_definition(mock, PROGRAM_GPU, UUID_B, manual);
    assert_done(mock, "autostart " UUID_B, "");
    assert_definition(mock, PROGRAM_GPU, UUID_B, automatic);
    assert_refused(mock, "autostart " UUID_A, 1, "is not defined");
}

static void
test_restore(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    mock_sysfs_serve(mock);
    g_auto(ProgramResult) result = vgpuctl(mock, "restore");
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.errors, "openvgpu: 1 restored, 0 there already, 0 failed"));
    assert_true(mock_sysfs_has_mdev(mock, UUID_B));
    g_autofree char *value = mock_sysfs_get_attr(mock, UUID_B, "vgpu/params");
    assert_string_equal(value, "resolution=800x600");
    /* it may have gone just after udev told of it */
    g_auto(ProgramResult) typo = vgpuctl(mock, "restore " PROGRAM_GPU " typo");
    assert_int_equal(typo.status, 0);
    assert_non_null(strstr(typo.errors, "there is no GPU 'typo', nothing is defined on it"));
    mock_sysfs_define(mock, PROGRAM_GPU, UUID_C, "rubbish");
    mock_sysfs_define(mock, "0000:99:00.0", UUID_D, "{\"mdev_type\":\"a\",\"start\":\"auto\"}");
    g_auto(ProgramResult) away = vgpuctl(mock, "restore 0000:99:00.0");
    assert_non_null(strstr(away.errors, "0 failed, 1 waiting for their GPU"));
    assert_int_equal(away.status, 0);
    g_auto(ProgramResult) again = vgpuctl(mock, "restore " PROGRAM_GPU);
    assert_int_equal(again.status, 1);
    assert_non_null(strstr(again.errors, UUID_C));
}

static void
test_command_line(void **state)
{
    static const char *const bad[] = {
        "",       "frobnicate",   "list --all", "restore --all", "--frob list",
        "--root", "--root= list", "-- --",      "-- frob"};
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(mock, bad[i], 2, "--help'");
    g_auto(ProgramResult) version = vgpuctl(mock, "--version");
    assert_int_equal(version.status, 0);
    assert_true(g_str_has_prefix(version.output, "vgpuctl "));
    g_auto(ProgramResult) full = vgpuctl(mock, "--help >/dev/full");
    assert_int_equal(full.status, 1);
    assert_done(mock, "list -- gpus", NULL);
    assert_done(mock, "-- list gpus", NULL);
    assert_done(mock, "-- list --json", NULL);
}

/* On NVIDIA's newer interface a vGPU is a virtual function. */
static void
test_virtual_functions(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    mock_vf_add(mock, 4);

    assert_golden(mock, "list types", "vgpuctl/list-types-vf.txt");
    assert_done(mock, "define --auto --framebuffer 4G --attr nvidia/vgpu_params=a=1",
                MOCK_VF_1 "\n");
    g_autofree char *text = mock_sysfs_read(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_1);
    assert_non_null(strstr(text, "nvidia-558"));
    assert_refused(mock, "define --type nvidia-558 --uuid " MOCK_VF_1, 1, "is defined already");
    assert_done(mock, "define --type nvidia-558 --parent " MOCK_PF " --uuid " MOCK_VF_2,
                MOCK_VF_2 "\n");
    assert_golden(mock, "list definitions", "vgpuctl/list-definitions-vf.txt");
    assert_done(mock, "autostart " MOCK_VF_2, "");
    assert_done(mock, "undefine " MOCK_VF_2, "");
    assert_int_equal(
        mock_vf_write(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/nvidia/current_vgpu_type", "558"),
        0);
    mock_sysfs_add_gpu(mock, PROGRAM_GPU);
    assert_golden(mock, "show " MOCK_VF_1, "vgpuctl/show-vf.txt");
    assert_golden(mock, "show " MOCK_PF, "vgpuctl/show-pf.txt");
    assert_refused(mock, "create --type nvidia-558 --uuid " MOCK_VF_1, 1,
                   "there is a vGPU '" MOCK_VF_1 "' already");
    /* the first is taken and the second defined, so the third is chosen */
    assert_done(mock, "define --type nvidia-558 --uuid " MOCK_VF_2, MOCK_VF_2 "\n");
    assert_done(mock, "define --type nvidia-558", "0000:41:00.6\n");
    assert_refused(mock, "define --type vgpu-16m --parent " PROGRAM_GPU " --uuid 0000:41:00.7", 1,
                   "GPU '" PROGRAM_GPU "' can't have a vGPU '0000:41:00.7', which is a virtual "
                   "function of '" MOCK_PF "'");
    assert_refused(mock, "create --type nvidia-558 --parent " MOCK_PF " --uuid " UUID_A, 1,
                   "GPU '" MOCK_PF "' can't have a vGPU '" UUID_A "'");
    assert_refused(mock, "remove " MOCK_VF_NONE, 1, "there is no vGPU '" MOCK_VF_NONE "'");
    /* its type can't be made now, and may be again */
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_2,
                     "{\"version\":1,\"mdev_type\":\"nvidia-4711\",\"start\":\"auto\"}");
    assert_done(mock, "modify --manual " MOCK_VF_2, "");
    assert_refused(mock, "modify --type ../x " MOCK_VF_2, 1, "../x");
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_2,
                     "{\"version\":1,\"mdev_type\":\"nvidia-4711\",\"start\":\"auto\","
                     "\"attrs\":[{\"driver_override\":\"x\"}]}");
    assert_refused(mock, "modify --manual " MOCK_VF_2, 1, "'driver_override'");
}

#define MODULE "OPENVGPU_VGPUCTL_MODULE"

/* That verbs of the module say what is missing, and others do not care. */
static void
assert_missing(MockSysfs *mock, const char *module)
{
    g_setenv(MODULE, module, TRUE);
    assert_refused(mock, "attach test --type vgpu-16m", 1,
                   "verbs attach, detach, plan, gc are missing: ");
    assert_refused(mock, "detach --help", 1, "libvirt's client library");
    assert_refused(mock, "frobnicate", 2, "there is no verb 'frobnicate'");
    assert_done(mock, "list gpus", NULL);
    g_auto(ProgramResult) help = vgpuctl(mock, "--help");
    assert_int_equal(help.status, 0);
    assert_non_null(strstr(help.output, "\n  restore "));
    assert_null(strstr(help.output, "\n  attach "));
    assert_true(
        g_str_has_prefix(help.errors, "openvgpu: verbs attach, detach, plan, gc are missing: "));
    assert_ptr_equal(strchr(help.errors, '\n'), help.errors + strlen(help.errors) - 1);
    g_unsetenv(MODULE);
}

static void
test_module_missing(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *top = g_getenv("top_builddir");
    g_autofree char *hook = g_build_filename(top ? top : "../..", "libvirt-hook/hook.so", NULL);

    assert_missing(mock, "/nonexistent/vgpuctl-libvirt.so");
    assert_missing(mock, hook); /* one that has no such table */
}

static void
test_module(void **state)
{
    g_autoptr(MockSysfs) mock = program_machine();
    const char *top = g_getenv("top_builddir");
    g_autofree char *module =
        g_build_filename(top ? top : "../..", "tools/libvirt/vgpuctl-libvirt.so", NULL);
    g_auto(ProgramResult) help = vgpuctl(mock, "--help");

    if (!g_file_test(module, G_FILE_TEST_EXISTS))
        skip(); /* configured without libvirt */
    assert_string_equal(help.errors, "");
    /* those after vgpuctl's own are what the message above names: all there are */
    static const char *const verbs[] = {"  attach ", "  detach ", "  plan ", "  gc "};
    g_auto(GStrv) lines = g_strsplit(strstr(help.output, "\n  attach ") + 1, "\n", -1);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        assert_true(g_str_has_prefix(lines[i], verbs[i]));
    assert_string_equal(lines[G_N_ELEMENTS(verbs)], "");
    assert_done(mock, "attach test --connect test:///default --type vgpu-16m --uuid " UUID_C,
                UUID_C "\n");
    assert_refused(mock, "attach test --connect test:///default --type vgpu-1m", 1,
                   "domain \"test\": type 'vgpu-1m': this host has no such type");
    assert_refused(mock, "attach", 2, "'attach' needs DOMAIN");
    assert_refused(mock, "detach test", 2, "'detach' needs DOMAIN ID");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_list_on_a_terminal),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_long_cells),
        cmocka_unit_test(test_show_open),
        cmocka_unit_test(test_show_open_to_other_users),
        cmocka_unit_test(test_unusable_definition),
        cmocka_unit_test(test_json_of_odd_attributes),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_where_none_is_left),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_define),
        cmocka_unit_test(test_define_for_later),
        cmocka_unit_test(test_undefine),
        cmocka_unit_test(test_modify),
        cmocka_unit_test(test_modify_live),
        cmocka_unit_test(test_autostart),
        cmocka_unit_test(test_restore),
        cmocka_unit_test(test_virtual_functions),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_module_missing),
        cmocka_unit_test(test_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
