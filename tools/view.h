/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * view.h - words for what the machine has: the same in each verb's tables.
 */
#ifndef VGPUCTL_VIEW_H
#define VGPUCTL_VIEW_H

#include "inventory.h"
#include "parent.h"

G_BEGIN_DECLS

/**
 * vgpuctl_view_start:
 * @definition: (nullable): a definition
 *
 * Returns: (nullable): "auto", "manual", or "unusable" if it can't be understood; NULL for NULL.
 */
const char *vgpuctl_view_start(const VgpuDefinition *definition);

/**
 * vgpuctl_view_domain:
 * @record: (nullable): a record
 *
 * Returns: (transfer full) (nullable): name of its domain, with the record's state in parentheses
 * unless that is "ready"; NULL for NULL.
 */
char *vgpuctl_view_domain(const VgpuRecord *record);

/**
 * vgpuctl_view_attrs:
 * @attrs: (nullable) (element-type VgpuAttr): attributes
 *
 * Returns: (transfer full): "name=value name=value".
 */
char *vgpuctl_view_attrs(const GPtrArray *attrs);

/**
 * vgpuctl_view_mib:
 * @mib: a size, 0 if it is not known
 *
 * Returns: (transfer full) (nullable): "2048M", NULL if it is not known.
 */
char *vgpuctl_view_mib(guint mib);

/**
 * vgpuctl_view_number:
 * @number: a number
 *
 * Returns: (transfer full) (nullable): the number, NULL if it is negative.
 */
char *vgpuctl_view_number(gint64 number);

G_END_DECLS

#endif
