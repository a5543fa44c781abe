/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attribute.h - the attributes of a vGPU of ours, as they stand in sysfs. Needs libc only.
 */
#ifndef CALLOUT_ATTRIBUTE_H
#define CALLOUT_ATTRIBUTE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * ATTRIBUTE_FOLDER:
 *
 * The folder below a vGPU that has them.
 */
#define ATTRIBUTE_FOLDER "vgpu"

/**
 * ATTRIBUTE_MOST:
 *
 * Room for any value: more than one can have (kmod/vfio/attr.c).
 */
#define ATTRIBUTE_MOST 2048

/**
 * ATTRIBUTE_COUNT:
 *
 * How many there are.
 */
#define ATTRIBUTE_COUNT 2

/* Their names, in the order in which they are to be set. */
extern const char *const attribute_names[ATTRIBUTE_COUNT];

/**
 * attribute_open_folder:
 * @at: a folder that is open
 * @vgpu: the vGPU's folder or a link to it, below @at
 *
 * Nothing below the vGPU may be a link: that would be another device's.
 *
 * Returns: the folder of its attributes, open, or -1 with errno.
 */
int attribute_open_folder(int at, const char *vgpu);

/**
 * attribute_read:
 * @folder: from attribute_open_folder()
 * @name: which
 * @value: (out): its value without the newline, "" if it is not set
 *
 * Returns: false with errno if it can't be read, or with 0 if it is no text of that size.
 */
bool attribute_read(int folder, const char *name, char value[ATTRIBUTE_MOST]);

#endif
