/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's commands: what it asks of the front end when told to.
 */
#ifndef TEST_COMMAND_H
#define TEST_COMMAND_H

#include <linux/types.h>

struct test_vgpu;

/**
 * test_command_run() - run a command and wait for its end
 * @vgpu: the vGPU, started; its registers are the arguments
 * @command: ENGINE_CMD_* without ENGINE_CMD_IRQ, as the guest wrote it
 *
 * Sleeps; with nothing of ours locked.
 *
 * Return: what RESULT reads then.
 */
int test_command_run(struct test_vgpu *vgpu, u32 command);

/**
 * test_command_raise() - raise an MSI or MSI-X vector
 * @vgpu: the vGPU, started
 * @vector: as the guest wrote it
 *
 * Any context but NMI.
 *
 * Return: what the front end says.
 */
int test_command_raise(struct test_vgpu *vgpu, u32 vector);

#endif /* TEST_COMMAND_H */
