/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-host.h - a whole host on a mock machine: kernel, libvirt, mdevctl, systemd and our own
 * parts, as files and small scripts that stand in for programs.
 */
#ifndef MOCK_HOST_H
#define MOCK_HOST_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * MOCK_HOST_GPU:
 *
 * Its GPU, one of ours.
 */
#define MOCK_HOST_GPU "0001:00:00.0"

/**
 * MOCK_HOST_KERNEL:
 *
 * The kernel that runs.
 */
#define MOCK_HOST_KERNEL "6.12.1-amd64"

/**
 * mock_host_new:
 *
 * Returns: (transfer full): a Debian host on which nothing is wrong: libvirtd runs, our parts are
 * installed, a vGPU is defined and another belongs to a guest that runs.
 */
MockSysfs *mock_host_new(void);

/**
 * mock_host_make_modular:
 * @mock: a host
 *
 * Makes it one with virtqemud and virtnodedevd instead of libvirtd.
 */
void mock_host_make_modular(MockSysfs *mock);

/**
 * mock_host_program:
 * @mock: a host
 * @file: path below its folder
 * @script: what a shell does when it is run
 */
void mock_host_program(MockSysfs *mock, const char *file, const char *script);

/**
 * mock_host_unit:
 * @mock: a host
 * @unit: name of a systemd unit
 * @load: "loaded", "masked", …
 * @active: "active", "failed", …
 * @wanted: name of a unit that wants it, or ""
 *
 * What systemctl says of it from now on; of other units it says that they are not there.
 */
void mock_host_unit(MockSysfs *mock, const char *unit, const char *load, const char *active,
                    const char *wanted);

/**
 * mock_host_daemon_started:
 * @mock: a host
 * @seconds: when libvirtd was started, from now
 */
void mock_host_daemon_started(MockSysfs *mock, int seconds);

/**
 * mock_host_link:
 * @mock: a host
 * @file: path below its folder; what is there goes
 * @target: what the link holds
 */
void mock_host_link(MockSysfs *mock, const char *file, const char *target);

/**
 * mock_host_remove:
 * @mock: a host
 * @file: path below its folder, of a file, a link or an empty folder that is there
 */
void mock_host_remove(MockSysfs *mock, const char *file);

/**
 * mock_host_chmod:
 * @mock: a host
 * @file: path below its folder
 * @mode: its mode from now on
 */
void mock_host_chmod(MockSysfs *mock, const char *file, guint mode);

/**
 * mock_host_add_functions:
 * @mock: a host
 *
 * Adds an NVIDIA GPU with four virtual functions, each with its driver.
 */
void mock_host_add_functions(MockSysfs *mock);

/**
 * mock_host_make_old:
 * @mock: a host
 * @file: path below its folder
 * @seconds: how long ago it was written
 */
void mock_host_make_old(MockSysfs *mock, const char *file, int seconds);

G_END_DECLS

#endif
