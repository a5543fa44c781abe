// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: their text, and whose turn it is. Pure logic, compiled in user space as
 * well by tests/kmod/test-fault.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "fault.h"

/* Keys that an operation takes. */
#define TAKES_ERROR	(1U << 0)
#define TAKES_COUNT	(1U << 1)
#define TAKES_LATE	(1U << 2)	/* delay and never */
#define TAKES_UUID	(1U << 3)
#define TAKES_VF	(1U << 4)
#define TAKES_VGPU	(TAKES_UUID | TAKES_VF)

static const struct {
	const char *name;
	unsigned int takes;
} ops[SOFT_FAULT_OP_COUNT] = {
	[SOFT_FAULT_CREATE] = { "create",
				TAKES_ERROR | TAKES_COUNT | TAKES_VGPU },
	[SOFT_FAULT_START] = { "start", TAKES_ERROR | TAKES_COUNT | TAKES_VGPU |
					TAKES_LATE },
	[SOFT_FAULT_BAR_INFO] = { "bar_info",
				  TAKES_ERROR | TAKES_COUNT | TAKES_VGPU },
	[SOFT_FAULT_INTERRUPT] = { "interrupt",
				   TAKES_ERROR | TAKES_COUNT | TAKES_VGPU },
	[SOFT_FAULT_FUNCTION] = { "function", TAKES_ERROR | TAKES_COUNT |
					      TAKES_LATE | TAKES_VF },
	[SOFT_FAULT_ERR] = { "err", TAKES_VGPU },
	[SOFT_FAULT_LOST] = { "lost", 0 },
};

static const char not_taken[] = "not taken by this operation";

/* What the keys are given; an error that is not said is not 0. */
struct target {
	struct soft_fault fault;
	bool error_said;
};

static const char *parse_number(struct soft_span value, u32 *number, u32 least,
				u32 most)
{
	if (!soft_span_take_number(&value, number) || value.length ||
	    *number < least || *number > most)
		return "not a number, or not in its range";
	return NULL;
}

static bool takes(const struct target *target, unsigned int key)
{
	return ops[target->fault.op].takes & key;
}

static const char *parse_error(void *into, struct soft_span value)
{
	struct target *target = into;

	if (!takes(target, TAKES_ERROR))
		return not_taken;
	target->error_said = true;
	return parse_number(value, &target->fault.error, 0, SOFT_MAX_ERRNO);
}

static const char *parse_count(void *into, struct soft_span value)
{
	struct target *target = into;

	if (!takes(target, TAKES_COUNT))
		return not_taken;
	return parse_number(value, &target->fault.count, 1, U32_MAX);
}

static const char *parse_delay(void *into, struct soft_span value)
{
	struct target *target = into;

	if (!takes(target, TAKES_LATE))
		return not_taken;
	return parse_number(value, &target->fault.delay_ms, 1,
			    SOFT_MAX_DELAY_MS);
}

static const char *parse_never(void *into, struct soft_span value)
{
	struct target *target = into;

	if (!takes(target, TAKES_LATE))
		return not_taken;
	if (!soft_span_equals(value, "1"))
		return "1 is the only value";
	target->fault.never = true;
	return NULL;
}

static const char *parse_uuid(void *into, struct soft_span value)
{
	struct target *target = into;
	char text[UUID_STRING_LEN + 1];

	if (!takes(target, TAKES_UUID))
		return not_taken;
	if (value.length != UUID_STRING_LEN)
		return "not a uuid";
	memcpy(text, value.start, UUID_STRING_LEN);
	text[UUID_STRING_LEN] = '\0';
	if (uuid_parse(text, &target->fault.uuid) ||
	    uuid_is_null(&target->fault.uuid))
		return "not a uuid";
	return NULL;
}

static const char *parse_vf(void *into, struct soft_span value)
{
	struct target *target = into;
	const char *wrong;
	u32 vf;

	if (!takes(target, TAKES_VF))
		return not_taken;
	wrong = parse_number(value, &vf, 0, SOFT_MAX_VF);
	if (!wrong)
		target->fault.vf = vf;
	return wrong;
}

static const struct soft_key known[] = {
	{ "error", parse_error },
	{ "count", parse_count },
	{ "delay", parse_delay },
	{ "never", parse_never },
	{ "uuid", parse_uuid },
	{ "vf", parse_vf },
};

static const struct soft_keys keys = {
	.key = known,
	.count = ARRAY_SIZE(known),
	.unknown = "not known; error, count, delay, never, uuid and vf are",
};

static const char *parse_op(struct soft_fault *fault, struct soft_span text)
{
	unsigned int op;

	for (op = 0; op < SOFT_FAULT_OP_COUNT; op++) {
		if (!soft_span_equals(text, ops[op].name))
			continue;
		fault->op = op;
		return NULL;
	}
	return "can't fail; create, start, bar_info, interrupt, function, err and lost can";
}

static const char *check_whole(struct target *target)
{
	struct soft_fault *fault = &target->fault;
	bool late = fault->delay_ms || fault->never;

	if (!uuid_is_null(&fault->uuid) && fault->vf != SOFT_NO_VF)
		return "a vGPU has a uuid or is a function's, not both";
	if (fault->delay_ms && fault->never)
		return "it is late or stays away, not both";
	if (!target->error_said && !late)
		fault->error = EIO;
	if (!fault->error && !late)
		return "error=0 is for what is late";
	if (fault->error && late && fault->op == SOFT_FAULT_FUNCTION)
		return "a function that is late does not fail";
	return NULL;
}

int soft_fault_parse(struct soft_fault *fault, const char *text,
		     struct soft_text_error *error)
{
	struct target target = { .fault = { .count = 1, .vf = SOFT_NO_VF } };
	struct soft_span rest = { text, strlen(text) };
	bool colon;

	error->where = soft_span_take_until(&rest, ':', &colon);
	error->why = parse_op(&target.fault, error->where);
	if (error->why)
		return -EINVAL;
	if (colon && soft_keys_parse(&keys, &target, rest, error))
		return -EINVAL;
	error->where = (struct soft_span){ text, strlen(text) };
	error->why = check_whole(&target);
	if (error->why)
		return -EINVAL;
	*fault = target.fault;
	return 0;
}

bool soft_fault_is_immediate(const struct soft_fault *fault)
{
	return fault->op == SOFT_FAULT_ERR || fault->op == SOFT_FAULT_LOST;
}

const char *soft_fault_name(enum soft_fault_op op)
{
	return ops[op].name;
}

bool soft_faults_add(struct soft_faults *faults, const struct soft_fault *fault)
{
	if (faults->count == SOFT_MAX_FAULTS)
		return false;
	faults->fault[faults->count++] = *fault;
	return true;
}

bool soft_fault_fits(const struct soft_fault *fault, const uuid_t *uuid, int vf)
{
	return (uuid_is_null(&fault->uuid) || uuid_equal(&fault->uuid, uuid)) &&
	       (fault->vf == SOFT_NO_VF || fault->vf == vf);
}

static void use_up(struct soft_faults *faults, unsigned int at)
{
	if (--faults->fault[at].count)
		return;
	faults->count--;
	memmove(&faults->fault[at], &faults->fault[at + 1],
		(faults->count - at) * sizeof(faults->fault[0]));
}

bool soft_faults_take(struct soft_faults *faults, enum soft_fault_op op,
		      const uuid_t *uuid, int vf, struct soft_fault *fault)
{
	unsigned int i;

	for (i = 0; i < faults->count; i++) {
		if (faults->fault[i].op != op ||
		    !soft_fault_fits(&faults->fault[i], uuid, vf))
			continue;
		*fault = faults->fault[i];
		faults->injected[op]++;
		use_up(faults, i);
		return true;
	}
	return false;
}
