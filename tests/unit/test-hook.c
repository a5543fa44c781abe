/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hook.c - the hook as libvirt runs it: the real program and its hook.so on a mock
 * machine, one call after the other.
 */
#include "unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain-text.h"
#include "hook-call.h"
#include "mock-sysfs.h"
#include "record.h"

#define SECRET "s3cret"
#define LARGE  (50 * 1000 * 1000)

/* A call of the hook, and what came of it. */
typedef struct {
    MockSysfs *mock;
    char *program;
    char *module;
    int status;
    char *out;
    char *err;
} Hook;

static int
setup(void **state)
{
    const char *top = g_getenv("top_builddir");
    Hook *hook = g_new0(Hook, 1);

    hook->program = g_build_filename(top ? top : "../..", "libvirt-hook/openvgpu-hook", NULL);
    hook->module = g_build_filename(top ? top : "../..", "libvirt-hook/hook.so", NULL);
    hook->mock = mock_sysfs_new();
    mock_sysfs_add_gpu(hook->mock, GPU_1);
    *state = hook;
    return 0;
}

static int
teardown(void **state)
{
    Hook *hook = *state;

    mock_sysfs_free(hook->mock);
    g_free(hook->program);
    g_free(hook->module);
    g_free(hook->out);
    g_free(hook->err);
    g_free(hook);
    return 0;
}

static char **
environment(const Hook *hook, const char *more)
{
    char **env = g_get_environ();

    env = g_environ_setenv(env, "OPENVGPU_ROOT", hook->mock->path, TRUE);
    env = g_environ_setenv(env, "OPENVGPU_HOOK_MODULE", hook->module, TRUE);
    if (more) {
        g_auto(GStrv) pair = g_strsplit(more, "=", 2);

        env = g_environ_setenv(env, pair[0], pair[1], TRUE);
    }
    return env;
}

/* Writes @xml to a file outside the mock tree, for standard input. */
static char *
input_file(const Hook *hook, const char *xml, gsize length)
{
    char *path = g_strconcat(hook->mock->path, ".xml", NULL);

    assert_true(g_file_set_contents(path, xml, (gssize)length, NULL));
    return path;
}

/* Runs the hook for domain "vma"; @more is one more setting "NAME=value" or NULL. */
static int
call_with(Hook *hook, const char *operation, const char *xml, gsize length, const char *more)
{
    g_autofree char *file = input_file(hook, xml, length);
    g_auto(GStrv) env = environment(hook, more);
    const char *argv[] = {
        "sh", "-c", "exec \"$0\" vma \"$1\" begin - <\"$2\"", hook->program, operation, file, NULL};
    int status;

    g_clear_pointer(&hook->out, g_free);
    g_clear_pointer(&hook->err, g_free);
    assert_true(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &hook->out,
                             &hook->err, &status, NULL));
    unlink(file);
    if (!WIFEXITED(status))
        fail_msg("%s: the hook crashed: %s", operation, hook->err);
    hook->status = WEXITSTATUS(status);
    return hook->status;
}

static int
call(Hook *hook, const char *operation, const char *xml)
{
    return call_with(hook, operation, xml, strlen(xml), NULL);
}

/* That the last call ended with @status, changed nothing of the XML, and said @words in one line.
 */
static void
expect(const Hook *hook, int status, const char *words)
{
    const char *newline = strchr(hook->err, '\n');

    if (hook->status != status || hook->out[0])
        fail_msg("status %d, not %d: %s%s", hook->status, status, hook->out, hook->err);
    if (!words && hook->err[0])
        fail_msg("not silent: %s", hook->err);
    if (!words)
        return;
    if (!g_str_has_prefix(hook->err, "openvgpu: domain \"vma\"") || !strstr(hook->err, words))
        fail_msg("not '%s' but: %s", words, hook->err);
    if (!newline || newline[1])
        fail_msg("not one line: %s", hook->err);
}

static char *
one_vgpu(const char *type)
{
    g_autofree char *request = g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type='%s'/>", type);

    return domain_text(DOMAIN_A, request, HOSTDEV(VGPU_1, "yes"));
}

static gboolean
has_record(const Hook *hook, const char *uuid)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(hook->mock->root, uuid, NULL);

    return record != NULL;
}

static gboolean
touched(const Hook *hook)
{
    g_autofree char *path = g_build_filename(hook->mock->path, "run/openvgpu", NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
test_from_prepare_to_release(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml =
        domain_text(DOMAIN_A,
                    "<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m' parent='auto'>"
                    "<vgpu:attr name='vgpu/params' value='resolution=800x600'/></vgpu:vgpu>",
                    HOSTDEV(VGPU_1, "yes"));
    g_autofree char *without = domain_text(DOMAIN_A, NULL, "");
    g_autofree char *params = NULL;

    mock_sysfs_serve(hook->mock);
    call(hook, "prepare", xml);
    expect(hook, 0, NULL);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    params = mock_sysfs_get_attr(hook->mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600");
    call(hook, "start", xml);
    call(hook, "started", xml);
    call(hook, "prepare", xml);
    expect(hook, 0, NULL);
    call(hook, "stopped", xml);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    /* the hostdev was detached while the guest ran, so the XML has no word of us any more */
    call(hook, "release", without);
    expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    assert_false(has_record(hook, VGPU_1));
}

static void
test_same_uuid_for_two_domains(void **state)
{
    Hook *hook = *state;
    g_autofree char *a = one_vgpu("vgpu-16m");
    g_autofree char *b =
        domain_text(DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));

    mock_sysfs_serve(hook->mock);
    call(hook, "prepare", a);
    expect(hook, 0, NULL);
    call(hook, "prepare", b);
    expect(hook, 1, "vGPU " VGPU_1 ": it belongs to domain \"vma\" (" DOMAIN_A ")");
    call(hook, "release", b);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
configure(const Hook *hook, const char *text)
{
    mock_sysfs_write(hook->mock, "etc/openvgpu/openvgpu.conf", text);
}

/* What it made before still goes; what is asked for then is libvirt's to miss. */
static void
test_turned_off(void **state)
{
    Hook *hook = *state;
    g_autofree char *a = one_vgpu("vgpu-16m");

    mock_sysfs_serve(hook->mock);
    call(hook, "prepare", a);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    configure(hook, "[hook]\nenabled = no\n");
    call(hook, "release", a);
    expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    call(hook, "prepare", a);
    expect(hook, 0, NULL);
    call(hook, "migrate", a);
    expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_what_is_allowed(void **state)
{
    Hook *hook = *state;
    g_autofree char *small = one_vgpu("vgpu-16m");
    g_autofree char *large = one_vgpu("vgpu-64m");
    g_autofree char *attr = domain_text(DOMAIN_A,
                                        "<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'>"
                                        "<vgpu:attr name='vgpu/params' value='resolution=800x600'/>"
                                        "</vgpu:vgpu>",
                                        HOSTDEV(VGPU_1, "yes"));

    mock_sysfs_serve(hook->mock);
    configure(hook, "[allow]\ntypes = nvidia-*; vgpu-?6m\nattributes = nvidia/*\n");
    call(hook, "prepare", large);
    expect(hook, 1, "type 'vgpu-64m' is not among those that the administrator allows");
    call(hook, "prepare", attr);
    expect(hook, 1, "attribute 'vgpu/params' is not among those");
    call(hook, "prepare", small);
    expect(hook, 0, NULL);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_bad_configuration(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = one_vgpu("vgpu-16m");
    g_autofree char *ordinary = domain_text(DOMAIN_A, NULL, "");

    mock_sysfs_serve(hook->mock);
    configure(hook, "[hook]\nenabled = perhaps\n");
    call(hook, "prepare", ordinary);
    expect(hook, 0, NULL);
    call(hook, "prepare", vgpu);
    assert_int_equal(hook->status, 0);
    assert_non_null(strstr(hook->err, "openvgpu.conf' is not used, and the defaults hold: [hook] "
                                      "enabled is 'perhaps', not 'yes' or 'no'\n"));
    assert_ptr_equal(strchr(hook->err, '\n'), hook->err + strlen(hook->err) - 1);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_log_level(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = one_vgpu("vgpu-16m");

    mock_sysfs_serve(hook->mock);
    configure(hook, "[hook]\nlog-level = info\n");
    call(hook, "prepare", vgpu);
    expect(hook, 0, "vGPU " VGPU_1 ": made, type 'vgpu-16m' on '" GPU_1 "'");
    call(hook, "release", vgpu);
    expect(hook, 0, "vGPU " VGPU_1 ": removed from '" GPU_1 "'");
}

/* The kernel keeps the writer for 3 seconds; the configuration leaves it 1. */
static void
test_configured_deadline(void **state)
{
    Hook *hook = *state;
    g_autofree char *vgpu = one_vgpu("vgpu-16m");
    gint64 start = g_get_monotonic_time();

    configure(hook, "[hook]\ndeadline = 1\n");
    call(hook, "prepare", vgpu);
    assert_int_equal(hook->status, 1);
    assert_true(g_get_monotonic_time() - start < 8 * G_USEC_PER_SEC);
}

static void
test_size_instead_of_type(void **state)
{
    Hook *hook = *state;
    g_autofree char *size = domain_text(
        DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' framebuffer='20M'/>", HOSTDEV(VGPU_1, "yes"));
    g_autofree char *name =
        domain_text(DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' type-name='OpenVGPU 64m'/>",
                    HOSTDEV(VGPU_1, "yes"));
    g_autofree char *huge = domain_text(DOMAIN_A, "<vgpu:vgpu uuid='" VGPU_1 "' framebuffer='1G'/>",
                                        HOSTDEV(VGPU_1, "yes"));
    g_autoptr(VgpuRecord) record = NULL;

    mock_sysfs_serve(hook->mock);
    call(hook, "prepare", size);
    expect(hook, 0, NULL);
    call(hook, "prepare", size);
    expect(hook, 0, NULL);
    record = vgpu_record_load(hook->mock->root, VGPU_1, NULL);
    assert_string_equal(record->type, "vgpu-32m");
    call(hook, "release", size);
    call(hook, "prepare", name);
    expect(hook, 0, NULL);
    vgpu_record_free(record);
    record = vgpu_record_load(hook->mock->root, VGPU_1, NULL);
    assert_string_equal(record->type, "vgpu-64m");
    call(hook, "release", name);
    call(hook, "prepare", huge);
    expect(hook, 1, "framebuffer '1024M': this host has no such type now; it has: vgpu-16m");
}

/* That there is no file in @folder, not even a temporary one. */
static void
check_no_file(const Hook *hook, const char *folder)
{
    g_autofree char *path = g_build_filename(hook->mock->path, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = dir ? g_dir_read_name(dir) : NULL;

    if (name)
        fail_msg("'%s' is left in '%s'", name, folder);
}

static void
check_bad(Hook *hook, const char *xml, const char *words)
{
    call(hook, "prepare", xml);
    expect(hook, 1, words);
    assert_non_null(strstr(hook->err, "(" DOMAIN_A ")"));
    check_no_file(hook, "run/openvgpu/vgpus");
    call(hook, "release", xml);
    assert_int_equal(hook->status, 0);
}

static void
check_bad_and_not_made(Hook *hook, const char *xml, const char *words)
{
    check_bad(hook, xml, words);
    check_no_file(hook, "sys/bus/mdev/devices");
}

static void
test_bad_input(void **state)
{
    Hook *hook = *state;
    g_autofree char *unknown = one_vgpu("vgpu-1t");
    g_autofree char *invalid = one_vgpu("../create");
    g_autofree char *newer = domain_text(
        DOMAIN_A,
        "</vgpu:vgpus><a:b xmlns:a='urn:x'/><vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:2'>",
        HOSTDEV(VGPU_1, "yes"));
    g_autofree char *twice = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                         HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_1, "yes"));
    g_autofree char *good = one_vgpu("vgpu-16m");
    g_autofree char *cut = g_strndup(good, strlen(good) - 3);
    g_autofree char *entity =
        g_strconcat("<!DOCTYPE domain [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", good, NULL);

    mock_sysfs_serve(hook->mock);
    check_bad_and_not_made(hook, unknown, "vGPU " VGPU_1 ": type 'vgpu-1t' can't be had");
    check_bad_and_not_made(hook, invalid, "metadata is not valid");
    check_bad_and_not_made(hook, newer, "metadata");
    check_bad_and_not_made(hook, twice, "named twice");
    check_bad_and_not_made(hook, cut, "not well-formed");
    check_bad_and_not_made(hook, entity, "document type");
    assert_null(strstr(hook->err, "root:"));
}

static char *
with_attr(const char *name, const char *value)
{
    g_autofree char *request = g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'>"
                                               "<vgpu:attr name='%s' value='%s'/></vgpu:vgpu>",
                                               name, value);

    return domain_text(DOMAIN_A, request, HOSTDEV(VGPU_1, "yes"));
}

static void
test_bad_attributes(void **state)
{
    static const struct {
        const char *name, *value, *words;
    } bad[] = {
        {"vgpu/frob", "1", "there is no attribute 'vgpu/frob'; there are: vgpu/params"},
        {"vgpu/params", "resolution=1x1", "resolution '1x1' is not possible"},
        {"vgpu/params", "frob=1", "'frob=1' is not a parameter"},
        {"vgpu/params", "a&#10;b", "no control characters"},
        {"remove", "1", "'remove' is not the name of an attribute"},
        {"mdev_type/create", VGPU_2, "'mdev_type/create' is not the name"},
        {"iommu_group/type", "DMA", "'iommu_group/type' is not the name"},
        {"driver/unbind", VGPU_1, "'driver/unbind' is not the name"},
        {"vgpu/../remove", "1", "'vgpu/../remove' is not the name"},
        {"/etc/passwd", "1", "'/etc/passwd' is not the name"},
    };
    Hook *hook = *state;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *xml = with_attr(bad[i].name, bad[i].value);

        check_bad_and_not_made(hook, xml, bad[i].words);
    }
}

static void
test_bad_host(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = one_vgpu("vgpu-16m");

    mock_sysfs_write(
        hook->mock,
        "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/available_instances", "0\n");
    check_bad_and_not_made(
        hook, xml, "vGPU " VGPU_1 ": type 'vgpu-16m' can't be had (" GPU_1 ": no instance left)");
    mock_sysfs_free(hook->mock);
    hook->mock = mock_sysfs_new();
    check_bad_and_not_made(hook, xml, "vGPU " VGPU_1 ": type 'vgpu-16m': ");
}

static void
test_contradictions(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = one_vgpu("vgpu-16m");

    mock_sysfs_define(hook->mock, GPU_1, VGPU_1,
                      "{\"mdev_type\": \"vgpu-32m\", \"start\": \"manual\"}");
    check_bad_and_not_made(hook, xml, "the metadata says type 'vgpu-16m', mdevctl's definition");
    mock_sysfs_define(hook->mock, GPU_1, VGPU_1,
                      "{\"mdev_type\": \"vgpu-16m\", \"start\": \"manual\"}");
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-32m", VGPU_1);
    check_bad(hook, xml, "it is there with type 'vgpu-32m'");
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

/* Neither metadata nor mdevctl knows it: libvirt's own words are clear enough. */
static void
test_unknown_uuid_is_libvirts(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));

    call(hook, "prepare", xml);
    expect(hook, 0, NULL);
    assert_false(touched(hook));
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static char *
large_text(const char *xml)
{
    char *text = g_malloc(LARGE + 1);

    memset(text, ' ', LARGE);
    memcpy(text + LARGE - strlen(xml), xml, strlen(xml) + 1);
    return text;
}

static void
test_large(void **state)
{
    Hook *hook = *state;
    g_autofree char *asks = one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    g_autofree char *plain = domain_text(DOMAIN_A, NULL, "");
    g_autofree char *large_asks = large_text(asks);
    g_autofree char *large_mdev = large_text(mdev);
    g_autofree char *large_plain = large_text(plain);

    call_with(hook, "prepare", large_asks, LARGE, NULL);
    expect(hook, 1, "larger than 16 MiB");
    call_with(hook, "prepare", large_mdev, LARGE, NULL);
    expect(hook, 0, "larger than 16 MiB");
    call_with(hook, "prepare", large_plain, LARGE, NULL);
    expect(hook, 0, NULL);
    call_with(hook, "release", large_plain, LARGE, NULL);
    expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
}

static void
test_empty(void **state)
{
    Hook *hook = *state;

    call(hook, "prepare", "");
    expect(hook, 0, "no XML");
    call(hook, "release", "");
    assert_int_equal(hook->status, 0);
    assert_false(touched(hook));
}

/* Whatever the state of everything of ours, an ordinary domain sees nothing of it. */
static void
test_ordinary_domain(void **state)
{
    static const char *const operations[] = {"prepare", "start",   "started",   "stopped",
                                             "release", "migrate", "restore",   "attach",
                                             "unknown", "",        "reconnect", NULL};
    Hook *hook = *state;
    g_autofree char *xml = domain_text(DOMAIN_A, NULL, "");

    g_free(hook->module);
    hook->module = g_strdup("/nonexistent/hook.so");
    for (int i = 0; operations[i]; i++) {
        call(hook, operations[i], xml);
        expect(hook, 0, NULL);
        call(hook, operations[i], "not even XML");
        expect(hook, 0, NULL);
    }
    assert_false(touched(hook));
    mock_sysfs_write(hook->mock, "run/openvgpu", "not a folder");
    for (int i = 0; operations[i]; i++) {
        call(hook, operations[i], xml);
        expect(hook, 0, NULL);
    }
}

static void
check_without_module(Hook *hook)
{
    g_autofree char *asks = one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));

    call(hook, "prepare", asks);
    expect(hook, 1, "can't load its library");
    call(hook, "prepare", mdev);
    expect(hook, 0, "can't load its library");
    call(hook, "release", asks);
    expect(hook, 0, "can't load its library");
    call(hook, "restore", mdev);
    expect(hook, 0, "can't load its library");
    call(hook, "reconnect", asks);
    expect(hook, 0, NULL);
}

/* In mid-upgrade: hook.so missing, or no longer (or not yet) one. */
static void
test_without_module(void **state)
{
    Hook *hook = *state;

    g_free(hook->module);
    hook->module = g_build_filename(hook->mock->path, "hook.so", NULL);
    check_without_module(hook);
    mock_sysfs_write(hook->mock, "hook.so", "\177ELF and then rubbish");
    check_without_module(hook);
}

/* In mid-upgrade too: what becomes of the domain depends on what it asks for, not on hook.so. */
static void
test_module_of_another_release(void **state)
{
    Hook *hook = *state;
    struct vgpu_hook_call call = {.version = VGPU_HOOK_CALL_VERSION + 1,
                                  .size = sizeof(call),
                                  .name = "vma",
                                  .operation = "prepare",
                                  .uuid = "",
                                  .xml = "",
                                  .privileged = 1};
    void *module = dlopen(hook->module, RTLD_NOW | RTLD_LOCAL);
    vgpu_hook_run_func run_hook;

    assert_non_null(module);
    run_hook = (vgpu_hook_run_func)dlsym(module, VGPU_HOOK_SYMBOL);
    g_setenv("OPENVGPU_ROOT", hook->mock->path, TRUE);
    assert_int_equal(run_hook(&call), VGPU_HOOK_UNKNOWN);
    call.version--;
    call.size--;
    assert_int_equal(run_hook(&call), VGPU_HOOK_UNKNOWN);
    g_unsetenv("OPENVGPU_ROOT");
}

/* Its input never ends, and it has to end all the same. */
static void
test_reconnect_reads_nothing(void **state)
{
    Hook *hook = *state;
    g_auto(GStrv) env = environment(hook, NULL);
    const char *argv[] = {hook->program, "vma", "reconnect", "begin", "-", NULL};
    gint64 since = g_get_monotonic_time();
    int status, input;
    GPid pid;

    assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                         NULL, &pid, &input, NULL, NULL, NULL));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(g_get_monotonic_time() - since < 3000000);
    close(input);
}

/* A library that hangs while it is loaded (a FIFO opens when both ends are there) harms nobody. */
static void
test_reconnect_looks_in_the_background(void **state)
{
    Hook *hook = *state;
    int fd = -1;

    g_free(hook->module);
    hook->module = g_build_filename(hook->mock->path, "fifo", NULL);
    assert_int_equal(mkfifo(hook->module, 0600), 0);
    call(hook, "reconnect", "");
    expect(hook, 0, NULL);
    for (int i = 0; i < 5000 && fd < 0; i++) {
        fd = open(hook->module, O_WRONLY | O_NONBLOCK);
        g_usleep(1000);
    }
    assert_true(fd >= 0);
    close(fd);
}

static void
test_session(void **state)
{
    Hook *hook = *state;
    g_autofree char *asks = one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    static const char session[] = "OPENVGPU_SESSION=1";

    call_with(hook, "prepare", asks, strlen(asks), session);
    expect(hook, 1, "qemu:///session");
    call_with(hook, "release", asks, strlen(asks), session);
    expect(hook, 0, NULL);
    call_with(hook, "prepare", mdev, strlen(mdev), session);
    expect(hook, 0, NULL);
    call_with(hook, "prepare", "", 0, session);
    expect(hook, 0, NULL);
    assert_false(touched(hook));
}

/* That no file below @folder holds @word. */
static void
check_nowhere(const char *folder, const char *word)
{
    const char *argv[] = {"grep", "-rqs", word, folder, NULL};
    int status = 0;

    assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                             &status, NULL));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
test_restore_with_a_password(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = domain_text(
        DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
        HOSTDEV(VGPU_1, "yes") "    <graphics type='vnc' passwd='" SECRET " " VGPU_1 "&gt;'/>\n");
    VgpuRecord record = {VGPU_RECORD_READY, VGPU_RECORD_METADATA, (char *)DOMAIN_B,  (char *)"vmb",
                         (char *)VGPU_1,    (char *)GPU_1,        (char *)"vgpu-16m"};
    g_auto(GStrv) parts = g_strsplit(xml, VGPU_1, -1);
    g_autofree char *fresh = NULL;
    g_autofree char *expected = NULL;

    call(hook, "restore", xml);
    expect(hook, 0, NULL);
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_true(vgpu_record_save(hook->mock->root, &record, NULL));
    call(hook, "migrate", xml);
    assert_int_equal(hook->status, 0);
    assert_int_equal(g_strv_length(parts), 4);
    fresh = g_strndup(hook->out + strlen(parts[0]), strlen(VGPU_1));
    /* in metadata and hostdev, not in the password */
    expected = g_strconcat(parts[0], fresh, parts[1], fresh, parts[2], VGPU_1, parts[3], NULL);
    assert_string_equal(hook->out, expected);
    assert_string_not_equal(fresh, VGPU_1);
    assert_null(strstr(hook->err, SECRET));
    check_nowhere(hook->mock->path, SECRET);
}

/* The kernel does not answer, and the call ends in time all the same. */
static void
test_deadline(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml = one_vgpu("vgpu-16m");
    gint64 since = g_get_monotonic_time();

    call_with(hook, "prepare", xml, strlen(xml), "OPENVGPU_DEADLINE_MS=500");
    expect(hook, 1, "time is up");
    assert_true(g_get_monotonic_time() - since < 3000000);
}

/* What knows no deadline (here a library that is a FIFO, and opening it waits) ends all the same.
 */
static void
test_deadline_of_what_has_none(void **state)
{
    static const char setting[] = "OPENVGPU_CALL_SECONDS=1";
    Hook *hook = *state;
    g_autofree char *asks = one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    gint64 since = g_get_monotonic_time();

    g_free(hook->module);
    hook->module = g_build_filename(hook->mock->path, "fifo", NULL);
    assert_int_equal(mkfifo(hook->module, 0600), 0);
    call_with(hook, "prepare", asks, strlen(asks), setting);
    assert_int_equal(hook->status, 1);
    assert_non_null(strstr(hook->err, "has given up"));
    call_with(hook, "prepare", mdev, strlen(mdev), setting);
    assert_int_equal(hook->status, 0);
    assert_true(g_get_monotonic_time() - since < 15000000);
}

/* Waits until the hook has written to create. */
static void
wait_for_create(const Hook *hook)
{
    for (int i = 0; i < 5000; i++) {
        g_autofree char *text = mock_sysfs_read(
            hook->mock, "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/create");

        if (text && text[0])
            return;
        g_usleep(1000);
    }
    fail_msg("the hook never wrote to create");
}

static void
kill_in_create(const Hook *hook, const char *xml)
{
    g_autofree char *file = input_file(hook, xml, strlen(xml));
    g_auto(GStrv) env = environment(hook, NULL);
    const char *argv[] = {"sh",          "-c", "exec \"$0\" vma prepare begin - <\"$1\"",
                          hook->program, file, NULL};
    GPid pid;

    assert_true(g_spawn_async(NULL, (char **)argv, env,
                              G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                              NULL));
    wait_for_create(hook);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    unlink(file);
}

/* Killed between create and attributes, the vGPU there: the next start makes it anew and whole. */
static void
test_killed_and_started_again(void **state)
{
    Hook *hook = *state;
    g_autofree char *xml =
        domain_text(DOMAIN_A,
                    "<vgpu:vgpu uuid='" VGPU_1 "' type='vgpu-16m'>"
                    "<vgpu:attr name='vgpu/params' value='resolution=800x600'/></vgpu:vgpu>",
                    HOSTDEV(VGPU_1, "yes"));
    g_autofree char *params = NULL;

    kill_in_create(hook, xml);
    assert_true(has_record(hook, VGPU_1));
    mock_sysfs_write(hook->mock,
                     "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/create", "");
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_serve(hook->mock);
    call(hook, "prepare", xml);
    expect(hook, 0, NULL);
    params = mock_sysfs_get_attr(hook->mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600");
    call(hook, "release", xml);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    assert_false(has_record(hook, VGPU_1));
}

static void
test_thin_part_needs_libc_only(void **state)
{
    static const char *const heavy[] = {"glib", "xml2", "json-c", "vgpu"};
    Hook *hook = *state;
    const char *argv[] = {"ldd", hook->program, NULL};
    g_autofree char *out = NULL;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL,
                      NULL))
        skip(); /* no ldd */
    assert_non_null(strstr(out, "libc."));
    for (gsize i = 0; i < G_N_ELEMENTS(heavy); i++)
        assert_null(strstr(out, heavy[i]));
}

static void
test_uninstall_names_what_is_owned(void **state)
{
    Hook *hook = *state;
    const char *top = g_getenv("top_srcdir");
    g_autofree char *script =
        g_build_filename(top ? top : "../..", "libvirt-hook/list-owned", NULL);
    const char *argv[] = {"sh", script, hook->mock->path, NULL};
    VgpuRecord record = {VGPU_RECORD_READY, VGPU_RECORD_METADATA, (char *)DOMAIN_B,  (char *)"vmb",
                         (char *)VGPU_1,    (char *)GPU_1,        (char *)"vgpu-16m"};
    g_autofree char *none = NULL;
    g_autofree char *one = NULL;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &none, NULL, NULL,
                 NULL);
    assert_string_equal(none, "");
    assert_true(vgpu_record_save(hook->mock->root, &record, NULL));
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &one, NULL, NULL,
                 NULL);
    assert_true(
        g_str_has_prefix(one, "still owned: vGPU " VGPU_1 " of domain \"vmb\" on " GPU_1 "\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_prepare_to_release),
        TEST(same_uuid_for_two_domains),
        TEST(turned_off),
        TEST(what_is_allowed),
        TEST(bad_configuration),
        TEST(log_level),
        TEST(configured_deadline),
        TEST(size_instead_of_type),
        TEST(bad_input),
        TEST(bad_attributes),
        TEST(bad_host),
        TEST(contradictions),
        TEST(unknown_uuid_is_libvirts),
        TEST(large),
        TEST(empty),
        TEST(ordinary_domain),
        TEST(without_module),
        TEST(module_of_another_release),
        TEST(reconnect_reads_nothing),
        TEST(reconnect_looks_in_the_background),
        TEST(session),
        TEST(restore_with_a_password),
        TEST(deadline),
        TEST(deadline_of_what_has_none),
        TEST(killed_and_started_again),
        TEST(thin_part_needs_libc_only),
        TEST(uninstall_names_what_is_owned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
