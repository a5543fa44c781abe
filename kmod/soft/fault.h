/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an administrator wants to fail: plain data. vgpu-soft(7) documents the text as
 * an interface that tests of others are written on.
 */
#ifndef SOFT_FAULT_H
#define SOFT_FAULT_H

#include <linux/types.h>
#include <linux/uuid.h>

#include "keys.h"

#define SOFT_MAX_FAULTS		16	/* waiting on one GPU; as text they fit a page */
#define SOFT_MAX_ERRNO		133	/* EHWPOISON, the last that has a name */
#define SOFT_MAX_DELAY_MS	600000
#define SOFT_MAX_VF		65535	/* TotalVFs has 16 bits */

#define SOFT_NO_VF		(-1)	/* on no virtual function */

/**
 * enum soft_fault_op - what can fail
 * @SOFT_FAULT_CREATE: a vGPU is made
 * @SOFT_FAULT_START: it is opened
 * @SOFT_FAULT_BAR_INFO: a VMM asks for its BARs
 * @SOFT_FAULT_INTERRUPT: it raises an interrupt
 * @SOFT_FAULT_FUNCTION: a virtual function comes
 * @SOFT_FAULT_ERR: its VMM gets VFIO's ERR, at once
 * @SOFT_FAULT_LOST: the GPU falls off its bus, at once
 * @SOFT_FAULT_OP_COUNT: how many there are
 */
enum soft_fault_op {
	SOFT_FAULT_CREATE,
	SOFT_FAULT_START,
	SOFT_FAULT_BAR_INFO,
	SOFT_FAULT_INTERRUPT,
	SOFT_FAULT_FUNCTION,
	SOFT_FAULT_ERR,
	SOFT_FAULT_LOST,
	SOFT_FAULT_OP_COUNT,
};

/**
 * struct soft_fault - something that shall fail
 * @op: what
 * @error: with which errno, positive; 0 for what is only late
 * @count: how often from now on, not 0
 * @delay_ms: a start is answered, a function comes so late
 * @never: a start is not answered, a function does not come at all
 * @uuid: only for this vGPU; null for any
 * @vf: only on this virtual function of the GPU, the first is 0; SOFT_NO_VF for any
 */
struct soft_fault {
	enum soft_fault_op op;
	u32 error;
	u32 count;
	u32 delay_ms;
	bool never;
	uuid_t uuid;
	int vf;
};

/**
 * struct soft_faults - what waits to happen on a GPU
 * @count: how many wait
 * @fault: in the order in which they came
 * @injected: how many of each operation have happened
 *
 * No lock of its own: struct soft_gpu's guards it.
 */
struct soft_faults {
	unsigned int count;
	struct soft_fault fault[SOFT_MAX_FAULTS];
	u64 injected[SOFT_FAULT_OP_COUNT];
};

/**
 * soft_fault_parse() - read what shall fail
 * @fault: what to fill
 * @text: "OPERATION" or "OPERATION: key=value, ..."
 * @error: filled on an error; points into @text
 *
 * Return: 0 or -EINVAL.
 */
int soft_fault_parse(struct soft_fault *fault, const char *text,
		     struct soft_text_error *error);

/**
 * soft_fault_is_immediate() - does it happen at once, and not when its turn comes?
 * @fault: the fault
 */
bool soft_fault_is_immediate(const struct soft_fault *fault);

/**
 * soft_fault_fits() - does it mean this vGPU?
 * @fault: the fault
 * @uuid: the vGPU, or null for a function that has none
 * @vf: the function that it is on, or SOFT_NO_VF
 */
bool soft_fault_fits(const struct soft_fault *fault, const uuid_t *uuid,
		     int vf);

/**
 * soft_fault_name() - what can fail, as soft_fault_parse() reads it
 * @op: what
 */
const char *soft_fault_name(enum soft_fault_op op);

/**
 * soft_faults_add() - one more
 * @faults: those that wait
 * @fault: the fault; copied
 *
 * Return: false if there is no room for it.
 */
bool soft_faults_add(struct soft_faults *faults,
		     const struct soft_fault *fault);

/**
 * soft_faults_take() - shall this fail now?
 * @faults: those that wait; the first that fits is used up by one
 * @op: what is about to be done
 * @uuid: as soft_fault_fits() has it
 * @vf: likewise
 * @fault: filled if it shall
 *
 * Return: whether it shall.
 */
bool soft_faults_take(struct soft_faults *faults, enum soft_fault_op op,
		      const uuid_t *uuid, int vf, struct soft_fault *fault);

#endif /* SOFT_FAULT_H */
