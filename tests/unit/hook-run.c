/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-run.c - the hook as libvirt runs it, on a mock machine.
 */
#include "hook-run.h"

#include "domain-text.h"
#include "record.h"
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

int
hook_setup(void **state)
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

int
hook_teardown(void **state)
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

char **
hook_environment(const Hook *hook, const char *more)
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

char *
hook_input_file(const Hook *hook, const char *xml, gsize length)
{
    char *path = g_strconcat(hook->mock->path, ".xml", NULL);

    assert_true(g_file_set_contents(path, xml, (gssize)length, NULL));
    return path;
}

int
hook_call_with(Hook *hook, const char *operation, const char *xml, gsize length, const char *more)
{
    g_autofree char *file = hook_input_file(hook, xml, length);
    g_auto(GStrv) env = hook_environment(hook, more);
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

int
hook_call(Hook *hook, const char *operation, const char *xml)
{
    return hook_call_with(hook, operation, xml, strlen(xml), NULL);
}

void
hook_expect(const Hook *hook, int status, const char *words)
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

char *
hook_one_vgpu(const char *type)
{
    g_autofree char *request = g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type='%s'/>", type);

    return domain_text(DOMAIN_A, request, HOSTDEV(VGPU_1, "yes"));
}

gboolean
hook_has_record(const Hook *hook, const char *uuid)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(hook->mock->root, uuid, NULL);

    return record != NULL;
}

gboolean
hook_touched(const Hook *hook)
{
    g_autofree char *path = g_build_filename(hook->mock->path, "run/openvgpu", NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}
