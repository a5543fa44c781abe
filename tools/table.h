/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.h - a table for people, in aligned columns, if standard output is a terminal; else
 * for programs, a tab between two cells.
 */
#ifndef VGPUCTL_TABLE_H
#define VGPUCTL_TABLE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * VgpuctlTable:
 *
 * A table in the making.
 */
typedef struct _VgpuctlTable VgpuctlTable;

/**
 * vgpuctl_table_new:
 * @titles: (array zero-terminated=1): titles of the columns
 *
 * Returns: (transfer full): a table with no rows.
 */
VgpuctlTable *vgpuctl_table_new(const char *const *titles);

/**
 * vgpuctl_table_add:
 * @table: a table
 * @cells: (array zero-terminated=0): one cell a column; NULL and "" are shown as "-"
 *
 * Adds a row; cells are copied and made safe for a terminal.
 */
void vgpuctl_table_add(VgpuctlTable *table, const char *const *cells);

/**
 * vgpuctl_table_print:
 * @table: a table
 *
 * Prints titles and rows to stdout. On a terminal that has bold type, and unless $NO_COLOR is set,
 * titles are bold.
 */
void vgpuctl_table_print(const VgpuctlTable *table);

/**
 * vgpuctl_table_has_colours:
 *
 * Returns: TRUE if a terminal, if standard output is one, has bold type and colours and $NO_COLOR
 * does not forbid them.
 */
gboolean vgpuctl_table_has_colours(void);

/**
 * vgpuctl_table_free:
 * @table: (nullable): a table
 */
void vgpuctl_table_free(VgpuctlTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuctlTable, vgpuctl_table_free)

G_END_DECLS

#endif
