/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-watch.c - what wakes whoever watches, and what does not.
 */
#include "mock-sysfs.h"
#include "unit.h"

#include "record.h"
#include "watch.h"

#include <unistd.h>

#define GPU "0001:00:00.0"

/* What is told is told by then, on a busy machine too; the clock tells later. */
#define SOON_MS 3000
#define LATE    60

typedef struct {
    guint looks;
    GMainLoop *loop;
} Watcher;

static void
look(gpointer data)
{
    Watcher *watcher = data;
    watcher->looks++;
    g_main_loop_quit(watcher->loop);
}

static gboolean
give_up(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

/* How often it was told to look in so many milliseconds, ended by the first. */
static guint
looks_within(Watcher *watcher, guint milliseconds)
{
    guint source = g_timeout_add(milliseconds, give_up, watcher->loop);

    watcher->looks = 0;
    g_main_loop_run(watcher->loop);
    if (watcher->looks)
        g_source_remove(source);
    return watcher->looks;
}

/* One change wakes it; what follows from it, a new folder that is watched say, may do so too. */
static void
assert_told(Watcher *watcher)
{
    assert_int_equal(looks_within(watcher, SOON_MS), 1);
    while (looks_within(watcher, 300))
        ;
}

static void
save_record(MockSysfs *mock)
{
    VgpuRecord record = {.state = VGPU_RECORD_READY,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)"demo",
                         .vgpu = (char *)UUID_A,
                         .parent = (char *)GPU,
                         .type = (char *)"vgpu-16m"};
    assert_true(vgpu_record_save(mock->root, &record, NULL));
}

/* Neither /run/openvgpu nor /etc/openvgpu is there when it begins. */
static void
test_folders_that_come_late(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    Watcher watcher = {.loop = g_main_loop_new(NULL, FALSE)};
    VgpuWatch *watch = vgpu_watch_new(mock->root, LATE, look, &watcher, NULL);

    assert_non_null(watch);
    mock_sysfs_write(mock, "run/other", "no business of ours");
    assert_int_equal(looks_within(&watcher, 300), 0);
    assert_true(vgpu_root_make_state_dir(mock->root, NULL));
    assert_told(&watcher);
    save_record(mock);
    assert_told(&watcher);
    assert_true(vgpu_record_delete(mock->root, UUID_A, NULL));
    assert_told(&watcher);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/0000:41:00.0/0000:41:00.4", "{}");
    assert_told(&watcher);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/0000:41:00.0/0000:41:00.5", "{}");
    assert_told(&watcher);
    mock_sysfs_define(mock, GPU, UUID_A, "{}");
    assert_told(&watcher);
    mock_sysfs_define(mock, GPU, UUID_B, "{}");
    assert_told(&watcher);
    vgpu_watch_free(watch);
    g_main_loop_unref(watcher.loop);
}

/* A folder that goes and comes is watched again. */
static void
test_folder_that_goes(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    g_autofree char *folder = g_build_filename(mock->path, "etc/mdevctl.d", GPU, NULL);
    g_autofree char *file = g_build_filename(folder, UUID_A, NULL);
    Watcher watcher = {.loop = g_main_loop_new(NULL, FALSE)};
    g_autoptr(VgpuWatch) watch = NULL;

    mock_sysfs_define(mock, GPU, UUID_A, "{}");
    watch = vgpu_watch_new(mock->root, LATE, look, &watcher, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(unlink(file), 0);
        assert_int_equal(rmdir(folder), 0);
        assert_told(&watcher);
        mock_sysfs_define(mock, GPU, UUID_A, "{}");
        assert_told(&watcher);
    }
    g_main_loop_unref(watcher.loop);
}

/* Many changes at once are one. */
static void
test_settling(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    Watcher watcher = {.loop = g_main_loop_new(NULL, FALSE)};
    g_autoptr(VgpuWatch) watch = NULL;
    gint64 since;

    save_record(mock);
    watch = vgpu_watch_new(mock->root, LATE, look, &watcher, NULL);
    since = g_get_monotonic_time();
    for (int i = 0; i < 100; i++)
        save_record(mock);
    assert_int_equal(looks_within(&watcher, SOON_MS), 1);
    assert_true(g_get_monotonic_time() - since >= 50000);
    assert_int_equal(looks_within(&watcher, 300), 0);
    g_main_loop_unref(watcher.loop);
}

/* Where nothing tells, the clock does. */
static void
test_time(void **state)
{
    g_autoptr(MockSysfs) mock = mock_sysfs_new();
    Watcher watcher = {.loop = g_main_loop_new(NULL, FALSE)};
    g_autoptr(VgpuWatch) watch = vgpu_watch_new(mock->root, 1, look, &watcher, NULL);

    assert_int_equal(looks_within(&watcher, SOON_MS), 1);
    assert_int_equal(looks_within(&watcher, SOON_MS), 1);
    g_main_loop_unref(watcher.loop);
}

static void
test_kernel_events(void **state)
{
    static const char mdev[] = "add@/devices/x\0ACTION=add\0DEVPATH=/devices/x\0SUBSYSTEM=mdev";
    static const char parent[] = "change@/devices/y\0SUBSYSTEM=css\0MDEV_STATE=registered";
    static const char function[] = "bind@/devices/z\0SUBSYSTEM=pci\0DRIVER=nvidia";
    static const char other[] = "add@/devices/u\0SUBSYSTEM=usb\0PRODUCT=SUBSYSTEM=mdev";

    assert_true(vgpu_watch_concerns(mdev, sizeof(mdev)));
    assert_true(vgpu_watch_concerns(mdev, sizeof(mdev) - 1));
    assert_true(vgpu_watch_concerns(parent, sizeof(parent)));
    assert_true(vgpu_watch_concerns(function, sizeof(function)));
    assert_false(vgpu_watch_concerns(other, sizeof(other)));
    assert_false(vgpu_watch_concerns(mdev, sizeof(mdev) - 2));
    assert_false(vgpu_watch_concerns("", 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders_that_come_late),
        cmocka_unit_test(test_folder_that_goes),
        cmocka_unit_test(test_settling),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_kernel_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
