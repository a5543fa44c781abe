/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-text.h - domain XML for tests, as libvirt writes it.
 */
#ifndef DOMAIN_TEXT_H
#define DOMAIN_TEXT_H

#include "domain.h"

#define DOMAIN_A "d0d0d0d0-0000-4000-8000-00000000000a"
#define DOMAIN_B "d0d0d0d0-0000-4000-8000-00000000000b"
#define VGPU_1   "b1a5c0de-0000-4000-8000-000000000001"
#define VGPU_2   "b1a5c0de-0000-4000-8000-000000000002"
#define VGPU_3   "b1a5c0de-0000-4000-8000-000000000003"
#define GPU_1    "0001:00:00.0"
#define GPU_2    "0001:00:01.0"

/* One vgpu element; give further attributes after the type: REQUEST(VGPU_1, "'vgpu-16m'"). */
#define REQUEST(uuid, type) "<vgpu:vgpu uuid='" uuid "' type=" type "/>"

/* One mdev hostdev. */
#define HOSTDEV(uuid, managed)                                                                     \
    "    <hostdev mode='subsystem' type='mdev' managed='" managed "' model='vfio-pci'>\n"          \
    "      <source>\n        <address uuid='" uuid "'/>\n      </source>\n    </hostdev>\n"

/**
 * domain_text:
 * @uuid: uuid of the domain; its name is "vm" and the last digit of it
 * @requests: (nullable): vgpu elements, or NULL for no metadata
 * @hostdevs: hostdev elements
 *
 * Returns: (transfer full): the XML.
 */
static inline char *
domain_text(const char *uuid, const char *requests, const char *hostdevs)
{
    g_autofree char *metadata = NULL;

    if (requests)
        metadata =
            g_strdup_printf("  <metadata>\n    <vgpu:vgpus xmlns:vgpu=\"urn:openvgpu:domain:1\">"
                            "%s</vgpu:vgpus>\n  </metadata>\n",
                            requests);
    return g_strdup_printf("<domain type='kvm' id='7'>\n  <name>vm%s</name>\n  <uuid>%s</uuid>\n%s"
                           "  <memory unit='KiB'>262144</memory>\n  <devices>\n%s  </devices>\n"
                           "</domain>\n",
                           uuid + 35, uuid, metadata ? metadata : "", hostdevs);
}

/**
 * domain_new:
 * @uuid: as for domain_text()
 * @requests: as for domain_text()
 * @hostdevs: as for domain_text()
 *
 * Returns: (transfer full): the domain, parsed.
 */
static inline VgpuDomain *
domain_new(const char *uuid, const char *requests, const char *hostdevs)
{
    g_autofree char *text = domain_text(uuid, requests, hostdevs);
    g_autoptr(GError) error = NULL;
    VgpuDomain *domain = vgpu_domain_parse(text, strlen(text), &error);

    if (!domain)
        g_error("%s", error->message);
    return domain;
}

#endif
