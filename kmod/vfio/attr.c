// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes that each vGPU has in sysfs, in a group named by the resource manager:
 * params, which the resource manager judges, vm_name, which it is told at start, and
 * pinned_pages, what it has pinned of guest memory.
 */
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "attr.h"
#include "gpu.h"
#include "vgpu.h"

#define ATTR_NAME_SIZE	32	/* NUL included */

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

static ssize_t attr_show(struct vgpu_vfio *vgpu, const char *text, char *buf)
{
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

ssize_t vgpu_attr_show_params(struct vgpu_vfio *vgpu, char *buf)
{
	return attr_show(vgpu, vgpu->params, buf);
}

/* No open or close runs until the lifecycle lock is released. */
static int attr_lock_params(struct vgpu_vfio *vgpu)
{
	if (!(vgpu->ops->features & VGPU_RM_LIVE_PARAMS))
		return vgpu_vfio_lock_closed(vgpu);
	/* An open holds the lock while it waits for the RM: do not queue up. */
	if (READ_ONCE(vgpu->opened) &&
	    READ_ONCE(vgpu->state) == VGPU_STATE_UNUSED)
		return -EBUSY;
	return mutex_lock_killable(&vgpu->lifecycle) ? -EINTR : 0;
}

ssize_t vgpu_attr_store_params(struct vgpu_vfio *vgpu, const char *buf,
			       size_t count)
{
	char *text;
	int ret;

	text = attr_parse(buf, count, sizeof(vgpu->params));
	if (IS_ERR_OR_NULL(text))
		return text ? PTR_ERR(text) : -ENOMEM;
	ret = attr_lock_params(vgpu);
	if (ret)
		goto free;
	ret = vgpu_rm_result(vgpu->ops->update_request(vgpu->handle,
						       vgpu->state, text));
	if (!ret) {
		attr_replace(vgpu, vgpu->params, sizeof(vgpu->params), text);
		vgpu_edid_changed(vgpu);
	}
	mutex_unlock(&vgpu->lifecycle);
free:
	kfree(text);
	return ret ? ret : count;
}

static ssize_t params_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return vgpu_attr_show_params(dev_get_drvdata(dev), buf);
}

static ssize_t params_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	return vgpu_attr_store_params(dev_get_drvdata(dev), buf, count);
}

static ssize_t vm_name_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	return attr_show(vgpu, vgpu->vm_name, buf);
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
	ret = vgpu_vfio_lock_closed(vgpu);
	if (!ret) {
		attr_replace(vgpu, vgpu->vm_name, sizeof(vgpu->vm_name), text);
		mutex_unlock(&vgpu->lifecycle);
	}
	kfree(text);
	return ret ? ret : count;
}

static ssize_t pinned_pages_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct vgpu_vfio *vgpu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n", vgpu_dma_pinned(&vgpu->dma));
}

static bool attr_name_valid(const char *name)
{
	size_t length = strlen(name);

	return length && length < ATTR_NAME_SIZE && !strchr(name, '/') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

void vgpu_attr_init(struct device_attribute *attr, const char *name,
		    umode_t mode)
{
	sysfs_attr_init(&attr->attr);
	attr->attr.name = name;
	attr->attr.mode = mode;
}

int vgpu_attrs_init(struct vgpu_attrs *attrs, const struct vgpu_rm_ops *ops,
		    struct pci_dev *gpu)
{
	struct vgpu_attr_names names = {
		.size = sizeof(names),
		.group = "vgpu",
		.params = "params",
	};

	if (ops->get_attr_names)
		ops->get_attr_names(gpu, &names);
	if (!attr_name_valid(names.group) || !attr_name_valid(names.params))
		return -EINVAL;
	vgpu_attr_init(&attrs->params, names.params, 0644);
	attrs->params.show = params_show;
	attrs->params.store = params_store;
	vgpu_attr_init(&attrs->vm_name, "vm_name", 0644);
	attrs->vm_name.show = vm_name_show;
	attrs->vm_name.store = vm_name_store;
	vgpu_attr_init(&attrs->pinned_pages, "pinned_pages", 0444);
	attrs->pinned_pages.show = pinned_pages_show;
	attrs->list[0] = &attrs->params.attr;
	attrs->list[1] = &attrs->vm_name.attr;
	attrs->list[2] = &attrs->pinned_pages.attr;
	attrs->group.name = names.group;
	attrs->group.attrs = attrs->list;
	return 0;
}
