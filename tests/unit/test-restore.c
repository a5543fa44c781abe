/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-restore.c - vGPUs come back after a boot, whoever else is at it, and nothing half-made
 * stays.
 */
#include "mock-sysfs.h"
#include "mock-vf.h"
#include "unit.h"

#include "lock.h"
#include "log.h"
#include "record.h"
#include "restore.h"
#include "sysfs.h"

#include <errno.h>
#include <unistd.h>

#define GPU "0001:00:00.0"
#define AUTO(type, params)                                                                         \
    "{\"mdev_type\":\"" type "\",\"start\":\"auto\",\"attrs\":[{\"vgpu/params\":\"" params         \
    "\"},{\"vgpu/vm_name\":\"x\"}]}"
#define SMALL "resolution=640x480"

typedef struct {
    MockSysfs *mock;
    GPtrArray *lines;
    VgpuRestoreCount count;
    VgpuLock *lock;
    GError *error;
} Fixture;

static void
take_line(const VgpuLogEntry *entry, gpointer user_data)
{
    g_ptr_array_add(user_data, g_strdup(entry->line));
}

static int
setup(void **state)
{
    Fixture *f = g_new0(Fixture, 1);
    f->mock = mock_sysfs_new();
    f->lines = g_ptr_array_new_with_free_func(g_free);
    vgpu_log_set_sink(take_line, f->lines);
    mock_sysfs_add_gpu(f->mock, GPU);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *f = *state;
    vgpu_log_set_sink(NULL, NULL);
    g_clear_error(&f->error);
    g_ptr_array_unref(f->lines);
    mock_sysfs_free(f->mock);
    g_free(f);
    return 0;
}

static void
run(Fixture *f, const char *parent)
{
    const char *const parents[] = {parent, NULL};
    assert_true(vgpu_restore_run(f->mock->root, parents, 5000, NULL, NULL, &f->count, &f->error));
    assert_no_error(f->error);
}

static void
assert_count(const Fixture *f, guint started, guint present, guint failed, guint waiting)
{
    assert_int_equal(f->count.started, started);
    assert_int_equal(f->count.present, present);
    assert_int_equal(f->count.failed, failed);
    assert_int_equal(f->count.waiting, waiting);
}

static void
assert_attr(const Fixture *f, const char *uuid, const char *name, const char *value)
{
    g_autofree char *text = mock_sysfs_get_attr(f->mock, uuid, name);
    assert_non_null(text);
    assert_string_equal(g_strchomp(text), value);
}

/* How often it was told, and the last that was. */
typedef struct {
    guint calls, done, total;
} Told;

static void
keep_told(guint done, guint total, gpointer user_data)
{
    Told *told = user_data;
    *told = (Told){told->calls + 1, done, total};
}

static void
test_tells_how_far_it_is(void **state)
{
    Fixture *f = *state;
    Told told = {0};
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_C, AUTO("vgpu-16m", SMALL));
    assert_true(vgpu_restore_run(f->mock->root, NULL, 5000, keep_told, &told, &f->count, NULL));
    assert_int_equal(told.calls, 3);
    assert_int_equal(told.done, 3);
    assert_int_equal(told.total, 3);
}

static void
test_boot(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_C, AUTO("vgpu-16m", SMALL));
    run(f, NULL);
    assert_count(f, 1, 0, 0, 1);
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_A));
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_B));
    assert_attr(f, UUID_A, "vgpu/params", SMALL);
    assert_attr(f, UUID_A, "vgpu/vm_name", "x");
    assert_int_equal(f->lines->len, 0);

    /* the second GPU comes later; its own run serves it alone */
    mock_sysfs_add_gpu(f->mock, "0002:00:00.0");
    run(f, "0002:00:00.0");
    assert_count(f, 1, 0, 0, 0);
    run(f, NULL);
    assert_count(f, 0, 2, 0, 0);
}

static void
test_one_that_fails_stops_no_other(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, "00000000-0000-0000-0000-000000000001", "rubbish");
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-1g", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, AUTO("vgpu-16m", "resolution=1x1"));
    mock_sysfs_define(f->mock, GPU, UUID_C, AUTO("vgpu-16m", SMALL));
    run(f, GPU);
    assert_count(f, 1, 0, 3, 0);
    assert_int_equal(f->lines->len, 3);
    assert_non_null(strstr(f->lines->pdata[0], "00000000-0000-0000-0000-000000000001"));
    assert_non_null(strstr(f->lines->pdata[1], UUID_A));
    assert_non_null(strstr(f->lines->pdata[2], UUID_B));
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_C));
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_B));
}

static void
test_half_made_one_is_removed(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_fail(f->mock, "vgpu/vm_name", EIO);
    run(f, GPU);
    assert_count(f, 0, 0, 1, 0);
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_A));
    mock_sysfs_fail(f->mock, "vgpu/vm_name", 0);
    run(f, GPU);
    assert_count(f, 1, 0, 0, 0);
}

/* A kernel that makes a vGPU but never gives it a type. */
static int
make_half(const char *path, const char *value, gpointer user_data)
{
    Fixture *f = user_data;
    g_autofree char *link =
        g_build_filename(f->mock->path, "sys/bus/mdev/devices/" UUID_A "/mdev_type", NULL);
    if (g_str_has_suffix(path, "/create"))
        return mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A) ? EIO : unlink(link);
    if (g_str_has_suffix(path, "/remove"))
        mock_sysfs_write(f->mock, "removed", "");
    return 0;
}

/* The kernel would refuse to remove it, and for good. */
static void
test_one_without_its_type_is_not_removed(void **state)
{
    Fixture *f = *state;
    const char *const parents[] = {GPU, NULL};
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    vgpu_sysfs_set_writer(make_half, f);
    assert_true(vgpu_restore_run(f->mock->root, parents, 1000, NULL, NULL, &f->count, &f->error));
    assert_count(f, 0, 0, 1, 0);
    g_autofree char *removed = mock_sysfs_read(f->mock, "removed");
    assert_null(removed);
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_A));
    assert_int_equal(f->lines->len, 1);
}

/* A kernel where mdevctl makes the vGPU between our look and our write. */
static int
lose_race(const char *path, const char *value, gpointer user_data)
{
    Fixture *f = user_data;
    if (g_str_has_suffix(path, "/create")) {
        mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
        return EEXIST;
    }
    mock_sysfs_write(f->mock, path + strlen(f->mock->path) + 1, value);
    return 0;
}

static void
test_mdevctl_is_faster(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    vgpu_sysfs_set_writer(lose_race, f);
    run(f, GPU);
    assert_count(f, 0, 1, 0, 0);
    assert_attr(f, UUID_A, "vgpu/params", SMALL);
    assert_attr(f, UUID_A, "vgpu/vm_name", "x");
}

static void
test_mdevctl_was_first_with_another_type(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-32m", SMALL));
    vgpu_sysfs_set_writer(lose_race, f);
    run(f, GPU);
    assert_count(f, 0, 0, 1, 0);
    assert_non_null(strstr(f->lines->pdata[0], "'vgpu-16m'"));
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_A));
}

static void
test_present_one_gets_its_attributes_unless_open(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    mock_sysfs_hold(f->mock, UUID_A, 77);
    run(f, GPU);
    assert_count(f, 0, 1, 0, 0);
    assert_attr(f, UUID_A, "vgpu/params", "");
    mock_sysfs_let_go(f->mock, 77);
    run(f, GPU);
    assert_count(f, 0, 1, 0, 0);
    assert_attr(f, UUID_A, "vgpu/params", SMALL);
    /* right already: nothing is written, so nothing can fail */
    mock_sysfs_fail(f->mock, "vgpu/params", EIO);
    run(f, GPU);
    assert_count(f, 0, 1, 0, 0);
}

/* Of the domain "vma". */
static void
put_record(Fixture *f, VgpuRecordState state)
{
    VgpuRecord record = {state,
                         VGPU_RECORD_DEFINITION,
                         (char *)"d0d0d0d0-0000-4000-8000-00000000000a",
                         (char *)"vma",
                         (char *)UUID_A,
                         (char *)GPU,
                         (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(f->mock->root, &record, NULL));
}

/* QEMU may be about to open it. */
static void
test_present_one_of_a_domain_is_left_alone(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_add_mdev(f->mock, GPU, "vgpu-16m", UUID_A);
    put_record(f, VGPU_RECORD_READY);
    run(f, GPU);
    assert_count(f, 0, 1, 0, 0);
    assert_attr(f, UUID_A, "vgpu/params", "");
    put_record(f, VGPU_RECORD_RELEASED);
    run(f, GPU);
    assert_attr(f, UUID_A, "vgpu/params", SMALL);
}

static void
test_other_vendors_are_restored_too(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_parent(f->mock, "0000:3b:00.0", "nvidia", 0);
    mock_sysfs_add_type(f->mock, "0000:3b:00.0", "nvidia-63", 2, 1024);
    mock_sysfs_define(f->mock, "0000:3b:00.0", UUID_A,
                      "{\"mdev_type\":\"nvidia-63\",\"start\":\"auto\"}");
    run(f, NULL);
    assert_count(f, 1, 0, 0, 0);
}

static void
test_locked_out(void **state)
{
    Fixture *f = *state;
    const char *const parents[] = {GPU, NULL};
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    g_autoptr(VgpuLock) lock = vgpu_lock_vgpu(f->mock->root, UUID_A, &deadline, &f->error);
    assert_true(vgpu_restore_run(f->mock->root, parents, 50, NULL, NULL, &f->count, &f->error));
    assert_count(f, 0, 0, 1, 0);
    assert_non_null(strstr(f->lines->pdata[0], "lock"));
}

static gpointer
make_meanwhile(gpointer mock)
{
    g_usleep(100000);
    mock_sysfs_add_mdev(mock, GPU, "vgpu-16m", UUID_A);
    return NULL;
}

/* The GPU's lock is not had in time, and mdevctl makes the vGPU meanwhile: that is not ours. */
static void
test_others_made_it_while_we_waited(void **state)
{
    Fixture *f = *state;
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    g_autoptr(VgpuLock) lock = vgpu_lock_parent(f->mock->root, GPU, &deadline, &f->error);
    GThread *thread = g_thread_new("mdevctl", make_meanwhile, f->mock);
    assert_true(vgpu_restore_run(f->mock->root, NULL, 400, NULL, NULL, &f->count, &f->error));
    g_thread_join(thread);
    assert_count(f, 0, 0, 1, 0);
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_A));
}

/* A record whose vGPU is gone would make the restored one its domain's. */
static void
test_stale_record_goes(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    put_record(f, VGPU_RECORD_READY);
    run(f, NULL);
    assert_count(f, 1, 0, 0, 0);
    assert_null(vgpu_record_load(f->mock->root, UUID_A, NULL));
}

/* A kernel that has the id still, once for each letter of "taken". */
static int
answer_taken(const char *path, const char *value, gpointer user_data)
{
    Fixture *f = user_data;
    g_autofree char *taken = mock_sysfs_read(f->mock, "taken");
    if (!g_str_has_suffix(path, "/create") || !taken[0])
        return mock_sysfs_kernel(f->mock, path, value);
    mock_sysfs_write(f->mock, "taken", taken + 1);
    return EEXIST;
}

static void
test_id_is_not_free_yet(void **state)
{
    Fixture *f = *state;
    g_autofree char *often = g_strnfill(100, 'x');
    const char *const parents[] = {GPU, NULL};
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    put_record(f, VGPU_RECORD_LATE);
    mock_sysfs_write(f->mock, "taken", often);
    vgpu_sysfs_set_writer(answer_taken, f);
    assert_true(vgpu_restore_run(f->mock->root, parents, 1000, NULL, NULL, &f->count, &f->error));
    assert_count(f, 0, 0, 1, 0);
    g_autoptr(VgpuRecord) record = vgpu_record_load(f->mock->root, UUID_A, NULL);
    assert_non_null(record);
    mock_sysfs_write(f->mock, "taken", "xxx");
    run(f, GPU);
    assert_count(f, 1, 0, 0, 0);
    assert_null(vgpu_record_load(f->mock->root, UUID_A, NULL));
    assert_attr(f, UUID_A, "vgpu/params", SMALL);
}

static gpointer
let_go_later(gpointer lock)
{
    g_usleep(2300000);
    vgpu_lock_release(lock);
    return NULL;
}

/* A guest keeps the lock for longer than a vGPU may take; that is no reason to fail it. */
static void
test_waits_for_a_guest(void **state)
{
    Fixture *f = *state;
    const char *const parents[] = {GPU, NULL};
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    VgpuLock *lock = vgpu_lock_vgpu(f->mock->root, UUID_A, &deadline, &f->error);
    GThread *thread = g_thread_new("guest", let_go_later, lock);
    assert_true(vgpu_restore_run(f->mock->root, parents, 2000, NULL, NULL, &f->count, &f->error));
    g_thread_join(thread);
    assert_count(f, 1, 0, 0, 0);
}

#define LATE     "time is up while waiting for the kernel"
#define GIVEN_UP "has answered in time for none of the last"

/* One line has both. */
static void
assert_line(const Fixture *f, const char *which, const char *why)
{
    for (guint i = 0; i < f->lines->len; i++)
        if (strstr(f->lines->pdata[i], which) && strstr(f->lines->pdata[i], why))
            return;
    fail_msg("no line has '%s' and '%s'", which, why);
}

/* A driver that does not answer costs those of its own GPU their time, and no other anything. */
static void
test_one_that_hangs_stops_no_other(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_gpu(f->mock, "0002:00:00.0");
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\"}");
    mock_sysfs_fail(f->mock, "vgpu/params", MOCK_HANG);
    assert_true(vgpu_restore_run(f->mock->root, NULL, 200, NULL, NULL, &f->count, &f->error));
    assert_count(f, 1, 0, 1, 0);
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_B));
    assert_int_equal(f->lines->len, 1);
    assert_non_null(strstr(f->lines->pdata[0], "vGPU '" UUID_A "'"));
    assert_non_null(strstr(f->lines->pdata[0], "time is up"));
}

/*
 * Nor does the first of a GPU keep that GPU's lock: the next gets its own try. After two, nobody
 * waits for that GPU any more.
 */
static void
test_one_that_hangs_leaves_its_gpu_to_the_next(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_gpu(f->mock, "0002:00:00.0");
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, AUTO("vgpu-32m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_C, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_C, AUTO("vgpu-16m", SMALL));
    mock_sysfs_fail(f->mock, "create", MOCK_HANG);
    assert_true(vgpu_restore_run(f->mock->root, NULL, 200, NULL, NULL, &f->count, &f->error));
    assert_count(f, 0, 0, 4, 0);
    assert_int_equal(f->lines->len, 4);
    assert_line(f, "vGPU '" UUID_A "' of parent '" GPU "'", LATE);
    assert_line(f, "vGPU '" UUID_B "' of parent '" GPU "'", LATE);
    assert_line(f, "vGPU '" UUID_C "' of parent '" GPU "'", GIVEN_UP);
    assert_line(f, "vGPU '" UUID_C "' of parent '0002:00:00.0'", LATE);
}

static void
add_function(Fixture *f, const char *name)
{
    g_autofree char *folder = g_build_filename(f->mock->path, "sys/bus/pci/devices", name, NULL);
    g_autofree char *link = g_build_filename(folder, "physfn", NULL);
    mock_sysfs_add_gpu(f->mock, name);
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_int_equal(symlink("../" GPU, link), 0);
}

/* Where virtual functions make mediated devices, each is a parent, and has one. */
static void
test_functions_of_a_gpu_that_hangs(void **state)
{
    Fixture *f = *state;
    add_function(f, "0001:00:00.1");
    add_function(f, "0001:00:00.2");
    mock_sysfs_define(f->mock, "0001:00:00.1", UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0001:00:00.2", UUID_B, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0001:00:00.2", UUID_C, AUTO("vgpu-16m", SMALL));
    mock_sysfs_fail(f->mock, "create", MOCK_HANG);
    assert_true(vgpu_restore_run(f->mock->root, NULL, 200, NULL, NULL, &f->count, &f->error));
    assert_count(f, 0, 0, 3, 0);
    assert_non_null(strstr(f->lines->pdata[2], GIVEN_UP));
}

/* A GPU whose vGPUs are there once the other GPU has its own. */
static int
wait_for_the_other(const char *path, const char *value, gpointer user_data)
{
    Fixture *f = user_data;

    for (guint i = 0; strstr(path, GPU "/") && i < 400 && !mock_sysfs_has_mdev(f->mock, UUID_B);
         i++)
        g_usleep(10000);
    return mock_sysfs_kernel(f->mock, path, value);
}

static void
test_gpus_side_by_side(void **state)
{
    Fixture *f = *state;
    mock_sysfs_add_gpu(f->mock, "0002:00:00.0");
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_B, AUTO("vgpu-16m", SMALL));
    vgpu_sysfs_set_writer(wait_for_the_other, f);
    assert_true(vgpu_restore_run(f->mock->root, NULL, 1000, NULL, NULL, &f->count, &f->error));
    assert_count(f, 2, 0, 0, 0);
}

/* More of them than are seen to at the same time. */
static void
test_many_gpus(void **state)
{
    Fixture *f = *state;
    for (guint i = 1; i <= 9; i++) {
        g_autofree char *gpu = g_strdup_printf("%04u:00:00.0", i);
        g_autofree char *uuid = g_strdup_printf("00000000-0000-4000-8000-00000000000%u", i);
        if (i > 1)
            mock_sysfs_add_gpu(f->mock, gpu);
        mock_sysfs_define(f->mock, gpu, uuid, AUTO("vgpu-16m", SMALL));
    }
    run(f, NULL);
    assert_count(f, 9, 0, 0, 0);
    assert_int_equal(f->lines->len, 0);
}

/* Notes which GPUs are asked to turn their functions on, and whether two are at the same time. */
static int
turn_on_slowly(const char *path, const char *value G_GNUC_UNUSED, gpointer user_data)
{
    Fixture *f = user_data;
    g_autofree char *mark = g_build_filename(f->mock->path, "turns-on", NULL);

    if (g_file_test(mark, G_FILE_TEST_EXISTS))
        mock_sysfs_write(f->mock, "two at a time", "");
    mock_sysfs_write(f->mock, "turns-on", "");
    g_usleep(300000);
    unlink(mark);
    mock_sysfs_write(f->mock, strstr(path, MOCK_PF_2) ? "second" : "first", "");
    return EIO;
}

static gboolean
has_file(const Fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(f->mock->path, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* The kernel makes one wait for the other, and each is to have its own time. */
static void
test_functions_are_turned_on_one_gpu_after_the_other(void **state)
{
    Fixture *f = *state;
    const char *const definition = "{\"mdev_type\":\"nvidia-557\",\"start\":\"auto\"}";
    g_autofree char *driver =
        g_build_filename(f->mock->path, "sys/bus/pci/devices/" MOCK_PF_2 "/driver", NULL);
    mock_vf_add(f->mock, 0);
    mock_vf_add_second(f->mock);
    assert_int_equal(symlink("../../../bus/pci/drivers/nvidia", driver), 0);
    mock_sysfs_write(f->mock, "sys/bus/pci/devices/" MOCK_PF_2 "/sriov_totalvfs", "4\n");
    mock_sysfs_write(f->mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_1, definition);
    mock_sysfs_write(f->mock, "etc/openvgpu/vgpus.d/" MOCK_PF_2 "/0000:42:00.5", definition);
    vgpu_sysfs_set_writer(turn_on_slowly, f);
    run(f, NULL);
    assert_count(f, 0, 0, 2, 0);
    assert_true(has_file(f, "first"));
    assert_true(has_file(f, "second"));
    assert_false(has_file(f, "two at a time"));
}

/* Those that are named are seen to side by side too. */
static void
test_gpus_by_name(void **state)
{
    Fixture *f = *state;
    const char *const parents[] = {GPU, "0002:00:00.0", NULL};
    mock_sysfs_add_gpu(f->mock, "0002:00:00.0");
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\"}");
    mock_sysfs_fail(f->mock, "vgpu/params", MOCK_HANG);
    assert_true(vgpu_restore_run(f->mock->root, parents, 200, NULL, NULL, &f->count, &f->error));
    assert_count(f, 1, 0, 1, 0);
}

/* Of several of a GPU the one that is named; of two with one name none. */
static void
test_vgpu_by_name(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, AUTO("vgpu-16m", SMALL));
    run(f, UUID_B);
    assert_count(f, 1, 0, 0, 0);
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_A));
    assert_true(mock_sysfs_has_mdev(f->mock, UUID_B));
    mock_sysfs_define(f->mock, "0002:00:00.0", UUID_A, AUTO("vgpu-16m", SMALL));
    run(f, UUID_A);
    assert_count(f, 0, 0, 1, 0);
    assert_int_equal(f->lines->len, 1);
    assert_non_null(strstr(f->lines->pdata[0], "0002:00:00.0"));
}

/* Its definition goes, or is changed, while an earlier one takes its time. */
static int
change_the_others(const char *path, const char *value, gpointer user_data)
{
    Fixture *f = user_data;
    g_autofree char *b = g_build_filename(f->mock->path, "etc/mdevctl.d/" GPU "/" UUID_B, NULL);

    if (g_str_has_suffix(path, "/vgpu-16m/create")) {
        unlink(b);
        mock_sysfs_define(f->mock, GPU, UUID_C,
                          "{\"mdev_type\":\"vgpu-32m\",\"start\":\"manual\"}");
    }
    return mock_sysfs_kernel(f->mock, path, value);
}

static void
test_what_is_undefined_meanwhile_is_not_made(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_B, AUTO("vgpu-32m", SMALL));
    mock_sysfs_define(f->mock, GPU, UUID_C, AUTO("vgpu-32m", SMALL));
    vgpu_sysfs_set_writer(change_the_others, f);
    run(f, GPU);
    assert_count(f, 1, 0, 0, 0);
    assert_int_equal(f->lines->len, 0);
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_B));
    assert_false(mock_sysfs_has_mdev(f->mock, UUID_C));
}

static gpointer
undefine_and_let_go(gpointer data)
{
    Fixture *f = data;
    g_autofree char *a = g_build_filename(f->mock->path, "etc/mdevctl.d/" GPU "/" UUID_A, NULL);

    g_usleep(1500000); /* by then it has been read */
    unlink(a);
    vgpu_lock_release(f->lock);
    return NULL;
}

/* Nor what is while its lock is waited for. */
static void
test_what_is_undefined_by_who_has_its_lock_is_not_made(void **state)
{
    Fixture *f = *state;
    VgpuDeadline deadline = vgpu_deadline_after(5000);
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    f->lock = vgpu_lock_vgpu(f->mock->root, UUID_A, &deadline, &f->error);
    GThread *thread = g_thread_new("undefine", undefine_and_let_go, f);
    run(f, GPU);
    g_thread_join(thread);
    assert_count(f, 0, 0, 0, 0);
    assert_int_equal(f->lines->len, 0);
}

/* What can't be read is said, once, and hides nothing else. */
static void
test_unreadable_folder_stops_no_other(void **state)
{
    Fixture *f = *state;
    mock_sysfs_define(f->mock, GPU, UUID_A, AUTO("vgpu-16m", SMALL));
    mock_sysfs_write(f->mock, "etc/openvgpu/vgpus.d", "no folder");
    assert_true(vgpu_restore_run(f->mock->root, NULL, 5000, NULL, NULL, &f->count, &f->error));
    assert_count(f, 1, 0, 1, 0);
    assert_int_equal(f->lines->len, 1);
    assert_non_null(strstr(f->lines->pdata[0], "/etc/openvgpu/vgpus.d': Not a directory"));
    mock_sysfs_define(f->mock, GPU, UUID_B, AUTO("vgpu-16m", SMALL));
    run(f, GPU);
    assert_count(f, 1, 1, 1, 0);
}

static void
test_bad_parent_name(void **state)
{
    Fixture *f = *state;
    const char *const parents[] = {"../x", NULL};
    assert_false(vgpu_restore_run(f->mock->root, parents, 50, NULL, NULL, &f->count, &f->error));
    assert_error(&f->error, VGPU_ERROR_INVALID, "../x");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_boot),
        TEST(test_tells_how_far_it_is),
        TEST(test_one_that_fails_stops_no_other),
        TEST(test_half_made_one_is_removed),
        TEST(test_one_without_its_type_is_not_removed),
        TEST(test_mdevctl_is_faster),
        TEST(test_mdevctl_was_first_with_another_type),
        TEST(test_present_one_gets_its_attributes_unless_open),
        TEST(test_other_vendors_are_restored_too),
        TEST(test_locked_out),
        TEST(test_waits_for_a_guest),
        TEST(test_others_made_it_while_we_waited),
        TEST(test_stale_record_goes),
        TEST(test_id_is_not_free_yet),
        TEST(test_present_one_of_a_domain_is_left_alone),
        TEST(test_one_that_hangs_stops_no_other),
        TEST(test_one_that_hangs_leaves_its_gpu_to_the_next),
        TEST(test_functions_of_a_gpu_that_hangs),
        TEST(test_gpus_side_by_side),
        TEST(test_many_gpus),
        TEST(test_functions_are_turned_on_one_gpu_after_the_other),
        TEST(test_gpus_by_name),
        TEST(test_vgpu_by_name),
        TEST(test_what_is_undefined_meanwhile_is_not_made),
        TEST(test_what_is_undefined_by_who_has_its_lock_is_not_made),
        TEST(test_unreadable_folder_stops_no_other),
        TEST(test_bad_parent_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
