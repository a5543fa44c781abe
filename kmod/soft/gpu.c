// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GPU: what is there for vGPUs, and how much of it is taken.
 */
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "gpu.h"
#include "ops.h"

static void soft_gpu_dealloc(struct soft_gpu *gpu)
{
	kvfree(gpu->capacity.taken);
	kfree(gpu->types);
	kfree(gpu);
}

static struct soft_gpu *soft_gpu_alloc(u32 total_mib)
{
	struct soft_gpu *gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	unsigned long *taken;

	if (!gpu)
		return NULL;
	taken = kvcalloc(BITS_TO_LONGS(total_mib), sizeof(*taken), GFP_KERNEL);
	soft_capacity_init(&gpu->capacity, total_mib, taken);
	gpu->types = kzalloc(sizeof(*gpu->types), GFP_KERNEL);
	if (taken && gpu->types)
		return gpu;
	soft_gpu_dealloc(gpu);
	return NULL;
}

struct soft_gpu *soft_gpu_create(struct pci_dev *pdev,
				 const struct soft_personality *personality,
				 u32 total_mib, bool mixed)
{
	struct soft_gpu *gpu = soft_gpu_alloc(total_mib);

	if (!gpu)
		return NULL;
	gpu->pdev = pdev;
	gpu->personality = personality;
	INIT_LIST_HEAD(&gpu->vgpus);
	INIT_LIST_HEAD(&gpu->late);
	mutex_init(&gpu->types_lock);
	mutex_init(&gpu->lock);
	spin_lock_init(&gpu->fault_lock);
	gpu->capacity.mixed = mixed;
	soft_types_init(gpu->types, personality, total_mib);
	return gpu;
}

void soft_gpu_destroy(struct soft_gpu *gpu)
{
	WARN_ON(gpu->capacity.count);
	mutex_destroy(&gpu->lock);
	mutex_destroy(&gpu->types_lock);
	soft_gpu_dealloc(gpu);
}

void soft_gpu_adopt_types(struct soft_gpu *gpu)
{
	if (!gpu->next_types)
		return;
	swap(gpu->types, gpu->next_types);
	kfree(gpu->next_types);
	gpu->next_types = NULL;
}

int soft_gpu_set_types(struct soft_gpu *gpu, struct soft_types *types)
{
	int err;

	lockdep_assert_held(&gpu->types_lock);
	if (gpu->vfs_on) {
		kfree(types);
		return -EBUSY;
	}
	gpu->next_types = types;
	err = soft_vfio->types_changed(gpu->pdev);
	if (!gpu->next_types)
		/* It has them; with none of them it can't be registered. */
		return gpu->types->count ? err : 0;
	kfree(gpu->next_types);
	gpu->next_types = NULL;
	return err;
}

int soft_gpu_set_mixed(struct soft_gpu *gpu, bool mixed)
{
	int err = 0;

	mutex_lock(&gpu->lock);
	if (gpu->capacity.count)
		err = -EBUSY;
	else
		gpu->capacity.mixed = mixed;
	mutex_unlock(&gpu->lock);
	return err;
}

static unsigned int *soft_gpu_made(struct soft_gpu *gpu,
				   const struct soft_type *type)
{
	return &gpu->made[type - gpu->types->type];
}

unsigned int soft_gpu_max_instance(const struct soft_gpu *gpu,
				   const struct soft_type *type)
{
	unsigned int max = soft_capacity_max(&gpu->capacity,
					     type->framebuffer_mib);

	return type->max_instance ? min(max, type->max_instance) : max;
}

/* How many more of a type its own limit allows, whatever memory there is. */
static unsigned int soft_gpu_allowed_locked(struct soft_gpu *gpu,
					    const struct soft_type *type)
{
	lockdep_assert_held(&gpu->lock);
	if (!type->max_instance)
		return UINT_MAX;
	return type->max_instance - *soft_gpu_made(gpu, type);
}

unsigned int soft_gpu_instances(struct soft_gpu *gpu,
				const struct soft_type *type)
{
	unsigned int instances;

	mutex_lock(&gpu->lock);
	instances = min(soft_gpu_allowed_locked(gpu, type),
			soft_capacity_instances(&gpu->capacity,
						type->framebuffer_mib));
	mutex_unlock(&gpu->lock);
	return instances;
}

int soft_gpu_reserve(struct soft_gpu *gpu, const struct soft_type *type)
{
	int placement = -ENOSPC;

	mutex_lock(&gpu->lock);
	if (soft_gpu_allowed_locked(gpu, type))
		placement = soft_capacity_reserve(&gpu->capacity,
						  type->framebuffer_mib,
						  SOFT_ANY_PLACEMENT);
	if (placement >= 0)
		(*soft_gpu_made(gpu, type))++;
	mutex_unlock(&gpu->lock);
	return placement;
}

void soft_gpu_release(struct soft_gpu *gpu, const struct soft_type *type,
		      int placement)
{
	mutex_lock(&gpu->lock);
	soft_capacity_release(&gpu->capacity, type->framebuffer_mib, placement);
	(*soft_gpu_made(gpu, type))--;
	mutex_unlock(&gpu->lock);
}

int soft_gpu_move(struct soft_gpu *gpu, const struct soft_type *type,
		  int placement, int wanted)
{
	struct soft_capacity *capacity = &gpu->capacity;
	int got;

	mutex_lock(&gpu->lock);
	soft_capacity_release(capacity, type->framebuffer_mib, placement);
	got = soft_capacity_reserve(capacity, type->framebuffer_mib, wanted);
	if (got < 0)
		soft_capacity_reserve(capacity, type->framebuffer_mib,
				      placement);
	mutex_unlock(&gpu->lock);
	return got;
}

bool soft_gpu_fails(struct soft_gpu *gpu, enum soft_fault_op op,
		    const uuid_t *uuid, struct pci_dev *vf,
		    struct soft_fault *fault)
{
	bool fails;

	spin_lock(&gpu->fault_lock);
	fails = soft_faults_take(&gpu->faults, op, uuid, soft_vf_number(vf),
				 fault);
	spin_unlock(&gpu->fault_lock);
	return fails;
}
