/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-prepare.c - lib/prepare.c, lib/wish.c and lib/owner.c: what a domain that starts
 * finds, and what is left behind when it can't start.
 */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain-text.h"
#include "lock.h"
#include "log.h"
#include "device.h"
#include "mock-sysfs.h"
#include "prepare.h"
#include "record.h"
#include "sysfs.h"

#define SHORT_MS 1200
#define LONG_MS  10000
#define DEFINITION(start, attrs)                                                                   \
    "{\"mdev_type\": \"vgpu-16m\", \"start\": \"" start "\", \"attrs\": [" attrs "]}"
#define REQUEST_ATTR(uuid, value)                                                                  \
    "<vgpu:vgpu uuid='" uuid "' type='vgpu-16m'><vgpu:attr name='vgpu/params' value='" value       \
    "'/></vgpu:vgpu>"

/* The last line that was logged. */
static char *said;

static void
keep_line(const VgpuLogEntry *entry, gpointer data)
{
    g_free(said);
    said = g_strdup(entry->line);
}

static int
setup(void **state)
{
    MockSysfs *mock = mock_sysfs_new();

    mock_sysfs_add_gpu(mock, GPU_1);
    mock_sysfs_add_gpu(mock, GPU_2);
    vgpu_log_set_sink(keep_line, NULL);
    *state = mock;
    return 0;
}

static int
teardown(void **state)
{
    vgpu_log_set_sink(NULL, NULL);
    g_clear_pointer(&said, g_free);
    mock_sysfs_free(*state);
    return 0;
}

static gboolean
prepare_within(MockSysfs *mock, guint milliseconds, const char *domain, const char *requests,
               const char *hostdevs, GError **error)
{
    g_autoptr(VgpuDomain) parsed = domain_new(domain, requests, hostdevs);
    VgpuDeadline deadline = vgpu_deadline_after(milliseconds);
    g_autoptr(VgpuSettings) settings = vgpu_settings_load(mock->root);

    return vgpu_prepare(mock->root, parsed, settings, &deadline, error);
}

static void
prepare(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs)
{
    g_autoptr(GError) error = NULL;

    prepare_within(mock, LONG_MS, domain, requests, hostdevs, &error);
    assert_no_error(error);
}

static void
refuse(MockSysfs *mock, const char *domain, const char *requests, const char *hostdevs, int code,
       const char *words)
{
    GError *error = NULL;

    assert_false(prepare_within(mock, LONG_MS, domain, requests, hostdevs, &error));
    assert_error(&error, code, words);
}

static void
put_record(MockSysfs *mock, const char *uuid, const char *domain, VgpuRecordState state)
{
    VgpuRecord record = {
        state,        VGPU_RECORD_METADATA, (char *)domain,    (char *)"vm-of-record",
        (char *)uuid, (char *)GPU_1,        (char *)"vgpu-16m"};

    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

/* That there is a record of @uuid for @domain in @state; none if @domain is NULL. */
static void
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

static void
check_vgpu(MockSysfs *mock, const char *uuid, const char *parent, const char *type)
{
    g_autoptr(VgpuDevice) device = vgpu_device_load(mock->root, uuid, NULL);

    assert_non_null(device);
    assert_string_equal(device->parent, parent);
    assert_string_equal(device->type, type);
}

/* That nothing is left: no vGPU of that uuid and no record. */
static void
check_nothing(MockSysfs *mock, const char *uuid)
{
    assert_false(mock_sysfs_has_mdev(mock, uuid));
    check_record(mock, uuid, NULL, 0);
}

static void
test_case_1_leaves_what_is_there(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-16m", VGPU_1);
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_2);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
            HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    check_record(*state, VGPU_1, NULL, 0);
    check_record(*state, VGPU_2, NULL, 0);
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
}

static void
test_case_1_checks_what_is_there(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_1);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "vGPU " VGPU_1 ": it is there with type 'vgpu-32m'");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "on parent '" GPU_2 "'");
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
    /* a definition that differs keeps no guest from starting, but is said */
    mock_sysfs_define(*state, GPU_1, VGPU_1, DEFINITION("auto", ""));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    assert_non_null(strstr(said, "type 'vgpu-32m' on parent '" GPU_2 "', its definition says"));
}

static void
test_case_2_makes_it(void **state)
{
    g_autofree char *params = NULL;

    prepare(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "no"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600\n");
}

static void
test_case_2_places(void **state)
{
    prepare(*state, DOMAIN_A,
            REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'vgpu-16m'")
                REQUEST(VGPU_3, "'vgpu-16m' placement='compact'"),
            HOSTDEV(VGPU_1, "no") HOSTDEV(VGPU_2, "no") HOSTDEV(VGPU_3, "no"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_vgpu(*state, VGPU_2, GPU_2, "vgpu-16m");
    check_vgpu(*state, VGPU_3, GPU_1, "vgpu-16m");
}

static void
test_case_3_starts_a_definition(void **state)
{
    g_autofree char *params = NULL;

    mock_sysfs_define(*state, GPU_2, VGPU_1,
                      DEFINITION("manual", "{\"vgpu/params\": \"resolution=640x480\"}"));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=640x480\n");
}

static void
test_case_4_leaves_it_to_libvirt(void **state)
{
    mock_sysfs_define(*state, GPU_2, VGPU_2, DEFINITION("manual", ""));
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "no"));
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
}

static void
test_what_has_no_hostdev_is_not_made(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), "");
    check_nothing(*state, VGPU_1);
}

static void
test_metadata_and_definition(void **state)
{
    g_autofree char *params = NULL;

    mock_sysfs_define(*state, GPU_2, VGPU_1,
                      DEFINITION("manual", "{\"vgpu/params\": \"resolution=640x480\"}"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "type 'vgpu-32m', mdevctl's definition");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "parent '" GPU_1 "'");
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "vgpu/params 'resolution=800x600'");
    check_nothing(*state, VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "no"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=640x480\n");
}

static void
test_broken_definition(void **state)
{
    mock_sysfs_define(*state, GPU_2, VGPU_1, "{");
    refuse(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_INVALID, VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
}

static void
test_what_can_not_be_had(void **state)
{
    mock_sysfs_add_parent(*state, "0002:00:00.0", "nvidia", -1);
    mock_sysfs_add_type(*state, "0002:00:00.0", "nvidia-222", 0, 16);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-1m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_FULL,
           "type 'vgpu-1m' can't be had (" GPU_1 ": has no such type; " GPU_2 ": has no such type");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'nvidia-222'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_FULL, "0002:00:00.0: no instance left");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m' parent='0009:00:00.0'"),
           HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_NOT_FOUND, "parent '0009:00:00.0' is not there");
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=1x1"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_INVALID, "resolution '1x1'");
    check_nothing(*state, VGPU_1);
}

static void
test_no_gpu(void **state)
{
    g_autoptr(MockSysfs) empty = mock_sysfs_new();

    refuse(empty, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_NOT_FOUND, "no GPU that can make vGPUs");
    check_nothing(empty, VGPU_1);
}

/* Whatever fails at the second vGPU, the first one goes too. */
static void
test_rolls_back(void **state)
{
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'none'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL, "vGPU " VGPU_2);
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
    mock_sysfs_fail(*state, "vgpu/params", EIO);
    refuse(*state, DOMAIN_A,
           REQUEST(VGPU_1, "'vgpu-16m'") REQUEST_ATTR(VGPU_2, "resolution=800x600"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_IO, "vgpu/params");
    check_nothing(*state, VGPU_1);
    check_nothing(*state, VGPU_2);
}

/* What an earlier call made for the same domain is not this call's to undo. */
static void
test_roll_back_keeps_what_was_adopted(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'") REQUEST(VGPU_2, "'none'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL, VGPU_2);
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_own_and_ready_is_adopted(void **state)
{
    g_autofree char *params = NULL;

    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    /* a mark that a new one would not have */
    mock_sysfs_write(*state, "sys/bus/mdev/devices/" VGPU_1 "/vgpu/params", "mark");
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
    assert_string_equal(params, "mark");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* As a hook leaves it that was killed between create and attributes. */
static void
test_own_and_not_ready_is_made_again(void **state)
{
    static const VgpuRecordState states[] = {VGPU_RECORD_INTENDED, VGPU_RECORD_CREATED,
                                             VGPU_RECORD_LATE, VGPU_RECORD_RELEASED};

    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *params = NULL;

        if (!mock_sysfs_has_mdev(*state, VGPU_1))
            mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
        mock_sysfs_write(*state, "sys/bus/mdev/devices/" VGPU_1 "/vgpu/params", "mark");
        put_record(*state, VGPU_1, DOMAIN_A, states[i]);
        prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
        params = mock_sysfs_get_attr(*state, VGPU_1, "vgpu/params");
        assert_string_equal(params, "\n");
        check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    }
}

static void
test_own_of_another_type_is_made_again(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m' parent='" GPU_2 "'"),
            HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
}

static void
test_own_that_is_gone_is_made_again(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_another_domains_is_an_error(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    refuse(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_CONFLICT, "belongs to domain \"vma\" (" DOMAIN_A ")");
    refuse(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_CONFLICT, "\"vma\"");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

static void
test_another_domains_stale_record(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    prepare(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
}

/* Made by hand since, under the same uuid: not ours to remove. */
static void
test_record_of_something_else(void **state)
{
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_CREATED);
    mock_sysfs_add_mdev(*state, GPU_2, "vgpu-32m", VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-32m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, NULL, 0);
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-32m");
}

/* Hot-detached from A and attached to B before A's release; A is gone, B stops and starts. */
static void
test_released_is_taken_over(void **state)
{
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    mock_sysfs_hold(*state, VGPU_1, 77);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY,
           "in use by process 77");
    mock_sysfs_let_go(*state, 77);
    prepare(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    prepare(*state, DOMAIN_B, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_B, VGPU_RECORD_READY);
}

/* A process that is none of this domain's has it open: whoever's it is, it can't be had. */
static void
test_open_elsewhere(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    mock_sysfs_hold(*state, VGPU_1, 77);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY,
           "in use by process 77");
    put_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
    refuse(*state, DOMAIN_B, NULL, HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_BUSY, "process 77");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_RELEASED);
}

static void
test_sweeps_what_is_no_longer_named(void **state)
{
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    prepare(*state, DOMAIN_B, REQUEST(VGPU_2, "'vgpu-16m'"), HOSTDEV(VGPU_2, "yes"));
    prepare(*state, DOMAIN_A, REQUEST(VGPU_3, "'vgpu-16m'"), HOSTDEV(VGPU_3, "yes"));
    check_nothing(*state, VGPU_1);
    check_record(*state, VGPU_2, DOMAIN_B, VGPU_RECORD_READY);
    check_record(*state, VGPU_3, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_newer_record_is_left_alone(void **state)
{
    g_autofree char *after = NULL;

    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    mock_sysfs_write(*state, "run/openvgpu/vgpus/" VGPU_1 ".json", "{\"version\": 2}");
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_VERSION, "has version 2");
    after = mock_sysfs_read(*state, "run/openvgpu/vgpus/" VGPU_1 ".json");
    assert_string_equal(after, "{\"version\": 2}");
    assert_true(mock_sysfs_has_mdev(*state, VGPU_1));
}

/* Between our look and our write somebody takes the last instance of GPU_1, for @data's sake. */
static int
lose_race(const char *path, const char *value, gpointer data)
{
    if (strstr(path, GPU_1))
        return ENOSPC;
    return mock_sysfs_add_mdev(data, GPU_2, "vgpu-16m", value);
}

static void
test_race_for_the_last_instance(void **state)
{
    vgpu_sysfs_set_writer(lose_race, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_2, "'vgpu-16m' parent='" GPU_1 "'"),
           HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"), VGPU_ERROR_FULL,
           "no GPU could make it (" GPU_1 ": parent '" GPU_1 "' has no instance");
    check_nothing(*state, VGPU_2);
}

/* The first GPU is full, the second one has no such attribute: nothing stays of the first attempt.
 */
static void
test_race_and_then_another_failure(void **state)
{
    mock_sysfs_add_parent(*state, "0000:3b:00.0", "other", -1);
    mock_sysfs_add_type(*state, "0000:3b:00.0", "vgpu-16m", 4, 16);
    mock_sysfs_fail(*state, "create", ENOSPC);
    refuse(*state, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=1x1"), HOSTDEV(VGPU_1, "yes"),
           VGPU_ERROR_INVALID, "resolution '1x1'");
    check_nothing(*state, VGPU_1);
}

/* mdevctl, which has no lock of ours, makes it just before us. */
static int
be_overtaken(const char *path, const char *value, gpointer data)
{
    mock_sysfs_add_mdev(data, GPU_2, "vgpu-16m", value);
    return EEXIST;
}

static void
test_race_for_the_uuid(void **state)
{
    vgpu_sysfs_set_writer(be_overtaken, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_2, "vgpu-16m");
    check_record(*state, VGPU_1, NULL, 0);
}

/* And with that it takes the last instance. */
static int
be_overtaken_by_the_last(const char *path, const char *value, gpointer data)
{
    mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
    return ENOSPC;
}

static void
test_race_for_uuid_and_last_instance(void **state)
{
    vgpu_sysfs_set_writer(be_overtaken_by_the_last, *state);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_vgpu(*state, VGPU_1, GPU_1, "vgpu-16m");
    check_record(*state, VGPU_1, NULL, 0);
}

/* The kernel makes it, and the process of ours that asked is killed before it can say so. */
static int
die_after_create(const char *path, const char *value, gpointer data)
{
    if (g_str_has_suffix(path, "/create")) {
        mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
        raise(SIGKILL);
    }
    return EBUSY;
}

static void
test_killed_after_create(void **state)
{
    vgpu_sysfs_set_writer(die_after_create, *state);
    refuse(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"), VGPU_ERROR_IO,
           "cannot write '" VGPU_1 "'");
    /* what can't be removed now is known to be ours */
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_INTENDED);
}

/* A kernel that takes its time to make one. */
static int
create_slowly(const char *path, const char *value, gpointer data)
{
    if (!g_str_has_suffix(path, "/create"))
        return g_file_set_contents(path, value, -1, NULL) ? 0 : EIO;
    mock_sysfs_write(data, "busy", "");
    g_usleep(300000);
    return mock_sysfs_add_mdev(data, GPU_1, "vgpu-16m", value);
}

/* The call is killed and its writer goes on: what comes of that is the domain's. */
static void
test_killed_while_the_kernel_works(void **state)
{
    MockSysfs *mock = *state;
    pid_t pid;

    vgpu_sysfs_set_writer(create_slowly, mock);
    pid = fork();
    if (pid == 0) {
        prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
        _exit(0);
    }
    for (int i = 0; i < 1000; i++) {
        g_autofree char *busy = mock_sysfs_read(mock, "busy");
        if (busy)
            break;
        g_usleep(10000);
    }
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_INTENDED);
    mock_sysfs_serve(mock);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* A kernel that was too late for an earlier call: the vGPU it was told to make comes just now. */
static int
answer_late(const char *path, const char *value, gpointer data)
{
    MockSysfs *mock = data;
    g_autofree char *seen = mock_sysfs_read(mock, "seen");

    if (!g_str_has_suffix(path, "/create") || seen)
        return mock_sysfs_kernel(mock, path, value);
    mock_sysfs_write(mock, "seen", "");
    if (fork() == 0) {
        g_usleep(100000);
        mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", value);
        _exit(0);
    }
    return EEXIST;
}

static void
test_late_one_is_not_forgotten(void **state)
{
    MockSysfs *mock = *state;

    put_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    vgpu_sysfs_set_writer(answer_late, mock);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
    assert_true(mock_sysfs_has_mdev(mock, VGPU_1));
}

/* It is an error like any other, and another GPU may do. */
static void
test_timeout_of_the_kernels_own(void **state)
{
    MockSysfs *mock = *state;
    GError *error = NULL;

    mock_sysfs_fail(mock, "create", ETIMEDOUT);
    assert_false(prepare_within(mock, LONG_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_FULL, GPU_2 ": cannot make vGPU");
    check_nothing(mock, VGPU_1);
}

static void
test_kept_one_gets_its_attributes(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *params = NULL;

    prepare(mock, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=640x480"), HOSTDEV(VGPU_1, "yes"));
    prepare(mock, DOMAIN_A, REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"));
    params = mock_sysfs_get_attr(mock, VGPU_1, "vgpu/params");
    assert_string_equal(params, "resolution=800x600\n");
}

static gpointer
crowd_gpu_1(gpointer data)
{
    gpointer *both = data;

    g_usleep(100000);
    mock_sysfs_add_mdev(both[0], GPU_1, "vgpu-16m", VGPU_2);
    mock_sysfs_add_mdev(both[0], GPU_1, "vgpu-16m", VGPU_3);
    vgpu_lock_release(both[1]);
    return NULL;
}

/* Others make theirs on the GPU that was the best, while its lock is waited for. */
static void
test_decides_again_after_a_wait(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never();
    VgpuLock *lock = vgpu_lock_parent(mock->root, GPU_1, &never, NULL);
    gpointer both[] = {mock, lock};
    GThread *thread = g_thread_new("others", crowd_gpu_1, both);

    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_thread_join(thread);
    check_vgpu(mock, VGPU_1, GPU_2, "vgpu-16m");
    check_record(mock, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

/* The links of a vGPU that mdevctl is making come a moment after its folder. */
static gpointer
finish_making(gpointer data)
{
    g_autofree char *entry = g_build_filename(data, "sys/bus/mdev/devices/" VGPU_1, NULL);
    g_autofree char *link = g_build_filename(entry, "mdev_type", NULL);

    g_usleep(100000);
    assert_int_equal(symlink("../mdev_supported_types/vgpu-16m", link), 0);
    return NULL;
}

static void
test_in_the_making_by_another(void **state)
{
    MockSysfs *mock = *state;
    g_autofree char *link =
        g_build_filename(mock->path, "sys/bus/mdev/devices/" VGPU_1 "/mdev_type", NULL);
    GThread *thread;

    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_int_equal(unlink(link), 0);
    /* nothing to check, so nothing to wait for */
    mock_sysfs_define(mock, GPU_1, VGPU_1, DEFINITION("auto", ""));
    prepare(mock, DOMAIN_A, REQUEST(VGPU_2, "'vgpu-16m'"),
            HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    thread = g_thread_new("mdevctl", finish_making, mock->path);
    prepare(mock, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_thread_join(thread);
    check_record(mock, VGPU_1, NULL, 0);
}

static gint64
elapsed_ms(gint64 since)
{
    return (g_get_monotonic_time() - since) / 1000;
}

static void
test_deadline_in_create(void **state)
{
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    mock_sysfs_fail(*state, "create", MOCK_HANG);
    assert_false(prepare_within(*state, SHORT_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "time is up");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    /* it may still appear, and then it is known whose it is */
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_LATE);
    mock_sysfs_fail(*state, "create", 0);
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    prepare(*state, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    check_record(*state, VGPU_1, DOMAIN_A, VGPU_RECORD_READY);
}

static void
test_deadline_in_attribute(void **state)
{
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    mock_sysfs_fail(*state, "vgpu/params", MOCK_HANG);
    assert_false(prepare_within(*state, SHORT_MS, DOMAIN_A,
                                REQUEST_ATTR(VGPU_1, "resolution=800x600"), HOSTDEV(VGPU_1, "yes"),
                                &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "time is up");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    check_nothing(*state, VGPU_1);
}

static void
test_deadline_in_lock(void **state)
{
    MockSysfs *mock = *state;
    VgpuDeadline never = vgpu_deadline_never();
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(mock->root, VGPU_1, &never, NULL);
    gint64 since = g_get_monotonic_time();
    GError *error = NULL;

    assert_false(prepare_within(mock, SHORT_MS, DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"),
                                HOSTDEV(VGPU_1, "yes"), &error));
    assert_error(&error, VGPU_ERROR_TIMEOUT, "lock");
    assert_true(elapsed_ms(since) < SHORT_MS + 300);
    check_nothing(mock, VGPU_1);
}

/* A guest whose vGPU others manage starts whatever state ours are in. */
static void
test_others_start_with_broken_run(void **state)
{
    mock_sysfs_write(*state, "run/openvgpu", "a file");
    mock_sysfs_add_mdev(*state, GPU_1, "vgpu-16m", VGPU_1);
    prepare(*state, DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "yes"));
    refuse(*state, DOMAIN_A, REQUEST(VGPU_3, "'vgpu-16m'"), HOSTDEV(VGPU_3, "yes"),
           VGPU_ERROR_ACCESS, "run/openvgpu");
    assert_false(mock_sysfs_has_mdev(*state, VGPU_3));
}

static void
test_session(void **state)
{
    MockSysfs *mock = *state;
    g_autoptr(VgpuDomain) domain =
        domain_new(DOMAIN_A, REQUEST(VGPU_1, "'vgpu-16m'"), HOSTDEV(VGPU_1, "yes"));
    g_autoptr(VgpuDomain) other = domain_new(DOMAIN_A, NULL, HOSTDEV(VGPU_1, "yes"));
    GError *error = NULL;

    assert_true(vgpu_prepare_session(mock->root, other, NULL));
    assert_false(vgpu_prepare_session(mock->root, domain, &error));
    assert_error(&error, VGPU_ERROR_ACCESS, "qemu:///session");
    mock_sysfs_add_mdev(mock, GPU_1, "vgpu-16m", VGPU_1);
    assert_true(vgpu_prepare_session(mock->root, domain, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(case_1_leaves_what_is_there),
        TEST(case_1_checks_what_is_there),
        TEST(case_2_makes_it),
        TEST(case_2_places),
        TEST(case_3_starts_a_definition),
        TEST(case_4_leaves_it_to_libvirt),
        TEST(what_has_no_hostdev_is_not_made),
        TEST(metadata_and_definition),
        TEST(broken_definition),
        TEST(what_can_not_be_had),
        cmocka_unit_test(test_no_gpu),
        TEST(rolls_back),
        TEST(roll_back_keeps_what_was_adopted),
        TEST(own_and_ready_is_adopted),
        TEST(own_and_not_ready_is_made_again),
        TEST(own_of_another_type_is_made_again),
        TEST(own_that_is_gone_is_made_again),
        TEST(another_domains_is_an_error),
        TEST(another_domains_stale_record),
        TEST(record_of_something_else),
        TEST(released_is_taken_over),
        TEST(open_elsewhere),
        TEST(sweeps_what_is_no_longer_named),
        TEST(newer_record_is_left_alone),
        TEST(race_for_the_last_instance),
        TEST(race_and_then_another_failure),
        TEST(race_for_the_uuid),
        TEST(race_for_uuid_and_last_instance),
        TEST(killed_after_create),
        TEST(killed_while_the_kernel_works),
        TEST(late_one_is_not_forgotten),
        TEST(timeout_of_the_kernels_own),
        TEST(kept_one_gets_its_attributes),
        TEST(decides_again_after_a_wait),
        TEST(in_the_making_by_another),
        TEST(deadline_in_create),
        TEST(deadline_in_attribute),
        TEST(deadline_in_lock),
        TEST(others_start_with_broken_run),
        TEST(session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
