/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-run.h - the hook as libvirt runs it: the real program and its hook.so on a mock machine, one
 * call after the other.
 */
#ifndef HOOK_RUN_H
#define HOOK_RUN_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * Hook:
 * @mock: the machine, with the GPU %GPU_1
 * @program: path of the hook
 * @module: path of its hook.so
 * @status: exit status of the last call
 * @out: what it wrote to stdout
 * @err: what it wrote to stderr
 */
typedef struct {
    MockSysfs *mock;
    char *program;
    char *module;
    int status;
    char *out;
    char *err;
} Hook;

/**
 * HOOK_TEST:
 * @name: a test whose state is a #Hook, without its "test_"
 *
 * Its line in the list of tests.
 */
#define HOOK_TEST(name) cmocka_unit_test_setup_teardown(test_##name, hook_setup, hook_teardown)

/** hook_setup: makes *@state a #Hook */
int hook_setup(void **state);

/** hook_teardown: undoes hook_setup() */
int hook_teardown(void **state);

/**
 * hook_environment:
 * @hook: a hook
 * @more: (nullable): one more setting "NAME=value"
 *
 * Returns: (transfer full): the environment of a call.
 */
char **hook_environment(const Hook *hook, const char *more);

/**
 * hook_input_file:
 * @hook: a hook
 * @xml: what is to be on standard input
 * @length: bytes of @xml
 *
 * Returns: (transfer full): a file outside the machine's folder with that in it.
 */
char *hook_input_file(const Hook *hook, const char *xml, gsize length);

/**
 * hook_call_with:
 * @hook: a hook; takes what comes of the call
 * @operation: libvirt's word
 * @xml: what is on standard input
 * @length: bytes of @xml
 * @more: as for hook_environment()
 *
 * Runs the hook for domain "vma".
 *
 * Returns: its exit status; the test fails if it crashed.
 */
int hook_call_with(Hook *hook, const char *operation, const char *xml, gsize length,
                   const char *more);

/**
 * hook_call:
 * @hook: a hook
 * @operation: libvirt's word
 * @xml: what is on standard input
 *
 * Returns: its exit status.
 */
int hook_call(Hook *hook, const char *operation, const char *xml);

/**
 * hook_expect:
 * @hook: a hook
 * @status: exit status of the last call
 * @words: (nullable): what it said in one line among others; NULL for nothing at all
 *
 * That the last call ended so, and changed nothing of the XML.
 */
void hook_expect(const Hook *hook, int status, const char *words);

/**
 * hook_one_vgpu:
 * @type: a type id
 *
 * Returns: (transfer full): XML of a domain that asks for %VGPU_1 of that type.
 */
char *hook_one_vgpu(const char *type);

/**
 * hook_has_record:
 * @hook: a hook
 * @vgpu: id of a vGPU
 *
 * Returns: TRUE if the machine has a record of it.
 */
gboolean hook_has_record(const Hook *hook, const char *vgpu);

/**
 * hook_touched:
 * @hook: a hook
 *
 * Returns: TRUE if a call made the folder of our state.
 */
gboolean hook_touched(const Hook *hook);

G_END_DECLS

#endif
