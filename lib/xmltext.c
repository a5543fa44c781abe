/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xmltext.c - where in the bytes of an XML document the value of one attribute
 * stands: what a parsed tree has forgotten.
 */
#include "xmltext.h"

#include <string.h>

/* A place in the text; @end is never read. */
typedef struct {
    const char *at;
    const char *end;
} Cursor;

static gboolean
looking_at(const Cursor *cursor, const char *word)
{
    gsize length = strlen(word);

    return (gsize)(cursor->end - cursor->at) >= length && memcmp(cursor->at, word, length) == 0;
}

/* Goes behind the next @word, or to the end if there is none. */
static void
skip_past(Cursor *cursor, const char *word)
{
    const char *found = memmem(cursor->at, cursor->end - cursor->at, word, strlen(word));

    cursor->at = found ? found + strlen(word) : cursor->end;
}

static gboolean
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_space(Cursor *cursor)
{
    while (cursor->at < cursor->end && is_space(*cursor->at))
        cursor->at++;
}

/* Goes to the first byte that cannot be in a name; what a name is, the parser has checked. */
static void
skip_name(Cursor *cursor)
{
    while (cursor->at < cursor->end && !is_space(*cursor->at) && !memchr("=/>", *cursor->at, 3))
        cursor->at++;
}

/* Goes behind the start tag that @cursor is in; a ">" in a value ends nothing. */
static void
skip_tag(Cursor *cursor)
{
    while (cursor->at < cursor->end && *cursor->at != '>') {
        char c = *cursor->at++;

        if (c == '"' || c == '\'')
            skip_past(cursor, c == '"' ? "\"" : "'");
    }
}

/* Steps to the next start tag and behind its "<"; FALSE at the end. */
static gboolean
next_start_tag(Cursor *cursor)
{
    for (;;) {
        skip_past(cursor, "<");
        if (cursor->at >= cursor->end)
            return FALSE;
        if (looking_at(cursor, "!--")) {
            cursor->at += 3;
            skip_past(cursor, "-->");
        } else if (looking_at(cursor, "![CDATA[")) {
            skip_past(cursor, "]]>");
        } else if (looking_at(cursor, "?")) {
            skip_past(cursor, "?>");
        } else if (looking_at(cursor, "/") || looking_at(cursor, "!")) {
            skip_past(cursor, ">");
        } else {
            return TRUE;
        }
    }
}

/* Reads name="value" at @cursor; FALSE where the tag ends. */
static gboolean
next_attr(Cursor *cursor, Cursor *name, Cursor *value)
{
    char quote[2] = {0};

    skip_space(cursor);
    name->at = cursor->at;
    skip_name(cursor);
    name->end = cursor->at;
    skip_space(cursor);
    if (name->at == name->end || !looking_at(cursor, "="))
        return FALSE;
    cursor->at++;
    skip_space(cursor);
    if (!looking_at(cursor, "\"") && !looking_at(cursor, "'"))
        return FALSE;
    quote[0] = *cursor->at++;
    value->at = cursor->at;
    skip_past(cursor, quote);
    value->end = cursor->at - 1;
    return cursor->at < cursor->end;
}

gboolean
vgpu_xmltext_find_attr(const char *text, gsize length, guint element, const char *name,
                       VgpuSpan *span)
{
    Cursor cursor = {text, text + length}, found, value;

    for (guint number = 0;; number++) {
        if (!next_start_tag(&cursor))
            return FALSE;
        if (number == element)
            break;
        skip_tag(&cursor);
    }
    skip_name(&cursor);
    while (next_attr(&cursor, &found, &value)) {
        if ((gsize)(found.end - found.at) != strlen(name) ||
            memcmp(found.at, name, strlen(name)) != 0)
            continue;
        span->start = value.at - text;
        span->end = value.end - text;
        return TRUE;
    }
    return FALSE;
}
