/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-sysfs.h - a machine with GPUs, as plain files below a temporary folder, and a kernel that
 * acts when they are written. For tests of the library and of whole programs.
 */
#ifndef MOCK_SYSFS_H
#define MOCK_SYSFS_H

#include "root.h"

G_BEGIN_DECLS

/**
 * MOCK_HANG:
 *
 * For mock_sysfs_fail(): the write takes 3 seconds and then fails, as one the kernel keeps.
 */
#define MOCK_HANG (-1)

/**
 * MockSysfs:
 * @path: the temporary folder
 * @root: the library's root for it
 *
 * What its kernel does is in its folder kernel/, for each parent: in "attributes" the files that a
 * new vGPU has, one a line, as for mock_sysfs_add_file(); in "capacity" what its types share, see
 * mock_capacity_load(). In kernel/log is what this process wrote, "path = value".
 */
typedef struct {
    char *path;
    VgpuRoot *root;
    GThread *thread;
    gint stop;
    gint rounds;
} MockSysfs;

/**
 * mock_sysfs_new:
 *
 * Returns: a machine with mdev loaded, no GPU, no definition; its kernel serves this
 * process through vgpu_sysfs_set_writer(). One at a time.
 */
MockSysfs *mock_sysfs_new(void);

/**
 * mock_sysfs_free:
 * @mock: (nullable): a machine; its folder is removed
 */
void mock_sysfs_free(MockSysfs *mock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MockSysfs, mock_sysfs_free)

/**
 * mock_sysfs_kernel:
 * @mock: a machine
 * @path: a file
 * @value: what is written to it
 *
 * What its kernel does, for a kernel of a test's own.
 *
 * Returns: 0 or an errno.
 */
int mock_sysfs_kernel(MockSysfs *mock, const char *path, const char *value);

/**
 * mock_sysfs_serve:
 * @mock: a machine
 *
 * Lets the kernel serve other processes too, until the machine is freed: a thread acts on what
 * they write to "create" and "remove". It can't tell them an error.
 */
void mock_sysfs_serve(MockSysfs *mock);

/**
 * mock_sysfs_settle:
 * @mock: a machine that serves
 *
 * Waits until the kernel has done all that follows from what was written so far.
 */
void mock_sysfs_settle(MockSysfs *mock);

/**
 * mock_sysfs_add_parent:
 * @mock: a machine
 * @name: as in /sys/class/mdev_bus
 * @driver: (nullable): its driver; vGPUs of "vgpu" have the attributes vgpu/params and vgpu/vm_name
 * @numa_node: its node, or -1
 */
void mock_sysfs_add_parent(MockSysfs *mock, const char *name, const char *driver, int numa_node);

/**
 * mock_sysfs_add_type:
 * @mock: a machine
 * @parent: a parent that was added
 * @id: type id
 * @available: instances left; goes down by one with each vGPU of the type and up when it goes
 * @framebuffer: MiB, for its description
 */
void mock_sysfs_add_type(MockSysfs *mock, const char *parent, const char *id, guint available,
                         guint framebuffer);

/**
 * mock_sysfs_add_gpu:
 * @mock: a machine
 * @name: name of the parent
 *
 * One of our own GPUs, empty: driver "vgpu", types vgpu-16m (16 left), vgpu-32m (8), vgpu-64m (4).
 */
void mock_sysfs_add_gpu(MockSysfs *mock, const char *name);

/**
 * mock_sysfs_add_mdev:
 * @mock: a machine
 * @parent: a parent that was added
 * @type: one of its types
 * @uuid: uuid
 *
 * Makes a vGPU as the kernel does, whoever asked. Its attributes are empty.
 *
 * Returns: 0 or an errno.
 */
int mock_sysfs_add_mdev(MockSysfs *mock, const char *parent, const char *type, const char *uuid);

/**
 * mock_sysfs_has_mdev:
 * @mock: a machine
 * @uuid: uuid
 *
 * Returns: TRUE if the vGPU is there.
 */
gboolean mock_sysfs_has_mdev(MockSysfs *mock, const char *uuid);

/**
 * mock_sysfs_get_attr:
 * @mock: a machine
 * @uuid: uuid
 * @name: attribute
 *
 * Returns: (transfer full) (nullable): what was written to it.
 */
char *mock_sysfs_get_attr(MockSysfs *mock, const char *uuid, const char *name);

/**
 * mock_sysfs_hold:
 * @mock: a machine
 * @uuid: a vGPU that is there
 * @pid: a process that has its group open from now on
 */
void mock_sysfs_hold(MockSysfs *mock, const char *uuid, int pid);

/**
 * mock_sysfs_let_go:
 * @mock: a machine
 * @pid: a process that holds nothing from now on
 */
void mock_sysfs_let_go(MockSysfs *mock, int pid);

/**
 * mock_sysfs_fail:
 * @mock: a machine
 * @file: name of a file, "create", "remove", or of an attribute, "vgpu/params"; of one vGPU's alone
 *   with its uuid and "/" before it
 * @err: errno that writing it gives from now on, %MOCK_HANG, or 0 for as it should be
 */
void mock_sysfs_fail(MockSysfs *mock, const char *file, int err);

/**
 * mock_sysfs_define:
 * @mock: a machine
 * @parent: name of a parent, there or not
 * @uuid: uuid
 * @json: what the file of mdevctl's definition holds
 */
void mock_sysfs_define(MockSysfs *mock, const char *parent, const char *uuid, const char *json);

/**
 * mock_sysfs_write:
 * @mock: a machine
 * @file: path below its folder
 * @text: contents; folders are made
 */
void mock_sysfs_write(MockSysfs *mock, const char *file, const char *text);

/**
 * mock_sysfs_add_file:
 * @mock: a machine
 * @file: path below its folder, with " (r)" or " (w)" after it if the file is for reading or for
 *   writing only
 * @text: contents; folders are made
 */
void mock_sysfs_add_file(MockSysfs *mock, const char *file, const char *text);

/**
 * mock_sysfs_read:
 * @mock: a machine
 * @file: path below its folder
 *
 * Returns: (transfer full) (nullable): contents, NULL if it is not there.
 */
char *mock_sysfs_read(MockSysfs *mock, const char *file);

G_END_DECLS

#endif
