/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attr.h - attributes of a vGPU: name and value, in lists whose order counts,
 * and the rules for names and values.
 */
#ifndef VGPU_ATTR_H
#define VGPU_ATTR_H

#include "type.h"

G_BEGIN_DECLS

/**
 * VGPU_ATTR_NAME_MAX:
 *
 * Longest attribute name, in bytes.
 */
#define VGPU_ATTR_NAME_MAX 255

/**
 * VGPU_ATTR_VALUE_MAX:
 *
 * Longest attribute value, in bytes: a page of sysfs less its NUL.
 */
#define VGPU_ATTR_VALUE_MAX 4095

/**
 * VgpuAttr:
 * @name: path of the sysfs file below the vGPU's folder: "vgpu/params"
 * @value: what is written to it
 *
 * One attribute. The same name may come twice in a list: it is written twice.
 */
typedef struct {
    char *name;
    char *value;
} VgpuAttr;

/**
 * VgpuAttrCheckFunc:
 * @value: a value from outside
 * @type: (nullable): the vGPU's type, for limits that depend on it
 * @error: (out) (optional): %VGPU_ERROR_INVALID, saying what is allowed
 *
 * Returns: TRUE if the driver would take @value.
 */
typedef gboolean (*VgpuAttrCheckFunc)(const char *value, const VgpuType *type, GError **error);

/**
 * VgpuAttrSpec:
 * @name: the attribute
 * @check: checks a value
 *
 * An attribute that our driver has. A new one is one line in the table of attr.c.
 */
typedef struct {
    const char *name;
    VgpuAttrCheckFunc check;
} VgpuAttrSpec;

/**
 * vgpu_attr_list_new:
 *
 * Returns: (transfer full) (element-type VgpuAttr): an empty list that frees its
 * elements; add with vgpu_attr_list_add(), free with g_ptr_array_unref().
 */
GPtrArray *vgpu_attr_list_new(void);

/**
 * vgpu_attr_list_add:
 * @list: (element-type VgpuAttr): a list
 * @name: name, copied, not checked
 * @value: value, copied, not checked
 */
void vgpu_attr_list_add(GPtrArray *list, const char *name, const char *value);

/**
 * vgpu_attr_list_find:
 * @list: (element-type VgpuAttr): a list
 * @name: a name
 *
 * Returns: (nullable): the value of the last attribute of that name (the one that
 * counts when all are written in order), or NULL.
 */
const char *vgpu_attr_list_find(const GPtrArray *list, const char *name);

/**
 * vgpu_attr_check_name:
 * @name: (nullable): an attribute name from outside
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * The rule for all vendors: a relative path of plain components, and none that
 * does more than set a property of the vGPU ("remove", "driver", "power/control").
 *
 * Returns: TRUE if a file of that name may be written.
 */
gboolean vgpu_attr_check_name(const char *name, GError **error);

/**
 * vgpu_attr_check:
 * @driver: (nullable): name of the parent's driver
 * @type: (nullable): the vGPU's type, if known
 * @name: an attribute name from outside
 * @value: (nullable): a value from outside
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_NOT_FOUND for a name our driver
 *   does not have
 *
 * The rule for all vendors first, and then for our own driver what the table of its
 * attributes says.
 *
 * Returns: TRUE if the attribute may be set.
 */
gboolean vgpu_attr_check(const char *driver, const VgpuType *type, const char *name,
                         const char *value, GError **error);

/**
 * vgpu_attr_check_list:
 * @driver: (nullable): name of the parent's driver
 * @type: (nullable): the vGPU's type, if known
 * @list: (element-type VgpuAttr): a list
 * @error: (out) (optional): as vgpu_attr_check(), for the first that fails
 *
 * Returns: TRUE if all of @list may be set.
 */
gboolean vgpu_attr_check_list(const char *driver, const VgpuType *type, const GPtrArray *list,
                              GError **error);

/**
 * vgpu_attr_specs:
 * @driver: (nullable): name of a parent's driver
 * @count: (out): how many
 *
 * Returns: (nullable): the attributes known for @driver, in the order they are read
 * back and written; NULL and 0 for a driver that is not ours.
 */
const VgpuAttrSpec *vgpu_attr_specs(const char *driver, guint *count);

G_END_DECLS

#endif
