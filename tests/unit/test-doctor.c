/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-doctor.c - vgpuctl doctor: nothing on a host where nothing is wrong, and what is wrong, each
 * by itself.
 */
#include "config.h"
#include "mock-host.h"
#include "mock-vf.h"
#include "program.h"
#include "unit.h"

#include "record.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK   "etc/libvirt/hooks/qemu.d/50-openvgpu"
#define OLD    "etc/mdevctl.d/scripts.d/callouts/50-openvgpu"
#define NEW    "usr/lib/mdevctl/scripts.d/callouts/50-openvgpu"
#define CONF   "etc/openvgpu/openvgpu.conf"
#define PCI    "sys/bus/pci/devices/"
#define CARD   "0000:3b:00.0"
#define VENDOR "0000:5e:00.0"

static ProgramResult
doctor(MockSysfs *mock, const char *arguments)
{
    g_autofree char *line = g_strconcat("doctor ", arguments, NULL);
    ProgramResult result = program_run(mock, "tools/vgpuctl", line, "");
    /* paths as the host itself has them */
    g_auto(GStrv) parts = g_strsplit(result.output, mock->path, -1);

    g_free(result.output);
    result.output = g_strjoinv("", parts);
    return result;
}

static void
make_old(MockSysfs *mock, const char *file, int seconds)
{
    g_autofree char *path = g_build_filename(mock->path, file, NULL);
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW},
                                {.tv_sec = g_get_real_time() / G_USEC_PER_SEC - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* ---- the kernel */

static void
no_mdev(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nupdates/openvgpu/vgpu-vfio.ko:\n");
    g_autofree char *bus = g_build_filename(mock->path, "sys/bus/mdev", NULL);
    g_autofree char *class = g_build_filename(mock->path, "sys/class/mdev_bus", NULL);
    g_autofree char *away = g_build_filename(mock->path, "away", NULL);
    g_autofree char *away_too = g_build_filename(mock->path, "away-too", NULL);
    assert_int_equal(rename(bus, away), 0);
    assert_int_equal(rename(class, away_too), 0);
}

static void
no_mdev_on_ubuntu(MockSysfs *mock)
{
    no_mdev(mock);
    mock_sysfs_write(mock, "etc/os-release", "ID=ubuntu\nID_LIKE=debian\n");
}

static void
no_type1(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nupdates/openvgpu/vgpu-vfio.ko:\n");
}

static void
no_vfio_node(MockSysfs *mock)
{
    mock_host_remove(mock, "dev/vfio/vfio");
}

static void
modules_of_another_kernel(MockSysfs *mock)
{
    mock_host_remove(mock, "lib/modules/" MOCK_HOST_KERNEL "/updates/openvgpu/vgpu-vfio.ko");
    mock_sysfs_write(mock, "lib/modules/6.1.0-9-amd64/updates/openvgpu/vgpu-vfio.ko", "");
}

static void
modules_not_listed(MockSysfs *mock)
{
    mock_sysfs_write(mock, "lib/modules/" MOCK_HOST_KERNEL "/modules.dep",
                     "kernel/drivers/vfio/vfio.ko.xz:\nkernel/drivers/vfio/vfio_iommu_type1.ko:\n"
                     "kernel/drivers/vfio/mdev/mdev.ko.xz:\n");
}

static void
another_build_loaded(MockSysfs *mock)
{
    mock_host_program(mock, "usr/sbin/modinfo", "echo 0123456789ABCDEF0123456");
}

/* ---- GPUs */

static void
add_card(MockSysfs *mock, const char *address, const char *driver)
{
    g_autofree char *class = g_strdup_printf(PCI "%s/class", address);
    g_autofree char *link = g_strdup_printf(PCI "%s/driver", address);
    g_autofree char *target = g_strdup_printf("../../../bus/pci/drivers/%s", driver);

    mock_sysfs_write(mock, class, "0x030200\n");
    if (driver)
        mock_host_link(mock, link, target);
}

/* The GPU leaves mdev_bus; the guest and what is defined go with it. */
static void
lose_gpu(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/class/mdev_bus/" MOCK_HOST_GPU);
    mock_host_remove(mock, "etc/mdevctl.d/" MOCK_HOST_GPU "/" UUID_B);
}

static void
no_gpu(MockSysfs *mock)
{
    lose_gpu(mock);
}

static void
gpu_without_driver(MockSysfs *mock)
{
    lose_gpu(mock);
    add_card(mock, MOCK_HOST_GPU, NULL);
}

static void
gpus_of_other_drivers(MockSysfs *mock)
{
    lose_gpu(mock);
    add_card(mock, CARD, "ast");
    add_card(mock, VENDOR, "nouveau");
}

static void
defined_gpu_without_driver(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/class/mdev_bus/" MOCK_HOST_GPU);
    add_card(mock, MOCK_HOST_GPU, NULL);
}

static void
defined_gpu_of_another_driver(MockSysfs *mock)
{
    add_card(mock, CARD, "vfio-pci");
    mock_sysfs_define(mock, CARD, UUID_C, "{\"mdev_type\":\"nvidia-63\",\"start\":\"auto\"}");
}

static void
unreadable_type(MockSysfs *mock)
{
    mock_host_remove(mock, "sys/devices/pci/" MOCK_HOST_GPU
                           "/mdev_supported_types/vgpu-64m/available_instances");
}

static void
gpu_without_types(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "nvidia", 0);
    mock_sysfs_add_parent(mock, VENDOR, "i915", 0);
    mock_host_unit(mock, "nvidia-vgpu-mgr.service", "loaded", "active", "multi-user.target");
}

static void
full_gpu(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "i915", 0);
    mock_sysfs_add_type(mock, CARD, "i915-GVTg_V5_4", 0, 128);
}

static void
types_on_functions(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "i915", 0);
    mock_sysfs_add_type(mock, CARD, "i915-GVTg_V5_4", 0, 128);
    mock_sysfs_write(mock, "sys/devices/pci/" CARD "/sriov_numvfs", "16\n");
}

static void
vendor_service_down(MockSysfs *mock)
{
    mock_sysfs_add_parent(mock, CARD, "nvidia", 0);
    mock_sysfs_add_type(mock, CARD, "nvidia-63", 2, 1024);
    mock_host_unit(mock, "nvidia-vgpu-mgr.service", "loaded", "failed", "multi-user.target");
}

/* ---- virtual functions */

static void
bind_functions(MockSysfs *mock)
{
    for (guint i = 4; i < 8; i++) {
        g_autofree char *link = g_strdup_printf(PCI "0000:41:00.%u/driver", i);
        mock_host_link(mock, link, "../../../bus/pci/drivers/nvidia");
    }
}

static void
functions(MockSysfs *mock)
{
    mock_vf_add(mock, 4);
    bind_functions(mock);
}

static void
functions_off(MockSysfs *mock)
{
    mock_vf_add(mock, 0);
}

static void
function_without_driver(MockSysfs *mock)
{
    functions(mock);
    mock_host_remove(mock, PCI MOCK_VF_2 "/driver");
}

static void
function_without_group(MockSysfs *mock)
{
    functions(mock);
    mock_host_remove(mock, PCI MOCK_VF_1 "/iommu_group");
}

static void
functions_without_vgpus(MockSysfs *mock)
{
    functions(mock);
    for (guint i = 4; i < 8; i++) {
        g_autofree char *file = g_strdup_printf(PCI "0000:41:00.%u/nvidia/current_vgpu_type", i);
        mock_host_remove(mock, file);
    }
}

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
    functions(mock);
    mock_host_program(mock, "usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 9.0.0'");
}

static void
old_libvirt_will_do(MockSysfs *mock)
{
    mock_host_program(mock, "usr/sbin/libvirtd", "echo 'libvirtd (libvirt) 9.0.0'");
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

/* ---- mdevctl */

static void
no_mdevctl(MockSysfs *mock)
{
    mock_host_remove(mock, "usr/bin/mdevctl");
}

static void
mdevctl_fails(MockSysfs *mock)
{
    mock_host_program(mock, "usr/bin/mdevctl",
                      "echo 'Error: Required directory does not exist' >&2; exit 1");
}

static void
mdevctl_lacks_a_folder(MockSysfs *mock)
{
    mdevctl_fails(mock);
    mock_host_remove(mock, "usr/lib/mdevctl/scripts.d/notifiers");
}

static void
no_callout(MockSysfs *mock)
{
    mock_host_remove(mock, OLD);
}

static void
two_callouts(MockSysfs *mock)
{
    mock_host_program(mock, NEW, "exit 2");
}

static void
two_callouts_of_old_mdevctl(MockSysfs *mock)
{
    two_callouts(mock);
    mock_host_program(mock, "usr/bin/mdevctl",
                      "case $1 in --version) echo 'mdevctl 1.2.0' ;; esac");
}

static void
callout_where_old_mdevctl_does_not_look(MockSysfs *mock)
{
    mock_host_remove(mock, OLD);
    mock_host_program(mock, NEW, "exit 2");
    mock_host_program(mock, "usr/bin/mdevctl",
                      "case $1 in --version) echo 'mdevctl 1.2.0' ;; esac");
}

static void
callout_in_the_new_folder(MockSysfs *mock)
{
    mock_host_remove(mock, OLD);
    mock_host_program(mock, NEW, "exit 2");
}

static void
callout_not_executable(MockSysfs *mock)
{
    mock_host_chmod(mock, OLD, 0644);
}

/* ---- definitions */

static void
torn_definition(MockSysfs *mock)
{
    mock_sysfs_define(mock, MOCK_HOST_GPU, UUID_C, "{\"mdev_type\":");
    mdevctl_fails(mock);
}

static void
torn_definition_of_function(MockSysfs *mock)
{
    functions(mock);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_1, "");
}

static void
definitions_of_absent_gpu(MockSysfs *mock)
{
    mock_sysfs_define(mock, CARD, UUID_A, "{\"mdev_type\":\"nvidia-63\",\"start\":\"manual\"}");
    mock_sysfs_define(mock, CARD, UUID_C, "{\"mdev_type\":\"nvidia-63\",\"start\":\"auto\"}");
}

static void
definition_of_oddly_named_gpu(MockSysfs *mock)
{
    mock_sysfs_write(mock, "etc/mdevctl.d/a;reboot/" UUID_C,
                     "{\"mdev_type\":\"nvidia-63\",\"start\":\"manual\"}");
}

static void
definition_of_unknown_type(MockSysfs *mock)
{
    mock_sysfs_define(mock, MOCK_HOST_GPU, UUID_C,
                      "{\"mdev_type\":\"vgpu-9m\",\"start\":\"manual\"}");
}

/* ---- restoring */

static void
unit_masked(MockSysfs *mock)
{
    mock_host_unit(mock, "openvgpu-restore.service", "masked", "inactive", "");
}

/* mdevctl does it instead. */
static void
unit_masked_but_mdevctl_works(MockSysfs *mock)
{
    unit_masked(mock);
    mock_host_program(mock, "usr/sbin/mdevctl",
                      "case $1 in --version) echo 'mdevctl 1.4.0' ;; esac");
}

static void
unit_disabled(MockSysfs *mock)
{
    mock_host_unit(mock, "openvgpu-restore.service", "loaded", "inactive", "");
}

static void
unit_failed(MockSysfs *mock)
{
    mock_host_unit(mock, "openvgpu-restore.service", "loaded", "failed", "multi-user.target");
}

static void
units_missing(MockSysfs *mock)
{
    mock_host_remove(mock, "units/openvgpu-restore.service");
    mock_host_remove(mock, "units/openvgpu-restore@any.service");
    mock_host_remove(mock, "etc/mdevctl.d/" MOCK_HOST_GPU "/" UUID_B);
}

static void
rule_missing(MockSysfs *mock)
{
    mock_host_remove(mock, "usr/lib/udev/rules.d/70-openvgpu.rules");
}

static void
rule_masked(MockSysfs *mock)
{
    mock_host_link(mock, "etc/udev/rules.d/70-openvgpu.rules", "/dev/null");
}

/* ---- state */

static void
state_writable(MockSysfs *mock)
{
    mock_host_chmod(mock, "run/openvgpu", 0777);
}

static void
state_is_a_link(MockSysfs *mock)
{
    g_autofree char *state = g_build_filename(mock->path, "run/openvgpu", NULL);
    g_autofree char *away = g_build_filename(mock->path, "run/away", NULL);

    assert_int_equal(rename(state, away), 0);
    mock_host_link(mock, "run/openvgpu", "away");
}

static void
record_of_gone_vgpu(MockSysfs *mock)
{
    g_autofree char *text = mock_sysfs_read(mock, "run/openvgpu/vgpus/" UUID_A ".json");
    g_auto(GStrv) parts = g_strsplit(text, UUID_A, -1);
    g_autofree char *other = g_strjoinv(UUID_C, parts);

    mock_sysfs_write(mock, "run/openvgpu/vgpus/" UUID_C ".json", other);
    make_old(mock, "run/openvgpu/vgpus/" UUID_C ".json", 120);
}

static void
record_of_stopped_domain(MockSysfs *mock)
{
    mock_sysfs_let_go(mock, 4711);
    make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
}

/* Its name is rewritten to one with a space, of which libvirt has a process or not. */
static void
rename_domain(MockSysfs *mock)
{
    g_autofree char *text = mock_sysfs_read(mock, "run/openvgpu/vgpus/" UUID_A ".json");
    g_auto(GStrv) parts = g_strsplit(text, "\"desk\"", -1);
    g_autofree char *other = g_strjoinv("\"Windows 10\"", parts);

    assert_int_equal(g_strv_length(parts), 2);
    mock_host_remove(mock, "proc/4711/fd/17");
    mock_sysfs_write(mock, "run/openvgpu/vgpus/" UUID_A ".json", other);
    make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
}

static void
record_of_stopped_domain_with_space(MockSysfs *mock)
{
    rename_domain(mock);
}

static void
record_of_running_domain_with_space(MockSysfs *mock)
{
    rename_domain(mock);
    mock_sysfs_write(mock, "run/libvirt/qemu/Windows 10.pid", "4711");
}

/* QEMU is not there yet. */
static void
domain_that_starts(MockSysfs *mock)
{
    mock_sysfs_let_go(mock, 4711);
}

/* Hot-detached: libvirt runs no hook then, and the record goes with the guest. */
static void
detached_from_running_guest(MockSysfs *mock)
{
    mock_host_remove(mock, "proc/4711/fd/17");
    make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
}

static void
record_not_understood(MockSysfs *mock)
{
    mock_sysfs_write(mock, "run/openvgpu/vgpus/" UUID_C ".json", "{}");
}

static void
lock_held(MockSysfs *mock)
{
    g_autofree char *path = g_build_filename(mock->path, "run/openvgpu/locks", NULL);
    struct stat st;

    mock_sysfs_write(mock, "run/openvgpu/locks", "");
    assert_int_equal(stat(path, &st), 0);
    g_autofree char *locks = g_strdup_printf("1: FLOCK  ADVISORY  WRITE 1 00:1a:%lu 0 EOF\n"
                                             "2: OFDLCK ADVISORY  WRITE -1 00:1a:%lu 48 48\n",
                                             (unsigned long)st.st_ino, (unsigned long)st.st_ino);
    mock_sysfs_write(mock, "proc/locks", locks);
}

static void
lock_held_by_process(MockSysfs *mock)
{
    g_autofree char *path = g_build_filename(mock->path, "run/openvgpu/locks", NULL);

    lock_held(mock);
    mock_sysfs_write(mock, "proc/4712/comm", "vgpuctl\n");
    mock_sysfs_write(mock, "proc/4712/fd/0", "");
    mock_host_link(mock, "proc/4712/fd/5", path);
}

/* Of another file, and of another kind. */
static void
other_locks_held(MockSysfs *mock)
{
    mock_sysfs_write(mock, "run/openvgpu/locks", "");
    mock_sysfs_write(mock, "proc/locks",
                     "1: FLOCK  ADVISORY  WRITE 1 00:1a:4 0 EOF\n"
                     "2: OFDLCK ADVISORY  WRITE -1 00:1a:1 48 48\n");
}

/* Each breaks a sound host in one way; some break nothing. */
#define CASE(name)                                                                                 \
    {                                                                                              \
#name, name                                                                                \
    }
static const struct {
    const char *name;
    void (*change)(MockSysfs *mock);
} cases[] = {
    CASE(no_mdev),
    CASE(no_mdev_on_ubuntu),
    CASE(no_type1),
    CASE(no_vfio_node),
    CASE(modules_of_another_kernel),
    CASE(modules_not_listed),
    CASE(another_build_loaded),
    CASE(no_gpu),
    CASE(gpu_without_driver),
    CASE(gpus_of_other_drivers),
    CASE(defined_gpu_without_driver),
    CASE(defined_gpu_of_another_driver),
    CASE(unreadable_type),
    CASE(gpu_without_types),
    CASE(full_gpu),
    CASE(types_on_functions),
    CASE(vendor_service_down),
    CASE(functions),
    CASE(functions_off),
    CASE(function_without_driver),
    CASE(function_without_group),
    CASE(functions_without_vgpus),
    CASE(no_libvirt),
    CASE(libvirt_not_started),
    CASE(socket_left_behind),
    CASE(socket_of_the_other_left),
    CASE(two_daemons),
    CASE(ancient_libvirt),
    CASE(old_libvirt),
    CASE(old_libvirt_will_do),
    CASE(no_nodedev),
    CASE(no_nodedev_daemon),
    CASE(no_qemu),
    CASE(no_qemu_on_arm),
    CASE(old_qemu),
    CASE(no_hook),
    CASE(hook_is_a_link),
    CASE(hook_not_executable),
    CASE(hook_writable),
    CASE(hook_folder_writable),
    CASE(hook_without_library),
    CASE(hook_library_of_another_release),
    CASE(hook_that_hangs),
    CASE(hook_younger_than_daemon),
    CASE(hook_seen_by_reload),
    CASE(daemon_not_running),
    CASE(other_hooks),
    CASE(hooks_with_odd_names),
    CASE(settings_not_understood),
    CASE(hook_off),
    CASE(settings_allow_nothing),
    CASE(apparmor_denied),
    CASE(apparmor_denied_others),
    CASE(apparmor_denied_odd_name),
    CASE(profile_without_hooks),
    CASE(profile_with_local_rule),
    CASE(selinux),
    CASE(no_mdevctl),
    CASE(mdevctl_fails),
    CASE(mdevctl_lacks_a_folder),
    CASE(no_callout),
    CASE(two_callouts),
    CASE(two_callouts_of_old_mdevctl),
    CASE(callout_where_old_mdevctl_does_not_look),
    CASE(callout_in_the_new_folder),
    CASE(callout_not_executable),
    CASE(torn_definition),
    CASE(torn_definition_of_function),
    CASE(definitions_of_absent_gpu),
    CASE(definition_of_oddly_named_gpu),
    CASE(definition_of_unknown_type),
    CASE(unit_masked),
    CASE(unit_masked_but_mdevctl_works),
    CASE(unit_disabled),
    CASE(unit_failed),
    CASE(units_missing),
    CASE(rule_missing),
    CASE(rule_masked),
    CASE(state_writable),
    CASE(state_is_a_link),
    CASE(record_of_gone_vgpu),
    CASE(record_of_stopped_domain),
    CASE(record_of_stopped_domain_with_space),
    CASE(record_of_running_domain_with_space),
    CASE(domain_that_starts),
    CASE(detached_from_running_guest),
    CASE(record_not_understood),
    CASE(lock_held),
    CASE(lock_held_by_process),
    CASE(other_locks_held),
};

/* The lines of the table, each cell below the other, so that a golden file can be read. */
static void
append_findings(GString *text, const char *table)
{
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);

    for (guint i = 1; lines[i] && lines[i][0]; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], "\t", -1);
        assert_int_equal(g_strv_length(cells), 4);
        g_string_append_printf(text, "  %s %s: %s\n      %s\n", cells[0], cells[1], cells[2],
                               cells[3]);
    }
}

static void
run_case(gsize index, GString *text)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    cases[index].change(mock);
    g_auto(ProgramResult) result = doctor(mock, "");
    gboolean error = strstr(result.output, "\nerror\t") != NULL;
    g_string_append_printf(text, "%s\n", cases[index].name);
    append_findings(text, result.output);
    if (result.status != (error ? 1 : 0))
        fail_msg("%s: exit status %d, and: %s", cases[index].name, result.status, result.errors);
}

static void
test_findings(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        run_case(i, text);
    g_autofree char *expected = program_golden("vgpuctl/doctor-findings.txt", text->str);
    assert_string_equal(text->str, expected);
}

/* Nothing is said, and with --all what was looked at. */
static void
test_sound(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_auto(ProgramResult) quiet = doctor(mock, "");
    g_auto(ProgramResult) all = doctor(mock, "--all");
    g_autofree char *expected = program_golden("vgpuctl/doctor-sound.txt", all.output);

    assert_string_equal(quiet.output, "SEVERITY\tCHECK\tFINDING\tCOMMAND\n");
    assert_string_equal(quiet.errors, "");
    assert_int_equal(quiet.status, 0);
    assert_string_equal(all.output, expected);
    assert_int_equal(all.status, 0);
}

static void
test_sound_modular(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    mock_host_make_modular(mock);
    mock_sysfs_write(mock, "sys/kernel/security/apparmor/profiles", "virtqemud (enforce)\n");
    mock_sysfs_write(mock, "etc/apparmor.d/usr.sbin.virtqemud", "  /etc/libvirt/hooks/** rmix,\n");
    g_auto(ProgramResult) result = doctor(mock, "");
    assert_string_equal(result.output, "SEVERITY\tCHECK\tFINDING\tCOMMAND\n");
    assert_int_equal(result.status, 0);
}

/* For certain: the folder of hooks was made after the daemon looked. */
static void
assert_unseen(MockSysfs *mock, const char *daemon)
{
    g_auto(ProgramResult) result = doctor(mock, "");
    g_autofree char *finding =
        g_strdup_printf("error\thook-seen\t'%s' has not seen the hook", daemon);
    g_autofree char *command = g_strdup_printf("\tsystemctl reload %s\n", daemon);

    if (!strstr(result.output, finding) || !strstr(result.output, command))
        fail_msg("%s: %s", daemon, result.output);
    assert_int_equal(result.status, 1);
}

static void
test_unseen(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    struct statx st;

    if (statx(AT_FDCWD, mock->path, 0, STATX_BTIME, &st) < 0 || !(st.stx_mask & STATX_BTIME))
        skip(); /* a file system that does not know when a folder was made */
    hook_unseen(mock);
    assert_unseen(mock, "libvirtd");
    mock_host_make_modular(mock);
    assert_unseen(mock, "virtqemud");
}

/* What another user wrote is not run. */
static void
test_hook_of_other_user(void **state)
{
    if (geteuid() != 0)
        skip(); /* only root can give files away */
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autofree char *path = g_build_filename(mock->path, HOOK, NULL);

    mock_host_program(mock, HOOK, "touch \"${0%/etc/*}/ran\"");
    assert_int_equal(chown(path, 1, -1), 0);
    g_auto(ProgramResult) result = doctor(mock, "");
    g_autofree char *ran = g_build_filename(mock->path, "ran", NULL);
    assert_non_null(
        strstr(result.output, "error\thook-file\tthe hook '/" HOOK "' does not belong to root"));
    assert_int_equal(result.status, 1);
    assert_false(g_file_test(ran, G_FILE_TEST_EXISTS));
}

static void
test_json(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();

    unit_disabled(mock);
    hook_not_executable(mock);
    g_auto(ProgramResult) result = doctor(mock, "--json");
    g_autofree char *text = program_golden("vgpuctl/doctor.json", result.output);
    json_object *expected = json_tokener_parse(text), *got = json_tokener_parse(result.output);
    assert_non_null(expected);
    if (!got || !json_object_equal(expected, got))
        fail_msg("not doctor.json but: %s", result.output);
    assert_int_equal(result.status, 1);
    json_object_put(expected);
    json_object_put(got);
}

static void
test_terminal(void **state)
{
    g_autoptr(MockSysfs) mock = mock_host_new();
    g_autofree char *script = g_find_program_in_path("script");
    const char *top = g_getenv("top_builddir");
    g_autofree char *arguments =
        g_strdup_printf("--help >&2; TERM=xterm script -qec '%s/tools/vgpuctl doctor' /dev/null",
                        top ? top : "../..");
    if (!script)
        skip();
    callout_not_executable(mock);
    no_nodedev(mock);
    g_auto(ProgramResult) result = doctor(mock, arguments);
    g_auto(GStrv) lines = g_strsplit(result.output, "\r\n", -1);
    g_autofree char *text = g_strjoinv("\n", lines);
    g_autofree char *expected = program_golden("vgpuctl/doctor-terminal.txt", text);
    assert_string_equal(text, expected);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_sound_modular),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_hook_of_other_user),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
