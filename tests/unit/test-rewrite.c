/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-rewrite.c - lib/xmltext.c and lib/rewrite.c: new uuids in the right places,
 * every other byte as it was.
 */
#include "unit.h"

#include "domain-text.h"
#include "rewrite.h"
#include "xmltext.h"

#define FRESH "f2e54000-0000-4000-8000-00000000000f"

/* @SLOT stands where the uuid is to change; everywhere else the old one must stay. */
#define SLOT "@@@@@@"

/* A domain that makes it hard: the uuid in comments, text, CDATA, PIs, other attributes, odd
 * quoting. */
static const char hard[] =
    "<?xml version=\"1.0\"?>\n<!-- <vgpu uuid='" VGPU_1 "'> -->\n"
    "<domain type='kvm' id=\"3\"\n\t xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\r\n"
    "  <name>a&lt;" VGPU_1 "&gt;'\"</name><uuid>" DOMAIN_A "</uuid>\n"
    "  <title>" VGPU_1 " > x</title>\n"
    "  <description><![CDATA[<address uuid='" VGPU_1 "'/><a><b> ]] > ]]></description>\n"
    "  <metadata><o:x xmlns:o='urn:other' uuid='" VGPU_1 "'>" VGPU_1 "</o:x>\n"
    "    <v:vgpus xmlns:v='urn:openvgpu:domain:1'><?pi <v:vgpu uuid='" VGPU_1 "'?>"
    "<!-- uuid='" VGPU_1 "' --><v:vgpu\n placement = 'spread'\ttype=\"a\" uuid = \"" SLOT "\" >"
    "<v:attr value='" VGPU_1 " > &quot;' name=\"n\"/></v:vgpu><v:vgpu uuid='" VGPU_2
    "' type='a'/></v:vgpus></metadata>\n"
    "  <devices><graphics type='vnc' passwd='p&amp;&apos;>" VGPU_1 "&#x9;' uuid='" VGPU_1 "'/>\n"
    "    <hostdev type='mdev' mode='subsystem'><alias name='" VGPU_1 "'/><source>"
    "<address x='>' uuid='" SLOT "' y=\"uuid='" VGPU_1 "'\"/></source>"
    "<address uuid='" VGPU_1 "' type='pci'/></hostdev>\n"
    "    <hostdev type='mdev'><source><address uuid='" VGPU_2 "'/></source></hostdev></devices>\n"
    "</domain>\n<!-- end -->\n  ";

static char *
fill(const char *uuid)
{
    g_auto(GStrv) parts = g_strsplit(hard, SLOT, -1);

    return g_strjoinv(uuid, parts);
}

static GHashTable *
rename_one(const char *from, const char *to)
{
    GHashTable *fresh = g_hash_table_new(g_str_hash, g_str_equal);

    g_hash_table_insert(fresh, (gpointer)from, (gpointer)to);
    return fresh;
}

/* Replaces VGPU_1, written as @written, and compares every byte. */
static void
check_bytes(const char *written)
{
    g_autofree char *before = fill(written);
    g_autofree char *expected = fill(FRESH);
    g_autoptr(GHashTable) fresh = rename_one(VGPU_1, FRESH);
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(before, strlen(before), &error);
    g_autofree char *after = NULL;
    gsize length = 0;

    if (!domain)
        fail_msg("%s", error->message);
    after = vgpu_rewrite_uuids(before, strlen(before), domain, fresh, &length, &error);
    if (!after)
        fail_msg("%s", error->message);
    assert_string_equal(after, expected);
    assert_int_equal(length, strlen(expected));
}

static void
test_byte_for_byte(void **state)
{
    check_bytes(VGPU_1);
}

static void
test_upper_case_and_character_references(void **state)
{
    check_bytes("B1A5C0DE-0000-4000-8000-000000000001");
    check_bytes("b1a5c0de-0000-4000-8000-00000000000&#x31;");
}

static void
test_two_at_once(void **state)
{
    g_autofree char *text = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'a'") REQUEST(VGPU_2, "'a'"),
                                        HOSTDEV(VGPU_2, "no") HOSTDEV(VGPU_1, "no"));
    g_autofree char *expected = domain_text(DOMAIN_A, REQUEST(VGPU_2, "'a'") REQUEST(VGPU_1, "'a'"),
                                            HOSTDEV(VGPU_1, "no") HOSTDEV(VGPU_2, "no"));
    g_autoptr(GHashTable) fresh = rename_one(VGPU_1, VGPU_2);
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(text, strlen(text), NULL);
    g_autofree char *after = NULL;
    gsize length;

    g_hash_table_insert(fresh, (gpointer)VGPU_2, (gpointer)VGPU_1);
    after = vgpu_rewrite_uuids(text, strlen(text), domain, fresh, &length, NULL);
    assert_string_equal(after, expected);
}

/* Positions of another text than the one that was parsed: found out, and nothing handed out. */
static void
test_refuses_a_wrong_result(void **state)
{
    g_autofree char *text = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'a'"), HOSTDEV(VGPU_1, "no"));
    g_autofree char *other = domain_text(DOMAIN_A, REQUEST(VGPU_3, "'a'"), HOSTDEV(VGPU_1, "no"));
    g_autoptr(GHashTable) fresh = rename_one(VGPU_3, FRESH);
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(other, strlen(other), NULL);
    g_autoptr(GError) error = NULL;
    gsize length;

    domain->requests->len = 0;
    ((VgpuHostdev *)domain->hostdevs->pdata[0])->element = 0;
    g_hash_table_insert(fresh, (gpointer)VGPU_1, (gpointer)FRESH);
    assert_null(vgpu_rewrite_uuids(text, strlen(text), domain, fresh, &length, &error));
    assert_non_null(error);
    domain->requests->len = 1;
}

/* Text that is not well-formed: any answer, but nothing outside is read (sanitizers watch). */
static void
test_stays_inside(void **state)
{
    g_autofree char *text = fill(VGPU_1);
    gsize length = strlen(text);

    for (gsize i = 0; i < length; i++) {
        g_autofree char *part = g_memdup2(text, i ? i : 1);
        VgpuSpan span = {0, 0};

        for (guint element = 0; element < 14; element += 3) {
            if (vgpu_xmltext_find_attr(part, i, element, "uuid", &span))
                assert_true(span.start <= span.end && span.end <= i);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_for_byte),
        cmocka_unit_test(test_upper_case_and_character_references),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_refuses_a_wrong_result),
        cmocka_unit_test(test_stays_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
