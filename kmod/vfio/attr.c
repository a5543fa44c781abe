// SPDX-License-Identifier: GPL-2.0-only
/*
 * The group "vgpu" of attributes that each vGPU has in sysfs: params, which the
 * resource manager judges, vm_name, which it is told at start, and pinned_pages,
 * what it has pinned of guest memory.
 */
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "attr.h"
#include "gpu.h"
#include "stats.h"
#include "vgpu.h"

/*
 * The text of one write: its final newline gone, at most @size - 1 bytes, no
 * control characters. Return: to be freed by kfree(), or ERR_PTR.
 */
static char *attr_parse(const char *buf, size_t count, size_t size)
{
	size_t i, len = count;

	if (len && buf[len - 1] == '\n')
		len--;
	if (len >= size)
		return ERR_PTR(-EINVAL);
	for (i = 0; i < len; i++)
		if (iscntrl(buf[i]))
			return ERR_PTR(-EINVAL);
	return kmemdup_nul(buf, len, GFP_KERNEL);
}

/* Takes the lifecycle lock for a change that needs the vGPU to be closed. */
static int attr_lock_closed(struct vgpu_vfio *vgpu)
{
	/* An open holds the lock while it waits for the RM: do not queue up. */
	if (READ_ONCE(vgpu->opened))
		return -EBUSY;
	if (mutex_lock_killable(&vgpu->lifecycle))
		return -EINTR;
	if (!vgpu->opened)
		return 0;
	mutex_unlock(&vgpu->lifecycle);
	return -EBUSY;
}

static ssize_t attr_show(struct device *dev, const char *text, char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);
	ssize_t ret;

	mutex_lock(&vgpu->attr_lock);
	ret = sysfs_emit(buf, "%s\n", text);
	mutex_unlock(&vgpu->attr_lock);
	return ret;
}

static void attr_replace(struct vgpu_vfio *vgpu, char *to, size_t size,
			 const char *text)
{
	mutex_lock(&vgpu->attr_lock);
	strscpy(to, text, size);
	mutex_unlock(&vgpu->attr_lock);
}

static ssize_t params_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	return attr_show(dev, vgpu->params, buf);
}

static ssize_t params_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);
	char *text;
	int ret;

	text = attr_parse(buf, count, sizeof(vgpu->params));
	if (IS_ERR_OR_NULL(text))
		return text ? PTR_ERR(text) : -ENOMEM;
	ret = attr_lock_closed(vgpu);
	if (ret)
		goto free;
	ret = vgpu_rm_result(vgpu->ops->update_request(vgpu->handle,
						       VGPU_STATE_UNUSED, text));
	if (!ret)
		attr_replace(vgpu, vgpu->params, sizeof(vgpu->params), text);
	mutex_unlock(&vgpu->lifecycle);
free:
	kfree(text);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(params);

static ssize_t vm_name_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	return attr_show(dev, vgpu->vm_name, buf);
}

static ssize_t vm_name_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);
	char *text;
	int ret;

	text = attr_parse(buf, count, sizeof(vgpu->vm_name));
	if (IS_ERR_OR_NULL(text))
		return text ? PTR_ERR(text) : -ENOMEM;
	ret = attr_lock_closed(vgpu);
	if (!ret) {
		attr_replace(vgpu, vgpu->vm_name, sizeof(vgpu->vm_name), text);
		mutex_unlock(&vgpu->lifecycle);
	}
	kfree(text);
	return ret ? ret : count;
}
static DEVICE_ATTR_RW(vm_name);

static ssize_t pinned_pages_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n", vgpu_dma_pinned(&vgpu->dma));
}
static DEVICE_ATTR_RO(pinned_pages);

static struct attribute *attr_list[] = {
	&dev_attr_params.attr,
	&dev_attr_pinned_pages.attr,
	&dev_attr_vm_name.attr,
	NULL,
};

static const struct attribute_group attr_group = {
	.name = "vgpu",
	.attrs = attr_list,
};

const struct attribute_group *vgpu_attr_groups[] = {
	&attr_group,
	&vgpu_stats_group,
	NULL,
};
