/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-daemon.c - libvirt's daemons, seen from outside: installed, listening, running.
 */
#include "mock-host.h"
#include "unit.h"

#include "daemon.h"

#include <unistd.h>

static void
test_monolithic(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autoptr(VgpuDaemon) libvirtd = vgpu_daemon_load(mock->root, "libvirtd");
    g_autoptr(VgpuDaemon) virtqemud = vgpu_daemon_load(mock->root, "virtqemud");

    assert_non_null(libvirtd->program);
    assert_string_equal(libvirtd->socket, "/run/libvirt/libvirt-sock");
    assert_true(libvirtd->has_socket);
    assert_true(libvirtd->listening);
    assert_int_equal(libvirtd->pid, 4000);
    assert_null(virtqemud->program);
    assert_string_equal(virtqemud->socket, "/run/libvirt/virtqemud-sock");
    assert_false(virtqemud->has_socket);
    assert_false(virtqemud->listening);
    assert_int_equal(virtqemud->pid, 0);
}

static void
test_modular(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    mock_host_make_modular(mock);
    g_autoptr(VgpuDaemon) libvirtd = vgpu_daemon_load(mock->root, "libvirtd");
    g_autoptr(VgpuDaemon) virtqemud = vgpu_daemon_load(mock->root, "virtqemud");
    g_autoptr(VgpuDaemon) virtnodedevd = vgpu_daemon_load(mock->root, "virtnodedevd");

    assert_false(libvirtd->has_socket || libvirtd->listening);
    assert_true(virtqemud->listening);
    assert_int_equal(virtqemud->pid, 4000);
    /* started by systemd when somebody comes */
    assert_true(virtnodedevd->listening);
    assert_int_equal(virtnodedevd->pid, 0);
}

/* A socket is one that somebody listens on; clients of it have its path as well. */
static void
test_listening(void **state)
{
    static const char *const deaf[] = {
        "",
        "0: 00000003 00000000 00000000 0001 03 20002 /run/libvirt/libvirt-sock\n",
        "0: 00000002 00000000 00010000 0001 01 20002 /run/libvirt/libvirt-sock-ro\n",
        "0: 00000002 00000000 00010000 0001 01 20002 @/run/libvirt/libvirt-sock/x\n",
        "0: 00000002 00000000 00010000 0001 01 20002\n",
        "/run/libvirt/libvirt-sock\n",
    };
    g_autoptr(MockSysfs) mock = mock_host_new();

    for (gsize i = 0; i < G_N_ELEMENTS(deaf); i++) {
        mock_sysfs_write(mock, "proc/net/unix", deaf[i]);
        g_autoptr(VgpuDaemon) daemon = vgpu_daemon_load(mock->root, "libvirtd");
        assert_true(daemon->has_socket);
        if (daemon->listening)
            fail_msg("somebody listens, by: %s", deaf[i]);
    }
}

static void
test_process(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autofree char *stat = g_strdup_printf("4000 (a) b) S 1 4000 4000 0 -1 4194560 1 1 1 1 1 1 1 "
                                            "1 20 0 1 0 %ld 1 1 18446744073709551615\n",
                                            100 * sysconf(_SC_CLK_TCK));

    mock_sysfs_write(mock, "proc/stat", "cpu 1 2\nbtime 1700000000\nprocesses 1\n");
    mock_sysfs_write(mock, "proc/4000/stat", stat);
    g_autoptr(VgpuDaemon) running = vgpu_daemon_load(mock->root, "libvirtd");
    assert_int_equal(running->started, G_GINT64_CONSTANT(1700000100) * G_USEC_PER_SEC);
    /* the number of one that has gone, which another process has now */
    mock_sysfs_write(mock, "proc/4000/comm", "libvirtd-like\n");
    g_autoptr(VgpuDaemon) other = vgpu_daemon_load(mock->root, "libvirtd");
    assert_int_equal(other->pid, 0);
    mock_sysfs_write(mock, "run/libvirtd.pid", "-1");
    g_autoptr(VgpuDaemon) none = vgpu_daemon_load(mock->root, "libvirtd");
    assert_int_equal(none->pid, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monolithic),
        cmocka_unit_test(test_modular),
        cmocka_unit_test(test_listening),
        cmocka_unit_test(test_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
