/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attach.h - a domain is to have one more vGPU, or one less: what the XML shall say of it, and
 * what must go when it has left a domain that runs.
 */
#ifndef VGPU_ATTACH_H
#define VGPU_ATTACH_H

#include "create.h"
#include "domain.h"
#include "file.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * vgpu_attach_choose:
 * @root: a root
 * @order: what is wanted; its @taken are the ids that domains name
 * @model: (out): model of its host device, for #VgpuDomainDevice
 * @error: (out) (optional): as vgpu_type_choose(), vgpu_attr_check_list(), vgpu_create_choose();
 *   %VGPU_ERROR_NOT_FOUND if the one GPU that will do is away, and only it could tell
 *
 * A mediated device may be wanted on a GPU that is full now: its words go into the metadata as they
 * came, and the hook chooses the GPU at each start. A virtual function is chosen here, on a GPU
 * that would make such a vGPU now, unless @order names one. Of a GPU that is away nothing is
 * checked, which is logged. Needs no lock.
 *
 * Returns: (transfer full) (nullable): what the metadata shall say.
 */
VgpuRequest *vgpu_attach_choose(const VgpuRoot *root, const VgpuCreateOrder *order,
                                const char **model, GError **error);

/**
 * vgpu_attach_check:
 * @root: a root
 * @settings: what openvgpu.conf(5) says
 * @domain: a domain as it would be
 * @id: id of one of its vGPUs, in host device and metadata
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if a definition, or the vGPU that is there, is not
 *   what the metadata asks for; %VGPU_ERROR_ACCESS if openvgpu.conf(5) does not allow it
 *
 * What a start of the domain would refuse, whatever is free by then.
 *
 * Returns: TRUE if it refuses nothing.
 */
gboolean vgpu_attach_check(const VgpuRoot *root, const VgpuSettings *settings,
                           const VgpuDomain *domain, const char *id, GError **error);

/**
 * vgpu_attach_check_free:
 * @root: a root
 * @domain: uuid of a domain
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT naming the other domain, %VGPU_ERROR_ACCESS
 *
 * Returns: TRUE unless the vGPU was made for another domain that has not released it.
 */
gboolean vgpu_attach_check_free(const VgpuRoot *root, const char *domain, const char *id,
                                GError **error);

/**
 * vgpu_attach_owns:
 * @root: a root
 * @domain: uuid of a domain
 * @id: id of a vGPU
 *
 * Returns: TRUE if there is a record by which the domain owns it.
 */
gboolean vgpu_attach_owns(const VgpuRoot *root, const char *domain, const char *id);

/**
 * vgpu_attach_drop:
 * @root: a root
 * @domain: uuid of a domain
 * @id: id of a vGPU that is not the domain's any more
 * @seen: stamp of its record, from when it still was
 * @deadline: until when to wait for it to be closed, for the lock, and for it to be gone
 * @error: (out) (optional): %VGPU_ERROR_BUSY, %VGPU_ERROR_TIMEOUT, as vgpu_owner_drop()
 *
 * Waits until nobody has it open. Then, if the domain owns it, removes it and its record; any other
 * stays, and so does one that the domain has started with since @seen. Takes the lock of the vGPU
 * for that, not while it waits.
 *
 * Returns: FALSE if it is still to go.
 */
gboolean vgpu_attach_drop(const VgpuRoot *root, const char *domain, const char *id,
                          const VgpuFileStamp *seen, const VgpuDeadline *deadline, GError **error);

G_END_DECLS

#endif
