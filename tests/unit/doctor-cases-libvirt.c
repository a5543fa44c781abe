/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-cases-libvirt.c - what can be wrong with libvirt, QEMU, the hook, its settings and its
 * confinement.
 */
#include "config.h"
#include "doctor-cases.h"
#include "mock-vf.h"
#include "unit.h"

#define CONF "etc/openvgpu/openvgpu.conf"

/* ---- libvirt */

static void
no_libvirt(MockSysfs *mock)
{
    mock_host_remove(mock, "usr/sbin/libvirtd");
    mock_host_remove(mock, "run/libvirt/libvirt-sock");
}

static void
libvirt_not_started(MockSysfs *mock)
{
    mock_host_remove(mock, "run/libvirt/libvirt-sock");
    mock_host_remove(mock, "run/libvirtd.pid");
}

static void
socket_left_behind(MockSysfs *mock)
{
    mock_sysfs_write(mock, "proc/net/unix", "Num RefCount\n");
}

static void
socket_of_the_other_left(MockSysfs *mock)
{
    mock_sysfs_write(mock, "run/libvirt/virtqemud-sock", "");
}

static void
two_daemons(MockSysfs *mock)
{
    g_autofree char *sockets = mock_sysfs_read(mock, "proc/net/unix");
    g_autofree char *both = g_strconcat(
        sockets, "0000: 00000002 00000000 00010000 0001 01 1 /run/libvirt/virtqemud-sock\n", NULL);

    mock_sysfs_write(mock, "run/libvirt/virtqemud-sock", "");
    mock_sysfs_write(mock, "run/libvirt/virtnodedevd-sock", "");
    mock_sysfs_write(mock, "proc/net/unix", both);
}

static void
ancient_libvirt(MockSysfs *mock)
{
    mock_host_program(mock, "usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 6.0.0'");
}

/* Too old for virtual functions only. */
static void
old_libvirt(MockSysfs *mock)
{
    mock_host_add_functions(mock);
    mock_host_program(mock, "usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 9.0.0'");
}

static void
old_libvirt_will_do(MockSysfs *mock)
{
    mock_host_program(mock, "usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 9.0.0'");
}

/* Nor for functions whose vGPUs are mediated devices. */
static void
old_libvirt_and_mediated_functions(MockSysfs *mock)
{
    mock_vf_add(mock, 0);
    mock_sysfs_write(mock, "sys/bus/pci/devices/" MOCK_PF "/sriov_numvfs", "1\n");
    mock_sysfs_add_parent(mock, MOCK_VF_1, "nvidia", 0);
    mock_sysfs_add_type(mock, MOCK_VF_1, "nvidia-525", 1, 2048);
    mock_host_link(mock, "sys/devices/pci/" MOCK_VF_1 "/physfn", "../" MOCK_PF);
    mock_host_link(mock, "sys/bus/pci/devices/" MOCK_PF "/virtfn0", "../" MOCK_VF_1);
    mock_host_link(mock, "sys/bus/pci/devices/" MOCK_VF_1 "/driver", "nvidia");
    mock_host_unit(mock, "nvidia-vgpu-mgr.service", "loaded", "active", "multi-user.target");
    old_libvirt_will_do(mock);
}

static void
no_nodedev(MockSysfs *mock)
{
    mock_host_remove(mock, "usr/lib/x86_64-linux-gnu/libvirt/connection-driver/"
                           "libvirt_driver_nodedev.so");
}

static void
no_nodedev_daemon(MockSysfs *mock)
{
    mock_host_make_modular(mock);
    mock_host_remove(mock, "run/libvirt/virtnodedevd-sock");
    mock_sysfs_write(mock, "etc/os-release", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n");
    mock_host_remove(mock, "usr/sbin/virtnodedevd");
}

static void
no_qemu(MockSysfs *mock)
{
    mock_host_remove(mock, "usr/bin/qemu-system-x86_64");
}

static void
no_qemu_on_arm(MockSysfs *mock)
{
    no_qemu(mock);
    mock_sysfs_write(mock, "proc/sys/kernel/arch", "aarch64\n");
}

static void
old_qemu(MockSysfs *mock)
{
    mock_host_program(mock, "usr/bin/qemu-system-x86_64", "echo 'QEMU emulator version 3.1.0'");
}

/* ---- the hook */

static void
no_hook(MockSysfs *mock)
{
    mock_host_remove(mock, HOOK);
}

static void
hook_is_a_link(MockSysfs *mock)
{
    mock_host_program(mock, "opt/openvgpu-hook",
                      "printf 'openvgpu-hook " PACKAGE_VERSION "\\nhook.so " PACKAGE_VERSION
                      "\\n'");
    mock_host_link(mock, HOOK, "../../../../opt/openvgpu-hook");
}

static void
hook_not_executable(MockSysfs *mock)
{
    mock_host_chmod(mock, HOOK, 0644);
}

static void
hook_writable(MockSysfs *mock)
{
    mock_host_program(mock, HOOK, "echo 'whatever others wrote into it'");
    mock_host_chmod(mock, HOOK, 0775);
}

static void
hook_folder_writable(MockSysfs *mock)
{
    mock_host_program(mock, HOOK, "echo 'whatever others put in its place'");
    mock_host_chmod(mock, "etc/libvirt/hooks/qemu.d", 0777);
}

static void
hook_without_library(MockSysfs *mock)
{
    mock_host_program(
        mock, HOOK, "echo \"openvgpu: the hook can't load its library: hook.so: no\" >&2; exit 1");
}

static void
hook_library_of_another_release(MockSysfs *mock)
{
    mock_host_program(mock, HOOK, "printf 'openvgpu-hook " PACKAGE_VERSION "\\nhook.so 0.0.9\\n'");
}

static void
hook_that_hangs(MockSysfs *mock)
{
    mock_host_program(mock, HOOK, "exec sleep 60");
}

/* There was a folder: whether it held a hook nobody knows. */
static void
hook_younger_than_daemon(MockSysfs *mock)
{
    g_autofree char *later = g_strdup_printf(
        "LoadState=loaded\nActiveState=active\nStateChangeTimestampMonotonic=%" G_GINT64_FORMAT
        "\n",
        g_get_monotonic_time());

    g_usleep(50000); /* the file system's clock is coarse */
    mock_host_chmod(mock, HOOK, 0755);
    mock_sysfs_write(mock, "units/libvirtd.service", later);
}

/* The daemon looked an hour ago, when there was no folder yet. */
static void
hook_unseen(MockSysfs *mock)
{
    mock_host_daemon_started(mock, -3600);
}

static void
hook_seen_by_reload(MockSysfs *mock)
{
    hook_unseen(mock);
    g_autofree char *reloaded = g_strdup_printf(
        "LoadState=loaded\nActiveState=active\nStateChangeTimestampMonotonic=%" G_GINT64_FORMAT
        "\n",
        g_get_monotonic_time());
    mock_sysfs_write(mock, "units/libvirtd.service", reloaded);
}

static void
daemon_not_running(MockSysfs *mock)
{
    hook_unseen(mock);
    mock_host_remove(mock, "run/libvirtd.pid");
}

static void
other_hooks(MockSysfs *mock)
{
    mock_host_program(mock, "etc/libvirt/hooks/qemu", "exit 0");
    mock_host_program(mock, "etc/libvirt/hooks/qemu.d/50-openvgpu.old", "exit 0");
    mock_sysfs_write(mock, "etc/libvirt/hooks/qemu.d/README", "not a hook");
    mock_sysfs_write(mock, "etc/libvirt/hooks/qemu.d/folder/x", "");
}

static void
hooks_with_odd_names(MockSysfs *mock)
{
    mock_host_program(mock, "etc/libvirt/hooks/qemu.d/openvgpu;reboot", "exit 0");
    mock_host_program(mock, "etc/libvirt/hooks/qemu.d/it's $(reboot)", "exit 0");
}

/* ---- settings */

static void
settings_not_understood(MockSysfs *mock)
{
    mock_sysfs_write(mock, CONF, "[hook]\nenabled=maybe\n");
}

static void
hook_off(MockSysfs *mock)
{
    mock_sysfs_write(mock, CONF, "[hook]\nenabled=no\n");
}

static void
settings_allow_nothing(MockSysfs *mock)
{
    mock_sysfs_write(mock, CONF, "[allow]\ntypes=mtty-*\n");
}

/* ---- confinement */

static void
apparmor_denied(MockSysfs *mock)
{
    mock_host_program(mock, "usr/bin/journalctl",
                      "echo 'audit: type=1400 audit(1.2:3): apparmor=\"DENIED\" operation=\"exec\" "
                      "profile=\"libvirtd\" name=\"/opt/openvgpu/hook\" pid=1'");
}

/* Anybody may have a profile of his own, and name files. */
static void
apparmor_denied_others(MockSysfs *mock)
{
    mock_host_program(mock, "usr/bin/journalctl",
                      "echo 'apparmor=\"DENIED\" operation=\"open\" profile=\"libvirtd-me\" "
                      "name=\"/tmp/openvgpu\" pid=1'\n"
                      "echo 'apparmor=\"DENIED\" operation=\"open\" profile=\"snap.x\" "
                      "name=\"/etc/libvirt/hooks/qemu.d/50-openvgpu\" pid=2'");
}

static void
apparmor_denied_odd_name(MockSysfs *mock)
{
    mock_host_program(
        mock, "usr/bin/journalctl",
        "cat <<'END'\n"
        "apparmor=\"DENIED\" operation=\"open\" profile=\"snap.x\" name=\"/tmp/"
        "openvgpu\" pid=1\n"
        "apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/sbin/libvirtd//null-x\" "
        "name=\"/tmp/openvgpu';reboot;'\" pid=2\n"
        "END");
}

static void
profile_without_hooks(MockSysfs *mock)
{
    mock_sysfs_write(mock, "etc/apparmor.d/usr.sbin.libvirtd", "  /usr/bin/* PUx,\n");
}

static void
profile_with_local_rule(MockSysfs *mock)
{
    profile_without_hooks(mock);
    mock_sysfs_write(mock, "etc/apparmor.d/local/usr.sbin.libvirtd",
                     "/etc/libvirt/hooks/** rmix,\n");
}

static void
selinux(MockSysfs *mock)
{
    mock_sysfs_write(mock, "sys/fs/selinux/enforce", "1");
}

const DoctorCase doctor_cases_libvirt[] = {
    DOCTOR_CASE(no_libvirt),
    DOCTOR_CASE(libvirt_not_started),
    DOCTOR_CASE(socket_left_behind),
    DOCTOR_CASE(socket_of_the_other_left),
    DOCTOR_CASE(two_daemons),
    DOCTOR_CASE(ancient_libvirt),
    DOCTOR_CASE(old_libvirt),
    DOCTOR_CASE(old_libvirt_will_do),
    DOCTOR_CASE(old_libvirt_and_mediated_functions),
    DOCTOR_CASE(no_nodedev),
    DOCTOR_CASE(no_nodedev_daemon),
    DOCTOR_CASE(no_qemu),
    DOCTOR_CASE(no_qemu_on_arm),
    DOCTOR_CASE(old_qemu),
    DOCTOR_CASE(no_hook),
    DOCTOR_CASE(hook_is_a_link),
    DOCTOR_CASE(hook_not_executable),
    DOCTOR_CASE(hook_writable),
    DOCTOR_CASE(hook_folder_writable),
    DOCTOR_CASE(hook_without_library),
    DOCTOR_CASE(hook_library_of_another_release),
    DOCTOR_CASE(hook_that_hangs),
    DOCTOR_CASE(hook_younger_than_daemon),
    DOCTOR_CASE(hook_seen_by_reload),
    DOCTOR_CASE(daemon_not_running),
    DOCTOR_CASE(other_hooks),
    DOCTOR_CASE(hooks_with_odd_names),
    DOCTOR_CASE(settings_not_understood),
    DOCTOR_CASE(hook_off),
    DOCTOR_CASE(settings_allow_nothing),
    DOCTOR_CASE(apparmor_denied),
    DOCTOR_CASE(apparmor_denied_others),
    DOCTOR_CASE(apparmor_denied_odd_name),
    DOCTOR_CASE(profile_without_hooks),
    DOCTOR_CASE(profile_with_local_rule),
    DOCTOR_CASE(selinux),
    {NULL, NULL},
};
