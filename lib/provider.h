/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * provider.h - the interfaces by which kernels make vGPUs, behind one table of operations: each
 * has a file of its own, provider-<name>.c, and a line in the table of provider.c.
 */
#ifndef VGPU_PROVIDER_H
#define VGPU_PROVIDER_H

#include "deadline.h"
#include "device.h"
#include "parent.h"

G_BEGIN_DECLS

/**
 * VgpuProvider:
 * @name: what it is called
 * @definitions: the folder with the definitions of its vGPUs, one folder a parent
 * @id_canonical: its vGPUs' ids by their form: returns (transfer full) (nullable) @text in the
 *   kernel's spelling, or NULL if it is no id of this provider's
 * @list_parents: adds the #VgpuParent that are there, as @load_parent; FALSE with @error set if it
 * can't look
 * @has_parent: TRUE if the parent @name is there, or could be by @enable
 * @load_parent: returns (transfer full) (nullable) the parent @name, NULL if this provider has none
 *   of that name; with all its types, or, if @type is not NULL, with that one at least, if it
 *   has that
 * @load_type: (nullable): adds the type @id to @parent, if it has it; missing where @load_parent
 * always has all of them
 * @list_devices: adds the #VgpuDevice that are there; FALSE with @error set if it can't look
 * @folder: returns (transfer full) (nullable) the folder in sysfs of the vGPU @id, there or not,
 * with "iommu_group" and "vfio-dev" in it, and its attributes
 * @load: returns (transfer full) (nullable) the vGPU @id, NULL if it is not there or half made
 * @exists: TRUE if the vGPU @id is there, half made or not, or if nobody can tell
 * @parent_of: (nullable): returns (transfer full) (nullable) the one parent that the vGPU @id can
 * be on; missing where any will do
 * @pick: returns (transfer full) (nullable) an id for a new vGPU of @type on @parent, none of those
 * that are keys of @taken (nullable); NULL if none is left
 * @is_enabled: (nullable): FALSE if @enable has something to do, or to refuse; missing with @enable
 * @enable: (nullable): makes what a vGPU @id of @parent needs before it can be asked for; the lock
 * of @parent is held
 * @create: asks the kernel for it, unless it is there already (%VGPU_ERROR_EXISTS). After
 *   %VGPU_ERROR_TIMEOUT it may still appear
 * @has_attr: (nullable): whether a file of that name in the folder may be an attribute; missing
 * where all may that vgpu_attr_check_name() takes
 * @remove: asks the kernel to remove it; the caller has looked that nobody has it open
 *
 * One interface. Operations look at sysfs each time; they take no lock and keep nothing. Ids and
 * names that they get have the right form: vgpu_provider_of_id(), vgpu_name_check().
 */
struct _VgpuProvider {
    const char *name;
    VgpuDir definitions;
    char *(*id_canonical)(const char *text);
    gboolean (*list_parents)(const VgpuRoot *root, const char *type, GPtrArray *parents,
                             GError **error);
    gboolean (*has_parent)(const VgpuRoot *root, const char *name);
    VgpuParent *(*load_parent)(const VgpuRoot *root, const char *name, const char *type);
    void (*load_type)(VgpuParent *parent, const char *id);
    gboolean (*list_devices)(const VgpuRoot *root, GPtrArray *devices, GError **error);
    char *(*folder)(const VgpuRoot *root, const char *id);
    VgpuDevice *(*load)(const VgpuRoot *root, const char *id);
    gboolean (*exists)(const VgpuRoot *root, const char *id);
    char *(*parent_of)(const VgpuRoot *root, const char *id);
    char *(*pick)(const VgpuRoot *root, const VgpuParent *parent, const char *type,
                  GHashTable *taken);
    gboolean (*is_enabled)(const VgpuRoot *root, const char *parent, const char *id);
    gboolean (*enable)(const VgpuRoot *root, const char *parent, const char *id,
                       const VgpuDeadline *deadline, GError **error);
    gboolean (*create)(const VgpuRoot *root, const char *parent, const char *type, const char *id,
                       const VgpuDeadline *deadline, GError **error);
    gboolean (*remove)(const VgpuRoot *root, const char *id, const VgpuDeadline *deadline,
                       GError **error);
    gboolean (*has_attr)(const char *name);
};

/**
 * vgpu_provider_mdev:
 *
 * Mediated devices of any vendor: /sys/class/mdev_bus. An id is a uuid.
 */
extern const VgpuProvider vgpu_provider_mdev;

/**
 * vgpu_provider_nvidia_vf:
 *
 * vGPUs on SR-IOV's virtual functions, by one vendor's own interface. An id is the PCI address of a
 * virtual function, and its parent the physical function.
 */
extern const VgpuProvider vgpu_provider_nvidia_vf;

/**
 * vgpu_providers:
 *
 * All of them, ended by NULL. Where two have a parent of the same name the first counts.
 */
extern const VgpuProvider *const vgpu_providers[];

/**
 * vgpu_provider_of_id:
 * @id: (nullable): an id from outside
 * @canonical: (out) (optional) (transfer full): the id in the kernel's spelling
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * Returns: (nullable): the provider whose vGPUs have such ids.
 */
const VgpuProvider *vgpu_provider_of_id(const char *id, char **canonical, GError **error);

G_END_DECLS

#endif
