/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor.h - what a check of vgpuctl doctor is, what it is given, and what it says. A new check is
 * a function and a line in the table of its area's file, doctor-<area>.c.
 */
#ifndef VGPUCTL_DOCTOR_H
#define VGPUCTL_DOCTOR_H

#include "daemon.h"
#include "doctor-report.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * DOCTOR_PROGRAM_MS:
 *
 * How long a program of the host may take, in milliseconds.
 */
#define DOCTOR_PROGRAM_MS 5000

/**
 * DOCTOR_OUR_HOOK:
 *
 * File name of our hook and of our callout.
 */
#define DOCTOR_OUR_HOOK "50-openvgpu"

/**
 * DoctorHost:
 * @root: the root
 * @release: (nullable): the running kernel's release
 * @knows_modules: TRUE if there is a list of that kernel's modules
 * @parents: (element-type VgpuParent): GPUs that can make vGPUs now
 * @functions: (element-type utf8): physical functions that make vGPUs on virtual ones, on or off
 * @definitions: (element-type VgpuDefinition): definitions, those that can't be understood too
 * @unread: (element-type GError): folders of definitions that can't be read
 * @virtqemud: libvirt's modular daemon for QEMU
 * @libvirtd: libvirt's one daemon for all
 * @daemon: (nullable): the one of the two that libvirt's clients go to; NULL if neither has a
 *   socket
 * @system: ID and ID_LIKE of os-release(5)
 * @machine: what the kernel calls this kind of machine: "x86_64"
 * @privileged: TRUE if all can be seen
 *
 * What many checks look at, looked up once. Arrays are never NULL.
 */
typedef struct {
    const VgpuRoot *root;
    char *release;
    gboolean knows_modules;
    GPtrArray *parents;
    GPtrArray *functions;
    GPtrArray *definitions;
    GPtrArray *unread;
    VgpuDaemon *virtqemud;
    VgpuDaemon *libvirtd;
    const VgpuDaemon *daemon;
    char *system;
    char *machine;
    gboolean privileged;
} DoctorHost;

/**
 * DoctorCheck:
 * @id: its name: one word, area first
 * @sound: what is so if it finds nothing
 * @run: looks, and says what it finds with doctor_report_add(). Returns FALSE if the question does
 *   not arise on this host, or can't be answered: then nothing was said
 */
typedef struct {
    const char *id;
    const char *sound;
    gboolean (*run)(const DoctorHost *host, DoctorReport *report);
} DoctorCheck;

/* The checks of each area, ended by an empty one. */
extern const DoctorCheck doctor_kernel_checks[];
extern const DoctorCheck doctor_gpu_checks[];
extern const DoctorCheck doctor_vf_checks[];
extern const DoctorCheck doctor_libvirt_checks[];
extern const DoctorCheck doctor_hook_checks[];
extern const DoctorCheck doctor_settings_checks[];
extern const DoctorCheck doctor_confine_checks[];
extern const DoctorCheck doctor_mdevctl_checks[];
extern const DoctorCheck doctor_definition_checks[];
extern const DoctorCheck doctor_restore_checks[];
extern const DoctorCheck doctor_state_checks[];

/**
 * doctor_host_new:
 * @root: a root
 *
 * Returns: (transfer full): what is there.
 */
DoctorHost *doctor_host_new(const VgpuRoot *root);

/**
 * doctor_host_free:
 * @host: (nullable): a host
 */
void doctor_host_free(DoctorHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoctorHost, doctor_host_free)

/**
 * doctor_host_has_file:
 * @host: a host
 * @path: an absolute path
 *
 * Returns: TRUE if something is there.
 */
gboolean doctor_host_has_file(const DoctorHost *host, const char *path);

/**
 * doctor_host_has_parent:
 * @host: a host
 * @name: name of a GPU
 *
 * Returns: TRUE if it can make vGPUs now.
 */
gboolean doctor_host_has_parent(const DoctorHost *host, const char *name);

/**
 * doctor_host_count_vfs:
 * @host: a host
 * @gpu: name of a GPU
 *
 * Returns: how many virtual functions of it are on.
 */
guint doctor_host_count_vfs(const DoctorHost *host, const char *gpu);

/**
 * doctor_host_has_mediated_vf:
 * @host: a host
 * @gpu: name of a GPU
 *
 * Returns: TRUE if virtual functions of it make vGPUs that are mediated devices.
 */
gboolean doctor_host_has_mediated_vf(const DoctorHost *host, const char *gpu);

/**
 * doctor_host_ask:
 * @host: a host
 * @argv: (array zero-terminated=1): a program and its arguments
 *
 * Returns: (transfer full) (nullable): what it printed; NULL if it is not there or failed.
 */
char *doctor_host_ask(const DoctorHost *host, const char *const *argv);

/**
 * doctor_host_package:
 * @host: a host
 * @what: "libvirt", "nodedev", "qemu", "mdevctl"
 *
 * Returns: (transfer full): the command of this system that installs it.
 */
char *doctor_host_package(const DoctorHost *host, const char *what);

/**
 * doctor_host_rule:
 * @host: a host
 * @name: file name of a udev rule
 *
 * Returns: (transfer full) (nullable): the file that udev reads, below the root; NULL if there is
 * none, or an administrator has put /dev/null in its place.
 */
char *doctor_host_rule(const DoctorHost *host, const char *name);

/**
 * doctor_host_mdevctl_rule:
 * @host: a host
 *
 * Returns: (transfer full) (nullable): the program by which mdevctl's udev rule starts what is
 * defined, there or not; NULL if there is no such rule.
 */
char *doctor_host_mdevctl_rule(const DoctorHost *host);

G_END_DECLS

#endif
