/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory.h - everything there is, seen together: parents, and each vGPU with its
 * definition and the domain it belongs to.
 */
#ifndef VGPU_INVENTORY_H
#define VGPU_INVENTORY_H

#include "definition.h"
#include "device.h"
#include "record.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuInventoryEntry:
 * @vgpu: id of the vGPU
 * @parent: name of its parent: the one it is on, or where it is defined or meant to be
 * @type: (nullable): its type id; NULL if only an unusable definition is known
 * @device: (nullable): the vGPU, if it is there
 * @definition: (nullable): its definition, if there is one for @parent
 * @record: (nullable): the hook's record, if a domain owns it
 *
 * One vGPU. Strings and objects belong to the inventory.
 */
typedef struct {
    const char *vgpu;
    const char *parent;
    const char *type;
    const VgpuDevice *device;
    const VgpuDefinition *definition;
    const VgpuRecord *record;
} VgpuInventoryEntry;

/**
 * VgpuInventory:
 * @parents: (element-type VgpuParent): all parents
 * @entries: (element-type VgpuInventoryEntry): all vGPUs, sorted by parent and id
 * @problems: (element-type GError): what could not be read: types, definitions, records
 * @by_id: private
 * @devices: (element-type VgpuDevice): vGPUs that are there
 * @definitions: (element-type VgpuDefinition): all definitions
 * @records: (element-type VgpuRecord): all records
 *
 * A snapshot, taken without a lock: what changes meanwhile may be seen half done.
 */
typedef struct {
    GPtrArray *parents;
    GPtrArray *entries;
    GPtrArray *problems;
    GHashTable *by_id;
    GPtrArray *devices;
    GPtrArray *definitions;
    GPtrArray *records;
} VgpuInventory;

/**
 * vgpu_inventory_new:
 * @root: a root
 *
 * Looks at everything. What cannot be read is in @problems and hides nothing else.
 *
 * Returns: (transfer full): the inventory.
 */
VgpuInventory *vgpu_inventory_new(const VgpuRoot *root);

/**
 * vgpu_inventory_free:
 * @inventory: (nullable): an inventory
 */
void vgpu_inventory_free(VgpuInventory *inventory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuInventory, vgpu_inventory_free)

G_END_DECLS

#endif
