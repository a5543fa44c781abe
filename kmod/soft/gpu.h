/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GPU that the software resource manager drives: its types and its memory.
 */
#ifndef SOFT_GPU_H
#define SOFT_GPU_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

#include "capacity.h"
#include "fault.h"
#include "personality.h"
#include "types.h"

/**
 * struct soft_gpu - a GPU
 * @pdev: its PCI device, whose driver data points back here; bound as long as
 *	this lives
 * @personality: its make
 * @types_lock: one at a time changes @types; held over types_changed()
 * @types: its types; constant while it has vGPUs
 * @next_types: those that soft_gpu_adopt_types() will put in their place, or NULL;
 *	under @types_lock, by whoever holds it
 * @lock: guards what follows; held over nothing that sleeps
 * @capacity: its video memory
 * @made: how many vGPUs there are of each type, in the order of @types
 * @vgpus: its vGPUs, its functions' too
 * @late: its functions that were kept from their driver
 * @vfs_on: its virtual functions have its types, and it has none; changed under
 *	@types_lock
 * @vfs_leaving: its functions are being turned off: none comes, and nobody may open
 *	their vGPUs
 * @fault_lock: guards @faults; innermost, held over nothing that sleeps
 * @faults: what is to fail
 * @rom: the expansion ROM of its vGPUs; its file is NULL for none
 */
struct soft_gpu {
	struct pci_dev *pdev;
	const struct soft_personality *personality;
	struct mutex types_lock;
	struct soft_types *types;
	struct soft_types *next_types;
	struct mutex lock;
	struct soft_capacity capacity;
	unsigned int made[VGPU_MAX_TYPES];
	struct list_head vgpus;
	struct list_head late;
	bool vfs_on;
	bool vfs_leaving;
	spinlock_t fault_lock;
	struct soft_faults faults;
	struct vgpu_backing rom;
};

/*
 * The GPU, also of a virtual function. Valid between the contract's probe and the
 * return of its remove.
 */
static inline struct soft_gpu *soft_gpu_of(struct pci_dev *pdev)
{
	return pci_get_drvdata(pci_physfn(pdev));
}

/**
 * soft_gpu_find_type() - a type by its number
 * @gpu: the GPU
 * @id: the number
 *
 * Return: the type, or NULL.
 */
static inline const struct soft_type *
soft_gpu_find_type(const struct soft_gpu *gpu, u32 id)
{
	return soft_types_find(gpu->types, id);
}

/**
 * soft_gpu_create() - a GPU with the types built in
 * @pdev: its PCI device
 * @personality: its make
 * @total_mib: its video memory, in MiB; at least SOFT_LEAST_MIB
 * @mixed: whether it begins in mixed-size mode
 *
 * Sleeps.
 *
 * Return: the GPU, to be given to soft_gpu_destroy(), or NULL without memory.
 */
struct soft_gpu *soft_gpu_create(struct pci_dev *pdev,
				 const struct soft_personality *personality,
				 u32 total_mib, bool mixed);

/**
 * soft_gpu_destroy() - undoes soft_gpu_create(); the GPU has no vGPU
 * @gpu: the GPU
 */
void soft_gpu_destroy(struct soft_gpu *gpu);

/**
 * soft_gpu_set_types() - give the GPU other types
 * @gpu: the GPU; @gpu->types_lock is held
 * @types: the types; taken over, whatever comes of it. None is possible
 *
 * The front end asks for them meanwhile and tells udev. Sleeps.
 *
 * Return: 0; -EBUSY while it has vGPUs or virtual functions, -ENODEV while it goes,
 * and the types stay.
 */
int soft_gpu_set_types(struct soft_gpu *gpu, struct soft_types *types);

/**
 * soft_gpu_adopt_types() - the moment at which types may change
 * @gpu: the GPU; no vGPU is there or can come, and nobody reads its types
 *
 * For get_types(), which the front end calls at such moments only.
 */
void soft_gpu_adopt_types(struct soft_gpu *gpu);

/**
 * soft_gpu_set_mixed() - choose between mixed-size and equal-size mode
 * @gpu: the GPU
 * @mixed: true for mixed-size mode
 *
 * Return: 0, or -EBUSY while it has vGPUs.
 */
int soft_gpu_set_mixed(struct soft_gpu *gpu, bool mixed);

/**
 * soft_gpu_max_instance() - vGPUs of a type on the GPU while it is empty
 * @gpu: the GPU
 * @type: one of its types
 */
unsigned int soft_gpu_max_instance(const struct soft_gpu *gpu,
				   const struct soft_type *type);

/**
 * soft_gpu_instances() - vGPUs of a type that can be made now
 * @gpu: the GPU
 * @type: one of its types
 */
unsigned int soft_gpu_instances(struct soft_gpu *gpu,
				const struct soft_type *type);

/**
 * soft_gpu_reserve() - take a vGPU's share of the GPU
 * @gpu: the GPU
 * @type: one of its types
 *
 * Pairs with soft_gpu_release().
 *
 * Return: its placement, or -ENOSPC.
 */
int soft_gpu_reserve(struct soft_gpu *gpu, const struct soft_type *type);

/**
 * soft_gpu_release() - give a vGPU's share back
 * @gpu: the GPU
 * @type: the vGPU's type
 * @placement: the vGPU's placement
 */
void soft_gpu_release(struct soft_gpu *gpu, const struct soft_type *type,
		      int placement);

/**
 * soft_gpu_move() - another placement for a vGPU's share
 * @gpu: the GPU
 * @type: the vGPU's type
 * @placement: the vGPU's placement
 * @wanted: the placement it shall have
 *
 * Return: @wanted; or -EINVAL, -EBUSY as soft_capacity_reserve(), and it stays
 * where it was.
 */
int soft_gpu_move(struct soft_gpu *gpu, const struct soft_type *type,
		  int placement, int wanted);

/**
 * soft_vf_number() - which of its GPU's virtual functions, as in sysfs' virtfnN
 * @vf: the function, or NULL
 *
 * Return: its number, or SOFT_NO_VF.
 */
static inline int soft_vf_number(struct pci_dev *vf)
{
	return vf ? pci_iov_vf_id(vf) : SOFT_NO_VF;
}

/**
 * soft_gpu_fails() - shall this fail now?
 * @gpu: the GPU
 * @op: what is about to be done
 * @uuid: the vGPU, or null for a function that has none
 * @vf: the function that it is on, or NULL
 * @fault: filled if it shall
 *
 * Return: whether it shall.
 */
bool soft_gpu_fails(struct soft_gpu *gpu, enum soft_fault_op op,
		    const uuid_t *uuid, struct pci_dev *vf,
		    struct soft_fault *fault);

#endif /* SOFT_GPU_H */
