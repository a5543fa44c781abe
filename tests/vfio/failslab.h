/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vfio-failslab does with a vGPU, step by step.
 */
#ifndef VFIO_FAILSLAB_H
#define VFIO_FAILSLAB_H

#include "fuzz.h"

/**
 * struct step: what a VMM or an administrator does
 * @run: does it; false if it did not succeed, and left nothing then
 * @undo: makes it as it was before a @run that succeeded
 * @can: whether this vGPU has it; NULL for always
 */
struct step {
    const char *name;
    bool (*run)(void);
    void (*undo)(void);
    bool (*can)(void);
};

/* With no vGPU, with one that is made, and with one that is open; each ends with a NULL name. */
extern const struct step steps_absent[], steps_made[], steps_open[];

/* Set before the first step. */
extern const char *type_folder;
extern bool by_dmabuf;

/* The vGPU: its uuid is set before the first step, the rest by those that open it. */
extern struct target target;

/** complain: counts a failure of @step at its allocation @n, and says it with errno */
void complain(const char *step, unsigned int n, const char *what);

/** make_vgpu: makes it, to show its screen as was asked for */
bool make_vgpu(void);

/** undo_create: removes it */
void undo_create(void);

/** run_config: has it decode memory, as guests do first */
bool run_config(void);

#endif
