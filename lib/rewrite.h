/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rewrite.h - gives vGPUs of a domain's XML another uuid, and leaves every other
 * byte of the XML as it is.
 */
#ifndef VGPU_REWRITE_H
#define VGPU_REWRITE_H

#include "domain.h"

G_BEGIN_DECLS

/**
 * vgpu_rewrite_uuids:
 * @xml: the XML that @domain was parsed from
 * @length: bytes of @xml
 * @domain: the domain
 * @fresh: (element-type utf8 utf8): for each vGPU to rename its present uuid, in lower case, and
 *   its new one
 * @out_length: (out): bytes of the result
 * @error: (out) (optional): %VGPU_ERROR_FAILED
 *
 * Replaces the value of the uuid attribute in the hostdev's address and in the
 * metadata, and nothing else: the same uuid in a comment, a title or a password
 * stays. The result is parsed again and compared before it is handed out.
 *
 * Returns: (transfer full) (nullable): the new XML with a NUL after it. It holds
 * what @xml holds, passwords too.
 */
char *vgpu_rewrite_uuids(const char *xml, gsize length, const VgpuDomain *domain, GHashTable *fresh,
                         gsize *out_length, GError **error);

G_END_DECLS

#endif
