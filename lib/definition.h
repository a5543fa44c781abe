/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition.h - what a vGPU is to be, kept over a reboot: of an mdev where mdevctl keeps it,
 * /etc/mdevctl.d/<parent>/<uuid>, of a virtual function in /etc/openvgpu/vgpus.d/<parent>/<VF>.
 */
#ifndef VGPU_DEFINITION_H
#define VGPU_DEFINITION_H

#include "file.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VGPU_DEFINITION_VERSION:
 *
 * The format that this release writes into our own folder, which is mdevctl's with this number as
 * "version". A file of a higher version is left alone; one with none is of the first.
 */
#define VGPU_DEFINITION_VERSION 1

/**
 * VgpuDefinition:
 * @vgpu: its id, as of a #VgpuDevice
 * @parent: name of its parent
 * @type: (nullable): its type id; NULL if @error is set
 * @autostart: TRUE if it is to be made at boot ("start": "auto")
 * @attrs: (element-type VgpuAttr): attributes in order, never NULL
 * @error: (nullable): why the file could not be understood, in a list
 * @stamp: of the file that it was read from, in a list
 * @json: (nullable): private: the document it was read from, for members we don't know
 *
 * The format is mdevctl's, which has no version number of its own.
 */
typedef struct {
    char *vgpu;
    char *parent;
    char *type;
    gboolean autostart;
    GPtrArray *attrs;
    GError *error;
    VgpuFileStamp stamp;
    gpointer json;
} VgpuDefinition;

/**
 * vgpu_definition_new:
 * @parent: name of the parent
 * @id: id of a vGPU
 * @type: type id
 *
 * Returns: (transfer full): a definition not yet on disk, started by hand, with no attributes.
 */
VgpuDefinition *vgpu_definition_new(const char *parent, const char *id, const char *type);

/**
 * vgpu_definition_free:
 * @definition: (nullable): a definition
 */
void vgpu_definition_free(VgpuDefinition *definition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuDefinition, vgpu_definition_free)

/**
 * vgpu_definition_parse:
 * @parent: name of the parent
 * @id: id of a vGPU
 * @text: a JSON document in mdevctl's format
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_VERSION
 *
 * Returns: (transfer full) (nullable): the definition.
 */
VgpuDefinition *vgpu_definition_parse(const char *parent, const char *id, const char *text,
                                      GError **error);

/**
 * vgpu_definition_load:
 * @root: a root
 * @parent: name of the parent
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND, %VGPU_ERROR_INVALID, or by errno
 *
 * Returns: (transfer full) (nullable): the definition.
 */
VgpuDefinition *vgpu_definition_load(const VgpuRoot *root, const char *parent, const char *id,
                                     GError **error);

/**
 * vgpu_definition_list:
 * @root: a root
 * @parent: (nullable): name of a parent, or NULL for all
 * @problems: (nullable) (element-type GError): takes an error for each folder that can't be read;
 *   NULL to fail for one
 * @error: (out) (optional): %VGPU_ERROR_INVALID for @parent, %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * All definitions, sorted by parent and id. A file that can't be understood is in the list
 * too, with @error and no @type: it hides no other. Files whose name is no id, and the
 * scripts.d folder, are no definitions.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuDefinition): an array that frees its
 * elements.
 */
GPtrArray *vgpu_definition_list(const VgpuRoot *root, const char *parent, GPtrArray *problems,
                                GError **error);

/**
 * vgpu_definition_list_unread:
 * @root: a root
 * @parent: (nullable): as vgpu_definition_list()
 * @problems: (nullable) (element-type GError): as vgpu_definition_list()
 * @error: (out) (optional): as vgpu_definition_list()
 *
 * As vgpu_definition_list(), but no file is read: no element has a @type, and only one whose name
 * is misspelt has @error.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuDefinition): an array that frees its
 * elements.
 */
GPtrArray *vgpu_definition_list_unread(const VgpuRoot *root, const char *parent,
                                       GPtrArray *problems, GError **error);

/**
 * vgpu_definition_read:
 * @root: a root
 * @unread: out of vgpu_definition_list_unread()
 *
 * Returns: (transfer full) (nullable): what vgpu_definition_list() would have in its place, or NULL
 * if it has been undefined meanwhile.
 */
VgpuDefinition *vgpu_definition_read(const VgpuRoot *root, const VgpuDefinition *unread);

/**
 * vgpu_definition_list_but:
 * @root: a root
 * @ids: (element-type utf8): ids as keys
 * @problems: (nullable) (element-type GError): as vgpu_definition_list()
 * @error: (out) (optional): as vgpu_definition_list()
 *
 * As vgpu_definition_list() with no @parent, without the definitions of @ids: their files are not
 * read.
 *
 * Returns: (transfer full) (nullable) (element-type VgpuDefinition): an array that frees its
 * elements.
 */
GPtrArray *vgpu_definition_list_but(const VgpuRoot *root, GHashTable *ids, GPtrArray *problems,
                                    GError **error);

/**
 * vgpu_definition_is_current:
 * @root: a root
 * @definition: a definition out of a list
 *
 * Returns: TRUE if its file has not been written since it was read.
 */
gboolean vgpu_definition_is_current(const VgpuRoot *root, const VgpuDefinition *definition);

/**
 * vgpu_definition_find:
 * @root: a root
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_NOT_FOUND; %VGPU_ERROR_CONFLICT if several parents define
 *   it; %VGPU_ERROR_INVALID if the one there can't be understood
 *
 * The definition of @id, whatever its parent.
 *
 * Returns: (transfer full) (nullable): the definition.
 */
VgpuDefinition *vgpu_definition_find(const VgpuRoot *root, const char *id, GError **error);

/**
 * vgpu_definition_find_parent:
 * @root: a root
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_INVALID if it is no id; %VGPU_ERROR_NOT_FOUND;
 *   %VGPU_ERROR_CONFLICT if several parents define it
 *
 * Where the definition of @id is, whether it can be understood or not.
 *
 * Returns: (transfer full) (nullable): name of the parent.
 */
char *vgpu_definition_find_parent(const VgpuRoot *root, const char *id, GError **error);

/**
 * vgpu_definition_save:
 * @root: a root
 * @definition: a definition
 * @error: (out) (optional): %VGPU_ERROR_INVALID, %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Writes the definition in one step (mode 0644), making the parent's folder if need be.
 * Members of the file that we do not know are kept as they were read.
 *
 * Returns: TRUE if it is on disk.
 */
gboolean vgpu_definition_save(const VgpuRoot *root, const VgpuDefinition *definition,
                              GError **error);

/**
 * vgpu_definition_delete:
 * @root: a root
 * @parent: name of the parent
 * @id: id of a vGPU
 * @error: (out) (optional): %VGPU_ERROR_ACCESS, %VGPU_ERROR_IO
 *
 * Returns: TRUE if there is no such definition any more.
 */
gboolean vgpu_definition_delete(const VgpuRoot *root, const char *parent, const char *id,
                                GError **error);

G_END_DECLS

#endif
