/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * domain-checks.h - what must hold of a domain that was read, when we change its XML.
 */
#ifndef DOMAIN_CHECKS_H
#define DOMAIN_CHECKS_H

#include "domain.h"
#include "fuzz.h"

G_BEGIN_DECLS

/**
 * domain_check_same:
 * @now: a domain
 * @before: what it was
 * @fresh: (nullable) (element-type utf8 utf8): new uuids by old ones
 *
 * That @now is @before with new uuids; it may have more vGPUs behind those.
 */
void domain_check_same(const VgpuDomain *now, const VgpuDomain *before, GHashTable *fresh);

/**
 * domain_check_rewrite:
 * @domain: what was read
 * @xml: its XML
 * @length: bytes of @xml
 * @numbers: for choices
 *
 * That vgpu_rewrite_uuids() changes uuids and no other byte.
 */
void domain_check_rewrite(const VgpuDomain *domain, const char *xml, gsize length, GRand *numbers);

/**
 * domain_check_edits:
 * @domain: what was read
 * @xml: its XML
 * @length: bytes of @xml
 * @numbers: for choices
 *
 * That a vGPU that is added is there, beside all others, and leaves no trace when it is removed.
 */
void domain_check_edits(const VgpuDomain *domain, const char *xml, gsize length, GRand *numbers);

G_END_DECLS

#endif
