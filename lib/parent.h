/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parent.h - a device that can make vGPUs, of any vendor, with the types it has.
 */
#ifndef VGPU_PARENT_H
#define VGPU_PARENT_H

#include "root.h"
#include "type.h"

G_BEGIN_DECLS

/**
 * VGPU_PARENT_OUR_DRIVER:
 *
 * Name of our GPU's driver. What is special to our parents (the callout's scope,
 * checks of attribute values) goes by this and never by type id.
 */
#define VGPU_PARENT_OUR_DRIVER "vgpu"

/**
 * VgpuProvider:
 *
 * The interface by which the kernel makes vGPUs; see provider.h.
 */
typedef struct _VgpuProvider VgpuProvider;

/**
 * VgpuParent:
 * @name: the kernel's name of the device: "0001:00:00.0"
 * @path: its folder in sysfs (below the root)
 * @provider: by which interface it makes vGPUs
 * @driver: (nullable): name of the bound driver, NULL if there is none to see
 * @gpu: as vgpu_parent_gpu()
 * @numa_node: NUMA node, -1 if not known
 * @types: (element-type VgpuType): types that could be read, sorted by id; of
 *   vgpu_parent_list_for() those that were asked for, in that order
 * @problems: (element-type GError): one for each type that could not
 *
 * A snapshot. Members are to be read only.
 */
typedef struct {
    char *name;
    char *path;
    const VgpuProvider *provider;
    char *driver;
    char *gpu;
    int numa_node;
    GPtrArray *types;
    GPtrArray *problems;
} VgpuParent;

/**
 * vgpu_parent_list:
 * @root: a root
 * @error: (out) (optional): %VGPU_ERROR_IO, %VGPU_ERROR_ACCESS
 *
 * All parents that are there now, of all providers, sorted by name.
 * A parent that goes away meanwhile is left out; a type that cannot be read
 * is in that parent's @problems and costs nothing else.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuParent): an array that frees
 * its elements.
 */
GPtrArray *vgpu_parent_list(const VgpuRoot *root, GError **error);

/**
 * vgpu_parent_list_for:
 * @root: a root
 * @type: (nullable): id of the one type that matters
 * @error: (out) (optional): as vgpu_parent_list()
 *
 * As vgpu_parent_list(), but of the types of each parent the others need not be there: reading all
 * of them is what costs most.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuParent): an array that frees its elements.
 */
GPtrArray *vgpu_parent_list_for(const VgpuRoot *root, const char *type, GError **error);

/**
 * vgpu_parent_add_type:
 * @parent: a parent of vgpu_parent_list_for()
 * @id: id of a type
 *
 * Reads one more of its types, unless it is there already or @parent has none such.
 */
void vgpu_parent_add_type(VgpuParent *parent, const char *id);

/**
 * vgpu_parent_load:
 * @root: a root
 * @name: name of a parent, from outside if need be
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_NOT_FOUND
 *
 * Returns: (transfer full) (nullable): the parent.
 */
VgpuParent *vgpu_parent_load(const VgpuRoot *root, const char *name, GError **error);

/**
 * vgpu_parent_gpu:
 * @root: a root
 * @name: name of a parent, there or not
 *
 * Virtual functions share what their GPU has: capacity, a driver that answers or does not.
 *
 * Returns: (transfer full): name of the GPU that it is a virtual function of; @name if it is none.
 */
char *vgpu_parent_gpu(const VgpuRoot *root, const char *name);

/**
 * vgpu_parent_new:
 * @provider: by which interface it makes vGPUs
 * @name: its name
 * @path: its folder in sysfs
 *
 * For providers.
 *
 * Returns: (transfer full): a parent with its driver and its node, and with no type.
 */
VgpuParent *vgpu_parent_new(const VgpuProvider *provider, const char *name, const char *path);

/**
 * vgpu_parent_free:
 * @parent: (nullable): a parent
 */
void vgpu_parent_free(VgpuParent *parent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuParent, vgpu_parent_free)

/**
 * vgpu_parent_read_driver:
 * @root: a root
 * @name: name of a parent
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_NOT_FOUND if the parent is
 *   absent or has no driver
 *
 * The driver's name alone, for callers that need no types: two system calls.
 *
 * Returns: (transfer full) (nullable): the driver's name.
 */
char *vgpu_parent_read_driver(const VgpuRoot *root, const char *name, GError **error);

/**
 * vgpu_parent_find_type:
 * @parent: a parent
 * @id: (nullable): a type id
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, naming the types there are
 *
 * Returns: (transfer none) (nullable): the type, owned by @parent.
 */
const VgpuType *vgpu_parent_find_type(const VgpuParent *parent, const char *id, GError **error);

G_END_DECLS

#endif
