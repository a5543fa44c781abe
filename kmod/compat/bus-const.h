/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bus may be const since Linux 6.4, and its attributes get it so.
 */
#ifndef VGPU_COMPAT_BUS_CONST_H
#define VGPU_COMPAT_BUS_CONST_H

#ifdef VGPU_HAVE_BUS_CONST
#define VGPU_BUS_CONST	const
#else
#define VGPU_BUS_CONST
#endif

#endif /* VGPU_COMPAT_BUS_CONST_H */
