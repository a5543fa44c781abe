/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-log.c - a mock machine with one GPU, and what the library logs meanwhile.
 */
#include "mock-log.h"

#include "domain-text.h"
#include "log.h"
#include "mock-sysfs.h"

GString *logged;

static void
collect(const VgpuLogEntry *entry, gpointer data)
{
    g_string_append_printf(logged, "%s\n", entry->line);
}

int
mock_log_setup(void **state)
{
    MockSysfs *mock = mock_sysfs_new();

    mock_sysfs_add_gpu(mock, GPU_1);
    logged = g_string_new(NULL);
    vgpu_log_set_sink(collect, NULL);
    *state = mock;
    return 0;
}

int
mock_log_teardown(void **state)
{
    vgpu_log_set_sink(NULL, NULL);
    g_string_free(logged, TRUE);
    mock_sysfs_free(*state);
    return 0;
}
