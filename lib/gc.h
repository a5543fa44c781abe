/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gc.h - vGPUs that a domain has left behind: the hook made them, and no release came.
 */
#ifndef VGPU_GC_H
#define VGPU_GC_H

#include "deadline.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * VgpuGcItem:
 * @record: a record
 * @stamp: what tells the file it was read from, from one written since
 *
 * One vGPU that may have been left behind: that its domain is off is for libvirt to say.
 */
typedef struct {
    VgpuRecord *record;
    VgpuFileStamp stamp;
} VgpuGcItem;

/**
 * vgpu_gc_look:
 * @root: a root
 * @error: (out) (optional): as vgpu_record_list()
 *
 * To be called before libvirt is asked: a domain that starts after this look leaves a mark. What
 * can't be read is left out; vgpu_inventory_new() says it.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuGcItem): all records, sorted by id; an
 * array that frees its elements.
 */
GPtrArray *vgpu_gc_look(const VgpuRoot *root, GError **error);

/**
 * vgpu_gc_check:
 * @root: a root
 * @item: a vGPU whose domain libvirt says is off
 * @error: (out) (optional): as vgpu_gc_remove()
 *
 * Returns: TRUE if vgpu_gc_remove() would remove it now.
 */
gboolean vgpu_gc_check(const VgpuRoot *root, const VgpuGcItem *item, GError **error);

/**
 * vgpu_gc_remove:
 * @root: a root
 * @item: a vGPU whose domain libvirt says is off, asked after vgpu_gc_look()
 * @deadline: until when it must be gone
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if a domain has taken it since the look;
 *   %VGPU_ERROR_BUSY if somebody has it open, or the kernel may still make it; else as
 *   vgpu_owner_drop()
 *
 * Removes the vGPU and its record. Takes the lock of the vGPU.
 *
 * Returns: TRUE if both are gone.
 */
gboolean vgpu_gc_remove(const VgpuRoot *root, const VgpuGcItem *item, const VgpuDeadline *deadline,
                        GError **error);

G_END_DECLS

#endif
