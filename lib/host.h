/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host.h - what decides where a vGPU can be: GPUs, vGPUs, definitions and records, as they are at
 * one moment, or would be after what is planned.
 */
#ifndef VGPU_HOST_H
#define VGPU_HOST_H

#include "definition.h"
#include "device.h"
#include "parent.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * VgpuHost:
 * @parents: (element-type VgpuParent): all GPUs that are there, sorted by name
 * @devices: (element-type VgpuDevice): all vGPUs that are there
 * @definitions: (element-type VgpuDefinition): all definitions
 * @records: (element-type VgpuRecord): all records that can be read
 *
 * A snapshot, or that part of it which vgpu_host_look_for() needs. Each array frees its elements.
 */
typedef struct {
    GPtrArray *parents;
    GPtrArray *devices;
    GPtrArray *definitions;
    GPtrArray *records;
} VgpuHost;

/**
 * vgpu_host_look:
 * @root: a root
 * @error: (out) (optional): as vgpu_parent_list(), vgpu_device_list(), vgpu_definition_list(),
 *   vgpu_record_list()
 *
 * Returns: (transfer full) (nullable): what is there now.
 */
VgpuHost *vgpu_host_look(const VgpuRoot *root, GError **error);

/**
 * vgpu_host_look_for:
 * @root: a root
 * @type: id of the type of a vGPU that is to be made
 * @error: (out) (optional): as vgpu_host_look()
 *
 * As vgpu_host_look(), as far as it plays a part in where that vGPU can be: of types only @type and
 * those of definitions, and no definitions and records of vGPUs that are there.
 *
 * Returns: (transfer full) (nullable): what there is now.
 */
VgpuHost *vgpu_host_look_for(const VgpuRoot *root, const char *type, GError **error);

/**
 * vgpu_host_free:
 * @host: (nullable): a host
 */
void vgpu_host_free(VgpuHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuHost, vgpu_host_free)

/**
 * vgpu_host_assume:
 * @host: a host
 * @parent: name of one of its GPUs
 * @type: id of one of the GPU's types
 * @id: id of a vGPU
 *
 * The host as it would be with that vGPU. What is left of each type goes by framebuffer, as far as
 * types say theirs; a driver may have rules of its own.
 */
void vgpu_host_assume(VgpuHost *host, const char *parent, const char *type, const char *id);

/**
 * vgpu_host_assume_gone:
 * @host: a host
 * @id: id of a vGPU
 *
 * The host as it would be without that vGPU, likewise.
 */
void vgpu_host_assume_gone(VgpuHost *host, const char *id);

/**
 * vgpu_host_cost:
 * @taken: (nullable): a type
 * @wanted: a type of the same GPU
 *
 * Types of one GPU share its framebuffer, and a vGPU's part of it begins at a multiple of its
 * size: so a larger one costs several of a smaller, and one that lies across two costs both.
 *
 * Returns: how many vGPUs of type @wanted one of type @taken costs at most; 1 if sizes are not
 * said.
 */
guint vgpu_host_cost(const VgpuType *taken, const VgpuType *wanted);

G_END_DECLS

#endif
