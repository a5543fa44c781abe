/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-run.c - domains that start on a mock machine.
 */
#include "prepare-run.h"

#include "device.h"
#include "domain-text.h"
#include "log.h"
#include "prepare.h"
#include "settings.h"
#include "unit.h"

/* The last line that was logged. */
static char *said;

static void
keep_line(const VgpuLogEntry *entry, gpointer data)
{
    g_free(said);
    said = g_strdup(entry->line);
}

int
prepare_setup(void **state)
{
    MockSysfs *mock = mock_sysfs_new();

    mock_sysfs_add_gpu(mock, GPU_1);
    mock_sysfs_add_gpu(mock, GPU_2);
    vgpu_log_set_sink(keep_line, NULL);
    *state = mock;
    return 0;
}

int
prepare_teardown(void **state)
{
    vgpu_log_set_sink(NULL, NULL);
    g_clear_pointer(&said, g_free);
    mock_sysfs_free(*state);
    return 0;
}

gboolean
prepare_within(MockSysfs *mock, guint milliseconds, const char *domain, const char *requests,
               const char *hostdevs, GError **error)
{
    g_autoptr(VgpuDomain) parsed = domain_new(domain, requests, hostdevs);
    VgpuDeadline deadline = vgpu_deadline_after(milliseconds);
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);

    return vgpu_prepare(mock->root, parsed, settings, &deadline, error);
}

void
prepare(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs)
{
    g_autoptr(GError) error = NULL;

    prepare_within(mock, PREPARE_LONG_MS, domain, requests, hostdevs, &error);
    assert_no_error(error);
}

void
refuse(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs, int code,
       const char *words)
{
    GError *error = NULL;

    assert_false(prepare_within(mock, PREPARE_LONG_MS, domain, requests, hostdevs, &error));
    assert_error(&error, code, words);
}

void
put_record(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state)
{
    VgpuRecord record = {
        state,        VGPU_RECORD_METADATA, (char *)domain,    (char *)"vm-of-record",
        (char *)uuid, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

void
check_record(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state)
{
    g_autoptr(VgpuRecord) record = vgpu_record_load(mock->root, uuid, NULL);

    if (!domain) {
        assert_null(record);
        return;
    }
    assert_non_null(record);
    assert_string_equal(record->domain, domain);
    assert_int_equal(record->state, state);
}

void
check_vgpu(MockSysfs *mock, const char *uuid, const char *parent, const char *type)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(mock->root, uuid, NULL);

    assert_non_null(device);
    assert_string_equal(device->parent, parent);
    assert_string_equal(device->type, type);
}

void
check_nothing(MockSysfs *mock, const char *uuid)
{
    assert_false(mock_sysfs_has_mdev(mock, uuid));
    check_record(mock, uuid, NULL, 0);
}

const char *
prepare_said(void)
{
    return said;
}
