/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings.c - what the administrator has set in /etc/openvgpu/openvgpu.conf: one line in a table
 * for each key.
 */
#include "settings.h"

#include "attr.h"
#include "deadline.h"
#include "error.h"
#include "file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "openvgpu.conf"
#define FILE_MAX  (64 * 1024)
#define SETUP     "setup"

/* Takes one value; FALSE with *@wanted saying what it should have been. */
typedef gboolean (*ReadFunc)(VgpuSettings *settings, const char *value, const char **wanted);

static gboolean
read_enabled(VgpuSettings *settings, const char *value, const char **wanted)
{
    *wanted = "'yes' or 'no'";
    settings->enabled = strcmp(value, "yes") == 0;
    return settings->enabled || strcmp(value, "no") == 0;
}

static gboolean
read_deadline(VgpuSettings *settings, const char *value, const char **wanted)
{
    guint64 seconds;

    *wanted = "a number of seconds from 1 to " G_STRINGIFY(VGPU_SETTINGS_DEADLINE_MAX);
    if (!g_ascii_string_to_unsigned(value, 10, 1, VGPU_SETTINGS_DEADLINE_MAX, &seconds, NULL))
        return FALSE;
    settings->deadline_ms = (guint)seconds * 1000;
    return TRUE;
}

static gboolean
read_log_level(VgpuSettings *settings, const char *value, const char **wanted)
{
    *wanted = "'warning' or 'info'";
    settings->log_level = strcmp(value, "info") == 0 ? VGPU_LOG_INFO : VGPU_LOG_WARNING;
    return settings->log_level == VGPU_LOG_INFO || strcmp(value, "warning") == 0;
}

static gboolean
read_placement(VgpuSettings *settings, const char *value, const char **wanted)
{
    *wanted = "'spread', 'compact' or 'numa'";
    return vgpu_placement_from_string(value, &settings->placement, NULL);
}

static gboolean
read_patterns(char ***patterns, const char *value, const char **wanted)
{
    *wanted = "patterns with ';' between them";
    g_strfreev(*patterns);
    *patterns = g_strsplit(value, ";", -1);
    for (guint i = 0; (*patterns)[i]; i++)
        g_strstrip((*patterns)[i]);
    return g_utf8_validate(value, -1, NULL);
}

static gboolean
read_types(VgpuSettings *settings, const char *value, const char **wanted)
{
    return read_patterns(&settings->types, value, wanted);
}

static gboolean
read_attributes(VgpuSettings *settings, const char *value, const char **wanted)
{
    return read_patterns(&settings->attributes, value, wanted);
}

static const struct {
    const char *group;
    const char *key;
    ReadFunc read;
} keys[] = {
    {"hook", "enabled", read_enabled},     {"hook", "deadline", read_deadline},
    {"hook", "log-level", read_log_level}, {"placement", "default", read_placement},
    {"allow", "types", read_types},        {"allow", "attributes", read_attributes},
};

static gboolean
read_key(VgpuSettings *settings, const char *group, const char *key, const char *value,
         GError **error)
{
    const char *wanted = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(keys[i].group, group) != 0 || strcmp(keys[i].key, key) != 0)
            continue;
        if (keys[i].read(settings, value, &wanted))
            return TRUE;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "[%s] %s is '%.64s', not %s", group, key,
                    value, wanted);
        return FALSE;
    }
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "[%.64s] %.64s is not known", group, key);
    return FALSE;
}

/* Keys of this group are names of GPUs. */
static gboolean
read_setup(VgpuSettings *settings, const char *parent, const char *value, GError **error)
{
    char **words = NULL;

    if (!vgpu_name_check(parent, "GPU", error))
        return FALSE;
    if (!g_shell_parse_argv(value, NULL, &words, NULL)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID,
                    "[" SETUP "] %s is '%.64s', not a command with its arguments", parent, value);
        return FALSE;
    }
    g_hash_table_insert(settings->setup, g_strdup(parent), words);
    return TRUE;
}

static gboolean
read_group(VgpuSettings *settings, GKeyFile *file, const char *group, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);

    for (guint i = 0; names && names[i]; i++) {
        g_autofree char *value = g_key_file_get_value(file, group, names[i], NULL);
        const char *text = value ? g_strstrip(value) : "";
        if (!(strcmp(group, SETUP) == 0 ? read_setup(settings, names[i], text, error)
                                        : read_key(settings, group, names[i], text, error)))
            return FALSE;
    }
    return TRUE;
}

static VgpuSettings *
settings_new(void)
{
    VgpuSettings *settings = g_new0(VgpuSettings, 1);

    settings->enabled = TRUE;
    settings->deadline_ms = VGPU_DEADLINE_DEFAULT_MS;
    settings->log_level = VGPU_LOG_WARNING;
    settings->placement = VGPU_PLACEMENT_SPREAD;
    settings->setup =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
    return settings;
}

VgpuSettings *
vgpu_settings_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(VgpuSettings) settings = settings_new();
    GError *reason = NULL;

    /* GLib takes a value to end there */
    if (length && memchr(text, '\0', length)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "it holds a NUL and is no text");
        return NULL;
    }
    if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &reason)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_INVALID, "%s", reason->message);
        g_error_free(reason);
        return NULL;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i]; i++)
        if (!read_group(settings, file, groups[i], error))
            return NULL;
    return g_steal_pointer(&settings);
}

VgpuSettings *
vgpu_settings_read(const VgpuRoot *root, GError **error)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_CONFIG, NULL, FILE_NAME, NULL);
    GError *reason = NULL;
    VgpuSettings *settings = NULL;
    gsize length;

    g_autofree char *text = vgpu_file_read(path, FILE_MAX, &length, &reason);
    if (text)
        settings = vgpu_settings_parse(text, length, &reason);
    if (settings)
        return settings;
    if (g_error_matches(reason, VGPU_ERROR, VGPU_ERROR_NOT_FOUND)) {
        g_error_free(reason);
        return settings_new();
    }
    g_propagate_prefixed_error(error, reason, "'%s' is not used, and the defaults hold: ", path);
    return NULL;
}

VgpuSettings *
vgpu_settings_load(const VgpuRoot *root)
{
    g_autoptr(GError) error = NULL;
    VgpuSettings *settings = vgpu_settings_read(root, &error);

    if (error)
        vgpu_log_error(error);
    return settings ? settings : settings_new();
}

gboolean
vgpu_settings_check_owner(const VgpuRoot *root, GError **error)
{
    g_autofree char *path = vgpu_root_path(root, VGPU_DIR_CONFIG, NULL, FILE_NAME, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    const char *const places[] = {path, folder};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        struct stat st;
        if (lstat(places[i], &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
            !(st.st_mode & (S_IWGRP | S_IWOTH)))
            continue;
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                    "'%s' can be written by others than root, so nothing that it names is run; "
                    "'chown root: %s' and 'chmod go-w %s'",
                    places[i], places[i], places[i]);
        return FALSE;
    }
    return TRUE;
}

void
vgpu_settings_free(VgpuSettings *settings)
{
    if (!settings)
        return;
    g_strfreev(settings->types);
    g_strfreev(settings->attributes);
    g_hash_table_unref(settings->setup);
    g_free(settings);
}

static gboolean
is_allowed(char **patterns, const char *text, const char *what, GError **error)
{
    for (guint i = 0; patterns && patterns[i]; i++)
        if (g_pattern_match_simple(patterns[i], text))
            return TRUE;
    if (!patterns)
        return TRUE;
    g_set_error(error, VGPU_ERROR, VGPU_ERROR_ACCESS,
                "%s '%s' is not among those that the administrator allows domains "
                "(openvgpu.conf(5))",
                what, text);
    return FALSE;
}

gboolean
vgpu_settings_check_request(const VgpuSettings *settings, const char *type, const GPtrArray *attrs,
                            GError **error)
{
    if (!is_allowed(settings->types, type, "type", error))
        return FALSE;
    for (guint i = 0; i < attrs->len; i++) {
        const VgpuAttr *attr = attrs->pdata[i];
        if (!is_allowed(settings->attributes, attr->name, "attribute", error))
            return FALSE;
    }
    return TRUE;
}
