// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files by which an administrator makes things fail.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "gpu.h"
#include "gpu-attr.h"
#include "ops.h"
#include "vgpu.h"

/* Happens now: to so many vGPUs, or to the GPU. */
static int fault_do(struct soft_gpu *gpu, const struct soft_fault *fault)
{
	unsigned int count = 1;

	if (fault->op == SOFT_FAULT_LOST)
		soft_vfio->device_lost(gpu->pdev);
	else
		count = soft_gpu_report_error(gpu, fault);
	spin_lock(&gpu->fault_lock);
	gpu->faults.injected[fault->op] += count;
	spin_unlock(&gpu->fault_lock);
	if (count)
		return 0;
	pci_err(gpu->pdev, "new_fault: no vGPU that is meant is open, with VFIO's error interrupt set up; start its guest first\n");
	return -ENODEV;
}

static int fault_add(struct soft_gpu *gpu, const struct soft_fault *fault)
{
	bool added;

	spin_lock(&gpu->fault_lock);
	added = soft_faults_add(&gpu->faults, fault);
	spin_unlock(&gpu->fault_lock);
	if (added)
		return 0;
	pci_err(gpu->pdev, "new_fault: %u are waiting already; a write to del_faults forgets them\n",
		SOFT_MAX_FAULTS);
	return -ENOSPC;
}

static int fault_new(struct soft_gpu *gpu, const char *text)
{
	struct soft_text_error error;
	struct soft_fault fault;

	if (soft_fault_parse(&fault, text, &error)) {
		pci_err(gpu->pdev, "new_fault: \"%*pE\": %s\n",
			(int)error.where.length, error.where.start, error.why);
		return -EINVAL;
	}
	/* How many there can be is unsigned on Linux 7.3. */
	if (fault.vf != SOFT_NO_VF &&
	    fault.vf >= pci_sriov_get_totalvfs(gpu->pdev)) {
		pci_err(gpu->pdev, "new_fault: the GPU has no virtual function %d\n",
			fault.vf);
		return -EINVAL;
	}
	return soft_fault_is_immediate(&fault) ? fault_do(gpu, &fault) :
						 fault_add(gpu, &fault);
}

static ssize_t new_fault_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	struct soft_gpu *gpu = soft_gpu_of(to_pci_dev(dev));
	char *text;
	int err;

	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = fault_new(gpu, strim(text));
	kfree(text);
	return err ? err : count;
}
DEVICE_ATTR_WO(new_fault);

static ssize_t del_faults_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct soft_gpu *gpu = soft_gpu_of(to_pci_dev(dev));

	spin_lock(&gpu->fault_lock);
	gpu->faults.count = 0;
	spin_unlock(&gpu->fault_lock);
	return count;
}
DEVICE_ATTR_WO(del_faults);

static int fault_show(const struct soft_fault *fault, char *buf, int at)
{
	int begin = at;

	at += sysfs_emit_at(buf, at, "%s: error=%u, count=%u",
			    soft_fault_name(fault->op), fault->error,
			    fault->count);
	if (fault->delay_ms)
		at += sysfs_emit_at(buf, at, ", delay=%u", fault->delay_ms);
	if (fault->never)
		at += sysfs_emit_at(buf, at, ", never=1");
	if (!uuid_is_null(&fault->uuid))
		at += sysfs_emit_at(buf, at, ", uuid=%pUb", &fault->uuid);
	if (fault->vf != SOFT_NO_VF)
		at += sysfs_emit_at(buf, at, ", vf=%d", fault->vf);
	at += sysfs_emit_at(buf, at, "\n");
	return at - begin;
}

static ssize_t faults_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct soft_gpu *gpu = soft_gpu_of(to_pci_dev(dev));
	unsigned int i;
	int at = 0;

	spin_lock(&gpu->fault_lock);
	for (i = 0; i < gpu->faults.count; i++)
		at += fault_show(&gpu->faults.fault[i], buf, at);
	spin_unlock(&gpu->fault_lock);
	return at;
}
DEVICE_ATTR_RO(faults);

static ssize_t injected_show(struct device *dev, unsigned int first,
			     unsigned int end, char *buf)
{
	struct soft_gpu *gpu = soft_gpu_of(to_pci_dev(dev));
	u64 injected = 0;
	unsigned int op;

	spin_lock(&gpu->fault_lock);
	for (op = first; op < end; op++)
		injected += gpu->faults.injected[op];
	spin_unlock(&gpu->fault_lock);
	return sysfs_emit(buf, "%llu\n", injected);
}

static ssize_t faults_injected_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return injected_show(dev, 0, SOFT_FAULT_OP_COUNT, buf);
}
DEVICE_ATTR_RO(faults_injected);

/* injected_create and so on: of one operation. */
#define INJECTED_ATTR(name, op)						\
static ssize_t injected_##name##_show(struct device *dev,		\
				      struct device_attribute *attr,	\
				      char *buf)			\
{									\
	return injected_show(dev, op, op + 1, buf);			\
}									\
DEVICE_ATTR_RO(injected_##name)

INJECTED_ATTR(create, SOFT_FAULT_CREATE);
INJECTED_ATTR(start, SOFT_FAULT_START);
INJECTED_ATTR(bar_info, SOFT_FAULT_BAR_INFO);
INJECTED_ATTR(interrupt, SOFT_FAULT_INTERRUPT);
INJECTED_ATTR(function, SOFT_FAULT_FUNCTION);
INJECTED_ATTR(err, SOFT_FAULT_ERR);
INJECTED_ATTR(lost, SOFT_FAULT_LOST);
