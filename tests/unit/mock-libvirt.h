/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-libvirt.h - hot-plug for libvirt's test driver, which has none: the program's own
 * virDomainAttachDeviceFlags() and virDomainDetachDeviceFlags(), with one guest behind them.
 */
#ifndef MOCK_LIBVIRT_H
#define MOCK_LIBVIRT_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * MockLibvirt:
 * @mock: the machine; what is plugged in is open there
 * @plugged: (nullable): XML of the one device that is plugged in; it stands in the XML of domain
 *   "desk" while that runs
 * @refuse: libvirt takes no device
 * @title: (nullable): what somebody calls the domain, in its definition, while it is asked to
 * @keep: the guest does not let go of it
 * @stop: the domain stops while the guest is asked to let go of it
 *
 * Both calls fail the test if they come while somebody holds a lock of ours.
 */
typedef struct {
    MockSysfs *mock;
    char *plugged;
    gboolean refuse;
    const char *title;
    gboolean keep;
    gboolean stop;
} MockLibvirt;

/** mock_libvirt: the one there is */
extern MockLibvirt mock_libvirt;

/**
 * mock_libvirt_let_go:
 *
 * The guest lets go of what is plugged in.
 */
void mock_libvirt_let_go(void);

G_END_DECLS

#endif
