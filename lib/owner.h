/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * owner.h - one vGPU made for a domain and undone again, with a record on disk
 * from before it is made until after it is gone.
 */
#ifndef VGPU_OWNER_H
#define VGPU_OWNER_H

#include "deadline.h"
#include "placement.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * VgpuOwner:
 * @root: a root
 * @domain: uuid of the domain
 * @domain_name: its name, for people
 * @work: until when things may be made
 * @limit: until when what failed may be undone; a little after @work
 *
 * For whom vGPUs are made, and how long that may take. Whoever calls with one holds the locks of
 * the vGPUs in question.
 */
typedef struct {
    const VgpuRoot *root;
    const char *domain;
    const char *domain_name;
    VgpuDeadline work;
    VgpuDeadline limit;
} VgpuOwner;

/**
 * VgpuOrder:
 * @vgpu: id of the vGPU
 * @type: its type id
 * @source: who asks for it
 * @attrs: (element-type VgpuAttr): attributes to set, in order
 * @query: where it can be
 * @places: (element-type VgpuPlace): the answer to @query: parents to try, in order
 * @late: TRUE if an earlier call has asked the kernel for it and had no answer in time: a record
 *   says so, and has to say so until there is an answer
 * @settled: TRUE to take a place that will do, although by now there is a better one
 *
 * What is to be made. All is borrowed.
 */
typedef struct {
    const char *vgpu;
    const char *type;
    VgpuRecordSource source;
    const GPtrArray *attrs;
    const VgpuPlacementQuery *query;
    const GArray *places;
    gboolean late;
    gboolean settled;
} VgpuOrder;

/**
 * vgpu_owner_make:
 * @owner: for whom
 * @order: what
 * @error: (out) (optional): %VGPU_ERROR_EXISTS if somebody else has just made a vGPU of that id
 *   (it is left alone); %VGPU_ERROR_STALE if others have made theirs on a parent of @order while it
 *   was waited for, and it should be decided again; %VGPU_ERROR_FULL listing the parents tried and
 * why each could not; %VGPU_ERROR_TIMEOUT; else as vgpu_device_create(), vgpu_device_set_attrs(),
 * vgpu_record_save()
 *
 * Writes the record, makes the vGPU on the first parent that can, sets its attributes. Takes the
 * lock of each parent while that is asked. On
 * failure what this call made is removed, and so is the record; if removing fails too, or the
 * vGPU may still appear, the record stays for release.
 *
 * Returns: TRUE if the vGPU is there, ready, and owned.
 */
gboolean vgpu_owner_make(const VgpuOwner *owner, const VgpuOrder *order, GError **error);

/**
 * vgpu_owner_drop:
 * @root: a root
 * @record: the record of a vGPU
 * @deadline: until when it must be gone
 * @error: (out) (optional): as vgpu_device_remove(), vgpu_record_delete()
 *
 * Removes the vGPU unless somebody has it open, then the record. If what is there is of another
 * type or on another parent than the record says, it is not what we made: it stays, the record
 * goes. One that the kernel goes on removing after @deadline has a record that is not ready. A
 * record of a vGPU that may still appear stays as well; that is no error. The caller holds the lock
 * of the vGPU.
 *
 * Returns: TRUE unless the vGPU is still there.
 */
gboolean vgpu_owner_drop(const VgpuRoot *root, const VgpuRecord *record,
                         const VgpuDeadline *deadline, GError **error);

/**
 * vgpu_owner_forget_stale:
 * @root: a root
 * @id: id of a vGPU that is about to be made, for nobody
 * @kept: (out): whether there is a record still
 * @error: (out) (optional): as vgpu_record_find(), vgpu_record_delete()
 *
 * Deletes a record of a vGPU that is not there: it would take the new one for its own. One that
 * the kernel was asked for and has not answered about keeps its record until it has. The caller
 * holds the lock of the vGPU.
 *
 * Returns: TRUE if no record that can be deleted is in the way.
 */
gboolean vgpu_owner_forget_stale(const VgpuRoot *root, const char *id, gboolean *kept,
                                 GError **error);

/**
 * vgpu_owner_is_same:
 * @root: a root
 * @record: the record of a vGPU that is there
 *
 * Returns: FALSE if what is there under the record's id is of another type or on
 * another parent, so that somebody else made it.
 */
gboolean vgpu_owner_is_same(const VgpuRoot *root, const VgpuRecord *record);

G_END_DECLS

#endif
