/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.h - runs programs of the build on a mock machine.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "mock-sysfs.h"

G_BEGIN_DECLS

/**
 * ProgramResult:
 * @output: what it wrote to stdout
 * @errors: what it wrote to stderr
 * @status: its exit status, -1 if a signal ended it
 */
typedef struct {
    char *output;
    char *errors;
    int status;
} ProgramResult;

/**
 * program_result_clear:
 * @result: what program_run() gave
 */
void program_result_clear(ProgramResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProgramResult, program_result_clear)

/**
 * program_run:
 * @mock: a machine, which is the program's root
 * @program: path in the build
 * @arguments: words, as a shell takes them
 * @input: what it finds on stdin
 *
 * vgpuctl finds its module in the build, unless $OPENVGPU_VGPUCTL_MODULE names another.
 *
 * Returns: what came of it; the test fails if it can't be run.
 */
ProgramResult program_run(MockSysfs *mock, const char *program, const char *arguments,
                          const char *input);

/**
 * program_start:
 * @mock: a machine, which is the program's root
 * @words: (array zero-terminated): a verb of vgpuctl, and what follows it
 * @output: (out): the end of a pipe that its standard output goes to
 * @errors: (out) (optional): likewise its standard error
 *
 * Returns: vgpuctl, which runs and is to be waited for; the test fails if it can't be started.
 */
GPid program_start(MockSysfs *mock, const char *const *words, int *output, int *errors);

/**
 * program_golden:
 * @name: a file in tests/data/
 * @text: what a program printed; with $UPDATE_GOLDEN set it becomes the file's text
 *
 * Returns: (transfer full): its text; the test fails if it is not there.
 */
char *program_golden(const char *name, const char *text);

/**
 * program_machine:
 *
 * Returns: a machine with one of our GPUs and one of NVIDIA's, a vGPU that a domain is about to
 * own (%UUID_A), and a definition marked auto (%UUID_B).
 */
MockSysfs *program_machine(void);

/**
 * PROGRAM_GPU:
 *
 * Our GPU in program_machine().
 */
#define PROGRAM_GPU "0001:00:00.0"

/**
 * PROGRAM_NVIDIA:
 *
 * NVIDIA's.
 */
#define PROGRAM_NVIDIA "0000:3b:00.0"

G_END_DECLS

#endif
