/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metadata.h - what a domain asks of us: the vgpus element of its metadata,
 * checked as xml-schemas/openvgpu-domain.rng does.
 */
#ifndef VGPU_METADATA_H
#define VGPU_METADATA_H

#include "placement.h"
#include "xml.h"

G_BEGIN_DECLS

/**
 * VGPU_METADATA_NS_STEM:
 *
 * What all versions of our namespace start with; the version number follows.
 */
#define VGPU_METADATA_NS_STEM "urn:openvgpu:domain:"

/**
 * VGPU_METADATA_NS:
 *
 * The namespace this release understands.
 */
#define VGPU_METADATA_NS VGPU_METADATA_NS_STEM "1"

/**
 * VGPU_METADATA_MAX:
 *
 * The most vgpu elements of a domain, the most attr elements of one of them, and the most mdev host
 * devices of a domain: more than any machine has, and few enough to compare each with each in no
 * time. A tenant writes them, and libvirt keeps the domain locked until we are done.
 */
#define VGPU_METADATA_MAX 256

/**
 * VgpuRequest:
 * @vgpu: id of the vGPU: its uuid, or the address of its virtual function
 * @type: (nullable): type id, NULL if @type_name or @framebuffer_mib is there instead
 * @type_name: (nullable): name of a type
 * @framebuffer_mib: what its framebuffer must have in MiB, 0 if that is not how it is asked for
 * @parent: (nullable): name of the parent, NULL for "auto"
 * @placement: how to choose a parent
 * @attrs: (element-type VgpuAttr): attributes in order, never NULL
 * @element: the vgpu element's vgpu_xml_number()
 *
 * One vGPU a domain asks for.
 */
typedef struct {
    char *vgpu;
    char *type;
    char *type_name;
    guint framebuffer_mib;
    char *parent;
    VgpuPlacement placement;
    GPtrArray *attrs;
    guint element;
} VgpuRequest;

/**
 * vgpu_request_free:
 * @request: (nullable): a request
 */
void vgpu_request_free(VgpuRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuRequest, vgpu_request_free)

/**
 * vgpu_metadata_parse:
 * @vgpus: an element of a document of vgpu_xml_parse(), in a namespace of ours
 * @error: (out) (optional): %VGPU_ERROR_VERSION if the namespace is another version,
 *   %VGPU_ERROR_INVALID naming element and attribute
 *
 * Accepts what the schema accepts and nothing else, and not more than %VGPU_METADATA_MAX of it.
 * That a uuid comes once only is vgpu_domain_parse()'s concern, as is what the host has.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuRequest): the requests in order.
 */
GPtrArray *vgpu_metadata_parse(const xmlNode *vgpus, GError **error);

G_END_DECLS

#endif
