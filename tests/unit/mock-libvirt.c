/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-libvirt.c - hot-plug for libvirt's test driver, which has none.
 */
#include "mock-libvirt.h"

#include "lock.h"
#include "unit.h"

#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdlib.h>

#define GUEST_PID 4711

MockLibvirt mock_libvirt;

/* libvirt may be in a call of our hook, which waits for the lock. */
static void
assert_no_lock(void)
{
    VgpuDeadline deadline = vgpu_deadline_after(0);
    g_autoptr(VgpuLock) lock =
        vgpu_lock_acquire(mock_libvirt.mock->root, VGPU_LOCK_ACTIVE, &deadline, NULL);

    assert_non_null(lock);
}

/* As libvirt fails: something must be said. */
static int
fail_as_libvirt(virDomainPtr domain)
{
    assert_null(virDomainLookupByName(virDomainGetConnect(domain), "no such thing"));
    return -1;
}

static char *
find_uuid(const char *xml)
{
    const char *at = strstr(xml, "<address uuid=");

    return at ? g_strndup(at + strlen("<address uuid='"), 36) : NULL;
}

int
virDomainAttachDeviceFlags(virDomainPtr domain, const char *xml, unsigned int flags)
{
    g_autofree char *uuid = find_uuid(xml);

    assert_int_equal(flags, VIR_DOMAIN_AFFECT_LIVE);
    assert_no_lock();
    if (uuid)
        assert_true(mock_sysfs_has_mdev(mock_libvirt.mock, uuid));
    if (mock_libvirt.refuse)
        return fail_as_libvirt(domain);
    assert_null(mock_libvirt.plugged);
    mock_libvirt.plugged = g_strdup(xml);
    if (uuid)
        mock_sysfs_hold(mock_libvirt.mock, uuid, GUEST_PID);
    return 0;
}

void
mock_libvirt_let_go(void)
{
    g_clear_pointer(&mock_libvirt.plugged, g_free);
    mock_sysfs_let_go(mock_libvirt.mock, GUEST_PID);
}

int
virDomainDetachDeviceFlags(virDomainPtr domain, const char *xml, unsigned int flags)
{
    assert_int_equal(flags, VIR_DOMAIN_AFFECT_LIVE);
    assert_no_lock();
    if (mock_libvirt.refuse)
        return fail_as_libvirt(domain);
    assert_string_equal(xml, mock_libvirt.plugged);
    if (mock_libvirt.stop)
        assert_int_equal(virDomainDestroy(domain), 0);
    if (!mock_libvirt.keep)
        mock_libvirt_let_go();
    return 0;
}

char *
virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags)
{
    char *(*real)(virDomainPtr, unsigned int);

    *(void **)&real = dlsym(RTLD_NEXT, "virDomainGetXMLDesc");
    char *xml = real(domain, flags);
    if (!xml || (flags & VIR_DOMAIN_XML_INACTIVE) || !mock_libvirt.plugged ||
        virDomainIsActive(domain) != 1 || strcmp(virDomainGetName(domain), "desk") != 0)
        return xml;
    g_auto(GStrv) parts = g_strsplit(xml, "</devices>", 2);
    free(xml);
    return g_strconcat(parts[0], mock_libvirt.plugged, "</devices>", parts[1], NULL);
}
