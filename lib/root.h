/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * root.h - the root all paths of the library hang off, and the check each
 * path component from outside must pass before it becomes part of a path.
 */
#ifndef VGPU_ROOT_H
#define VGPU_ROOT_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuRoot:
 *
 * A root folder: "/" on a real host, a mock tree in tests. Immutable, so it may
 * be shared between threads.
 */
typedef struct _VgpuRoot VgpuRoot;

/**
 * VgpuDir:
 * @VGPU_DIR_PARENTS: /sys/class/mdev_bus, one entry a parent
 * @VGPU_DIR_MDEVS: /sys/bus/mdev/devices, one entry a vGPU that is there
 * @VGPU_DIR_VFIO_CLASS: /sys/class/vfio, one entry an IOMMU group with a VFIO device
 * @VGPU_DIR_DEFINITIONS: /etc/mdevctl.d, mdevctl's definitions
 * @VGPU_DIR_STATE: /run/openvgpu, records and locks
 * @VGPU_DIR_DEV_VFIO: /dev/vfio
 * @VGPU_DIR_PROC: /proc
 * @VGPU_DIR_MODULES: /lib/modules, one entry a kernel
 * @VGPU_DIR_DOMAINS: /run/libvirt/qemu, where libvirt keeps <domain>.pid of those that run
 * @VGPU_DIR_CONFIG: /etc/openvgpu, what the administrator has set
 * @VGPU_DIR_VF_DEFINITIONS: /etc/openvgpu/vgpus.d, definitions of what mdevctl does not know
 * @VGPU_DIR_PCI: /sys/bus/pci/devices, one entry a PCI function
 * @VGPU_DIR_PCI_DRIVERS: /sys/bus/pci/drivers, one entry a driver that is loaded
 * @VGPU_DIR_NODES: /sys/devices/system/node, one entry a NUMA node
 *
 * The folders the library knows. No other place of the file system is touched, but for what
 * vgpu_root_at() is asked for.
 */
typedef enum {
    VGPU_DIR_PARENTS,
    VGPU_DIR_MDEVS,
    VGPU_DIR_VFIO_CLASS,
    VGPU_DIR_DEFINITIONS,
    VGPU_DIR_STATE,
    VGPU_DIR_DEV_VFIO,
    VGPU_DIR_PROC,
    VGPU_DIR_MODULES,
    VGPU_DIR_DOMAINS,
    VGPU_DIR_CONFIG,
    VGPU_DIR_VF_DEFINITIONS,
    VGPU_DIR_PCI,
    VGPU_DIR_PCI_DRIVERS,
    VGPU_DIR_NODES,
} VgpuDir;

/**
 * VGPU_NAME_MAX:
 *
 * The longest path component taken from outside, in bytes.
 */
#define VGPU_NAME_MAX 255

/**
 * vgpu_root_new:
 * @path: (nullable): the folder, or NULL for $OPENVGPU_ROOT, or "/" if that is unset
 *
 * Returns: (transfer full): a root; free with vgpu_root_free().
 */
VgpuRoot *vgpu_root_new(const char *path);

/**
 * vgpu_root_free:
 * @root: (nullable): a root
 */
void vgpu_root_free(VgpuRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuRoot, vgpu_root_free)

/**
 * vgpu_root_is_mock:
 * @root: a root
 *
 * Returns: TRUE if @root is not "/".
 */
gboolean vgpu_root_is_mock(const VgpuRoot *root);

/**
 * vgpu_root_dir:
 * @root: a root
 * @dir: one of the known folders
 *
 * Returns: (transfer full): its path; nothing is looked up.
 */
char *vgpu_root_dir(const VgpuRoot *root, VgpuDir dir);

/**
 * vgpu_root_path:
 * @root: a root
 * @dir: one of the known folders
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 * @...: path components below @dir, ended by NULL
 *
 * Builds a path. Each component is checked by vgpu_name_check(), so text from
 * outside may be given as it is: nothing leaves @dir by "..", "/" or an empty
 * name (a symbolic link already inside @dir is not looked at).
 *
 * Returns: (transfer full) (nullable): the path, or NULL with @error set.
 */
char *vgpu_root_path(const VgpuRoot *root, VgpuDir dir, GError **error, ...) G_GNUC_NULL_TERMINATED;

/**
 * vgpu_root_at:
 * @root: a root
 * @path: an absolute path that stands in the source, or that a file of the host's administrator
 *   names; never one made of text from outside
 *
 * For places that are only looked at, one by one.
 *
 * Returns: (transfer full): @path below @root; nothing is looked up.
 */
char *vgpu_root_at(const VgpuRoot *root, const char *path);

/**
 * vgpu_root_make_state_dir:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Makes /run/openvgpu (mode 0755) if it is not there, and refuses it if it is a
 * symbolic link, belongs to another user or may be written by others.
 *
 * Returns: TRUE if the folder may be used.
 */
gboolean vgpu_root_make_state_dir(const VgpuRoot *root, GError **error);

/**
 * vgpu_name_check:
 * @name: (nullable): one path component from outside, a parent's or type's name say
 * @what: the kind of object, for the message ("parent", "type")
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * A name is 1 to %VGPU_NAME_MAX bytes of printable ASCII, without "/" and
 * space, and does not start with a dot.
 *
 * Returns: TRUE if @name can be a path component.
 */
gboolean vgpu_name_check(const char *name, const char *what, GError **error);

/**
 * vgpu_uuid_check:
 * @uuid: (nullable): text
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * Returns: TRUE if @uuid is 8-4-4-4-12 hexadecimal digits of either case.
 */
gboolean vgpu_uuid_check(const char *uuid, GError **error);

/**
 * vgpu_uuid_canonical:
 * @uuid: (nullable): text
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * The kernel, mdevctl and libvirt name a vGPU in lower case. Text from outside
 * goes through here once, where it enters.
 *
 * Returns: (transfer full) (nullable): @uuid in lower case, or NULL with @error set.
 */
char *vgpu_uuid_canonical(const char *uuid, GError **error);

G_END_DECLS

#endif
