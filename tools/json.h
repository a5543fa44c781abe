/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json.h - what the machine has, as JSON: the same members in each verb's document. Ids are in
 * "vgpu", "gpu" and "type", and "domain" is an object with "uuid" and "name".
 */
#ifndef VGPUCTL_JSON_H
#define VGPUCTL_JSON_H

#include "inventory.h"
#include "parent.h"

#include <json-c/json.h>

G_BEGIN_DECLS

/**
 * vgpuctl_json_new:
 *
 * Returns: (transfer full): a document with its version and nothing else.
 */
json_object *vgpuctl_json_new(void);

/**
 * vgpuctl_json_print:
 * @document: (transfer full): an object
 *
 * Prints it on standard output.
 */
void vgpuctl_json_print(json_object *document);

/**
 * vgpuctl_json_text:
 * @object: a JSON object
 * @key: name of the member
 * @text: (nullable): its value, any bytes; null is written for NULL
 *
 * Adds a member. JSON takes UTF-8 only: other bytes are replaced.
 */
void vgpuctl_json_text(json_object *object, const char *key, const char *text);

/**
 * vgpuctl_json_gpu:
 * @parent: a GPU
 *
 * Returns: (transfer full): the GPU with its types.
 */
json_object *vgpuctl_json_gpu(const VgpuParent *parent);

/**
 * vgpuctl_json_type:
 * @type: a type
 *
 * Returns: (transfer full): the type.
 */
json_object *vgpuctl_json_type(const VgpuType *type);

/**
 * vgpuctl_json_vgpu:
 * @entry: a vGPU
 *
 * Returns: (transfer full): the vGPU with its definition and its domain.
 */
json_object *vgpuctl_json_vgpu(const VgpuInventoryEntry *entry);

/**
 * vgpuctl_json_definition:
 * @definition: (nullable): a definition
 *
 * Returns: (transfer full) (nullable): the definition; NULL, which is JSON's null, for NULL.
 */
json_object *vgpuctl_json_definition(const VgpuDefinition *definition);

/**
 * vgpuctl_json_domain:
 * @uuid: (nullable): a domain's uuid
 * @name: (nullable): its name
 *
 * Returns: (transfer full) (nullable): the domain; NULL if neither is known.
 */
json_object *vgpuctl_json_domain(const char *uuid, const char *name);

/**
 * vgpuctl_json_owner:
 * @record: (nullable): a record
 *
 * Returns: (transfer full) (nullable): its domain, and in what state that has the vGPU; NULL for
 * NULL.
 */
json_object *vgpuctl_json_owner(const VgpuRecord *record);

G_END_DECLS

#endif
