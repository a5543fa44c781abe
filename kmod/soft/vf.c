// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual functions: their place in the contract, and the file that says where in
 * the GPU's framebuffer a function's vGPU is.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include "gpu.h"
#include "ops.h"
#include "vf.h"
#include "vgpu.h"

/**
 * struct soft_vf - a virtual function
 * @lock: guards @vgpu
 * @vgpu: its vGPU, or NULL
 * @placement: the attribute, beside those that the front end has made
 * @list: this
 * @group: this
 */
struct soft_vf {
	struct mutex lock;
	struct soft_vgpu *vgpu;
	struct device_attribute placement;
	struct attribute *list[2];
	struct attribute_group group;
};

/**
 * struct soft_late - a function that has no driver until later, or until somebody binds it
 * @node: in &struct soft_gpu.late
 * @pdev: the function, referenced
 * @work: binds it
 */
struct soft_late {
	struct list_head node;
	struct pci_dev *pdev;
	struct delayed_work work;
};

static struct soft_vf *soft_vf_of(struct pci_dev *pdev)
{
	return pci_get_drvdata(pdev);
}

void soft_vf_set_vgpu(struct pci_dev *pdev, struct soft_vgpu *vgpu)
{
	struct soft_vf *vf = soft_vf_of(pdev);

	mutex_lock(&vf->lock);
	vf->vgpu = vgpu;
	mutex_unlock(&vf->lock);
}

bool soft_vf_has_vgpu(struct pci_dev *pdev)
{
	return READ_ONCE(soft_vf_of(pdev)->vgpu);
}

static ssize_t placement_id_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct soft_vf *vf = container_of(attr, struct soft_vf, placement);
	int placement = 0;

	mutex_lock(&vf->lock);
	if (vf->vgpu)
		placement = soft_vgpu_placement(vf->vgpu);
	mutex_unlock(&vf->lock);
	return sysfs_emit(buf, "%d\n", placement);
}

static ssize_t placement_id_store(struct device *dev,
				  struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct soft_vf *vf = container_of(attr, struct soft_vf, placement);
	unsigned int placement;
	int err;

	err = kstrtouint(buf, 10, &placement);
	if (err)
		return err;
	if (placement > S32_MAX)
		return -EINVAL;
	mutex_lock(&vf->lock);
	err = vf->vgpu ? soft_vgpu_place(vf->vgpu, placement) : -ENODEV;
	mutex_unlock(&vf->lock);
	return err ? err : count;
}

static void soft_vf_init_attrs(struct soft_vf *vf, const char *group)
{
	sysfs_attr_init(&vf->placement.attr);
	vf->placement.attr.name = "placement_id";
	vf->placement.attr.mode = 0644;
	vf->placement.show = placement_id_show;
	vf->placement.store = placement_id_store;
	vf->list[0] = &vf->placement.attr;
	vf->group.name = group;
	vf->group.attrs = vf->list;
}

static int soft_vf_announce(struct pci_dev *pdev, struct soft_vf *vf)
{
	int err;

	/* Pairs with remove() in soft_vf_remove(). */
	err = soft_vfio->probe(&soft_rm, pdev);
	if (err)
		return err;
	err = sysfs_merge_group(&pdev->dev.kobj, &vf->group);
	if (err)
		soft_vfio->remove(pdev);
	return err;
}

static void soft_vf_late_work(struct work_struct *work)
{
	struct soft_late *late =
		container_of(work, struct soft_late, work.work);
	int ret = device_attach(&late->pdev->dev);

	if (ret < 0)
		pci_err(late->pdev, "comes late, and can't be bound: %pe\n",
			ERR_PTR(ret));
}

/* A fault keeps each function away once, until it is turned off. */
static bool soft_vf_was_put_off(struct pci_dev *pdev)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);
	struct soft_late *late;
	bool found = false;

	mutex_lock(&gpu->lock);
	list_for_each_entry(late, &gpu->late, node)
		found |= late->pdev == pdev;
	mutex_unlock(&gpu->lock);
	return found;
}

/* For good without @delay_ms. Undone by soft_vf_forget_late(). */
static int soft_vf_put_off(struct pci_dev *pdev, u32 delay_ms)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);
	struct soft_late *late = kzalloc(sizeof(*late), GFP_KERNEL);

	if (!late)
		return -ENOMEM;
	late->pdev = pci_dev_get(pdev);
	INIT_DELAYED_WORK(&late->work, soft_vf_late_work);
	mutex_lock(&gpu->lock);
	list_add(&late->node, &gpu->late);
	mutex_unlock(&gpu->lock);
	if (delay_ms)
		schedule_delayed_work(&late->work, msecs_to_jiffies(delay_ms));
	return 0;
}

/* All functions are gone, so that no more come. */
static void soft_vf_forget_late(struct soft_gpu *gpu)
{
	struct soft_late *late, *next;

	list_for_each_entry_safe(late, next, &gpu->late, node) {
		cancel_delayed_work_sync(&late->work);
		list_del(&late->node);
		pci_dev_put(late->pdev);
		kfree(late);
	}
}

/* 0 if no fault keeps the function from coming now. */
static int soft_vf_check_fault(struct pci_dev *pdev)
{
	struct soft_fault fault;
	int err;

	if (soft_vf_was_put_off(pdev) ||
	    !soft_gpu_fails(soft_gpu_of(pdev), SOFT_FAULT_FUNCTION, &uuid_null,
			    pdev, &fault))
		return 0;
	err = soft_vf_put_off(pdev, fault.delay_ms);
	if (err)
		return err;
	/* The driver core says nothing of it. */
	return fault.error ? -(int)fault.error : -ENODEV;
}

int soft_vf_probe(struct pci_dev *pdev)
{
	struct soft_vf *vf;
	int err;

	if (pci_physfn(pdev)->dev.driver != pdev->dev.driver ||
	    READ_ONCE(soft_gpu_of(pdev)->vfs_leaving))
		return -ENODEV;
	err = soft_vf_check_fault(pdev);
	if (err)
		return err;
	vf = kzalloc(sizeof(*vf), GFP_KERNEL);
	if (!vf)
		return -ENOMEM;
	mutex_init(&vf->lock);
	soft_vf_init_attrs(vf, soft_gpu_of(pdev)->personality->group);
	pci_set_drvdata(pdev, vf);
	err = soft_vf_announce(pdev, vf);
	if (!err)
		return 0;
	pci_set_drvdata(pdev, NULL);
	kfree(vf);
	return dev_err_probe(&pdev->dev, err, "can't offer a vGPU\n");
}

void soft_vf_remove(struct pci_dev *pdev)
{
	struct soft_vf *vf = soft_vf_of(pdev);

	sysfs_unmerge_group(&pdev->dev.kobj, &vf->group);
	soft_vfio->remove(pdev);
	pci_set_drvdata(pdev, NULL);
	mutex_destroy(&vf->lock);
	kfree(vf);
}

static bool soft_vf_is_open(struct soft_vf *vf)
{
	bool open;

	mutex_lock(&vf->lock);
	open = vf->vgpu && soft_vgpu_is_open(vf->vgpu);
	mutex_unlock(&vf->lock);
	return open;
}

/* Is the vGPU of any function of @gpu open? */
static bool soft_vf_any_open(struct pci_dev *gpu)
{
	struct pci_dev *pdev = NULL;
	bool open = false;

	while (!open && (pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pdev))) {
		if (!pdev->is_virtfn || pci_physfn(pdev) != gpu)
			continue;
		device_lock(&pdev->dev);
		if (pdev->dev.driver == gpu->dev.driver && soft_vf_of(pdev))
			open = soft_vf_is_open(soft_vf_of(pdev));
		device_unlock(&pdev->dev);
	}
	pci_dev_put(pdev); /* of the one that the loop ended at */
	return open;
}

/* Types are the functions' while there are some, else the GPU's. */
static int soft_vf_move_types(struct soft_gpu *gpu, bool to_functions)
{
	int err;

	mutex_lock(&gpu->types_lock);
	gpu->vfs_on = to_functions;
	err = soft_vfio->types_changed(gpu->pdev);
	/* With none of them that is what it says. */
	if (err == -ENODEV && (to_functions || !gpu->types->count))
		err = 0;
	if (err)
		gpu->vfs_on = false;
	mutex_unlock(&gpu->types_lock);
	return err;
}

static int soft_vf_turn_on(struct soft_gpu *gpu, int count)
{
	int err;

	err = soft_vf_move_types(gpu, true);
	if (err)
		return err;
	err = pci_enable_sriov(gpu->pdev, count);
	if (!err)
		return count;
	soft_vf_forget_late(gpu);
	soft_vf_move_types(gpu, false);
	return err;
}

static int soft_vf_turn_off(struct soft_gpu *gpu)
{
	int err = -EBUSY;

	WRITE_ONCE(gpu->vfs_leaving, true);
	smp_mb(); /* pairs with the one in soft_vgpu_start() */
	if (!soft_vf_any_open(gpu->pdev)) {
		soft_vf_disable(gpu->pdev);
		err = soft_vf_move_types(gpu, false);
	}
	WRITE_ONCE(gpu->vfs_leaving, false);
	return err;
}

int soft_vf_configure(struct pci_dev *pdev, int count)
{
	struct soft_gpu *gpu = soft_gpu_of(pdev);

	return count ? soft_vf_turn_on(gpu, count) : soft_vf_turn_off(gpu);
}

void soft_vf_close(struct soft_gpu *gpu)
{
	WRITE_ONCE(gpu->vfs_leaving, true);
}

void soft_vf_disable(struct pci_dev *pdev)
{
	if (pci_num_vf(pdev))
		pci_disable_sriov(pdev);
	soft_vf_forget_late(soft_gpu_of(pdev));
}
