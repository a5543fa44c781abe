/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-hook.c - the hook as libvirt runs it: the real program and its hook.so on a mock
 * machine, one call after the other.
 */
#include "hook-run.h"
#include "unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
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
    hook_call(hook, "prepare", xml);
    hook_expect(hook, 0, NULL);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    params = mock_sysfs_get_attr(hook->mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600");
    hook_call(hook, "start", xml);
    hook_call(hook, "started", xml);
    hook_call(hook, "prepare", xml);
    hook_expect(hook, 0, NULL);
    hook_call(hook, "stopped", xml);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    /* the hostdev was detached while the guest ran, so the XML has no word of us any more */
    hook_call(hook, "release", without);
    hook_expect(hook, 0, NULL);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    assert_false(hook_has_record(hook, VGPU_1));
}

static void
test_same_uuid_for_two_domains(void **state)
{
    Hook *hook = *state;
    g_autofree char *a = hook_one_vgpu("vgpu-16m");
    g_autofree char *b =
        domain_text(DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));

    mock_sysfs_serve(hook->mock);
    hook_call(hook, "prepare", a);
    hook_expect(hook, 0, NULL);
    hook_call(hook, "prepare", b);
    hook_expect(hook, 1, "vGPU " VGPU_1 ": it belongs to domain \"vma\" (" DOMAIN_A ")");
    hook_call(hook, "release", b);
    assert_true(mock_sysfs_has_mdev(hook->mock, VGPU_1));
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
        hook_call(hook, operations[i], xml);
        hook_expect(hook, 0, NULL);
        hook_call(hook, operations[i], "not even XML");
        hook_expect(hook, 0, NULL);
    }
    assert_false(hook_touched(hook));
    mock_sysfs_write(hook->mock, "run/openvgpu", "not a folder");
    for (int i = 0; operations[i]; i++) {
        hook_call(hook, operations[i], xml);
        hook_expect(hook, 0, NULL);
    }
}

static void
check_without_module(Hook *hook)
{
    g_autofree char *asks = hook_one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));

    hook_call(hook, "prepare", asks);
    hook_expect(hook, 1, "can't load its library");
    hook_call(hook, "prepare", mdev);
    hook_expect(hook, 0, "can't load its library");
    hook_call(hook, "release", asks);
    hook_expect(hook, 0, "can't load its library");
    hook_call(hook, "restore", mdev);
    hook_expect(hook, 0, "can't load its library");
    hook_call(hook, "reconnect", asks);
    hook_expect(hook, 0, NULL);
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

/* That the loader looks up every symbol that hook.so calls when it loads it, and not later. */
static void
check_binds_now(const char *path)
{
    void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    struct link_map *map;
    gboolean now = FALSE;

    assert_non_null(module);
    assert_int_equal(dlinfo(module, RTLD_DI_LINKMAP, &map), 0);
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
        now = now || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_BIND_NOW);
    assert_true(now);
}

/* A library that is there but lacks what hook.so calls is found out before anything is done. */
static void
test_library_without_a_symbol(void **state)
{
    Hook *hook = *state;
    g_autofree char *asks = hook_one_vgpu("vgpu-16m");
    g_autofree char *path = g_strconcat("LD_LIBRARY_PATH=", hook->mock->path, NULL);
    g_autofree char *other = NULL, *copy = NULL;
    gsize length;
    Dl_info any;

    check_binds_now(hook->module);
    assert_true(dladdr((void *)_cmocka_run_group_tests, &any));
    assert_true(g_file_get_contents(any.dli_fname, &other, &length, NULL));
    copy = g_build_filename(hook->mock->path, "libglib-2.0.so.0", NULL);
    assert_true(g_file_set_contents(copy, other, (gssize)length, NULL));
    hook_call_with(hook, "prepare", asks, strlen(asks), path);
    hook_expect(hook, 1, "can't load its library");
    assert_non_null(strstr(hook->err, "undefined symbol"));
    assert_false(hook_touched(hook));
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
    g_auto(GStrv) env = hook_environment(hook, NULL);
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
    hook_call(hook, "reconnect", "");
    hook_expect(hook, 0, NULL);
    for (int i = 0; i < 5000 && fd < 0; i++) {
        fd = open(hook->module, O_WRONLY | O_NONBLOCK);
        g_usleep(1000);
    }
    assert_true(fd >= 0);
    close(fd);
}

/* Nor does one that crashes: the child alone is gone. */
static void
test_reconnect_crashes(void **state)
{
    Hook *hook = *state;
    const char *top = g_getenv("top_builddir");
    g_autofree char *mark = g_build_filename(hook->mock->path, "crashed", NULL);

    g_free(hook->module);
    hook->module = g_build_filename(top ? top : "../..", "tests/unit/crash-hook.so", NULL);
    hook_call(hook, "reconnect", "");
    hook_expect(hook, 0, NULL);
    for (int i = 0; i < 5000 && !g_file_test(mark, G_FILE_TEST_EXISTS); i++)
        g_usleep(1000);
    assert_true(g_file_test(mark, G_FILE_TEST_EXISTS));
}

static void
test_session(void **state)
{
    Hook *hook = *state;
    g_autofree char *asks = hook_one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    static const char session[] = "OPENVGPU_SESSION=1";

    hook_call_with(hook, "prepare", asks, strlen(asks), session);
    hook_expect(hook, 1, "qemu:///session");
    hook_call_with(hook, "release", asks, strlen(asks), session);
    hook_expect(hook, 0, NULL);
    hook_call_with(hook, "prepare", mdev, strlen(mdev), session);
    hook_expect(hook, 0, NULL);
    hook_call_with(hook, "prepare", "", 0, session);
    hook_expect(hook, 0, NULL);
    assert_false(hook_touched(hook));
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

    hook_call(hook, "restore", xml);
    hook_expect(hook, 0, NULL);
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_true(vgpu_record_save(hook->mock->root, &record, NULL));
    hook_call(hook, "migrate", xml);
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
    g_autofree char *xml = hook_one_vgpu("vgpu-16m");
    gint64 since = g_get_monotonic_time();

    hook_call_with(hook, "prepare", xml, strlen(xml), "OPENVGPU_DEADLINE_MS=500");
    hook_expect(hook, 1, "time is up");
    assert_true(g_get_monotonic_time() - since < 3000000);
}

/* What knows no deadline (here a library that is a FIFO, and opening it waits) ends all the same.
 */
static void
test_deadline_of_what_has_none(void **state)
{
    static const char setting[] = "OPENVGPU_CALL_SECONDS=1";
    Hook *hook = *state;
    g_autofree char *asks = hook_one_vgpu("vgpu-16m");
    g_autofree char *mdev = domain_text(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    gint64 since = g_get_monotonic_time();

    g_free(hook->module);
    hook->module = g_build_filename(hook->mock->path, "fifo", NULL);
    assert_int_equal(mkfifo(hook->module, 0600), 0);
    hook_call_with(hook, "prepare", asks, strlen(asks), setting);
    assert_int_equal(hook->status, 1);
    assert_non_null(strstr(hook->err, "has given up"));
    hook_call_with(hook, "prepare", mdev, strlen(mdev), setting);
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
    g_autofree char *file = hook_input_file(hook, xml, strlen(xml));
    g_auto(GStrv) env = hook_environment(hook, NULL);
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
    assert_true(hook_has_record(hook, VGPU_1));
    mock_sysfs_write(hook->mock,
                     "sys/class/mdev_bus/" GPU_1 "/mdev_supported_types/vgpu-16m/create", "");
    mock_sysfs_add_mdev(hook->mock, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_serve(hook->mock);
    hook_call(hook, "prepare", xml);
    hook_expect(hook, 0, NULL);
    params = mock_sysfs_get_attr(hook->mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600");
    hook_call(hook, "release", xml);
    assert_false(mock_sysfs_has_mdev(hook->mock, VGPU_1));
    assert_false(hook_has_record(hook, VGPU_1));
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

/* What "make uninstall" says. */
static char *
list_owned(const Hook *hook)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *script =
        g_build_filename(top ? top : "../..", "libvirt-hook/list-owned", NULL);
    const char *argv[] = {"sh", script, hook->mock->path, NULL};
    char *said = NULL;

    assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said,
                             NULL, NULL, NULL));
    return said;
}

static void
test_uninstall_names_what_is_owned(void **state)
{
    Hook *hook = *state;
    VgpuRecord record = {VGPU_RECORD_READY, VGPU_RECORD_METADATA, (char *)DOMAIN_B,  (char *)"vmb",
                         (char *)VGPU_1,    (char *)GPU_1,        (char *)"vgpu-16m"};

    g_autofree char *none = list_owned(hook);
    assert_string_equal(none, "");
    assert_true(vgpu_record_save(hook->mock->root, &record, NULL));
    g_autofree char *one = list_owned(hook);
    assert_true(g_str_has_prefix(one, "still owned: vGPU " VGPU_1 " of domain \"vmb\" on " GPU_1
                                      ": echo 1 > /sys/bus/mdev/devices/" VGPU_1 "/remove\n"));
    record.vgpu = (char *)"0000:41:00.4";
    assert_true(vgpu_record_save(hook->mock->root, &record, NULL));
    g_autofree char *two = list_owned(hook);
    assert_non_null(strstr(two, ": echo 0 > /sys/bus/pci/devices/0000:41:00.4/nvidia/"
                                "current_vgpu_type\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOOK_TEST(from_prepare_to_release),   HOOK_TEST(same_uuid_for_two_domains),
        HOOK_TEST(ordinary_domain),           HOOK_TEST(without_module),
        HOOK_TEST(library_without_a_symbol),  HOOK_TEST(module_of_another_release),
        HOOK_TEST(reconnect_reads_nothing),   HOOK_TEST(reconnect_looks_in_the_background),
        HOOK_TEST(reconnect_crashes),         HOOK_TEST(session),
        HOOK_TEST(restore_with_a_password),   HOOK_TEST(deadline),
        HOOK_TEST(deadline_of_what_has_none), HOOK_TEST(killed_and_started_again),
        HOOK_TEST(thin_part_needs_libc_only), HOOK_TEST(uninstall_names_what_is_owned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
