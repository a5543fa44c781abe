/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c - vgpuctl-libvirt.so: the table of verbs that ask libvirt, which vgpuctl looks into
 * after its own. A new one is a line here, one in verbs.h and a name in ../module.c.
 */
#include "verbs.h"

/* In the order in which help shows them. */
const VgpuctlVerb *const vgpuctl_libvirt_verbs[] = {
    &vgpuctl_attach, &vgpuctl_detach, &vgpuctl_plan, &vgpuctl_gc, NULL,
};
