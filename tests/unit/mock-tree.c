/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-tree.c - a mock machine out of one file that a person can read.
 */
#include "mock-tree.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INDENT 2
#define LEVELS 16

/* Where the reader is. */
typedef struct {
    MockSysfs *mock;
    char *folders[LEVELS]; /* of each level, NULL where the line before is no folder */
    char *file;            /* that "| " lines go to */
} Tree;

static char *
join(const Tree *tree, guint level, const char *name, gsize length)
{
    g_autofree char *last = g_strndup(name, length);
    return g_build_filename(tree->folders[level], last, NULL);
}

static char *
full_path(const Tree *tree, const char *path)
{
    return g_build_filename(tree->mock->path, path, NULL);
}

static void
make_folder(const Tree *tree, const char *path)
{
    g_autofree char *full = full_path(tree, path);
    g_assert_cmpint(g_mkdir_with_parents(full, 0755), ==, 0);
}

static void
add_link(const Tree *tree, const char *path, const char *target)
{
    g_autofree char *full = full_path(tree, path);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *inside = target[0] == '/' ? full_path(tree, target) : g_strdup(target);

    make_folder(tree, folder);
    if (symlink(inside, full) < 0)
        g_error("cannot link '%s'", full);
}

static void
append(const Tree *tree, const char *line)
{
    g_autofree char *full = full_path(tree, tree->file);
    FILE *file = fopen(full, "a");

    g_assert_nonnull(file);
    fprintf(file, "%s\n", line);
    fclose(file);
}

/* What a line without its indentation says. */
static void
add_entry(Tree *tree, guint level, const char *line)
{
    const char *arrow = strstr(line, " -> "), *equals = strstr(line, " = ");
    gsize length = strlen(line);

    if (equals) {
        g_autofree char *path = join(tree, level, line, equals - line);
        g_autofree char *text = g_strconcat(equals + strlen(" = "), "\n", NULL);
        mock_sysfs_add_file(tree->mock, path, text);
    } else if (arrow) {
        g_autofree char *path = join(tree, level, line, arrow - line);
        add_link(tree, path, arrow + strlen(" -> "));
    } else if (line[length - 1] == '/') {
        tree->folders[level + 1] = join(tree, level, line, length - 1);
        make_folder(tree, tree->folders[level + 1]);
    } else {
        tree->file = join(tree, level, line, length);
        mock_sysfs_add_file(tree->mock, tree->file, "");
    }
}

/* FALSE for a line that can't be where it is. */
static gboolean
add_line(Tree *tree, const char *line)
{
    gsize spaces = strspn(line, " ");
    guint level = (guint)spaces / INDENT;
    const char *text = line + spaces;

    if (!text[0] || text[0] == '#')
        return TRUE;
    if (text[0] == '|') {
        if (tree->file)
            append(tree, text[1] ? text + strlen("| ") : "");
        return tree->file != NULL;
    }
    if (spaces % INDENT || level + 1 >= LEVELS || !tree->folders[level])
        return FALSE;
    g_clear_pointer(&tree->file, g_free);
    for (guint i = level + 1; i < LEVELS; i++)
        g_clear_pointer(&tree->folders[i], g_free);
    add_entry(tree, level, text);
    return TRUE;
}

void
mock_tree_load(MockSysfs *mock, const char *path)
{
    Tree tree = {.mock = mock, .folders = {g_strdup("")}};
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_error("cannot read '%s'", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        if (!add_line(&tree, lines[i]))
            g_error("%s:%u: '%s' can't be here", path, i + 1, lines[i]);
    for (guint i = 0; i < LEVELS; i++)
        g_free(tree.folders[i]);
    g_free(tree.file);
}
