/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-settings.c - openvgpu.conf: a file is understood to its last byte or refused, what it says
 * is within bounds, and what it allows is what its patterns mean.
 */
#include "fuzz.h"

#include <fnmatch.h>
#include <string.h>

#include "attr.h"
#include "settings.h"

static void
append_patterns(GString *text, const char *key, char **patterns)
{
    if (!patterns)
        return;
    g_autofree char *joined = g_strjoinv(";", patterns);
    g_string_append_printf(text, "%s=%s\n", key, joined);
}

static void
append_setup(GString *text, GHashTable *setup)
{
    GHashTableIter iter;
    gpointer parent, words;

    g_string_append(text, "[setup]\n");
    g_hash_table_iter_init(&iter, setup);
    while (g_hash_table_iter_next(&iter, &parent, &words)) {
        g_assert_true(vgpu_name_check(parent, "parent", NULL));
        g_string_append_printf(text, "%s=", (char *)parent);
        for (char **word = words; *word; word++) {
            g_autofree char *quoted = g_shell_quote(*word);
            g_string_append_printf(text, "%s ", quoted);
        }
        g_string_append_c(text, '\n');
    }
}

/* What openvgpu.conf(5) says of each setting. */
static char *
write_settings(const VgpuSettings *settings)
{
    static const char *const placements[] = {
        [VGPU_PLACEMENT_SPREAD] = "spread",
        [VGPU_PLACEMENT_COMPACT] = "compact",
        [VGPU_PLACEMENT_NUMA] = "numa",
    };
    GString *text = g_string_new(NULL);

    g_string_append_printf(
        text, "[hook]\nenabled=%s\ndeadline=%u\nlog-level=%s\n[placement]\ndefault=%s\n[allow]\n",
        settings->enabled ? "yes" : "no", settings->deadline_ms / 1000,
        settings->log_level == VGPU_LOG_INFO ? "info" : "warning", placements[settings->placement]);
    append_patterns(text, "types", settings->types);
    append_patterns(text, "attributes", settings->attributes);
    append_setup(text, settings->setup);
    return g_string_free(text, FALSE);
}

static void
check_text(char **words)
{
    for (; words && *words; words++)
        g_assert_true(g_utf8_validate(*words, -1, NULL));
}

static void
check_bounds(const VgpuSettings *settings)
{
    g_assert_cmpuint(settings->deadline_ms, >=, 1000);
    g_assert_cmpuint(settings->deadline_ms, <=, VGPU_SETTINGS_DEADLINE_MAX * 1000);
    g_assert_cmpint(settings->placement, >=, VGPU_PLACEMENT_SPREAD);
    g_assert_cmpint(settings->placement, <=, VGPU_PLACEMENT_NUMA);
    g_assert_true(settings->enabled == TRUE || settings->enabled == FALSE);
    check_text(settings->types);
    check_text(settings->attributes);
}

static void
check_same_words(char **a, char **b)
{
    g_assert_true(!a == !b);
    for (guint i = 0; a && (a[i] || b[i]); i++)
        g_assert_cmpstr(a[i], ==, b[i]);
}

static void
check_same_setup(GHashTable *a, GHashTable *b)
{
    GHashTableIter iter;
    gpointer parent, words;

    g_assert_cmpuint(g_hash_table_size(a), ==, g_hash_table_size(b));
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &parent, &words)) {
        g_assert_nonnull(words);
        check_same_words(words, g_hash_table_lookup(b, parent));
    }
}

static void
check_round_trip(const VgpuSettings *settings)
{
    g_autofree char *text = write_settings(settings);
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuSettings) again = vgpu_settings_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    g_assert_cmpint(again->enabled, ==, settings->enabled);
    g_assert_cmpuint(again->deadline_ms, ==, settings->deadline_ms);
    g_assert_cmpint(again->log_level, ==, settings->log_level);
    g_assert_cmpint(again->placement, ==, settings->placement);
    check_same_words(again->types, settings->types);
    check_same_words(again->attributes, settings->attributes);
    check_same_setup(again->setup, settings->setup);
}

/* By fnmatch(3), which knows more than "*" and "?". */
static gboolean
should_allow(char **patterns, const char *text)
{
    for (guint i = 0; patterns && patterns[i]; i++)
        if (fnmatch(patterns[i], text, FNM_NOESCAPE) == 0)
            return TRUE;
    return !patterns;
}

static gboolean
are_simple(char **patterns)
{
    for (guint i = 0; patterns && patterns[i]; i++)
        if (strchr(patterns[i], '[') || !g_str_is_ascii(patterns[i]))
            return FALSE;
    return TRUE;
}

static void
check_allowed(const VgpuSettings *settings, const char *type, const char *attribute)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    g_autoptr(GError) error = NULL;
    gboolean expected =
        should_allow(settings->types, type) && should_allow(settings->attributes, attribute);

    vgpu_attr_list_add(attrs, attribute, "");
    gboolean allowed = vgpu_settings_check_request(settings, type, attrs, &error);
    fuzz_check_outcome(allowed, error);
    g_assert_cmpint(allowed, ==, expected);
}

/* What a pattern of the file may be about: some names, and the patterns' own text. */
static void
check_all_allowed(const VgpuSettings *settings)
{
    static const char *const types[] = {"vgpu-16m", "nvidia-63", "", "a", "ab", "aab"};
    static const char *const attributes[] = {"vgpu/params", "nvidia/vgpu_params", "", "b", "ba"};

    if (!are_simple(settings->types) || !are_simple(settings->attributes))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(attributes); j++)
            check_allowed(settings, types[i], attributes[j]);
    for (guint i = 0; settings->types && settings->types[i]; i++)
        check_allowed(settings, settings->types[i], attributes[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuSettings) settings = vgpu_settings_parse((const char *)data, size, &error);

    fuzz_check_outcome(settings != NULL, error);
    if (!settings)
        return 0;
    g_assert_true(size == 0 || !memchr(data, '\0', size));
    check_bounds(settings);
    check_round_trip(settings);
    check_all_allowed(settings);
    return 0;
}
