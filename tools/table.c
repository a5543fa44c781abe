/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.c - a table for people or for programs.
 */
#include "table.h"

#include "log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GAP 2

struct _VgpuctlTable {
    guint columns;
    gboolean for_people; /* standard output is a terminal */
    GPtrArray *cells; /* titles first, row after row */
};

VgpuctlTable *
vgpuctl_table_new(const char *const *titles)
{
    VgpuctlTable *table = g_new0(VgpuctlTable, 1);
    table->columns = g_strv_length((char **)titles);
    table->for_people = isatty(STDOUT_FILENO);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    vgpuctl_table_add(table, titles);
    return table;
}

void
vgpuctl_table_add(VgpuctlTable *table, const char *const *cells)
{
    for (guint i = 0; i < table->columns; i++) {
        const char *cell = cells[i] && cells[i][0] ? cells[i] : "-";
        g_ptr_array_add(table->cells, table->for_people ? vgpu_log_make_safe(cell)
                                                        : vgpu_log_make_printable(cell));
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

gboolean
vgpuctl_table_has_colours(void)
{
    const char *terminal = g_getenv("TERM");
    const char *none = g_getenv("NO_COLOR");
    return terminal && strcmp(terminal, "dumb") != 0 && !(none && none[0]);
}

/* As many spaces as align the next cell; the last cell of a row has none. */
static void
print_aligned(const VgpuctlTable *table)
{
    g_autofree glong *widths = g_new(glong, table->columns);
    gboolean bold = vgpuctl_table_has_colours();
    for (guint i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i);
    for (guint i = 0; i < table->cells->len; i++) {
        const char *cell = table->cells->pdata[i];
        guint column = i % table->columns;
        gboolean last = column + 1 == table->columns;
        int pad = last ? 0 : (int)(widths[column] - g_utf8_strlen(cell, -1)) + GAP;
        gboolean title = bold && i < table->columns;
        printf("%s%s%s%*s%s", title ? "\033[1m" : "", cell, title ? "\033[0m" : "", pad, "",
               last ? "\n" : "");
    }
}

static void
print_plain(const VgpuctlTable *table)
{
    for (guint i = 0; i < table->cells->len; i++)
        printf("%s%c", (const char *)table->cells->pdata[i],
               (i + 1) % table->columns ? '\t' : '\n');
}

void
vgpuctl_table_print(const VgpuctlTable *table)
{
    if (table->for_people)
        print_aligned(table);
    else
        print_plain(table);
}

void
vgpuctl_table_free(VgpuctlTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}
