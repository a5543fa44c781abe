/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * view.c - words for what the machine has.
 */
#include "view.h"

#include "attr.h"

const char *
vgpuctl_view_start(const VgpuDefinition *definition)
{
    if (!definition)
        return NULL;
    if (definition->error)
        return "unusable";
    return definition->autostart ? "auto" : "manual";
}

char *
vgpuctl_view_domain(const VgpuRecord *record)
{
    if (!record)
        return NULL;
    const char *name = record->domain_name ? record->domain_name : record->domain;
    if (record->state == VGPU_RECORD_READY)
        return g_strdup(name);
    return g_strdup_printf("%s (%s)", name, vgpu_record_state_name(record->state));
}

char *
vgpuctl_view_attrs(const GPtrArray *attrs)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; attrs && i < attrs->len; i++) {
        const VgpuAttr *attr = attrs->pdata[i];
        g_string_append_printf(text, "%s%s=%s", i ? " " : "", attr->name, attr->value);
    }
    return g_string_free(text, FALSE);
}

char *
vgpuctl_view_mib(guint mib)
{
    return mib ? g_strdup_printf("%uM", mib) : NULL;
}

char *
vgpuctl_view_number(gint64 number)
{
    return number >= 0 ? g_strdup_printf("%" G_GINT64_FORMAT, number) : NULL;
}
