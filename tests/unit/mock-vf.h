/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-vf.h - NVIDIA's virtual functions on a mock machine: a GPU of 8 GiB with types of 2 and
 * 4 GiB, one type at a time.
 */
#ifndef MOCK_VF_H
#define MOCK_VF_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * MOCK_PF:
 *
 * The GPU's address; that of its first VF; of its second; and one that is no VF of its own.
 */
#define MOCK_PF      "0000:41:00.0"
#define MOCK_VF_1    "0000:41:00.4"
#define MOCK_VF_2    "0000:41:00.5"
#define MOCK_VF_NONE "0000:41:07.7"

/**
 * MOCK_NIC:
 *
 * A network card that could have VFs too.
 */
#define MOCK_NIC "0000:03:00.0"

/**
 * mock_vf_add:
 * @mock: a machine
 * @vfs: how many VFs are there; the GPU can have 4
 */
void mock_vf_add(MockSysfs *mock, guint vfs);

/**
 * MOCK_PF_2:
 *
 * A second GPU's address; that of its VF.
 */
#define MOCK_PF_2    "0000:42:00.0"
#define MOCK_VF_OF_2 "0000:42:00.4"

/**
 * mock_vf_add_second:
 * @mock: a machine
 *
 * One more GPU, with one VF that can have 2 GiB, to be looked at only: writing it does nothing.
 */
void mock_vf_add_second(MockSysfs *mock);

/**
 * mock_vf_appear:
 * @mock: a machine
 * @vfs: how many VFs are there from now on, with the driver's folder in each
 */
void mock_vf_appear(MockSysfs *mock, guint vfs);

/**
 * mock_vf_write:
 * @mock: a machine
 * @path: a file below /sys/bus/pci/devices
 * @value: what is written
 *
 * Acts as the kernel. VFs that are asked for have no driver at once: see mock_vf_appear().
 *
 * Returns: 0 or an errno.
 */
int mock_vf_write(MockSysfs *mock, const char *path, const char *value);

/**
 * mock_vf_refresh_all:
 * @mock: a machine
 *
 * Lists anew what can be made on each VF, where another process has given a VF its type.
 */
void mock_vf_refresh_all(MockSysfs *mock);

/**
 * mock_vf_type:
 * @mock: a machine
 * @vf: address of a VF
 *
 * Returns: its type's number, -1 if there is no such VF.
 */
int mock_vf_type(MockSysfs *mock, const char *vf);

G_END_DECLS

#endif
