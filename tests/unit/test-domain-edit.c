/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-domain-edit.c - lib/domain-edit.c: a vGPU goes into a domain's XML and out again, and the
 * rest stays.
 */
#include "unit.h"

#include <libxml/relaxng.h>

#include "attr.h"
#include "domain-edit.h"
#include "domain-text.h"

#define VF        "0000:41:00.4"
#define VF_DEVICE "domain='0x0000' bus='0x41' slot='0x00' function='0x4'"
#define OTHER     "<other:app xmlns:other='urn:other' uuid='" VGPU_1 "'><!-- kept --> text </other:app>"
#define SECRET    "<graphics type='vnc' passwd='p&amp;&lt;'/>"

/* A domain with @metadata and @devices inside those elements; no metadata at all for NULL. */
static char *
text_of(const char *metadata, const char *devices)
{
    g_autofree char *element =
        metadata ? g_strdup_printf("<metadata>%s</metadata>", metadata) : g_strdup("");

    return g_strdup_printf("<domain type='kvm'><name>vm</name><uuid>" DOMAIN_A
                           "</uuid>%s<memory>1</memory><devices>%s</devices></domain>",
                           element, devices);
}

/* @xml as libxml2 writes it, so that only what it means is compared. */
static char *
normal(const char *xml)
{
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), NULL);
    xmlChar *text = NULL;
    int length;

    assert_non_null(doc);
    xmlDocDumpMemoryEnc(doc, &text, &length, "UTF-8");
    char *copy = g_strdup((const char *)text);
    xmlFree(text);
    return copy;
}

static void
assert_same(const char *xml, const char *expected)
{
    g_autofree char *a = normal(xml);
    g_autofree char *b = normal(expected);

    assert_string_equal(a, b);
}

/* That the schema takes the vgpus element of @xml. */
static void
assert_valid(const char *xml)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *path =
        g_build_filename(top ? top : "../..", "xml-schemas/openvgpu-domain.rng", NULL);
    xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt(path);
    xmlRelaxNG *schema = xmlRelaxNGParse(parser);
    xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema);
    g_autoptr(xmlDoc) doc = vgpu_xml_parse(xml, strlen(xml), NULL);
    xmlNode *node = vgpu_xml_child(xmlDocGetRootElement(doc), "metadata")->children;
    g_autoptr(xmlDoc) alone = xmlNewDoc((const xmlChar *)"1.0");

    while (node && !vgpu_xml_is(node, VGPU_METADATA_NS, "vgpus"))
        node = node->next;
    assert_non_null(node);
    xmlDocSetRootElement(alone, xmlCopyNode(node, 1));
    assert_int_equal(xmlRelaxNGValidateDoc(context, alone), 0);
    xmlRelaxNGFreeValidCtxt(context);
    xmlRelaxNGFree(schema);
    xmlRelaxNGFreeParserCtxt(parser);
}

static char *
add(const char *xml, const VgpuRequest *request, gboolean display)
{
    VgpuDomainDevice device = {.request = request, .model = "vfio-pci", .display = display};
    g_autoptr(VgpuDomain) domain = NULL;
    g_autoptr(GError) error = NULL;
    char *text = vgpu_domain_edit_add(xml, &device, &domain, &error);

    assert_no_error(error);
    assert_non_null(vgpu_domain_find_hostdev(domain, request->vgpu));
    assert_non_null(vgpu_domain_find_request(domain, request->vgpu));
    assert_valid(text);
    return text;
}

static char *
take(const char *xml, const char *id, VgpuDomainParts expected)
{
    g_autoptr(GError) error = NULL;
    VgpuDomainParts removed;
    char *text = vgpu_domain_edit_remove(xml, id, &removed, &error);

    assert_no_error(error);
    assert_int_equal(removed, expected);
    return text;
}

static void
test_add(void **state)
{
    g_autofree char *before = text_of(OTHER, SECRET "<disk type='file'/>");
    g_autofree char *expected =
        text_of(OTHER "<vgpu:vgpus xmlns:vgpu='urn:openvgpu:domain:1'><vgpu:vgpu uuid='" VGPU_1
                      "' type='vgpu-16m' parent='auto'/></vgpu:vgpus>",
                SECRET "<disk type='file'/><hostdev mode='subsystem' type='mdev' managed='yes' "
                       "model='vfio-pci'><source><address uuid='" VGPU_1 "'/></source></hostdev>");
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_1, .type = (char *)"vgpu-16m", .attrs = attrs};
    g_autofree char *after = add(before, &request, FALSE);

    assert_same(after, expected);
    g_autofree char *again = take(after, VGPU_1, VGPU_DOMAIN_HOSTDEV | VGPU_DOMAIN_METADATA);
    assert_same(again, before);
}

/* All that metadata can say; a second one joins the first, in whatever prefix that stands. */
static void
test_add_second(void **state)
{
    g_autofree char *before = text_of(
        "<vgpus xmlns='urn:openvgpu:domain:1'><vgpu uuid='" VGPU_1 "' type='a'/></vgpus>", "");
    g_autofree char *expected = text_of(
        "<vgpus xmlns='urn:openvgpu:domain:1'><vgpu uuid='" VGPU_1 "' type='a'/><vgpu uuid='" VGPU_2
        "' framebuffer='2G' parent='" GPU_1
        "' placement='numa'><attr name='b' value='&lt;&quot;&apos;'/>"
        "<attr name='a/c' value='ä'/></vgpu></vgpus>",
        "<hostdev mode='subsystem' type='mdev' managed='yes' model='vfio-pci' display='on'><source>"
        "<address uuid='" VGPU_2 "'/></source></hostdev>"
        "<graphics type='vnc' autoport='yes'><listen type='address' "
        "address='127.0.0.1'/></graphics>"
        "<video><model type='none'/></video>");
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_2,
                           .framebuffer_mib = 2048,
                           .parent = (char *)GPU_1,
                           .placement = VGPU_PLACEMENT_NUMA,
                           .attrs = attrs};

    vgpu_attr_list_add(attrs, "b", "<\"'");
    vgpu_attr_list_add(attrs, "a/c", "ä");
    g_autofree char *after = add(before, &request, TRUE);
    assert_same(after, expected);
    g_autofree char *rest = take(after, VGPU_1, VGPU_DOMAIN_METADATA);
    assert_null(strstr(rest, VGPU_1));
    assert_non_null(strstr(rest, VGPU_2));
}

/* Graphics of whatever kind are left, and so is a video device. */
static void
test_add_display(void **state)
{
    g_autofree char *with = text_of(NULL, "<graphics type='spice'/>");
    g_autofree char *video = text_of(NULL, "<video><model type='virtio'/></video>");
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_1, .type_name = (char *)"Big one", .attrs = attrs};
    g_autofree char *a = add(with, &request, TRUE);
    g_autofree char *b = add(video, &request, TRUE);

    assert_null(strstr(a, "vnc"));
    assert_null(strstr(a, "<video>"));
    assert_non_null(strstr(a, "type-name=\"Big one\""));
    assert_non_null(strstr(b, "vnc"));
    assert_null(strstr(b, "none"));
}

static void
test_virtual_function(void **state)
{
    g_autofree char *before = text_of(NULL, "");
    g_autofree char *expected = text_of(
        NULL, "<hostdev mode='subsystem' type='pci' managed='no'><source><address " VF_DEVICE
              "/></source></hostdev>");
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VF,
                           .type = (char *)"nvidia-558",
                           .parent = (char *)"0000:41:00.0",
                           .attrs = attrs};
    g_autofree char *after = add(before, &request, FALSE);
    g_autofree char *hostdev = NULL;
    VgpuDomainParts removed;
    GError *error = NULL;

    assert_non_null(strstr(after, "address=\"" VF "\" type=\"nvidia-558\""));
    assert_true(vgpu_domain_edit_find(after, VF, FALSE, &hostdev, &error));
    assert_non_null(strstr(hostdev, "function=\"0x4\""));
    g_autofree char *gone = take(after, VF, VGPU_DOMAIN_HOSTDEV | VGPU_DOMAIN_METADATA);
    assert_same(gone, before);

    /* with no metadata it may be a network card */
    g_clear_pointer(&hostdev, g_free);
    assert_null(vgpu_domain_edit_remove(expected, VF, &removed, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "PCI device '" VF "' is not named in the metadata");
    assert_false(vgpu_domain_edit_find(expected, VF, FALSE, &hostdev, &error));
    assert_error(&error, VGPU_ERROR_CONFLICT, "virsh detach-device");
    assert_true(vgpu_domain_edit_find(expected, VF, TRUE, &hostdev, &error));
    assert_non_null(hostdev);
}

/* What is only half there. */
static void
test_remove_halves(void **state)
{
    g_autofree char *bare = text_of(NULL, SECRET);
    g_autofree char *device =
        text_of(NULL, SECRET "\n    <hostdev type='mdev'><source><address uuid='"
                             "B1A5C0DE-0000-4000-8000-000000000001"
                             "'/></source></hostdev>");
    g_autofree char *words =
        text_of("\n  <v:vgpus xmlns:v='urn:openvgpu:domain:1'>\n  <v:vgpu uuid='"
                "B1A5C0DE-0000-4000-8000-000000000001"
                "' nonsense='1'/>\n</v:vgpus>\n",
                SECRET);
    g_autofree char *a = take(device, VGPU_1, VGPU_DOMAIN_HOSTDEV);
    g_autofree char *b = take(words, VGPU_1, VGPU_DOMAIN_METADATA);
    g_autofree char *c = take(device, VGPU_2, 0);
    g_autofree char *hostdev = NULL;

    assert_same(a, bare);
    assert_same(b, bare);
    assert_same(c, device);
    assert_true(vgpu_domain_edit_find(device, VGPU_2, FALSE, &hostdev, NULL));
    assert_null(hostdev);
}

/* A comment of somebody's is somebody's. */
static void
test_remove_keeps_comments(void **state)
{
    g_autofree char *before = text_of("<v:vgpus xmlns:v='urn:openvgpu:domain:1'><!-- mine -->"
                                      "<v:vgpu uuid='" VGPU_1 "' type='a'/></v:vgpus>",
                                      "");
    g_autofree char *after = take(before, VGPU_1, VGPU_DOMAIN_METADATA);

    assert_non_null(strstr(after, "<!-- mine -->"));
}

static void
assert_refused(const char *xml, const VgpuRequest *request, const char *text)
{
    VgpuDomainDevice device = {.request = request, .model = "vfio-pci"};
    VgpuDomain *domain = NULL;
    GError *error = NULL;

    assert_null(vgpu_domain_edit_add(xml, &device, &domain, &error));
    assert_null(domain);
    assert_error(&error, VGPU_ERROR_INVALID, text);
}

static void
test_refused(void **state)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_1, .type = (char *)"a", .attrs = attrs};
    g_autofree char *taken = text_of(NULL, "<hostdev type='mdev'><source><address uuid='" VGPU_1
                                           "'/></source></hostdev>");
    g_autofree char *bad = text_of("<v:vgpus xmlns:v='urn:openvgpu:domain:1' x='1'/>", "");

    assert_refused(taken, &request, "named twice among the host devices");
    assert_refused(bad, &request, "metadata is not valid");
    assert_refused("<domain/>", &request, "no domain with a name and a uuid");
    assert_refused("<domain", &request, "not well-formed");
}

/* It was detached while the domain ran, which leaves the metadata as it was at the start. */
static void
test_request_without_hostdev_is_replaced(void **state)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_1, .type = (char *)"new", .attrs = attrs};
    VgpuDomainDevice device = {.request = &request, .model = "vfio-pci"};
    g_autofree char *xml = text_of("<v:vgpus xmlns:v='urn:openvgpu:domain:1'><v:vgpu uuid='" VGPU_1
                                   "' type='old'/></v:vgpus>",
                                   "");
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GError) error = NULL;

    assert_true(vgpu_domain_edit_list(xml, TRUE, ids, NULL));
    assert_int_equal(g_hash_table_size(ids), 0);
    g_autofree char *text = vgpu_domain_edit_add(xml, &device, NULL, &error);
    assert_no_error(error);
    assert_non_null(strstr(text, "type=\"new\""));
    assert_null(strstr(text, "old"));
}

static void
test_list(void **state)
{
    g_autofree char *xml =
        text_of("<v:vgpus xmlns:v='urn:openvgpu:domain:1' nonsense='1'><v:vgpu uuid='" VGPU_1
                "'/><v:vgpu address='0000:4A:00.4'/><v:vgpu/></v:vgpus>" OTHER,
                SECRET "<hostdev type='mdev'><source><address uuid='" VGPU_2
                       "'/></source></hostdev><hostdev type='usb'><source/></hostdev>"
                       "<hostdev type='pci'><source><address " VF_DEVICE "/></source></hostdev>");
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    assert_true(vgpu_domain_edit_list(xml, FALSE, ids, NULL));
    assert_int_equal(g_hash_table_size(ids), 4);
    assert_true(g_hash_table_contains(ids, VGPU_1));
    assert_true(g_hash_table_contains(ids, VGPU_2));
    assert_true(g_hash_table_contains(ids, VF));
    assert_true(g_hash_table_contains(ids, "0000:4a:00.4"));
    assert_false(vgpu_domain_edit_list("<", FALSE, ids, NULL));
}

static void
test_hostdev_alone(void **state)
{
    g_autoptr(GPtrArray) attrs = vgpu_attr_list_new();
    VgpuRequest request = {.vgpu = (char *)VGPU_1, .type = (char *)"a", .attrs = attrs};
    VgpuDomainDevice device = {.request = &request, .model = "vfio-ap"};
    g_autofree char *text = vgpu_domain_edit_hostdev(&device);

    assert_string_equal(text, "<hostdev mode=\"subsystem\" type=\"mdev\" managed=\"yes\" "
                              "model=\"vfio-ap\"><source><address uuid=\"" VGPU_1
                              "\"/></source></hostdev>");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_second),
        cmocka_unit_test(test_add_display),
        cmocka_unit_test(test_virtual_function),
        cmocka_unit_test(test_remove_halves),
        cmocka_unit_test(test_remove_keeps_comments),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_request_without_hostdev_is_replaced),
        cmocka_unit_test(test_hostdev_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
