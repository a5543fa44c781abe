/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verbs.h - the verbs of vgpuctl that ask libvirt.
 */
#ifndef VGPUCTL_LIBVIRT_VERBS_H
#define VGPUCTL_LIBVIRT_VERBS_H

#include "verb.h"

G_BEGIN_DECLS

extern const VgpuctlVerb vgpuctl_attach;
extern const VgpuctlVerb vgpuctl_detach;
extern const VgpuctlVerb vgpuctl_gc;
extern const VgpuctlVerb vgpuctl_plan;

/**
 * vgpuctl_libvirt_verbs:
 *
 * All of them, ended by NULL: what %VGPUCTL_MODULE_SYMBOL names.
 */
extern const VgpuctlVerb *const vgpuctl_libvirt_verbs[];

G_END_DECLS

#endif
