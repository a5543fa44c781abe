/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.c - runs programs of the build on a mock machine.
 */
#include "program.h"

#include "record.h"
#include "unit.h"

#include <stdlib.h>
#include <sys/wait.h>

void
program_result_clear(ProgramResult *result)
{
    g_free(result->output);
    g_free(result->errors);
}

ProgramResult
program_run(MockSysfs *mock, const char *program, const char *arguments, const char *input)
{
    const char *top = getenv("top_builddir");
    g_autofree char *path = g_build_filename(top ? top : "../..", program, NULL);
    g_autofree char *file = g_build_filename(mock->path, "input", NULL);
    g_autofree char *line = g_strdup_printf("'%s' %s <'%s'", path, arguments, file);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    g_autofree char *module =
        g_build_filename(top ? top : "../..", "tools/libvirt/vgpuctl-libvirt.so", NULL);
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "OPENVGPU_ROOT", mock->path, 1);
    ProgramResult result = {0};
    GError *error = NULL;

    environment = g_environ_setenv(environment, "OPENVGPU_VGPUCTL_MODULE", module, 0);
    mock_sysfs_write(mock, "input", input);
    if (!g_spawn_sync(NULL, (char **)argv, environment, 0, NULL, NULL, &result.output,
                      &result.errors, &result.status, &error))
        fail_msg("%s", error->message);
    result.status = WIFEXITED(result.status) ? WEXITSTATUS(result.status) : -1;
    return result;
}

GPid
program_start(MockSysfs *mock, const char *const *words, int *output, int *errors)
{
    const char *top = getenv("top_builddir");
    g_autofree char *program = g_build_filename(top ? top : "../..", "tools/vgpuctl", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    GPid pid;

    g_ptr_array_add(argv, program);
    g_ptr_array_add(argv, (char *)"--root");
    g_ptr_array_add(argv, mock->path);
    do {
        g_ptr_array_add(argv, (char *)*words);
    } while (*words++);
    assert_true(g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL,
                                         G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, output,
                                         errors, NULL));
    return pid;
}

char *
program_golden(const char *name, const char *text)
{
    const char *top = getenv("top_srcdir");
    g_autofree char *path = g_build_filename(top ? top : "../..", "tests/data", name, NULL);
    char *expected = NULL;

    if (getenv("UPDATE_GOLDEN") && !g_file_set_contents(path, text, -1, NULL))
        fail_msg("cannot write %s", path);
    if (!g_file_get_contents(path, &expected, NULL, NULL))
        fail_msg("cannot read %s", path);
    return expected;
}

MockSysfs *
program_machine(void)
{
    MockSysfs *mock = mock_sysfs_new();
    mock_sysfs_add_gpu(mock, PROGRAM_GPU);
    mock_sysfs_add_parent(mock, PROGRAM_NVIDIA, "nvidia", 1);
    mock_sysfs_add_type(mock, PROGRAM_NVIDIA, "nvidia-63", 2, 1024);
    mock_sysfs_add_mdev(mock, PROGRAM_GPU, "vgpu-16m", UUID_A);
    mock_sysfs_define(mock, PROGRAM_GPU, UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":"
                      "\"resolution=800x600\"}]}");
    VgpuRecord record = {.state = VGPU_RECORD_CREATED,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)"de\033mo",
                         .vgpu = (char *)UUID_A,
                         .parent = (char *)PROGRAM_GPU,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_root_make_state_dir(mock->root, NULL));
    assert_true(vgpu_record_save(mock->root, &record, NULL));
    return mock;
}
