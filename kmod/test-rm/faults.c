// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's parameters: what is to go wrong from now on, and what is to happen
 * now. Integers are read without a lock: each is one word.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "engine.h"
#include "faults.h"
#include "pci.h"
#include "stall.h"
#include "start.h"
#include "vgpu-rm.h"

#define FAULT_ERROR(name, text)				\
	static int name;				\
	module_param(name, int, 0644);			\
	MODULE_PARM_DESC(name, text)

FAULT_ERROR(create_error, "errno that creating a vGPU fails with");
FAULT_ERROR(delete_error, "errno that deleting a vGPU fails with");
FAULT_ERROR(start_error, "errno that starting a vGPU fails with");
FAULT_ERROR(bar_error, "errno that asking for a BAR fails with");
FAULT_ERROR(reset_error, "errno that a reset fails with, after it is done");

static int start_delay_ms;
module_param(start_delay_ms, int, 0644);
MODULE_PARM_DESC(start_delay_ms,
		 "when a start is answered, -1 for never (default 0: at once)");

static int create_delay_ms;
module_param(create_delay_ms, int, 0644);
MODULE_PARM_DESC(create_delay_ms, "how long creating a vGPU takes, 60000 at most");

static int delete_delay_ms;
module_param(delete_delay_ms, int, 0644);
MODULE_PARM_DESC(delete_delay_ms, "how long deleting a vGPU takes, 60000 at most");

static bool bad_identity;
module_param(bad_identity, bool, 0644);
MODULE_PARM_DESC(bad_identity, "create vGPUs with 3 MSI vectors");

static bool bad_bars;
module_param(bad_bars, bool, 0644);
MODULE_PARM_DESC(bad_bars, "start vGPUs with a BAR of 3000 bytes");

static bool bad_areas;
module_param(bad_areas, bool, 0644);
MODULE_PARM_DESC(bad_areas, "start vGPUs with mappable areas that overlap");

static bool pcie = true;
module_param(pcie, bool, 0644);
MODULE_PARM_DESC(pcie, "create vGPUs of PCI Express (default yes)");

static unsigned int msix_vectors = ENGINE_MSIX_VECTORS;
module_param(msix_vectors, uint, 0644);
MODULE_PARM_DESC(msix_vectors, "MSI-X vectors of new vGPUs, 0 to 2048 (default 64)");

static unsigned int fault_types = 1;

/* An errno of either sign as a result. */
static int fault_error(const int *error)
{
	int value = READ_ONCE(*error);

	if (value < 0)
		value = -value;
	return -clamp(value, 0, MAX_ERRNO);
}

static void fault_wait(const int *ms)
{
	int value = clamp(READ_ONCE(*ms), 0, 60000);

	if (value)
		msleep(value);
}

int test_fault_create(void)
{
	fault_wait(&create_delay_ms);
	return fault_error(&create_error);
}

int test_fault_delete(void)
{
	fault_wait(&delete_delay_ms);
	return fault_error(&delete_error);
}

int test_fault_start(void)
{
	return fault_error(&start_error);
}

int test_fault_bar_info(void)
{
	return fault_error(&bar_error);
}

int test_fault_reset(void)
{
	return fault_error(&reset_error);
}

int test_fault_start_delay(void)
{
	return READ_ONCE(start_delay_ms);
}

bool test_fault_identity(void)
{
	return READ_ONCE(bad_identity);
}

bool test_fault_bars(void)
{
	return READ_ONCE(bad_bars);
}

bool test_fault_areas(void)
{
	return READ_ONCE(bad_areas);
}

bool test_fault_pcie(void)
{
	return READ_ONCE(pcie);
}

u16 test_fault_msix_vectors(void)
{
	return min_t(unsigned int, READ_ONCE(msix_vectors), VGPU_MAX_MSIX);
}

unsigned int test_fault_types(void)
{
	return READ_ONCE(fault_types);
}

/* Also while the module loads: then there is no GPU yet. */
static int fault_set_types(const char *text, const struct kernel_param *param)
{
	unsigned int count, old = fault_types;
	int err = kstrtouint(text, 0, &count);

	if (err)
		return err;
	if (count < 1 || count > TEST_MAX_TYPES)
		return -EINVAL;
	WRITE_ONCE(fault_types, count);
	err = test_pci_types_changed();
	if (err)
		WRITE_ONCE(fault_types, old);
	return err;
}

static const struct kernel_param_ops fault_types_ops = {
	.set = fault_set_types,
	.get = param_get_uint,
};
module_param_cb(types, &fault_types_ops, &fault_types, 0644);
MODULE_PARM_DESC(types, "number of types, 1 to 3 (default 1)");

static int fault_release(const char *text, const struct kernel_param *param)
{
	test_stall_release_all();
	return 0;
}

static const struct kernel_param_ops fault_release_ops = {
	.set = fault_release,
};
module_param_cb(release, &fault_release_ops, NULL, 0200);
MODULE_PARM_DESC(release, "written: whatever is stalled goes on");

static int fault_late_answer(const char *text, const struct kernel_param *param)
{
	test_start_answer_all(0);
	return 0;
}

static const struct kernel_param_ops fault_late_answer_ops = {
	.set = fault_late_answer,
};
module_param_cb(late_answer, &fault_late_answer_ops, NULL, 0200);
MODULE_PARM_DESC(late_answer, "written: starts that nobody answered succeed");
