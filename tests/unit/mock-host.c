/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-host.c - a whole host on a mock machine.
 */
#include "config.h"
#include "mock-host.h"

#include "mock-vf.h"
#include "record.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLUGINS "usr/lib/x86_64-linux-gnu/libvirt/connection-driver/"
#define SOCKETS                                                                                    \
    "Num       RefCount Protocol Flags    Type St Inode Path\n"                                    \
    "0000000000000000: 00000002 00000000 00010000 0001 01 18733 /run/systemd/private\n"
/* One that listens, and a client that is connected to it. */
#define SOCKET(path)                                                                               \
    "0000000000000000: 00000002 00000000 00010000 0001 01 20001 " path "\n"                        \
    "0000000000000000: 00000003 00000000 00000000 0001 03 20002 " path "\n"

/* What stands in plain files. */
static const struct {
    const char *file;
    const char *text;
} files[] = {
    {"etc/os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\n"},
    {"proc/sys/kernel/osrelease", MOCK_HOST_KERNEL "\n"},
    {"proc/sys/kernel/arch", "x86_64\n"},
    {"proc/net/unix", SOCKETS SOCKET("/run/libvirt/libvirt-sock")},
    {"proc/4000/comm", "libvirtd\n"},
    {"proc/locks", ""},
    {"lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
     "kernel/drivers/vfio/vfio.ko.xz:\nkernel/drivers/vfio/vfio_iommu_type1.ko.xz:\n"
     "kernel/drivers/vfio/mdev/mdev.ko.xz:\nupdates/openvgpu/vgpu-vfio.ko:\n"
     "updates/openvgpu/vgpu-simpci.ko:\n"},
    {"lib/modules/" MOCK_HOST_KERNEL "/updates/openvgpu/vgpu-vfio.ko", ""},
    {"sys/module/vgpu_vfio/srcversion", "86FB2C1F0A0E3D4F7C55E1B\n"},
    {"sys/module/apparmor/parameters/enabled", "Y\n"},
    {"sys/kernel/security/apparmor/profiles", "man_filter (enforce)\nlibvirtd (enforce)\n"},
    {"etc/apparmor.d/usr.sbin.libvirtd", "  /etc/libvirt/hooks/** rmix,\n"},
    {"dev/vfio/vfio", ""},
    {"run/libvirtd.pid", "4000"},
    {"run/libvirt/libvirt-sock", ""},
    {"run/libvirt/qemu/desk.pid", "4711"},
    {PLUGINS "libvirt_driver_qemu.so", ""},
    {PLUGINS "libvirt_driver_nodedev.so", ""},
    {"etc/openvgpu/openvgpu.conf",
     "[hook]\nenabled=yes\ndeadline=1\n[allow]\ntypes=vgpu-*;nvidia-*;i915-*\n"},
    /* as Debian has it: the program is in /usr/bin */
    {"usr/lib/udev/rules.d/60-mdevctl.rules",
     "# starts what is defined\nACTION==\"change\", TEST==\"/etc/mdevctl.d/$kernel\", "
     "RUN+=\"/bin/sh -c '{ /usr/sbin/mdevctl start-parent-mdevs %k; }'\"\n"},
    {"usr/lib/udev/rules.d/70-openvgpu.rules", "ACTION==\"change\"\n"},
};

/* What stands in for programs. */
static const struct {
    const char *file;
    const char *script;
} programs[] = {
    {"usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 11.3.0'"},
    {"usr/bin/qemu-system-x86_64", "echo 'QEMU emulator version 10.0.2 (Debian 1:10.0.2)'"},
    {"usr/bin/mdevctl", "case $1 in --version) echo 'mdevctl 1.4.0' ;; list) echo '[]' ;; esac"},
    {"usr/sbin/modinfo", "[ \"$3\" = vgpu-vfio ] && cat \"${0%/usr/*}/sys/module/vgpu_vfio/"
                         "srcversion\""},
    {"usr/bin/journalctl", "exit 1"},
    {"usr/bin/systemctl", "for unit; do :; done\n"
                          "cat \"${0%/usr/*}/units/$unit\" 2>/dev/null ||\n"
                          "printf 'LoadState=not-found\\nActiveState=inactive\\n'"},
    {"etc/libvirt/hooks/qemu.d/50-openvgpu",
     "[ \"$*\" = --version ] && printf 'openvgpu-hook " PACKAGE_VERSION
     "\\nhook.so " PACKAGE_VERSION "\\n'"},
    {"etc/mdevctl.d/scripts.d/callouts/50-openvgpu", "exit 2"},
};

static const char *const folders[] = {
    "usr/lib/mdevctl/scripts.d/callouts",
    "usr/lib/mdevctl/scripts.d/notifiers",
};

void
mock_host_chmod(MockSysfs *mock, const char *file, guint mode)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    assert_int_equal(chmod(path, mode), 0);
}

void
mock_host_program(MockSysfs *mock, const char *file, const char *script)
{
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", script);

    mock_sysfs_write(mock, file, text);
    mock_host_chmod(mock, file, 0755);
}

void
mock_host_unit(MockSysfs *mock, const char *unit, const char *load, const char *active,
               const char *wanted)
{
    g_autofree char *file = g_strconcat("units/", unit, NULL);
    g_autofree char *text = g_strdup_printf("LoadState=%s\nActiveState=%s\nWantedBy=%s\n"
                                            "StateChangeTimestampMonotonic=0\n",
                                            load, active, wanted);
    mock_sysfs_write(mock, file, text);
}

void
mock_host_daemon_started(MockSysfs *mock, int seconds)
{
    g_autofree char *boot = g_strdup_printf("cpu 0\nbtime %" G_GINT64_FORMAT "\nprocesses 9\n",
                                            g_get_real_time() / G_USEC_PER_SEC + seconds);

    mock_sysfs_write(mock, "proc/stat", boot);
    mock_sysfs_write(mock, "proc/4000/stat",
                     "4000 (libvirt) d) S 1 4000 4000 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 0 1 1 "
                     "18446744073709551615\n");
}

void
mock_host_remove(MockSysfs *mock, const char *file)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    assert_int_equal(remove(path), 0);
}

void
mock_host_link(MockSysfs *mock, const char *file, const char *target)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
}

/* A vGPU that is defined, and one of the guest "desk", whose QEMU is process 4711. */
static void
add_vgpus(MockSysfs *mock)
{
    VgpuRecord record = {.state = VGPU_RECORD_READY,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)"11111111-2222-3333-4444-555555555555",
                         .domain_name = (char *)"desk",
                         .vgpu = (char *)UUID_A,
                         .parent = (char *)MOCK_HOST_GPU,
                         .type = (char *)"vgpu-16m"};

    mock_sysfs_add_gpu(mock, MOCK_HOST_GPU);
    mock_sysfs_define(mock, MOCK_HOST_GPU, UUID_B,
                      "{\"mdev_type\":\"vgpu-32m\",\"start\":\"auto\",\"attrs\":[]}");
    assert_int_equal(mock_sysfs_add_mdev(mock, MOCK_HOST_GPU, "vgpu-16m", UUID_A), 0);
    assert_true(vgpu_record_save(mock->root, &record, NULL));
    mock_sysfs_write(mock, "run/openvgpu/locks", "");
    mock_sysfs_hold(mock, UUID_A, 4711);
}

MockSysfs *
mock_host_new(void)
{
    MockSysfs *mock = mock_sysfs_new();

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        mock_sysfs_write(mock, files[i].file, files[i].text);
    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++)
        mock_host_program(mock, programs[i].file, programs[i].script);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(mock->path, folders[i], NULL);
        assert_int_equal(g_mkdir_with_parents(path, 0755), 0);
    }
    mock_host_daemon_started(mock, 60);
    mock_host_unit(mock, "openvgpu-restore.service", "loaded", "active", "multi-user.target");
    mock_host_unit(mock, "openvgpu-restore@any.service", "loaded", "inactive", "");
    add_vgpus(mock);
    return mock;
}

void
mock_host_make_modular(MockSysfs *mock)
{
    mock_host_remove(mock, "run/libvirt/libvirt-sock");
    mock_host_remove(mock, "run/libvirtd.pid");
    mock_host_remove(mock, "usr/sbin/libvirtd");
    mock_host_program(mock, "usr/sbin/virtqemud", "echo '/usr/sbin/virtqemud (libvirt) 11.3.0'");
    mock_host_program(mock, "usr/sbin/virtnodedevd", "exit 0");
    mock_sysfs_write(mock, "run/libvirt/virtqemud-sock", "");
    mock_sysfs_write(mock, "run/libvirt/virtnodedevd-sock", "");
    mock_sysfs_write(mock, "run/virtqemud.pid", "4000");
    mock_sysfs_write(mock, "proc/4000/comm", "virtqemud\n");
    /* some distributions name it by /var/run */
    mock_sysfs_write(mock, "proc/net/unix",
                     SOCKETS SOCKET("/var/run/libvirt/virtqemud-sock")
                         SOCKET("/run/libvirt/virtnodedevd-sock"));
}

void
mock_host_add_functions(MockSysfs *mock)
{
    mock_vf_add(mock, 4);
    for (guint i = 4; i < 8; i++) {
        g_autofree char *link = g_strdup_printf("sys/bus/pci/devices/0000:41:00.%u/driver", i);
        mock_host_link(mock, link, "../../../bus/pci/drivers/nvidia");
    }
}

void
mock_host_make_old(MockSysfs *mock, const char *file, int seconds)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW},
                                {.tv_sec = g_get_real_time() / G_USEC_PER_SEC - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}
