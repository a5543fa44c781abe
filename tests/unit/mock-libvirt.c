/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-libvirt.c - hot-plug for libvirt's test driver, which has none.
 */
#include "mock-libvirt.h"

#include "lock.h"
#include "unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <stdlib.h>
#include <unistd.h>

#define GUEST_PID 4711

MockLibvirt mock_libvirt;

/* libvirt may be in a call of our hook, which waits for a lock: none of all of them is held. */
static void
assert_no_lock(void)
{
    g_autofree char *path =
        vgpu_root_path(mock_libvirt.mock->root, VGPU_DIR_STATE, NULL, VGPU_LOCK_FILE, NULL);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return; /* nobody has ever had one */
    assert_int_equal(fcntl(fd, F_OFD_GETLK, &lock), 0);
    close(fd);
    assert_int_equal(lock.l_type, F_UNLCK);
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
    if (mock_libvirt.title)
        assert_int_equal(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_TITLE, mock_libvirt.title,
                                              NULL, NULL, VIR_DOMAIN_AFFECT_CONFIG),
                         0);
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
