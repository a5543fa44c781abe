/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes of a bus get it as a const since Linux 6.4.
 */
#ifndef VGPU_COMPAT_BUS_ATTR_H
#define VGPU_COMPAT_BUS_ATTR_H

#include <linux/device.h>

#ifdef VGPU_HAVE_BUS_CONST
typedef const struct bus_type vgpu_attr_bus;
#else
typedef struct bus_type vgpu_attr_bus;
#endif

#endif /* VGPU_COMPAT_BUS_ATTR_H */
