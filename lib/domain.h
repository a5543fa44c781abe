/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain.h - what of a domain's XML concerns vGPUs: its name and uuid, its host devices that are
 * vGPUs, and what its metadata asks for.
 */
#ifndef VGPU_DOMAIN_H
#define VGPU_DOMAIN_H

#include "metadata.h"
#include "numa.h"

G_BEGIN_DECLS

/**
 * VgpuHostdev:
 * @vgpu: id of the vGPU: uuid of an mdev, address of a PCI device
 * @managed: TRUE for managed='yes', which libvirt ignores on an mdev and we honour
 * @element: the address element's vgpu_xml_number()
 *
 * One host device of a domain: an mdev, or a PCI device that the metadata names.
 */
typedef struct {
    char *vgpu;
    gboolean managed;
    guint element;
} VgpuHostdev;

/**
 * VgpuDomain:
 * @name: its name
 * @uuid: its uuid, lower case
 * @hostdevs: (element-type VgpuHostdev): its host devices that are vGPUs, in order
 * @requests: (element-type VgpuRequest): what its metadata asks for, in order
 * @numa: where its memory and processors are to be
 *
 * A domain, as its XML says. Nothing else of the XML is kept.
 */
typedef struct {
    char *name;
    char *uuid;
    GPtrArray *hostdevs;
    GPtrArray *requests;
    VgpuNuma numa;
} VgpuDomain;

/**
 * vgpu_domain_parse:
 * @xml: a domain's XML
 * @length: bytes of @xml
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_VERSION
 *
 * Reads @xml with vgpu_xml_parse(). Refuses an id that comes twice among the host
 * devices or twice in the metadata, and more than %VGPU_METADATA_MAX of either.
 *
 * Returns: (transfer full) (nullable): the domain.
 */
VgpuDomain *vgpu_domain_parse(const char *xml, gsize length, GError **error);

/**
 * vgpu_domain_free:
 * @domain: (nullable): a domain
 */
void vgpu_domain_free(VgpuDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuDomain, vgpu_domain_free)

/**
 * vgpu_domain_hostdev_id:
 * @hostdev: a hostdev element
 *
 * Returns: (transfer full) (nullable): uuid of an mdev, address of any PCI device; NULL for devices
 * of another kind and for what can't be understood.
 */
char *vgpu_domain_hostdev_id(const xmlNode *hostdev);

/**
 * vgpu_domain_request_id:
 * @element: an element of the metadata
 *
 * Returns: (transfer full) (nullable): id of the vGPU, if it is a vgpu element of ours that names
 * one.
 */
char *vgpu_domain_request_id(const xmlNode *element);

/**
 * vgpu_domain_find_request:
 * @domain: a domain
 * @id: id of a vGPU
 *
 * Returns: (transfer none) (nullable): what the metadata asks for under that id.
 */
const VgpuRequest *vgpu_domain_find_request(const VgpuDomain *domain, const char *id);

/**
 * vgpu_domain_find_hostdev:
 * @domain: a domain
 * @id: id of a vGPU
 *
 * Returns: (transfer none) (nullable): the host device of that id.
 */
const VgpuHostdev *vgpu_domain_find_hostdev(const VgpuDomain *domain, const char *id);

G_END_DECLS

#endif
