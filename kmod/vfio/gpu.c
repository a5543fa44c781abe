// SPDX-License-Identifier: GPL-2.0-only
/*
 * GPUs: from a resource manager's probe() to its remove(), their types, their
 * loss, and the count of their vGPUs.
 */
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "gpu.h"
#include "users.h"
#include "vf.h"
#include "vgpu.h"

static LIST_HEAD(gpus);			/* under gpus_lock */
/* Innermost but for eventfds; interrupts off: device_lost() has any context. */
static DEFINE_SPINLOCK(gpus_lock);

static void gpu_free(struct kref *ref)
{
	struct vgpu_gpu *gpu = container_of(ref, struct vgpu_gpu, ref);

	if (gpu->top != gpu)
		kref_put(&gpu->top->ref, gpu_free);	/* of gpu_top() */
	pci_dev_put(gpu->pdev);
	kfree(gpu);
}

static void gpu_put(struct vgpu_gpu *gpu)
{
	kref_put(&gpu->ref, gpu_free);
}

static struct vgpu_gpu *gpu_find_locked(struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu;

	lockdep_assert_held(&gpus_lock);
	list_for_each_entry(gpu, &gpus, node)
		if (gpu->pdev == pdev)
			return gpu;
	return NULL;
}

/* The GPU, to be given back by gpu_put(); NULL if it is not known. */
static struct vgpu_gpu *gpu_get(struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu;
	unsigned long flags;

	spin_lock_irqsave(&gpus_lock, flags);
	gpu = gpu_find_locked(pdev);
	if (gpu)
		kref_get(&gpu->ref);
	spin_unlock_irqrestore(&gpus_lock, flags);
	return gpu;
}

static int gpu_link(struct vgpu_gpu *gpu)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&gpus_lock, flags);
	/* A function that comes when its GPU is lost is lost as well. */
	gpu->lost = gpu->top->lost;
	if (gpu_find_locked(gpu->pdev))
		ret = -EEXIST;
	else
		list_add_tail(&gpu->node, &gpus);
	spin_unlock_irqrestore(&gpus_lock, flags);
	return ret;
}

static void gpu_unlink(struct vgpu_gpu *gpu)
{
	unsigned long flags;

	spin_lock_irqsave(&gpus_lock, flags);
	list_del(&gpu->node);
	spin_unlock_irqrestore(&gpus_lock, flags);
}

/* A profile becomes the name of a folder in sysfs. */
static bool gpu_profile_valid(const char *profile)
{
	size_t i, len = strnlen(profile, VGPU_PROFILE_SIZE);

	for (i = 0; i < len; i++)
		if (!isalnum(profile[i]) && !strchr("._-", profile[i]))
			return false;
	return len && len < VGPU_PROFILE_SIZE;
}

static bool gpu_type_valid(const struct vgpu_gpu *gpu, unsigned int index)
{
	const struct vgpu_type *type = &gpu->types[index];
	unsigned int i;

	if (!gpu_profile_valid(type->profile))
		return false;
	for (i = 0; i < index; i++)
		if (gpu->types[i].id == type->id ||
		    !strcmp(gpu->types[i].profile, type->profile))
			return false;
	return true;
}

static int gpu_load_types(struct vgpu_gpu *gpu)
{
	unsigned int i;
	int ret;

	gpu->type_count = VGPU_MAX_TYPES;
	ret = gpu->manager->ops.get_types(gpu->pdev, gpu->types,
					  &gpu->type_count);
	if (ret)
		return vgpu_rm_result(ret);
	if (!gpu->type_count)
		return -ENODEV;
	if (gpu->type_count > VGPU_MAX_TYPES)
		return -EINVAL;
	for (i = 0; i < gpu->type_count; i++) {
		if (gpu_type_valid(gpu, i))
			continue;
		pci_err(gpu->pdev, "back end \"%s\": type %u has a bad or second name or number\n",
			gpu->manager->rm->name, gpu->types[i].id);
		return -EINVAL;
	}
	return 0;
}

/*
 * While a vGPU exists, the module whose driver made the host bridge must not go:
 * its removal would wait for our users under PCI's rescan lock. The driver stays
 * bound as long as a GPU below it has one.
 */
static struct module *gpu_host_owner(struct pci_dev *pdev)
{
	struct device *host = pci_find_host_bridge(pdev->bus)->dev.parent;

	return host && host->driver ? host->driver->owner : NULL;
}

/* A function's GPU, if the RM has announced it; else @gpu. */
static struct vgpu_gpu *gpu_top(struct vgpu_gpu *gpu)
{
	struct vgpu_gpu *top = NULL;

	if (gpu->pdev->is_virtfn)
		top = gpu_get(pci_physfn(gpu->pdev));
	return top ? top : gpu;
}

static struct vgpu_gpu *gpu_alloc(const struct vgpu_manager *manager,
				  struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);

	if (!gpu)
		return NULL;
	kref_init(&gpu->ref);
	gpu->manager = manager;
	gpu->pdev = pci_dev_get(pdev);
	gpu->top = gpu_top(gpu);
	gpu->host = gpu_host_owner(pdev);
	INIT_LIST_HEAD(&gpu->vgpus);
	INIT_LIST_HEAD(&gpu->refused);
	mutex_init(&gpu->transport_lock);
	mutex_init(&gpu->users_lock);
	init_waitqueue_head(&gpu->let_go);
	mutex_init(&gpu->lock);
	return gpu;
}

static int gpu_register_locked(struct vgpu_gpu *gpu)
{
	struct vgpu_mdev *mdev;
	struct vgpu_vf *vf;
	int ret;

	lockdep_assert_held(&gpu->transport_lock);
	ret = gpu_load_types(gpu);
	if (ret)
		return ret;
	if (gpu->pdev->is_virtfn) {
		vf = vgpu_vf_register(gpu);
		if (IS_ERR(vf))
			return PTR_ERR(vf);
		gpu->vf = vf;
		return 0;
	}
	mdev = vgpu_mdev_register(gpu);
	if (IS_ERR(mdev))
		return PTR_ERR(mdev);
	gpu->mdev = mdev;
	return 0;
}

static void gpu_unregister_locked(struct vgpu_gpu *gpu)
{
	lockdep_assert_held(&gpu->transport_lock);
	if (gpu->mdev)
		vgpu_mdev_unregister(gpu->mdev);
	if (gpu->vf)
		vgpu_vf_unregister(gpu->vf);
	gpu->mdev = NULL;
	gpu->vf = NULL;
}

/* Pairs with gpu_withdraw_locked(). */
static int gpu_announce_locked(struct vgpu_gpu *gpu)
{
	struct kobject *kobj = &gpu->pdev->dev.kobj;
	int ret;

	ret = vgpu_attrs_init(&gpu->attrs, &gpu->manager->ops, gpu->pdev);
	if (ret)
		return ret;
	ret = sysfs_create_group(kobj, &vgpu_stats_gpu_group);
	if (ret)
		return ret;
	ret = gpu_register_locked(gpu);
	if (ret)
		sysfs_remove_group(kobj, &vgpu_stats_gpu_group);
	return ret;
}

static void gpu_withdraw_locked(struct vgpu_gpu *gpu)
{
	gpu_unregister_locked(gpu);
	sysfs_remove_group(&gpu->pdev->dev.kobj, &vgpu_stats_gpu_group);
}

/* A callback of the contract; see struct vgpu_vfio_ops. */
int vgpu_gpu_probe(const struct vgpu_rm *rm, struct pci_dev *pdev)
{
	const struct vgpu_manager *manager = vgpu_manager_find(rm);
	struct vgpu_gpu *gpu;
	int ret;

	if (!manager)
		return -EINVAL;
	gpu = gpu_alloc(manager, pdev);
	if (!gpu)
		return -ENOMEM;
	mutex_lock(&gpu->transport_lock);
	ret = gpu_link(gpu);
	if (!ret) {
		ret = gpu_announce_locked(gpu);
		if (ret)
			gpu_unlink(gpu);
	}
	mutex_unlock(&gpu->transport_lock);
	if (ret)
		gpu_put(gpu);
	return ret;
}

/* Keeps vGPUs from being made, from now on; returns how many there are. */
static unsigned int gpu_close(struct vgpu_gpu *gpu, bool only_empty)
{
	unsigned int count;

	mutex_lock(&gpu->lock);
	count = gpu->vgpu_count;
	if (!only_empty || !count)
		gpu->closed = true;
	mutex_unlock(&gpu->lock);
	return count;
}

static void gpu_open(struct vgpu_gpu *gpu)
{
	mutex_lock(&gpu->lock);
	gpu->closed = false;
	mutex_unlock(&gpu->lock);
}

/* A callback of the contract; unregistering deletes what users have let go. */
void vgpu_gpu_remove(struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu = gpu_get(pdev);

	if (!gpu)
		return;
	gpu_close(gpu, false);
	/* A card that was pulled out: the PCI core knew it first. */
	if (pci_channel_offline(pdev))
		vgpu_gpu_lost(pdev);
	vgpu_users_drain(gpu);
	mutex_lock(&gpu->transport_lock);
	gpu->removed = true;
	gpu_withdraw_locked(gpu);
	vgpu_vfio_retry_delete(gpu);
	if (!list_empty(&gpu->refused))
		pci_err(pdev, "back end \"%s\" still refuses to delete vGPUs: what they have is lost, and its module can't be unloaded\n",
			gpu->manager->rm->name);
	gpu_unlink(gpu);
	mutex_unlock(&gpu->transport_lock);
	gpu_put(gpu);		/* pairs with gpu_get() */
	gpu_put(gpu);		/* pairs with gpu_alloc() in probe */
}

/* A callback of the contract; mdev fixes types when its parent registers. */
int vgpu_gpu_types_changed(struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu = gpu_get(pdev);
	int ret = -EBUSY;

	if (!gpu)
		return -ENODEV;
	mutex_lock(&gpu->transport_lock);
	if (gpu->removed) {
		/* remove() was first: nothing would unregister it again. */
		ret = -ENODEV;
	} else if (!gpu_close(gpu, true)) {
		gpu_unregister_locked(gpu);
		ret = gpu_register_locked(gpu);
		gpu_open(gpu);
	}
	mutex_unlock(&gpu->transport_lock);
	gpu_put(gpu);
	return ret;
}

static void gpu_lose_locked(struct vgpu_gpu *gpu)
{
	struct vgpu_vfio *vgpu;

	lockdep_assert_held(&gpus_lock);
	if (gpu->lost)
		return;
	gpu->lost = true;
	list_for_each_entry(vgpu, &gpu->top->vgpus, gpu_node)
		if (vgpu->gpu == gpu)
			vgpu_vfio_lost(vgpu);
}

/* A callback of the contract, from any context but NMI. Functions go with their GPU. */
void vgpu_gpu_lost(struct pci_dev *pdev)
{
	struct vgpu_gpu *gpu;
	unsigned long flags;

	spin_lock_irqsave(&gpus_lock, flags);
	list_for_each_entry(gpu, &gpus, node)
		if (gpu->pdev == pdev || pci_physfn(gpu->pdev) == pdev)
			gpu_lose_locked(gpu);
	spin_unlock_irqrestore(&gpus_lock, flags);
}

/**
 * vgpu_gpu_add() - a vGPU takes its place among its GPU's
 * @gpu: the GPU
 * @vgpu: the vGPU
 * @lost: set if the GPU is lost already; later vgpu_vfio_lost() is called
 */
void vgpu_gpu_add(struct vgpu_gpu *gpu, struct vgpu_vfio *vgpu, bool *lost)
{
	unsigned long flags;

	mutex_lock(&gpu->top->users_lock);
	spin_lock_irqsave(&gpus_lock, flags);
	list_add_tail(&vgpu->gpu_node, &gpu->top->vgpus);
	*lost = gpu->lost;
	spin_unlock_irqrestore(&gpus_lock, flags);
	mutex_unlock(&gpu->top->users_lock);
}

/**
 * vgpu_gpu_del() - undoes vgpu_gpu_add()
 * @gpu: the GPU
 * @vgpu: the vGPU
 */
void vgpu_gpu_del(struct vgpu_gpu *gpu, struct vgpu_vfio *vgpu)
{
	unsigned long flags;

	mutex_lock(&gpu->top->users_lock);
	vgpu_stats_sum(&gpu->gone, &vgpu->counters);
	if (gpu->top != gpu)
		vgpu_stats_sum(&gpu->top->gone, &vgpu->counters);
	spin_lock_irqsave(&gpus_lock, flags);
	list_del(&vgpu->gpu_node);
	spin_unlock_irqrestore(&gpus_lock, flags);
	mutex_unlock(&gpu->top->users_lock);
}

/**
 * vgpu_gpu_stats() - what a GPU's vGPUs, its functions' too, were used for since it came
 * @pdev: the GPU
 * @totals: nothing; filled, but for a GPU that has just gone
 */
void vgpu_gpu_stats(struct pci_dev *pdev, struct vgpu_totals *totals)
{
	struct vgpu_gpu *gpu = gpu_get(pdev);
	struct vgpu_vfio *vgpu;

	if (!gpu)
		return;
	mutex_lock(&gpu->top->users_lock);
	*totals = gpu->gone;
	list_for_each_entry(vgpu, &gpu->top->vgpus, gpu_node)
		if (vgpu_gpu_has(gpu, vgpu->gpu))
			vgpu_stats_sum(totals, &vgpu->counters);
	mutex_unlock(&gpu->top->users_lock);
	gpu_put(gpu);		/* pairs with gpu_get() */
}

static bool gpu_hold_modules(const struct vgpu_gpu *gpu)
{
	if (!try_module_get(gpu->manager->rm->owner))
		return false;
	if (try_module_get(gpu->host))
		return true;
	module_put(gpu->manager->rm->owner);
	return false;
}

static void gpu_release_modules(const struct vgpu_gpu *gpu)
{
	module_put(gpu->host);
	module_put(gpu->manager->rm->owner);
}

/**
 * vgpu_gpu_create() - the RM's vgpu_create(), with its module and the host's held
 * @gpu: the GPU
 * @info: what to create
 * @identity: what the RM fills
 * @handle: the RM's handle
 *
 * Return: 0, to be undone by vgpu_gpu_delete(); -ENODEV while the GPU leaves or
 * a module below it is unloaded; or what the RM returns.
 */
int vgpu_gpu_create(struct vgpu_gpu *gpu, const struct vgpu_create_info *info,
		    struct vgpu_identity *identity, void **handle)
{
	int ret;

	if (!gpu_hold_modules(gpu))
		return -ENODEV;
	mutex_lock(&gpu->lock);
	ret = gpu->closed || READ_ONCE(gpu->top->leaving) ? -ENODEV :
	      gpu->manager->ops.vgpu_create(info, identity, handle);
	ret = vgpu_rm_result(ret);
	if (!ret)
		gpu->vgpu_count++;
	mutex_unlock(&gpu->lock);
	if (ret)
		gpu_release_modules(gpu);
	return ret;
}

/**
 * vgpu_gpu_delete() - undoes vgpu_gpu_create()
 * @gpu: the GPU
 * @handle: the RM's handle
 *
 * Return: 0, or what the RM returns: the vGPU and the hold on the modules stay.
 */
int vgpu_gpu_delete(struct vgpu_gpu *gpu, void *handle)
{
	int ret;

	mutex_lock(&gpu->lock);
	ret = vgpu_rm_result(gpu->manager->ops.vgpu_delete(handle));
	if (!ret)
		gpu->vgpu_count--;
	mutex_unlock(&gpu->lock);
	if (!ret)
		gpu_release_modules(gpu);
	return ret;
}
