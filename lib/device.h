/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device.h - a vGPU that is there, made, looked at and removed through sysfs.
 */
#ifndef VGPU_DEVICE_H
#define VGPU_DEVICE_H

#include "deadline.h"
#include "root.h"

#include <sys/types.h>

G_BEGIN_DECLS

/**
 * VgpuDevice:
 * @id: its id: the uuid of an mdev, or the PCI address of a virtual function; lower case
 * @parent: name of its parent, as in #VgpuParent
 * @type: its type id
 * @path: its folder in sysfs (below the root)
 *
 * A snapshot. Members are to be read only.
 */
typedef struct {
    char *id;
    char *parent;
    char *type;
    char *path;
} VgpuDevice;

/**
 * vgpu_device_free:
 * @device: (nullable): a vGPU
 */
void vgpu_device_free(VgpuDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuDevice, vgpu_device_free)

/**
 * vgpu_device_list:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_IO, %VGPU_ERROR_ACCESS
 *
 * All vGPUs that are there, sorted by id; one that goes meanwhile is left out.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuDevice): an array that frees its elements.
 */
GPtrArray *vgpu_device_list(const VgpuRoot *root, GError **error);

/**
 * vgpu_device_load:
 * @root: a root
 * @id: an id
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): the vGPU.
 */
VgpuDevice *vgpu_device_load(const VgpuRoot *root, const char *id, GError **error);

/**
 * vgpu_device_exists:
 * @root: a root
 * @id: an id
 *
 * Returns: TRUE if the vGPU is there, or if its driver does not tell. FALSE for what is no id.
 */
gboolean vgpu_device_exists(const VgpuRoot *root, const char *id);

/**
 * vgpu_device_create:
 * @root: a root
 * @parent: name of the parent
 * @type: type id
 * @id: id for it
 * @deadline: until when it must be ready
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND (no such parent or type), %VGPU_ERROR_EXISTS (a
 * vGPU of that id, on whatever parent; sysfs may not show it yet, or any more), %VGPU_ERROR_FULL,
 * %VGPU_ERROR_TIMEOUT, or by errno
 *
 * Makes a vGPU and waits until it has its IOMMU group, which libvirt and QEMU need.
 * The kernel decides about capacity: try the next parent on %VGPU_ERROR_FULL.
 * When it was made but did not become ready in time, it is not removed here: the
 * caller knows who owns it. After %VGPU_ERROR_TIMEOUT it may still appear.
 *
 * Returns: TRUE if the vGPU is there and ready.
 */
gboolean vgpu_device_create(const VgpuRoot *root, const char *parent, const char *type,
                            const char *id, const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_device_has_parent:
 * @root: a root
 * @parent: name of a parent
 * @id: an id
 *
 * Looks at no type.
 *
 * Returns: TRUE if that parent is there, for vGPUs with such ids, or a physical function that could
 * be one.
 */
gboolean vgpu_device_has_parent(const VgpuRoot *root, const char *parent, const char *id);

/**
 * vgpu_device_parent_of:
 * @root: a root
 * @id: (nullable): an id
 *
 * Returns: (transfer full) (nullable): the one parent that such a vGPU can be on, there or not;
 * NULL if any will do, or nobody knows yet.
 */
char *vgpu_device_parent_of(const VgpuRoot *root, const char *id);

/**
 * vgpu_device_is_enabled:
 * @root: a root
 * @parent: name of the parent
 * @id: an id
 *
 * Returns: FALSE if vgpu_device_enable() has something to do, or to refuse, first.
 */
gboolean vgpu_device_is_enabled(const VgpuRoot *root, const char *parent, const char *id);

/**
 * vgpu_device_enable:
 * @root: a root
 * @parent: name of the parent
 * @id: an id
 * @deadline: until when it must be possible
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT, or by errno
 *
 * Does what must be done before such a vGPU can be asked for: a virtual function that is not there
 * is enabled, and waited for. Takes the lock of the parent if there is anything to do; the caller
 * holds that of the vGPU.
 *
 * Returns: TRUE if vgpu_device_create() may be called.
 */
gboolean vgpu_device_enable(const VgpuRoot *root, const char *parent, const char *id,
                            const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_device_wait_ready:
 * @root: a root
 * @id: an id
 * @deadline: until when to wait
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT, %VGPU_ERROR_INVALID
 *
 * Waits until the vGPU is there and has its type and its IOMMU group.
 *
 * Returns: TRUE if it is ready.
 */
gboolean vgpu_device_wait_ready(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                                GError **error);

/**
 * vgpu_device_wait_settled:
 * @root: a root
 * @id: an id
 * @deadline: until when to wait
 * @error: (out) (optional): %VGPU_ERROR_TIMEOUT, %VGPU_ERROR_INVALID
 *
 * Waits while the vGPU is there without its type: it is about to be made, or on its way out.
 *
 * Returns: TRUE if it is there with its type, or is not there.
 */
gboolean vgpu_device_wait_settled(const VgpuRoot *root, const char *id,
                                  const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_device_find_holder:
 * @root: a root
 * @id: an id
 * @pid: (out): a process that holds its VFIO group or device file, 0 if none is seen
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_IO
 *
 * As vgpu_device_in_use().
 *
 * Returns: TRUE if @pid was set.
 */
gboolean vgpu_device_find_holder(const VgpuRoot *root, const char *id, pid_t *pid, GError **error);

/**
 * vgpu_device_in_use:
 * @root: a root
 * @id: an id
 * @in_use: (out): TRUE if a process holds its VFIO group or device file
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_IO
 *
 * Looks through /proc/<pid>/fd by device number, so it also sees a QEMU whose /dev is
 * its own. Opens nothing: opening the group file would make a guest's start fail.
 * Needs root to see other users' processes. FALSE for a vGPU that is not there.
 *
 * Returns: TRUE if @in_use was set.
 */
gboolean vgpu_device_in_use(const VgpuRoot *root, const char *id, gboolean *in_use, GError **error);

/**
 * vgpu_device_check_idle:
 * @root: a root
 * @id: an id
 * @error: (out) (optional): %VGPU_ERROR_BUSY naming process and domain, %VGPU_ERROR_INVALID,
 * %VGPU_ERROR_IO
 *
 * vgpu_device_in_use() as a check.
 *
 * Returns: TRUE if nobody has the vGPU open.
 */
gboolean vgpu_device_check_idle(const VgpuRoot *root, const char *id, GError **error);

/**
 * vgpu_device_wait_idle:
 * @root: a root
 * @id: an id
 * @deadline: until when to wait
 * @error: (out) (optional): as vgpu_device_check_idle(), %VGPU_ERROR_BUSY if time is up
 *
 * Returns: TRUE once nobody has the vGPU open; FALSE if somebody has, or nobody can tell.
 */
gboolean vgpu_device_wait_idle(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                               GError **error);

/**
 * vgpu_device_remove:
 * @root: a root
 * @id: an id
 * @deadline: until when it must be gone
 * @error: (out) (optional): %VGPU_ERROR_BUSY (in use: nothing was written), %VGPU_ERROR_TIMEOUT,
 *   or by errno
 *
 * Removes a vGPU that nobody has open, once it is made to the end. One that is not there is no
 * error. If somebody opens it just
 * between the look and the write, the kernel keeps the (detached) writer until it is let go;
 * the call then ends with %VGPU_ERROR_TIMEOUT.
 *
 * Returns: TRUE if the vGPU is gone.
 */
gboolean vgpu_device_remove(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                            GError **error);

/**
 * vgpu_device_get_attr:
 * @root: a root
 * @id: an id
 * @name: an attribute name, checked here
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_NOT_FOUND, or by errno
 *
 * Returns: (transfer full) (nullable): the value.
 */
char *vgpu_device_get_attr(const VgpuRoot *root, const char *id, const char *name, GError **error);

/**
 * vgpu_device_set_attr:
 * @root: a root
 * @id: an id
 * @name: an attribute name, checked here
 * @value: the value
 * @deadline: until when it must be set
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_BUSY,
 *   %VGPU_ERROR_TIMEOUT, or by errno
 *
 * Returns: TRUE if the kernel took it.
 */
gboolean vgpu_device_set_attr(const VgpuRoot *root, const char *id, const char *name,
                              const char *value, const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_device_set_attrs:
 * @root: a root
 * @id: an id
 * @attrs: (element-type VgpuAttr): a list
 * @deadline: until when all must be set
 * @error: (out) (optional): as vgpu_device_set_attr(), for the first that fails
 *
 * Sets all in order and stops at the first that fails.
 *
 * Returns: TRUE if the kernel took all.
 */
gboolean vgpu_device_set_attrs(const VgpuRoot *root, const char *id, const GPtrArray *attrs,
                               const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_device_find_attrs:
 * @root: a root
 * @id: an id
 *
 * What a vGPU of any vendor can be told, as it is now: the files in its folder, and one folder
 * deeper, that can be read and written and are not empty. For people to look at: whether its driver
 * would take the same again nobody knows.
 *
 * Returns: (transfer full) (element-type VgpuAttr): the list, empty if the vGPU is not there.
 */
GPtrArray *vgpu_device_find_attrs(const VgpuRoot *root, const char *id);

/**
 * vgpu_device_read_attrs:
 * @root: a root
 * @id: an id
 * @driver: (nullable): name of the parent's driver
 * @error: (out) (optional): by errno
 *
 * Reads back the attributes that vgpu_attr_specs() lists for @driver, in that order, leaving
 * out empty ones: the list can be written to a fresh vGPU as it is.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuAttr): the list.
 */
GPtrArray *vgpu_device_read_attrs(const VgpuRoot *root, const char *id, const char *driver,
                                  GError **error);

G_END_DECLS

#endif
