// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator reads and sets of a GPU.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "gpu.h"
#include "gpu-attr.h"
#include "type-text.h"

static struct soft_gpu *to_gpu(struct device *dev)
{
	return soft_gpu_of(to_pci_dev(dev));
}

/* The types of @gpu, to be changed and given to soft_gpu_set_types(). */
static struct soft_types *copy_types(const struct soft_gpu *gpu)
{
	return kmemdup(gpu->types, sizeof(*gpu->types), GFP_KERNEL);
}

static int refuse_if_busy(const struct soft_gpu *gpu, const char *what, int err)
{
	if (err == -EBUSY)
		pci_err(gpu->pdev, "%s: the GPU has vGPUs or virtual functions; remove them first\n",
			what);
	return err;
}

static int add_type(struct soft_gpu *gpu, const struct soft_type *type)
{
	struct soft_types *types;
	const char *wrong;

	lockdep_assert_held(&gpu->types_lock);
	types = copy_types(gpu);
	if (!types)
		return -ENOMEM;
	wrong = soft_types_add(types, type, gpu->capacity.total_mib);
	if (!wrong)
		return refuse_if_busy(gpu, "new_type",
				      soft_gpu_set_types(gpu, types));
	pci_err(gpu->pdev, "new_type: \"%s\": %s\n", type->profile, wrong);
	kfree(types);
	return -EINVAL;
}

static ssize_t new_type_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct soft_gpu *gpu = to_gpu(dev);
	struct soft_text_error error;
	struct soft_type type;
	char *text;
	int err;

	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = soft_type_parse(&type, strim(text), &error);
	if (err)
		pci_err(gpu->pdev, "new_type: \"%*pE\": %s\n",
			(int)error.where.length, error.where.start, error.why);
	kfree(text);
	if (err)
		return err;
	mutex_lock(&gpu->types_lock);
	err = add_type(gpu, &type);
	mutex_unlock(&gpu->types_lock);
	return err ? err : count;
}
static DEVICE_ATTR_WO(new_type);

static bool remove_types(struct soft_types *types, const char *profile)
{
	if (strcmp(profile, "all"))
		return soft_types_remove(types, profile);
	types->count = 0;
	return true;
}

static int del_type(struct soft_gpu *gpu, const char *profile)
{
	struct soft_types *types;

	lockdep_assert_held(&gpu->types_lock);
	types = copy_types(gpu);
	if (!types)
		return -ENOMEM;
	if (remove_types(types, profile))
		return refuse_if_busy(gpu, "types",
				      soft_gpu_set_types(gpu, types));
	pci_err(gpu->pdev, "there is no type \"%s\" to remove; write its name behind the driver's, or \"all\"\n",
		profile);
	kfree(types);
	return -ENOENT;
}

static ssize_t del_type_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct soft_gpu *gpu = to_gpu(dev);
	char *text;
	int err;

	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	mutex_lock(&gpu->types_lock);
	err = del_type(gpu, strim(text));
	mutex_unlock(&gpu->types_lock);
	kfree(text);
	return err ? err : count;
}
static DEVICE_ATTR_WO(del_type);

static ssize_t framebuffer_mib_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_gpu(dev)->capacity.total_mib);
}
static DEVICE_ATTR_RO(framebuffer_mib);

static ssize_t mixed_size_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_gpu(dev)->capacity.mixed));
}

static ssize_t mixed_size_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	bool mixed;
	int err;

	err = kstrtobool(buf, &mixed);
	if (err)
		pci_err(to_gpu(dev)->pdev, "mixed_size is 0 or 1\n");
	else
		err = refuse_if_busy(to_gpu(dev), "mixed_size",
				     soft_gpu_set_mixed(to_gpu(dev), mixed));
	return err ? err : count;
}
static DEVICE_ATTR_RW(mixed_size);

static struct attribute *soft_gpu_attrs[] = {
	&dev_attr_del_faults.attr,
	&dev_attr_del_type.attr,
	&dev_attr_faults.attr,
	&dev_attr_faults_injected.attr,
	&dev_attr_framebuffer_mib.attr,
	&dev_attr_injected_bar_info.attr,
	&dev_attr_injected_create.attr,
	&dev_attr_injected_err.attr,
	&dev_attr_injected_function.attr,
	&dev_attr_injected_interrupt.attr,
	&dev_attr_injected_lost.attr,
	&dev_attr_injected_start.attr,
	&dev_attr_mixed_size.attr,
	&dev_attr_new_fault.attr,
	&dev_attr_new_type.attr,
	NULL,
};

/* A virtual function has none of it. */
static umode_t soft_gpu_attr_visible(struct kobject *kobj,
				     struct attribute *attr, int index)
{
	struct pci_dev *pdev = to_pci_dev(kobj_to_dev(kobj));

	return pdev->is_virtfn ? 0 : attr->mode;
}

static const struct attribute_group soft_gpu_attr_group = {
	.name = "vgpu",
	.attrs = soft_gpu_attrs,
	.is_visible = soft_gpu_attr_visible,
};

const struct attribute_group *soft_gpu_attr_groups[] = {
	&soft_gpu_attr_group,
	NULL,
};
