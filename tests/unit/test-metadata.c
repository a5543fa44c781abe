/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-metadata.c - lib/metadata.c and the schema give the same verdict on each
 * sample in xml-schemas/.
 */
#include "unit.h"

#include <stdlib.h>

#include "metadata.h"

#define FEWEST_SAMPLES 10

static char *
schemas(const char *file)
{
    const char *top = g_getenv("top_srcdir");

    return g_build_filename(top ? top : "../..", "xml-schemas", file, NULL);
}

static gboolean
parser_accepts(const char *path, char **why)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) requests = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, NULL))
        fail_msg("cannot read %s", path);
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(text, length, &error);
    if (!doc)
        fail_msg("%s: %s", path, error->message);
    requests = vgpu_metadata_parse(xmlDocGetRootElement(doc), &error);
    *why = error ? g_strdup(error->message) : NULL;
    return requests != NULL;
}

static gboolean
schema_accepts(const char *path)
{
    g_autofree char *schema = schemas("openvgpu-domain.rng");
    const char *argv[] = {
        g_getenv("XMLLINT"), "--noout", "--nonet", "--relaxng", schema, path, NULL};
    int status = -1;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, NULL, NULL, &status, NULL))
        fail_msg("cannot run %s", argv[0]);
    return status == 0;
}

/* Runs each sample of @folder through the parser, and through @schema too if TRUE. */
static void
check_folder(const char *folder, gboolean expected, gboolean schema)
{
    g_autofree char *path = schemas(folder);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    int count = 0;

    if (!dir)
        fail_msg("no folder %s", path);
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *sample = g_build_filename(path, name, NULL);
        g_autofree char *why = NULL;
        gboolean accepted = schema ? schema_accepts(sample) : parser_accepts(sample, &why);

        if (accepted != expected)
            fail_msg("%s: %s", sample, accepted ? "accepted" : why ? why : "refused");
        if (!schema && !expected && (!why || strchr(why, '\n')))
            fail_msg("%s: not one line: %s", sample, why);
        count++;
    }
    assert_true(count >= FEWEST_SAMPLES);
}

static void
test_parser_accepts_valid(void **state)
{
    check_folder("valid", TRUE, FALSE);
}

static void
test_parser_refuses_invalid(void **state)
{
    check_folder("invalid", FALSE, FALSE);
}

static void
test_schema_agrees(void **state)
{
    const char *xmllint = g_getenv("XMLLINT");

    if (!xmllint || !xmllint[0])
        skip(); /* no xmllint: configure said so */
    check_folder("valid", TRUE, TRUE);
    check_folder("invalid", FALSE, TRUE);
}

static void
test_names_what_is_wrong(void **state)
{
    static const char text[] = "<v:vgpus xmlns:v='urn:openvgpu:domain:1'><v:vgpu type='a' "
                               "uuid='b1a5c0de-0000-4000-8000-000000000001' placement='random'/>"
                               "</v:vgpus>";
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(text, strlen(text), NULL);
    g_autoptr(GError) error = NULL;

    assert_null(vgpu_metadata_parse(xmlDocGetRootElement(doc), &error));
    assert_non_null(strstr(error->message, "'vgpu'"));
    assert_non_null(strstr(error->message, "'placement'"));
    assert_non_null(strstr(error->message, "'random'"));
    assert_non_null(strstr(error->message, "'spread', 'compact' or 'numa'"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parser_accepts_valid),
        cmocka_unit_test(test_parser_refuses_invalid),
        cmocka_unit_test(test_schema_agrees),
        cmocka_unit_test(test_names_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
