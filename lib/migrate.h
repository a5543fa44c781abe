/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * migrate.h - a domain comes from elsewhere, or back from a file: its vGPUs get
 * other uuids where the present ones are taken on this host.
 */
#ifndef VGPU_MIGRATE_H
#define VGPU_MIGRATE_H

#include "domain.h"

G_BEGIN_DECLS

/**
 * vgpu_migrate_filter:
 * @root: a root
 * @domain: the domain
 * @xml: the XML it was parsed from
 * @length: bytes of @xml
 * @result: (out) (nullable): the XML to use instead, or NULL if @xml may stay as it is
 * @result_length: (out): bytes of @result
 * @error: (out) (optional): as vgpu_rewrite_uuids()
 *
 * A uuid is taken if another domain here owns that vGPU, a process has it open, or it has
 * another type than the metadata says and was not made for this domain. Only a vGPU
 * that the metadata describes gets a new uuid, since only such a one can be made anew, which
 * the prepare that follows does. Looks only, and takes no lock.
 *
 * Returns: TRUE unless @error is set.
 */
gboolean vgpu_migrate_filter(const VgpuRoot *root, const VgpuDomain *domain, const char *xml,
                             gsize length, char **result, gsize *result_length, GError **error);

G_END_DECLS

#endif
