/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-record.c - a record of the hook: what can be read of it holds to the rules, comes back the
 * same when it is written, and is found by the hook's first look and by list-owned's grep.
 */
#include "fuzz.h"

#include <string.h>

#include "provider.h"
#include "record.h"
#include "scan.h"

#define FOLDER "run/openvgpu/vgpus"

/* What list-owned reads is a member a line, between braces. */
#define LINES 10

static const char *
record_path(void)
{
    static char *path;

    if (!path) {
        mock_sysfs_write(fuzz_machine(), FOLDER "/.made", "");
        path = g_build_filename(fuzz_machine()->path, FOLDER, FUZZ_VGPU ".json", NULL);
    }
    return path;
}

static void
check_record(const VgpuRecord *record)
{
    g_autofree char *domain = vgpu_uuid_canonical(record->domain, NULL);

    g_assert_cmpstr(record->vgpu, ==, FUZZ_VGPU);
    g_assert_cmpstr(record->domain, ==, domain);
    g_assert_nonnull(record->domain_name);
    g_assert_true(vgpu_name_check(record->parent, "parent", NULL));
    g_assert_true(vgpu_name_check(record->type, "type", NULL));
    g_assert_nonnull(vgpu_record_state_name(record->state));
}

/* That it is in the list, or among the problems. */
static void
check_list(const VgpuRoot *root, const VgpuRecord *record)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = vgpu_record_list(root, problems, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(records->len, ==, record ? 1 : 0);
    g_assert_cmpuint(problems->len, ==, record ? 0 : 1);
}

static void
check_same(const VgpuRecord *a, const VgpuRecord *b)
{
    g_assert_cmpint(a->state, ==, b->state);
    g_assert_cmpint(a->source, ==, b->source);
    g_assert_cmpstr(a->domain, ==, b->domain);
    g_assert_cmpstr(a->domain_name, ==, b->domain_name);
    g_assert_cmpstr(a->vgpu, ==, b->vgpu);
    g_assert_cmpstr(a->parent, ==, b->parent);
    g_assert_cmpstr(a->type, ==, b->type);
}

static guint
count_lines(void)
{
    g_autofree char *text = mock_sysfs_read(fuzz_machine(), FOLDER "/" FUZZ_VGPU ".json");
    guint lines = 0;

    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

static void
check_round_trip(const VgpuRoot *root, const VgpuRecord *record)
{
    g_autoptr(GError) error = NULL;

    vgpu_record_save(root, record, &error);
    g_assert_no_error(error);
    g_autoptr(VgpuRecord) again = vgpu_record_load(root, FUZZ_VGPU, &error);
    g_assert_no_error(error);
    check_same(record, again);
    g_assert_cmpuint(count_lines(), ==, LINES);
    g_assert_true(scan_records(fuzz_machine()->path, record->domain));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const VgpuRoot *root = fuzz_machine()->root;
    g_autoptr(GError) error = NULL;

    fuzz_put(record_path(), data, size);
    g_autoptr(VgpuRecord) record = vgpu_record_load(root, FUZZ_VGPU, &error);
    fuzz_check_outcome(record != NULL, error);
    check_list(root, record);
    if (!record)
        return 0;
    g_assert_null(memchr(data, '\0', size));
    check_record(record);
    check_round_trip(root, record);
    return 0;
}
