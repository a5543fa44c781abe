/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.h - what the hook remembers of a vGPU it makes for a domain, in
 * /run/openvgpu/vgpus/<id>.json, from before the vGPU is made until it is gone.
 */
#ifndef VGPU_RECORD_H
#define VGPU_RECORD_H

#include "file.h"
#include "log.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_RECORD_VERSION:
 *
 * The format this release writes. A record of a higher version is left alone.
 */
#define VGPU_RECORD_VERSION 1

/**
 * VgpuRecordState:
 * @VGPU_RECORD_INTENDED: about to be made; it may be there or not
 * @VGPU_RECORD_CREATED: made, attributes not all set yet
 * @VGPU_RECORD_READY: made, and its attributes set
 * @VGPU_RECORD_LATE: asked for, but the kernel had not answered when the deadline passed: it may
 *   still appear
 * @VGPU_RECORD_RELEASED: its domain has stopped, but somebody still had it open: nobody's now, the
 *   next domain that names it may take it
 *
 * How far a vGPU is.
 */
typedef enum {
    VGPU_RECORD_INTENDED,
    VGPU_RECORD_CREATED,
    VGPU_RECORD_READY,
    VGPU_RECORD_LATE,
    VGPU_RECORD_RELEASED,
} VgpuRecordState;

/**
 * VgpuRecordSource:
 * @VGPU_RECORD_METADATA: the domain's metadata named it
 * @VGPU_RECORD_DEFINITION: mdevctl has a definition of it, and the hostdev is managed
 *
 * Why the hook made a vGPU.
 */
typedef enum {
    VGPU_RECORD_METADATA,
    VGPU_RECORD_DEFINITION,
} VgpuRecordSource;

/**
 * VgpuRecord:
 * @state: how far it is
 * @source: why it was made
 * @domain: uuid of the domain it belongs to
 * @domain_name: that domain's name, for people; a domain can be renamed
 * @vgpu: id of the vGPU
 * @parent: name of the parent it is made on
 * @type: its type id
 *
 * One record. What it says is true of the device only while the lock is held.
 */
typedef struct {
    VgpuRecordState state;
    VgpuRecordSource source;
    char *domain;
    char *domain_name;
    char *vgpu;
    char *parent;
    char *type;
} VgpuRecord;

/**
 * vgpu_record_free:
 * @record: (nullable): a record
 */
void vgpu_record_free(VgpuRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuRecord, vgpu_record_free)

/**
 * vgpu_record_state_name:
 * @state: a state
 *
 * Returns: (transfer none): the word that stands in the file.
 */
const char *vgpu_record_state_name(VgpuRecordState state);

/**
 * vgpu_record_load:
 * @root: a root
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND if the hook has not made it,
 *   %VGPU_ERROR_VERSION, %VGPU_ERROR_INVALID, or by errno
 *
 * Returns: (transfer full) (nullable): the record.
 */
VgpuRecord *vgpu_record_load(const VgpuRoot *root, const char *id, GError **error);

/**
 * vgpu_record_find:
 * @root: a root
 * @id: id of a vGPU
 * @record: (out) (transfer full) (nullable): the record, NULL if there is none
 * @error: (out) (optional): as vgpu_record_load(), but for %VGPU_ERROR_NOT_FOUND
 *
 * Returns: TRUE unless there is a record that can't be read.
 */
gboolean vgpu_record_find(const VgpuRoot *root, const char *id, VgpuRecord **record,
                          GError **error);

/**
 * VGPU_RECORD_ABOUT:
 * @record: a record
 *
 * For vgpu_log_about(): that a line is about its vGPU.
 */
#define VGPU_RECORD_ABOUT(record)                                                                  \
    (&(const VgpuLogVgpu){(record)->vgpu, (record)->parent, (record)->type})

/**
 * vgpu_record_stamp:
 * @root: a root
 * @id: id of a vGPU
 *
 * Returns: the stamp of its record, as vgpu_file_stamp().
 */
VgpuFileStamp vgpu_record_stamp(const VgpuRoot *root, const char *id);

/**
 * vgpu_record_folder:
 * @root: a root
 *
 * Returns: (transfer full): where records are, which need not be there yet.
 */
char *vgpu_record_folder(const VgpuRoot *root);

/**
 * vgpu_record_list:
 * @root: a root
 * @problems: (nullable) (element-type GError): gets one error for each file that
 *   can't be understood; the array's free function should be g_error_free()
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Returns: (transfer full) (nullable) (element-type VgpuRecord): all records, sorted by
 * id; an array that frees its elements.
 */
GPtrArray *vgpu_record_list(const VgpuRoot *root, GPtrArray *problems, GError **error);

/**
 * vgpu_record_list_but:
 * @root: a root
 * @ids: (element-type utf8): ids as keys
 * @error: (out) (optional): as vgpu_record_list()
 *
 * As vgpu_record_list(), without the records of @ids: their files are not read.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuRecord): an array that frees its elements.
 */
GPtrArray *vgpu_record_list_but(const VgpuRoot *root, GHashTable *ids, GError **error);

/**
 * vgpu_record_save:
 * @root: a root
 * @record: a record
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Writes the record in one step (mode 0600), making its folder (0700) if need be. The
 * caller holds the lock of the vGPU.
 *
 * Returns: TRUE if it is on disk.
 */
gboolean vgpu_record_save(const VgpuRoot *root, const VgpuRecord *record, GError **error);

/**
 * vgpu_record_delete:
 * @root: a root
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * The caller holds the lock of the vGPU.
 *
 * Returns: TRUE if there is no record of that vGPU any more.
 */
gboolean vgpu_record_delete(const VgpuRoot *root, const char *id, GError **error);

G_END_DECLS

#endif
