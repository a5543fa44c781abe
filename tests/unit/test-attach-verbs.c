/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-attach-verbs.c - vgpuctl's attach and detach, in this process, against libvirt's test
 * driver: what becomes of a domain's definition; and the connection they have.
 */
#include "virt-host.h"
#include "mock-log.h"
#include "mock-vf.h"
#include "unit.h"

#include "connection.h"
#include "record.h"

#define UUID_D "83b8f4f2-509f-382f-3c1e-e6bfe0fa1004"
#define HOSTDEV_A                                                                                  \
    "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='" UUID_A        \
    "'/></source></hostdev>"
#define VF_DEVICE                                                                                  \
    "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' "          \
    "bus='0x41' slot='0x00' function='0x4'/></source></hostdev>"
#define REQUESTS(vgpus) "<v:vgpus xmlns:v='urn:openvgpu:domain:1'>" vgpus "</v:vgpus>"

static void
test_definition(void **state)
{
    Host *host = *state;
    g_autofree char *before = host_dump(host, HOST_SECRETS);

    host_done(host,
              "attach desk --type vgpu-16m --uuid " UUID_A
              " --attr vgpu/params=resolution=800x600 --placement numa",
              UUID_A);
    host_assert_parts(host, "vgpuctl/attach-one.xml");
    host_done(host,
              "attach " HOST_DOMAIN " --config --framebuffer 32M --uuid " UUID_B
              " --parent 0001:00:00.0",
              UUID_B);
    host_assert_parts(host, "vgpuctl/attach-two.xml");
    host_assert_counts(host, 0, 0);
    assert_string_equal(logged->str, "");
    host_done(host, "detach desk " UUID_A, "");
    host_done(host, "detach desk 83B8F4F2-509f-382f-3c1e-e6bfe0fa1002", "");
    host_assert_unchanged(host, before);
    assert_string_equal(logged->str, "");
    host_done(host, "detach desk " UUID_B, "");
    assert_non_null(strstr(logged->str, "domain \"desk\" has no vGPU " UUID_B));
    host_assert_unchanged(host, before);
}

static void
test_display(void **state)
{
    Host *host = *state;

    host_done(host, "attach desk --type vgpu-16m --display --uuid " UUID_A, UUID_A);
    host_assert_parts(host, "vgpuctl/attach-display.xml");
    host_done(host, "detach desk " UUID_A, "");
    host_assert_parts(host, "vgpuctl/detach-display.xml");
}

/* Graphics that are there are left, with their password. */
static void
test_display_with_graphics(void **state)
{
    Host *host = *state;

    virDomainFree(host_define(host, "desk", HOST_DOMAIN, NULL,
                              "<graphics type='vnc' passwd='pass&amp;w'/><video><model "
                              "type='vga'/></video>"));
    g_autofree char *before = host_dump(host, HOST_SECRETS);
    assert_non_null(strstr(before, "passwd='pass&amp;w'"));
    host_done(host, "attach desk --type vgpu-16m --display --uuid " UUID_A, UUID_A);
    g_autofree char *after = host_dump(host, HOST_SECRETS);
    assert_non_null(strstr(after, "passwd='pass&amp;w'"));
    assert_null(strstr(strstr(after, "<graphics") + 1, "<graphics"));
    host_done(host, "detach desk " UUID_A, "");
    host_assert_unchanged(host, before);
}

/* One of a new uuid, and printed. */
static void
test_new_uuid(void **state)
{
    Host *host = *state;
    g_autofree char *id = host_run(host, "attach desk --type vgpu-16m", NULL);
    g_autofree char *after = host_dump(host, HOST_SECRETS);

    assert_true(vgpu_uuid_check(id, NULL));
    assert_non_null(strstr(after, id));
}

static void
test_refused(void **state)
{
    Host *host = *state;
    g_autofree char *before = host_dump(host, HOST_SECRETS);

    host_refused(host, "attach cats --type vgpu-16m", VGPU_ERROR_NOT_FOUND, "domain \"cats\": ");
    host_refused(host, "detach cats " UUID_A, VGPU_ERROR_NOT_FOUND, "domain \"cats\": ");
    host_refused(host, "attach " UUID_A " --type vgpu-16m", VGPU_ERROR_NOT_FOUND, UUID_A);
    host_refused(host, "attach desk --type vgpu-16m --uuid x", VGPU_ERROR_USAGE,
                 "'x' is neither a uuid");
    host_refused(host, "detach desk x", VGPU_ERROR_USAGE, "'x' is neither a uuid");
    host_refused(host, "attach desk", VGPU_ERROR_USAGE, "say either --type or --framebuffer");
    host_refused(host, "attach desk --type vgpu-1m", VGPU_ERROR_NOT_FOUND,
                 "domain \"desk\": type 'vgpu-1m': this host has no such type");
    host_refused(host, "attach desk --type vgpu-16m --attr vgpu/params=frob=1", VGPU_ERROR_INVALID,
                 "frob");
    host_refused(host, "attach desk --type vgpu-16m --live", VGPU_ERROR_CONFLICT,
                 "domain \"desk\" does not run; leave out --live");
    host_refused(host, "detach desk --live " UUID_A, VGPU_ERROR_CONFLICT, "does not run");
    mock_sysfs_define(host->mock, "0001:00:00.0", UUID_A,
                      "{\"mdev_type\":\"vgpu-16m\",\"start\":\"manual\"}");
    host_refused(host, "attach desk --type vgpu-32m --uuid " UUID_A, VGPU_ERROR_CONFLICT,
                 "mdevctl's definition");
    host_assert_unchanged(host, before);
}

/* Whatever part of another domain names it, running or not, it is not to be had. */
static void
test_taken(void **state)
{
    Host *host = *state;
    VgpuRecord record = {.state = VGPU_RECORD_READY,
                         .source = VGPU_RECORD_METADATA,
                         .domain = (char *)HOST_OTHER,
                         .domain_name = (char *)"other",
                         .vgpu = (char *)UUID_C,
                         .parent = (char *)"0001:00:00.0",
                         .type = (char *)"vgpu-16m"};

    virDomainFree(
        host_define(host, "other", HOST_OTHER, REQUESTS("<v:vgpu uuid='" UUID_B "'/>"), HOSTDEV_A));
    host_refused(host, "attach desk --type vgpu-16m --uuid " UUID_A, VGPU_ERROR_EXISTS,
                 "domain \"other\" has '" UUID_A "' already");
    host_refused(host, "attach desk --type vgpu-16m --uuid " UUID_B, VGPU_ERROR_EXISTS,
                 "domain \"other\" has '" UUID_B "' already");
    mock_sysfs_add_mdev(host->mock, "0001:00:00.0", "vgpu-16m", UUID_C);
    assert_true(vgpu_record_save(host->mock->root, &record, NULL));
    host_refused(host, "attach desk --type vgpu-16m --uuid " UUID_C, VGPU_ERROR_CONFLICT,
                 "belongs to domain \"other\"");
    host_done(host, "attach desk --type vgpu-16m --uuid " UUID_D, UUID_D);
    host_refused(host, "attach desk --type vgpu-16m --uuid " UUID_D, VGPU_ERROR_INVALID,
                 "domain \"desk\": vGPU " UUID_D ": named twice");
    /* what runs counts beside what is defined */
    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "detach desk " UUID_D, "");
    host_refused(host, "attach other --type vgpu-16m --uuid " UUID_D, VGPU_ERROR_EXISTS,
                 "domain \"desk\" has '" UUID_D "' already");
}

/* One that is the domain's own as well is another's still, in whatever order libvirt lists them. */
static void
test_taken_by_two(void **state)
{
    Host *host = *state;
    g_autoptr(virDomain) desk = host_define(host, "desk", HOST_DOMAIN, NULL, HOSTDEV_A);
    g_autoptr(virDomain) other = host_define(host, "other", HOST_OTHER, NULL, HOSTDEV_A);

    host_refused(host, "attach desk --type vgpu-16m --uuid " UUID_A, VGPU_ERROR_EXISTS,
                 "domain \"other\" has '" UUID_A "' already");
    host_refused(host, "attach other --type vgpu-16m --uuid " UUID_A, VGPU_ERROR_EXISTS,
                 "domain \"desk\" has '" UUID_A "' already");
}

static void
test_virtual_functions(void **state)
{
    Host *host = *state;

    mock_vf_add(host->mock, 4);
    virDomainFree(host_define(host, "other", HOST_OTHER, NULL, VF_DEVICE));
    host_refused(host, "attach desk --type nvidia-558 --display", VGPU_ERROR_INVALID,
                 "leave out --display");
    host_done(host, "attach desk --framebuffer 4G", MOCK_VF_2);
    host_assert_parts(host, "vgpuctl/attach-vf.xml");
    host_done(host, "attach other --framebuffer 4G", "0000:41:00.6");
    host_done(host, "detach desk " MOCK_VF_2, "");
    host_done(host, "attach desk --framebuffer 4G", MOCK_VF_2);
    /* the first is a PCI device like any other */
    host_refused(host, "detach other " MOCK_VF_1, VGPU_ERROR_CONFLICT,
                 "domain \"other\": PCI device '" MOCK_VF_1 "' is not named in the metadata");
}

static void
test_halves(void **state)
{
    Host *host = *state;

    virDomainFree(
        host_define(host, "desk", HOST_DOMAIN, REQUESTS("<v:vgpu uuid='" UUID_B "'/>"), HOSTDEV_A));
    host_done(host, "detach desk " UUID_A, "");
    assert_string_equal(logged->str, "");
    host_done(host, "detach desk " UUID_B, "");
    assert_non_null(
        strstr(logged->str, "its metadata named vGPU " UUID_B ", but no host device did"));
    g_autofree char *after = host_dump(host, HOST_SECRETS);
    assert_null(strstr(after, "vgpu"));
    assert_null(strstr(after, "hostdev"));
}

static void
test_connection(void **state)
{
    Host *host = *state;
    GError *error = NULL;

    assert_null(vgpuctl_connection_open("qemu+ssh://admin@far.example/system", &error));
    assert_error(&error, VGPU_ERROR_INVALID, "is of another host");
    g_setenv("LIBVIRT_DEFAULT_URI", "qemu://far.example/system", TRUE);
    assert_null(vgpuctl_connection_open(NULL, &error));
    assert_error(&error, VGPU_ERROR_INVALID, "'qemu://far.example/system' is of another host");
    assert_null(vgpuctl_connection_open("qemu+unix:///system?socket=/nonexistent/sock", &error));
    assert_error(&error, VGPU_ERROR_IO, "/nonexistent/sock");
    g_setenv("LIBVIRT_DEFAULT_URI", "test:///default", TRUE);
    g_autoptr(VgpuctlConnection) connection = vgpuctl_connection_open(NULL, &error);
    assert_no_error(error);
    g_unsetenv("LIBVIRT_DEFAULT_URI");
    assert_null(vgpuctl_connection_open("test:///no/such/file", &error));
    /* of what kind that is, releases of libvirt say differently */
    assert_error(&error, (VgpuError)error->code,
                 "cannot connect to libvirt at 'test:///no/such/file'");

    g_autoptr(virDomain) by_name = vgpuctl_connection_find(connection, "desk", &error);
    g_autoptr(virDomain) by_uuid = vgpuctl_connection_find(connection, HOST_OTHER, &error);
    gboolean active;
    assert_no_error(error);
    assert_string_equal(virDomainGetName(by_name), "desk");
    assert_string_equal(virDomainGetName(by_uuid), "other");
    assert_true(vgpuctl_connection_is_active(by_name, &active, NULL));
    assert_false(active);
    assert_int_equal(virDomainCreate(host->domain), 0);
    assert_true(vgpuctl_connection_is_active(by_name, &active, NULL));
    assert_true(active);
    g_autoptr(GPtrArray) all = vgpuctl_connection_list(connection, NULL);
    assert_int_equal(all->len, 3); /* and the test driver's own */
}

/* Of what libvirt says, nothing but the first line: the next is a line of the XML. */
static void
test_secrets(void **state)
{
    Host *host = *state;
    g_autoptr(VgpuctlConnection) connection = vgpuctl_connection_open("test:///default", NULL);
    GError *error = NULL;

    assert_false(
        vgpuctl_connection_define(connection, "<domain>\n<graphics passwd='secret'", &error));
    assert_null(strstr(error->message, "secret"));
    assert_error(&error, VGPU_ERROR_INVALID, "cannot define the domain: ");
    assert_non_null(host);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(definition),   HOST_TEST(display),           HOST_TEST(display_with_graphics),
        HOST_TEST(new_uuid),     HOST_TEST(refused),           HOST_TEST(taken),
        HOST_TEST(taken_by_two), HOST_TEST(virtual_functions), HOST_TEST(halves),
        HOST_TEST(connection),   HOST_TEST(secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
