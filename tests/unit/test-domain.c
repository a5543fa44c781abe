/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-domain.c - lib/xml.c and lib/domain.c: what is read, and what is refused.
 */
#include "unit.h"

#include "domain-text.h"

/* Expects that @text is refused, with @words in the message and @never not. */
static void
expect_refused(const char *text, gsize length, int code, const char *words, const char *never)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(text, length, &error);

    assert_null(domain);
    assert_non_null(error);
    if (!strstr(error->message, words) || (never && strstr(error->message, never)))
        fail_msg("wrong words: %s", error->message);
    assert_int_equal(error->code, code);
}

static void
refused(const char *requests, const char *hostdevs, int code, const char *words)
{
    g_autofree char *text = domain_text(DOMAIN_A, requests, hostdevs);

    expect_refused(text, strlen(text), code, words, NULL);
}

static void
test_reads(void **state)
{
    g_autoptr(VgpuDomain) domain =
        domain_new(DOMAIN_A,
                   "<vgpu:vgpu uuid='B1A5C0DE-0000-4000-8000-000000000001' type='vgpu-16m' "
                   "placement='compact' parent='" GPU_1 "'><vgpu:attr name='b' value='1'/>"
                   "<vgpu:attr name='a' value='2'/></vgpu:vgpu>",
                   HOSTDEV(VGPU_1, "yes") HOSTDEV(VGPU_2, "no"));
    const VgpuRequest *request = vgpu_domain_find_request(domain, VGPU_1);
    const VgpuHostdev *second = vgpu_domain_find_hostdev(domain, VGPU_2);

    assert_string_equal(domain->name, "vma");
    assert_string_equal(domain->uuid, DOMAIN_A);
    assert_non_null(request);
    assert_string_equal(request->type, "vgpu-16m");
    assert_string_equal(request->parent, GPU_1);
    assert_int_equal(request->placement, VGPU_PLACEMENT_COMPACT);
    assert_int_equal(request->attrs->len, 2);
    assert_true(vgpu_domain_find_hostdev(domain, VGPU_1)->managed);
    assert_non_null(second);
    assert_false(second->managed);
    assert_null(vgpu_domain_find_request(domain, VGPU_2));
}

static void
test_other_metadata_is_not_ours(void **state)
{
    static const char text[] =
        "<domain><name>x</name><uuid>" DOMAIN_A "</uuid><metadata>"
        "<a:b xmlns:a='urn:other'><v:vgpus xmlns:v='urn:openvgpu:domain:9'/></a:b></metadata>"
        "<devices><hostdev mode='subsystem' type='pci'><source><address domain='0'/></source>"
        "</hostdev></devices></domain>";
    g_autoptr(GError) error = NULL;
    g_autoptr(VgpuDomain) domain = vgpu_domain_parse(text, strlen(text), &error);

    assert_non_null(domain);
    assert_int_equal(domain->requests->len, 0);
    assert_int_equal(domain->hostdevs->len, 0);
}

/* @format, with @count different uuids in it. */
static char *
repeat(const char *format, guint count)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < count; i++) {
        g_autofree char *uuid = g_strdup_printf("b1a5c0de-0000-4000-8000-%012u", i);
        g_auto(GStrv) parts = g_strsplit(format, "UUID", -1);
        g_autofree char *one = g_strjoinv(uuid, parts);

        g_string_append(text, one);
    }
    return g_string_free(text, FALSE);
}

/* Each is compared with each, and the domain is locked meanwhile. */
static void
test_refuses_too_many(void **state)
{
    g_autofree char *most = repeat(REQUEST("UUID", "'a'"), 256);
    g_autofree char *requests = repeat(REQUEST("UUID", "'a'"), 257);
    g_autofree char *hostdevs = repeat(HOSTDEV("UUID", "no"), 257);
    g_autofree char *list = repeat("<vgpu:attr name='UUID' value='1'/>", 257);
    g_autofree char *attrs =
        g_strdup_printf("<vgpu:vgpu uuid='" VGPU_1 "' type='a'>%s</vgpu:vgpu>", list);
    g_autoptr(VgpuDomain) domain = domain_new(DOMAIN_A, most, "");

    assert_int_equal(domain->requests->len, 256);
    refused(requests, "", VGPU_ERROR_INVALID, "element 'vgpus' holds more than 256 'vgpu'");
    refused(attrs, "", VGPU_ERROR_INVALID, "element 'vgpu' holds more than 256 'attr'");
    refused(NULL, hostdevs, VGPU_ERROR_INVALID,
            "more than 256 mdev host devices; take some out with 'virsh edit'");
}

static void
test_refuses_twice(void **state)
{
    refused(REQUEST(VGPU_1, "'a'") REQUEST(VGPU_1, "'a'"), "", VGPU_ERROR_INVALID,
            "in the metadata");
    refused(NULL, HOSTDEV(VGPU_1, "no") HOSTDEV(VGPU_1, "no"), VGPU_ERROR_INVALID,
            "among the host devices");
    refused("</vgpu:vgpus><vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:1'>", "", VGPU_ERROR_INVALID,
            "more than one");
}

static void
test_refuses_other_version(void **state)
{
    refused("</vgpu:vgpus><n:vgpus xmlns:n='urn:openvgpu:domain:2'/><vgpu:vgpus "
            "xmlns:vgpu='urn:other'>",
            "", VGPU_ERROR_INVALID, "more than one");
    static const char text[] = "<domain><name>x</name><uuid>" DOMAIN_A "</uuid><metadata><n:vgpus "
                               "xmlns:n='urn:openvgpu:domain:2'/></metadata></domain>";
    expect_refused(text, strlen(text), VGPU_ERROR_VERSION, "urn:openvgpu:domain:2", NULL);
}

static void
test_refuses_bad_uuid(void **state)
{
    refused(NULL, HOSTDEV("../../../x", "no"), VGPU_ERROR_INVALID, "mdev hostdev");
    refused(NULL, "<hostdev type='mdev'/>", VGPU_ERROR_INVALID, "mdev hostdev");
}

static void
test_refuses_no_domain(void **state)
{
    expect_refused("", 0, VGPU_ERROR_INVALID, "is empty; look at libvirt's log", NULL);
    expect_refused("<a/>", 4, VGPU_ERROR_INVALID, "no domain", NULL);
    expect_refused("<domain/>", 9, VGPU_ERROR_INVALID,
                   "no domain with a name and a uuid; look at it with 'virsh dumpxml'", NULL);
}

/* The text may hold a password: no word of it may come out. */
static void
test_says_nothing_of_the_text(void **state)
{
    static const char *const broken[] = {
        "<domain><graphics passwd='s3cret'></domain>",
        "<domain passwd=s3cret/>",
        "<s3cret",
        "<domain>&s3cret;</domain>",
        "<domain><s3cret></domain>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++)
        expect_refused(broken[i], strlen(broken[i]), VGPU_ERROR_INVALID, "not well-formed",
                       "s3cret");
    expect_refused(broken[0], strlen(broken[0]), VGPU_ERROR_INVALID, "mend it with 'virsh edit'",
                   NULL);
}

static void
test_expands_and_fetches_nothing(void **state)
{
    static const char *const texts[] = {
        "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain>&x;</domain>",
        "<?xml version='1.0'?><!-- <a> --><!DOCTYPE domain SYSTEM 'http://192.0.2.1/x'><domain/>",
        "\xef\xbb\xbf \n<?a b?>\n<!DOCTYPE lolz [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>"
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;'>]><domain><name>&c;</name></domain>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        expect_refused(texts[i], strlen(texts[i]), VGPU_ERROR_INVALID, "document type", "passwd");
}

/* An encoding in which "<!DOCTYPE" looks like something else must not be believed. */
static void
test_reads_utf8_whatever_is_declared(void **state)
{
    static const char utf7[] = "<?xml version='1.0' encoding='UTF-7'?>"
                               "+ADwAIQ-DOCTYPE domain+AD4-<domain/>";
    static const char latin[] = "<?xml version='1.0' encoding='ISO-8859-1'?><domain>\xe4</domain>";
    static const char utf16[] = "\xff\xfe<\0d\0/\0>\0";

    expect_refused(utf7, strlen(utf7), VGPU_ERROR_INVALID, "not well-formed", NULL);
    expect_refused(latin, strlen(latin), VGPU_ERROR_INVALID, "not well-formed", NULL);
    expect_refused(utf16, sizeof(utf16) - 1, VGPU_ERROR_INVALID, "not well-formed", NULL);
}

static void
test_refuses_too_deep_and_too_large(void **state)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    g_autofree char *large = g_malloc(VGPU_XML_MAX + 1);

    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "<a>");
    expect_refused(deep->str, deep->len, VGPU_ERROR_INVALID, "not well-formed", NULL);
    memset(large, ' ', VGPU_XML_MAX + 1);
    expect_refused(large, VGPU_XML_MAX + 1, VGPU_ERROR_INVALID,
                   "larger than 16 MiB; look with 'virsh edit'", NULL);
}

/* Any start of a good document, and any with one byte changed: refused or read, never a crash. */
static void
test_survives_damage(void **state)
{
    g_autofree char *text = domain_text(DOMAIN_A, REQUEST(VGPU_1, "'a'"), HOSTDEV(VGPU_1, "yes"));
    gsize length = strlen(text);

    for (gsize i = 0; i < length; i++) {
        g_autofree char *part = g_memdup2(text, i ? i : 1);
        g_autofree char *changed = g_memdup2(text, length);

        vgpu_domain_free(vgpu_domain_parse(part, i, NULL));
        changed[i] = "<>&'\"\0/ "[i % 8];
        vgpu_domain_free(vgpu_domain_parse(changed, length, NULL));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_other_metadata_is_not_ours),
        cmocka_unit_test(test_refuses_too_many),
        cmocka_unit_test(test_refuses_twice),
        cmocka_unit_test(test_refuses_other_version),
        cmocka_unit_test(test_refuses_bad_uuid),
        cmocka_unit_test(test_refuses_no_domain),
        cmocka_unit_test(test_says_nothing_of_the_text),
        cmocka_unit_test(test_expands_and_fetches_nothing),
        cmocka_unit_test(test_reads_utf8_whatever_is_declared),
        cmocka_unit_test(test_refuses_too_deep_and_too_large),
        cmocka_unit_test(test_survives_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
