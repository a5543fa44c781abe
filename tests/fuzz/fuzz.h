/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz.h - what each fuzz target includes first: its entry point, and what targets share. A target
 * says what must hold by g_assert_*(); the sanitizers watch the rest.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "mock-sysfs.h"

G_BEGIN_DECLS

/** FUZZ_GPU, FUZZ_VGPU: a parent and a vGPU, for targets that need names of them */
#define FUZZ_GPU  "0001:00:00.0"
#define FUZZ_VGPU "b1a5c0de-0000-4000-8000-000000000001"

/**
 * LLVMFuzzerInitialize:
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Called once before all inputs, by libFuzzer or by standalone.c: lets warnings of GLib be fatal.
 *
 * Returns: 0.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/**
 * LLVMFuzzerTestOneInput:
 * @data: an input; nothing stands after its last byte
 * @size: bytes of @data
 *
 * Each target has one. It ends the process if something does not hold. The same input must always
 * do the same.
 *
 * Returns: 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * fuzz_check_outcome:
 * @ok: whether a call said that it succeeded
 * @error: (nullable): the error it set
 *
 * That there is an error if and only if it failed, and one of the library's.
 */
void fuzz_check_outcome(gboolean ok, const GError *error);

/**
 * fuzz_text:
 * @data: an input
 * @size: bytes of @data
 *
 * Returns: (transfer full): a copy with a NUL after it.
 */
char *fuzz_text(const uint8_t *data, size_t size);

/**
 * fuzz_machine:
 *
 * Returns: (transfer none): a machine with no GPU yet, made by the first call and removed when the
 * process ends. Its kernel is mock-sysfs.c's.
 */
MockSysfs *fuzz_machine(void);

/**
 * fuzz_put:
 * @path: a file; its folder must be there
 * @data: contents
 * @size: bytes of @data
 *
 * mock_sysfs_write() for contents that may hold a NUL.
 */
void fuzz_put(const char *path, const void *data, size_t size);

G_END_DECLS

#endif
