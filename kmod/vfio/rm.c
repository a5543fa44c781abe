// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of resource managers and the handshake with them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stddef.h>

#include "dma.h"
#include "gpu.h"
#include "irq.h"
#include "start.h"

static LIST_HEAD(managers);		/* under managers_lock */
static DEFINE_MUTEX(managers_lock);	/* taken with nothing of ours held */

static const struct vgpu_version rm_version = {
	.major = VGPU_RM_VERSION_MAJOR,
	.minor = VGPU_RM_VERSION_MINOR,
};

static const struct vgpu_vfio_ops rm_callbacks = {
	.version = {
		.major = VGPU_RM_VERSION_MAJOR,
		.minor = VGPU_RM_VERSION_MINOR,
	},
	.size = sizeof(struct vgpu_vfio_ops),
	.probe = vgpu_gpu_probe,
	.remove = vgpu_gpu_remove,
	.inject_interrupt = vgpu_vector_inject,
	.set_intx = vgpu_irq_set_intx,
	.start_done = vgpu_start_done,
	.device_lost = vgpu_gpu_lost,
	.types_changed = vgpu_gpu_types_changed,
	.dma_rw = vgpu_dma_rw,
	.pin_pages = vgpu_dma_pin,
	.unpin_pages = vgpu_dma_unpin,
	.report_error = vgpu_irq_report_error,
};

#define RM_REQUIRED(op) { offsetof(struct vgpu_rm_ops, op), #op }

static const struct {
	size_t offset;
	const char *name;
} rm_required[] = {
	RM_REQUIRED(vgpu_create),
	RM_REQUIRED(vgpu_delete),
	RM_REQUIRED(vgpu_bar_info),
	RM_REQUIRED(vgpu_start),
	RM_REQUIRED(get_types),
	RM_REQUIRED(get_name),
	RM_REQUIRED(get_description),
	RM_REQUIRED(get_instances),
	RM_REQUIRED(get_sparse_mmap),
	RM_REQUIRED(update_request),
};

static int rm_check_required(const struct vgpu_rm *rm,
			     const struct vgpu_rm_ops *ops)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rm_required); i++) {
		void *op;

		/* Operations are all pointers to functions, of one size. */
		memcpy(&op, (const char *)ops + rm_required[i].offset,
		       sizeof(op));
		if (op)
			continue;
		pr_err("back end \"%s\" lacks the required operation %s\n",
		       rm->name, rm_required[i].name);
		return -EINVAL;
	}
	return 0;
}

static int rm_get_ops(const struct vgpu_rm *rm, struct vgpu_rm_ops *ops)
{
	int ret;

	memset(ops, 0, sizeof(*ops));
	ops->version = rm_version;
	ops->size = sizeof(*ops);
	ret = rm->get_ops(ops);
	if (ops->version.major != rm_version.major) {
		pr_err("back end \"%s\" has version %u.%u of the contract, this front end has %u.%u: install both from one release\n",
		       rm->name, ops->version.major, ops->version.minor,
		       rm_version.major, rm_version.minor);
		return -EPROTO;
	}
	if (ret) {
		pr_err("back end \"%s\" gives no operations: %pe\n", rm->name,
		       ERR_PTR(ret));
		return ret;
	}
	return rm_check_required(rm, ops);
}

static struct vgpu_manager *rm_find(const struct vgpu_rm *rm)
{
	struct vgpu_manager *manager;

	list_for_each_entry(manager, &managers, node)
		if (manager->rm == rm)
			return manager;
	return NULL;
}

/**
 * vgpu_manager_find() - the registered RM of that introduction
 * @rm: the introduction
 *
 * Return: the manager, valid until the RM unregisters, or NULL.
 */
const struct vgpu_manager *vgpu_manager_find(const struct vgpu_rm *rm)
{
	const struct vgpu_manager *manager;

	mutex_lock(&managers_lock);
	manager = rm_find(rm);
	mutex_unlock(&managers_lock);
	return manager;
}

static int rm_add(struct vgpu_manager *manager)
{
	int ret = 0;

	mutex_lock(&managers_lock);
	if (rm_find(manager->rm))
		ret = -EEXIST;
	else
		list_add_tail(&manager->node, &managers);
	mutex_unlock(&managers_lock);
	return ret;
}

static void rm_del(struct vgpu_manager *manager)
{
	mutex_lock(&managers_lock);
	list_del(&manager->node);
	mutex_unlock(&managers_lock);
}

/* kernel-doc is in vgpu-rm.h */
int vgpu_vfio_register_rm(const struct vgpu_rm *rm)
{
	struct vgpu_manager *manager;
	int ret;

	manager = kzalloc(sizeof(*manager), GFP_KERNEL);
	if (!manager)
		return -ENOMEM;
	manager->rm = rm;
	ret = rm_get_ops(rm, &manager->ops);
	if (ret)
		goto free;
	/* In the registry first: set_ops() may call probe() at once. */
	ret = rm_add(manager);
	if (ret)
		goto free;
	ret = rm->set_ops(&rm_callbacks);
	if (ret)
		goto del;
	pr_info("back end \"%s\" registered, contract %u.%u\n", rm->name,
		manager->ops.version.major, manager->ops.version.minor);
	return 0;

del:
	rm_del(manager);
free:
	kfree(manager);
	return ret;
}
EXPORT_SYMBOL(vgpu_vfio_register_rm);

void vgpu_vfio_unregister_rm(const struct vgpu_rm *rm)
{
	struct vgpu_manager *manager;

	mutex_lock(&managers_lock);
	manager = rm_find(rm);
	if (manager)
		list_del(&manager->node);
	mutex_unlock(&managers_lock);
	kfree(manager);
}
EXPORT_SYMBOL(vgpu_vfio_unregister_rm);
