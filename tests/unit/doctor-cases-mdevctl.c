/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-cases-mdevctl.c - what can be wrong with mdevctl, the callout, definitions, units, rules,
 * records and locks.
 */
#include "doctor-cases.h"
#include "mock-vf.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>

#define OLD  "etc/mdevctl.d/scripts.d/callouts/50-openvgpu"
#define NEW  "usr/lib/mdevctl/scripts.d/callouts/50-openvgpu"
#define CARD "0000:3b:00.0"

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
    mock_host_add_functions(mock);
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d/" MOCK_PF "/" MOCK_VF_1, "");
}

static void
definition_in_capitals(MockSysfs *mock)
{
    g_autofree char *name = g_ascii_strup(UUID_C, -1);

    mock_sysfs_define(mock, MOCK_HOST_GPU, name, "{\"mdev_type\":\"vgpu-16m\",\"start\":\"auto\"}");
}

static void
definitions_without_a_folder(MockSysfs *mock)
{
    mock_sysfs_write(mock, "etc/openvgpu/vgpus.d", "");
    mock_sysfs_define(mock, MOCK_HOST_GPU, UUID_C, "{\"mdev_type\":");
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
    mock_host_make_old(mock, "run/openvgpu/vgpus/" UUID_C ".json", 120);
}

static void
record_of_stopped_domain(MockSysfs *mock)
{
    mock_sysfs_let_go(mock, 4711);
    mock_host_make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
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
    mock_host_make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
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
    mock_host_make_old(mock, "run/openvgpu/vgpus/" UUID_A ".json", 120);
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

const DoctorCase doctor_cases_mdevctl[] = {
    DOCTOR_CASE(no_mdevctl),
    DOCTOR_CASE(mdevctl_fails),
    DOCTOR_CASE(mdevctl_lacks_a_folder),
    DOCTOR_CASE(no_callout),
    DOCTOR_CASE(two_callouts),
    DOCTOR_CASE(two_callouts_of_old_mdevctl),
    DOCTOR_CASE(callout_where_old_mdevctl_does_not_look),
    DOCTOR_CASE(callout_in_the_new_folder),
    DOCTOR_CASE(callout_not_executable),
    DOCTOR_CASE(torn_definition),
    DOCTOR_CASE(torn_definition_of_function),
    DOCTOR_CASE(definition_in_capitals),
    DOCTOR_CASE(definitions_without_a_folder),
    DOCTOR_CASE(definitions_of_absent_gpu),
    DOCTOR_CASE(definition_of_oddly_named_gpu),
    DOCTOR_CASE(definition_of_unknown_type),
    DOCTOR_CASE(unit_masked),
    DOCTOR_CASE(unit_masked_but_mdevctl_works),
    DOCTOR_CASE(unit_disabled),
    DOCTOR_CASE(unit_failed),
    DOCTOR_CASE(units_missing),
    DOCTOR_CASE(rule_missing),
    DOCTOR_CASE(rule_masked),
    DOCTOR_CASE(state_writable),
    DOCTOR_CASE(state_is_a_link),
    DOCTOR_CASE(record_of_gone_vgpu),
    DOCTOR_CASE(record_of_stopped_domain),
    DOCTOR_CASE(record_of_stopped_domain_with_space),
    DOCTOR_CASE(record_of_running_domain_with_space),
    DOCTOR_CASE(domain_that_starts),
    DOCTOR_CASE(detached_from_running_guest),
    DOCTOR_CASE(record_not_understood),
    DOCTOR_CASE(lock_held),
    DOCTOR_CASE(lock_held_by_process),
    DOCTOR_CASE(other_locks_held),
    {NULL, NULL},
};
