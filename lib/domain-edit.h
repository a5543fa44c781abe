/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-edit.h - a vGPU put into a domain's XML and taken out again; all else of the XML means
 * what it meant before.
 */
#ifndef VGPU_DOMAIN_EDIT_H
#define VGPU_DOMAIN_EDIT_H

#include "domain.h"

G_BEGIN_DECLS

/**
 * VgpuDomainDevice:
 * @request: what the metadata is to say of the vGPU
 * @model: model of an mdev's host device: "vfio-pci"; of no meaning for a virtual function
 * @display: TRUE if what the guest draws is to be seen on the domain's graphics; for an mdev only
 *
 * A vGPU as a domain has it. All is borrowed.
 */
typedef struct {
    const VgpuRequest *request;
    const char *model;
    gboolean display;
} VgpuDomainDevice;

/**
 * VgpuDomainParts:
 * @VGPU_DOMAIN_HOSTDEV: its host device
 * @VGPU_DOMAIN_METADATA: its element in the metadata
 *
 * The parts of a vGPU in a domain's XML; one may be there without the other.
 */
typedef enum {
    VGPU_DOMAIN_HOSTDEV = 1 << 0,
    VGPU_DOMAIN_METADATA = 1 << 1,
} VgpuDomainParts;

/**
 * vgpu_domain_edit_add:
 * @xml: a domain's XML
 * @device: what to add
 * @domain: (out) (optional) (transfer full): the domain as it is then
 * @error: (out) (optional): as vgpu_domain_parse(), of the result: %VGPU_ERROR_INVALID if the
 *   domain has it already, or metadata of ours that is not valid
 *
 * Adds the host device, and a vgpu element to the metadata. If @device has its display on and the
 * domain has no graphics, VNC on 127.0.0.1 is added too, and with it a video device of no model if
 * there is none at all: libvirt would add an emulated card.
 *
 * Returns: (transfer full) (nullable): the XML; free with vgpu_domain_edit_wipe().
 */
char *vgpu_domain_edit_add(const char *xml, const VgpuDomainDevice *device, VgpuDomain **domain,
                           GError **error);

/**
 * vgpu_domain_edit_remove:
 * @xml: a domain's XML
 * @id: id of a vGPU, in lower case
 * @removed: (out): what there was of it
 * @error: (out) (optional): %VGPU_ERROR_INVALID; %VGPU_ERROR_CONFLICT if it is a PCI device that
 *   the metadata does not name, so that it may be anything
 *
 * The reverse of vgpu_domain_edit_add(); graphics stay. Metadata of ours need not be valid.
 *
 * Returns: (transfer full) (nullable): the XML; free with vgpu_domain_edit_wipe().
 */
char *vgpu_domain_edit_remove(const char *xml, const char *id, VgpuDomainParts *removed,
                              GError **error);

/**
 * vgpu_domain_edit_hostdev:
 * @device: a vGPU
 *
 * Returns: (transfer full): XML of its host device alone.
 */
char *vgpu_domain_edit_hostdev(const VgpuDomainDevice *device);

/**
 * vgpu_domain_edit_find:
 * @xml: a domain's XML
 * @id: id of a vGPU, in lower case
 * @is_vgpu: TRUE if the caller knows that it is one, whatever the metadata names
 * @hostdev: (out) (transfer full) (nullable): XML of its host device, as it stands there; NULL if
 *   there is none
 * @error: (out) (optional): as vgpu_domain_edit_remove()
 *
 * Returns: TRUE if @hostdev was set.
 */
gboolean vgpu_domain_edit_find(const char *xml, const char *id, gboolean is_vgpu, char **hostdev,
                               GError **error);

/**
 * vgpu_domain_edit_list:
 * @xml: a domain's XML
 * @runs: TRUE if it is of a domain that runs: what its metadata asks for was had at its start, and
 *   may be detached by now
 * @ids: (element-type utf8): a set that owns its keys; gets the ids in lower case
 * @error: (out) (optional): %VGPU_ERROR_INVALID
 *
 * All that the domain names, whether as a whole it makes sense or not: its mdevs, its PCI devices,
 * and, unless it runs, what its metadata asks for.
 *
 * Returns: TRUE if @xml could be read.
 */
gboolean vgpu_domain_edit_list(const char *xml, gboolean runs, GHashTable *ids, GError **error);

/**
 * vgpu_domain_edit_wipe:
 * @xml: (nullable) (transfer full): XML that may hold passwords
 *
 * Overwrites and frees it.
 */
void vgpu_domain_edit_wipe(char *xml);

G_END_DECLS

#endif
