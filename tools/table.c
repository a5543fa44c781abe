/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.c - text in aligned columns.
 */
#include "table.h"

#include "log.h"

#include <stdio.h>

#define GAP 2

struct _VgpuctlTable {
    guint columns;
    GPtrArray *cells; /* titles first, row after row */
};

VgpuctlTable *
vgpuctl_table_new(const char *const *titles)
{
    VgpuctlTable *table = g_new0(VgpuctlTable, 1);
    table->columns = g_strv_length((char **)titles);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    vgpuctl_table_add(table, titles);
    return table;
}

void
vgpuctl_table_add(VgpuctlTable *table, const char *const *cells)
{
    for (guint i = 0; i < table->columns; i++) {
        const char *cell = cells[i] && cells[i][0] ? cells[i] : "-";
        g_ptr_array_add(table->cells, vgpu_log_make_safe(cell));
    }
}

static glong
column_width(const VgpuctlTable *table, guint column)
{
    glong width = 0;
    for (guint i = column; i < table->cells->len; i += table->columns)
        width = MAX(width, g_utf8_strlen(table->cells->pdata[i], -1));
    return width;
}

void
vgpuctl_table_print(const VgpuctlTable *table)
{
    g_autofree glong *widths = g_new(glong, table->columns);
    for (guint i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i);
    for (guint i = 0; i < table->cells->len; i++) {
        const char *cell = table->cells->pdata[i];
        guint column = i % table->columns;
        gboolean last = column + 1 == table->columns;
        int pad = last ? 0 : (int)(widths[column] - g_utf8_strlen(cell, -1)) + GAP;
        printf("%s%*s%s", cell, pad, "", last ? "\n" : "");
    }
}

void
vgpuctl_table_free(VgpuctlTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}
