/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json.c - what the machine has, as JSON.
 */
#include "json.h"

#include "attr-json.h"
#include "view.h"

#include <stdio.h>

/* Version of all documents; members may be added to them without a new one. */
#define DOCUMENT_VERSION 1

json_object *
vgpuctl_json_new(void)
{
    json_object *document = json_object_new_object();
    json_object_object_add(document, "version", json_object_new_int(DOCUMENT_VERSION));
    return document;
}

void
vgpuctl_json_print(json_object *document)
{
    puts(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY |
                                                      JSON_C_TO_STRING_SPACED |
                                                      JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(document);
}

void
vgpuctl_json_text(json_object *object, const char *key, const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;
    json_object_object_add(object, key, valid ? json_object_new_string(valid) : NULL);
}

json_object *
vgpuctl_json_type(const VgpuType *type)
{
    json_object *json = json_object_new_object(), *mib = NULL;
    if (type->framebuffer_mib)
        mib = json_object_new_int64(type->framebuffer_mib);
    vgpuctl_json_text(json, "type", type->id);
    vgpuctl_json_text(json, "name", type->name);
    vgpuctl_json_text(json, "description", type->description);
    vgpuctl_json_text(json, "device_api", type->device_api);
    json_object_object_add(json, "available_instances",
                           json_object_new_int64(type->available_instances));
    json_object_object_add(json, "framebuffer_mib", mib);
    return json;
}

json_object *
vgpuctl_json_gpu(const VgpuParent *parent)
{
    json_object *json = json_object_new_object(), *types = json_object_new_array();
    for (guint i = 0; i < parent->types->len; i++)
        json_object_array_add(types, vgpuctl_json_type(parent->types->pdata[i]));
    vgpuctl_json_text(json, "gpu", parent->name);
    vgpuctl_json_text(json, "driver", parent->driver);
    json_object_object_add(json, "numa_node",
                           parent->numa_node >= 0 ? json_object_new_int(parent->numa_node) : NULL);
    json_object_object_add(json, "types", types);
    return json;
}

json_object *
vgpuctl_json_definition(const VgpuDefinition *definition)
{
    if (!definition)
        return NULL;
    json_object *json = json_object_new_object();
    vgpuctl_json_text(json, "start", vgpuctl_view_start(definition));
    vgpuctl_json_text(json, "type", definition->type);
    json_object_object_add(json, "attrs", vgpu_attr_list_to_json(definition->attrs));
    vgpuctl_json_text(json, "error", definition->error ? definition->error->message : NULL);
    return json;
}

json_object *
vgpuctl_json_domain(const char *uuid, const char *name)
{
    if (!uuid && !name)
        return NULL;
    json_object *json = json_object_new_object();
    vgpuctl_json_text(json, "uuid", uuid);
    vgpuctl_json_text(json, "name", name);
    return json;
}

json_object *
vgpuctl_json_owner(const VgpuRecord *record)
{
    if (!record)
        return NULL;
    json_object *json = vgpuctl_json_domain(record->domain, record->domain_name);
    vgpuctl_json_text(json, "state", vgpu_record_state_name(record->state));
    return json;
}

json_object *
vgpuctl_json_vgpu(const VgpuInventoryEntry *entry)
{
    json_object *json = json_object_new_object();
    vgpuctl_json_text(json, "vgpu", entry->vgpu);
    vgpuctl_json_text(json, "gpu", entry->parent);
    vgpuctl_json_text(json, "type", entry->type);
    json_object_object_add(json, "active", json_object_new_boolean(entry->device != NULL));
    json_object_object_add(json, "definition", vgpuctl_json_definition(entry->definition));
    json_object_object_add(json, "domain", vgpuctl_json_owner(entry->record));
    return json;
}
