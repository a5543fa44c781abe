/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * target.h - the domain that a verb changes: its definition, or the domain as it runs, or both.
 */
#ifndef VGPUCTL_TARGET_H
#define VGPUCTL_TARGET_H

#include "connection.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * VgpuctlTargetWords:
 * @live: change the domain as it runs
 * @config: change its definition
 * @uri: (nullable): as vgpuctl_connection_open()
 *
 * What the user typed; as virsh takes it: neither means the definition.
 */
typedef struct {
    gboolean live;
    gboolean config;
    char *uri;
} VgpuctlTargetWords;

/**
 * VGPUCTL_TARGET_OPTIONS:
 * @words: a static #VgpuctlTargetWords
 *
 * Entries for a verb's options.
 */
#define VGPUCTL_TARGET_OPTIONS(words)                                                              \
    {"live", 0, 0, G_OPTION_ARG_NONE, &(words).live, "change the domain that runs", NULL},         \
        {"config",                                                                                 \
         0,                                                                                        \
         0,                                                                                        \
         G_OPTION_ARG_NONE,                                                                        \
         &(words).config,                                                                          \
         "change its definition (unless --live)",                                                  \
         NULL},                                                                                    \
    {                                                                                              \
        "connect", 0, 0, G_OPTION_ARG_STRING, &(words).uri, "libvirt's URI", "URI"                 \
    }

/**
 * VgpuctlTarget:
 * @connection: the connection
 * @domain: the domain
 * @name: its name
 * @uuid: its uuid
 * @live: TRUE if what runs is to be changed; it does run
 * @config: TRUE if the definition is to be changed; there is one
 */
typedef struct {
    VgpuctlConnection *connection;
    virDomain *domain;
    const char *name;
    char uuid[VIR_UUID_STRING_BUFLEN];
    gboolean live;
    gboolean config;
} VgpuctlTarget;

/**
 * vgpuctl_target_open:
 * @root: a root
 * @words: what the user typed
 * @domain: uuid or name of the domain
 * @error: (out) (optional): %VGPU_ERROR_CONFLICT if it does not run, or has no definition; as
 *   vgpuctl_connection_open(), vgpuctl_connection_find()
 *
 * From here on a crash of this process leaves no core file, which would hold passwords (on a real
 * host: tests want to be debugged).
 *
 * Returns: (transfer full) (nullable): the target.
 */
VgpuctlTarget *vgpuctl_target_open(const VgpuRoot *root, const VgpuctlTargetWords *words,
                                   const char *domain, GError **error);

/**
 * vgpuctl_target_free:
 * @target: (nullable): a target
 */
void vgpuctl_target_free(VgpuctlTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuctlTarget, vgpuctl_target_free)

/**
 * vgpuctl_target_get_definition:
 * @target: a target
 * @error: (out) (optional): as vgpuctl_connection_get_xml()
 *
 * Returns: (transfer full) (nullable): XML to be defined again, passwords and all; free with
 * vgpu_domain_edit_wipe().
 */
char *vgpuctl_target_get_definition(const VgpuctlTarget *target, GError **error);

/**
 * vgpuctl_target_take_out:
 * @target: a target
 * @id: id of a vGPU, in lower case
 * @found: (out): #VgpuDomainParts that there were of it
 * @error: (out) (optional): as vgpu_domain_edit_remove(), vgpuctl_connection_define()
 *
 * Takes a vGPU out of the definition, if there is anything of it.
 *
 * Returns: TRUE if there is nothing of it in the definition any more.
 */
gboolean vgpuctl_target_take_out(const VgpuctlTarget *target, const char *id, guint *found,
                                 GError **error);

G_END_DECLS

#endif
