/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virt-host.h - a mock machine with libvirt's test driver, and vgpuctl's verbs that ask it, run
 * in this process: that driver's domains live as long as a connection to it.
 */
#ifndef VIRT_HOST_H
#define VIRT_HOST_H

#include "error.h"
#include "mock-sysfs.h"

#include <libvirt/libvirt.h>

G_BEGIN_DECLS

/**
 * HOST_DOMAIN:
 *
 * Uuid of domain "desk", and of domain "other".
 */
#define HOST_DOMAIN "d0d0d0d0-0000-4000-8000-00000000000a"
#define HOST_OTHER  "d0d0d0d0-0000-4000-8000-00000000000b"

/**
 * HOST_SECRETS:
 *
 * Flags for a definition as it is.
 */
#define HOST_SECRETS (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)

/**
 * Host:
 * @mock: the machine, with the GPU 0001:00:00.0; what is logged is in mock-log.h's @logged
 * @libvirt: a connection
 * @domain: its domain "desk", with metadata of another application and a disk
 * @printed: what the last verb printed, with no newline at its end
 */
typedef struct {
    MockSysfs *mock;
    virConnect *libvirt;
    virDomain *domain;
    char *printed;
} Host;

/**
 * HOST_TEST:
 * @name: a test whose state is a #Host, without its "test_"
 *
 * Its line in the list of tests.
 */
#define HOST_TEST(name) cmocka_unit_test_setup_teardown(test_##name, host_setup, host_teardown)

/** host_setup: makes *@state a #Host */
int host_setup(void **state);

/** host_teardown: undoes host_setup() */
int host_teardown(void **state);

/**
 * host_define:
 * @host: a host
 * @name: name of a domain
 * @uuid: its uuid
 * @metadata: (nullable): what stands in its metadata, NULL for none
 * @devices: what stands in its devices
 *
 * Returns: (transfer full): the domain, defined anew.
 */
virDomain *host_define(Host *host, const char *name, const char *uuid, const char *metadata,
                       const char *devices);

/**
 * host_run:
 * @host: a host
 * @line: "VERB OPTIONS WORDS", as a shell takes it
 * @error: (out): what went wrong
 *
 * Runs a verb as main.c does, with --connect for the test driver.
 *
 * Returns: (transfer full) (nullable): what it printed, with no newline at its end.
 */
char *host_run(Host *host, const char *line, GError **error);

/**
 * host_done:
 * @host: a host
 * @line: as for host_run()
 * @output: what it must print; it must not fail
 */
void host_done(Host *host, const char *line, const char *output);

/**
 * host_refused:
 * @host: a host
 * @line: as for host_run()
 * @code: the code it must fail with
 * @text: what it must say
 */
void host_refused(Host *host, const char *line, VgpuError code, const char *text);

/**
 * host_dump:
 * @host: a host
 * @flags: virDomainXMLFlags
 *
 * Returns: (transfer full): XML of "desk".
 */
char *host_dump(Host *host, unsigned int flags);

/**
 * host_assert_unchanged:
 * @host: a host
 * @before: what host_dump() gave with %HOST_SECRETS
 *
 * That the definition of "desk" is that, to the byte.
 */
void host_assert_unchanged(Host *host, const char *before);

/**
 * host_assert_counts:
 * @host: a host
 * @vgpus: how many vGPUs the machine must have
 * @records: and how many records
 */
void host_assert_counts(Host *host, guint vgpus, guint records);

/**
 * host_assert_parts:
 * @host: a host
 * @file: a file in tests/data/
 *
 * That it holds what verbs change of the definition of "desk".
 */
void host_assert_parts(Host *host, const char *file);

G_END_DECLS

#endif
