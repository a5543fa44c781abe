/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-attach-live.c - vgpuctl's attach and detach with --live: what becomes of a domain that runs,
 * of its definition, and of the vGPU.
 */
#include "mock-libvirt.h"
#include "mock-log.h"
#include "mock-vf.h"
#include "unit.h"
#include "virt-host.h"

#include "attach.h"
#include "release.h"

#include <errno.h>

#define BOTH UUID_A " --live --config"
#define VF_DEVICE                                                                                  \
    "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' "          \
    "bus='0x41' slot='0x00' function='0x4'/></source></hostdev>"

/* Into a domain that runs and out again, with the definition as it was. */
static void
test_live(void **state)
{
    Host *host = *state;
    g_autofree char *before = host_dump(host, HOST_SECRETS);

    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, UUID_A);
    assert_non_null(strstr(mock_libvirt.plugged, UUID_A));
    assert_true(vgpu_attach_owns(host->mock->root, HOST_DOMAIN, UUID_A));
    host_assert_counts(host, 1, 1);
    host_assert_unchanged(host, before);
    host_refused(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, VGPU_ERROR_INVALID,
                 "named twice");
    host_done(host, "detach desk --live " UUID_A, "");
    assert_null(mock_libvirt.plugged);
    host_assert_counts(host, 0, 0);
    host_assert_unchanged(host, before);
    assert_null(strstr(logged->str, "not removed yet"));
    host_done(host, "detach desk --live " UUID_A, "");
    assert_non_null(strstr(logged->str, "there was nothing to detach"));
}

static void
test_live_and_definition(void **state)
{
    Host *host = *state;
    g_autofree char *before = host_dump(host, HOST_SECRETS);

    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --type vgpu-16m --uuid " BOTH, UUID_A);
    host_assert_parts(host, "vgpuctl/attach-live.xml");
    host_assert_counts(host, 1, 1);
    host_done(host, "detach desk --live " UUID_A, "");
    host_assert_parts(host, "vgpuctl/attach-live.xml");
    host_assert_counts(host, 0, 0);
    host_done(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, UUID_A);
    host_assert_counts(host, 1, 1);
    host_done(host, "detach desk " BOTH, "");
    host_assert_unchanged(host, before);
    host_assert_counts(host, 0, 0);
    assert_null(strstr(logged->str, "not removed yet"));
}

/* What can't be done at once is not done at the next start either, and nothing is left. */
static void
test_live_refused(void **state)
{
    Host *host = *state;
    g_autofree char *before = host_dump(host, HOST_SECRETS);

    assert_int_equal(virDomainCreate(host->domain), 0);
    mock_libvirt.refuse = TRUE;
    host_refused(host, "attach desk --type vgpu-16m --uuid " BOTH, VGPU_ERROR_NOT_FOUND,
                 "domain \"desk\": vGPU " UUID_A " was not taken by the domain that runs: ");
    host_assert_counts(host, 0, 0);
    host_assert_unchanged(host, before);
    host_refused(host, "attach desk --display --type vgpu-16m --uuid " BOTH, VGPU_ERROR_NOT_FOUND,
                 "was not taken by the domain that runs: ");
    host_assert_unchanged(host, before);
    mock_sysfs_fail(host->mock, "create", ENOSPC);
    host_refused(host, "attach desk --type vgpu-16m --uuid " BOTH, VGPU_ERROR_FULL,
                 "domain \"desk\": vGPU " UUID_A ": no GPU could make it");
    host_assert_counts(host, 0, 0);
    host_assert_unchanged(host, before);
    assert_null(strstr(logged->str, "not removed yet"));
}

/* What others changed meanwhile stays; graphics that came with the vGPU do then. */
static void
test_changed_meanwhile(void **state)
{
    Host *host = *state;

    assert_int_equal(virDomainCreate(host->domain), 0);
    mock_libvirt.refuse = TRUE;
    mock_libvirt.title = "changed meanwhile";
    host_refused(host, "attach desk --type vgpu-16m --uuid " BOTH, VGPU_ERROR_NOT_FOUND,
                 "was not taken by the domain that runs: ");
    g_autofree char *after = host_dump(host, HOST_SECRETS);
    assert_non_null(strstr(after, "<title>changed meanwhile</title>"));
    assert_null(strstr(after, UUID_A));
    host_assert_counts(host, 0, 0);
}

/* A guest may take its time; what is asked again later is done then. */
static void
test_guest_keeps_it(void **state)
{
    Host *host = *state;

    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, UUID_A);
    mock_libvirt.keep = TRUE;
    g_setenv("OPENVGPU_DEADLINE_MS", "300", TRUE);
    host_refused(host, "detach desk --live " UUID_A, VGPU_ERROR_TIMEOUT,
                 "the guest has not let go of vGPU " UUID_A);
    g_unsetenv("OPENVGPU_DEADLINE_MS");
    host_assert_counts(host, 1, 1);
    mock_libvirt_let_go();
    host_done(host, "detach desk --live " UUID_A, "");
    host_assert_counts(host, 0, 0);
}

/* The hook sees to what was plugged in when the domain stops. */
static void
test_stop_after_live(void **state)
{
    Host *host = *state;
    VgpuDeadline deadline = vgpu_deadline_after(10000);

    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, UUID_A);
    assert_int_equal(virDomainDestroy(host->domain), 0);
    mock_libvirt_let_go();
    assert_true(vgpu_release(host->mock->root, HOST_DOMAIN, NULL, &deadline, NULL));
    host_assert_counts(host, 0, 0);
}

/* It is in the definition too, so it stands in the XML of the domain that does not run any more. */
static void
test_stop_while_detached(void **state)
{
    Host *host = *state;

    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --type vgpu-16m --uuid " BOTH, UUID_A);
    mock_libvirt.stop = TRUE;
    host_done(host, "detach desk --live " UUID_A, "");
    host_assert_counts(host, 0, 0);
}

/* The running domain's metadata does not name it; the record tells it from other PCI devices. */
static void
test_live_function(void **state)
{
    Host *host = *state;

    mock_vf_add(host->mock, 4);
    assert_int_equal(virDomainCreate(host->domain), 0);
    host_done(host, "attach desk --live --type nvidia-558", MOCK_VF_1);
    assert_int_equal(mock_vf_type(host->mock, MOCK_VF_1), 558);
    assert_true(vgpu_attach_owns(host->mock->root, HOST_DOMAIN, MOCK_VF_1));
    host_done(host, "detach desk --live " MOCK_VF_1, "");
    assert_int_equal(mock_vf_type(host->mock, MOCK_VF_1), 0);
    assert_null(mock_libvirt.plugged);
    mock_libvirt.plugged = g_strdup(VF_DEVICE);
    host_refused(host, "detach desk --live " MOCK_VF_1, VGPU_ERROR_CONFLICT, "may be anything");
    assert_non_null(mock_libvirt.plugged);
}

static void
test_transient_domain(void **state)
{
    Host *host = *state;

    assert_int_equal(virDomainCreate(host->domain), 0);
    assert_int_equal(virDomainUndefine(host->domain), 0);
    host_refused(host, "attach desk --type vgpu-16m", VGPU_ERROR_CONFLICT,
                 "domain \"desk\" has no definition; say --live");
    host_done(host, "attach desk --live --type vgpu-16m --uuid " UUID_A, UUID_A);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(live),           HOST_TEST(live_and_definition), HOST_TEST(live_refused),
        HOST_TEST(guest_keeps_it), HOST_TEST(stop_after_live),     HOST_TEST(stop_while_detached),
        HOST_TEST(live_function),  HOST_TEST(transient_domain),    HOST_TEST(changed_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
