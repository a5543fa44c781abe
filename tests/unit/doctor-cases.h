/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor-cases.h - what can be wrong with a host, each by itself.
 */
#ifndef DOCTOR_CASES_H
#define DOCTOR_CASES_H

#include "mock-host.h"

G_BEGIN_DECLS

/**
 * HOOK:
 *
 * The hook, below the folder of a mock host.
 */
#define HOOK "etc/libvirt/hooks/qemu.d/50-openvgpu"

/**
 * DoctorCase:
 * @name: its heading in the golden file
 * @change: breaks a sound host in one way; some break nothing
 */
typedef struct {
    const char *name;
    void (*change)(MockSysfs *mock);
} DoctorCase;

#define DOCTOR_CASE(name)                                                                          \
    {                                                                                              \
#name, name                                                                                \
    }

/**
 * doctor_cases_kernel:
 *
 * Of the kernel and its GPUs; like the others, in the order of the golden file and with a last one
 * that has no name.
 */
extern const DoctorCase doctor_cases_kernel[];

/** doctor_cases_libvirt: of libvirt and the hook in it */
extern const DoctorCase doctor_cases_libvirt[];

/** doctor_cases_mdevctl: of mdevctl, what is defined, and the state of ours */
extern const DoctorCase doctor_cases_mdevctl[];

G_END_DECLS

#endif
