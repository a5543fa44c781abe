/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's linux/bug.h for kernel logic compiled in user space: a test sees
 * what the code did after the warning, not the warning.
 */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

#define WARN_ON(condition) (!!(condition))

#endif
