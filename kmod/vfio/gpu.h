/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPUs that resource managers announced, and those managers: what a transport
 * needs to make vGPUs.
 */
#ifndef VGPU_VFIO_GPU_H
#define VGPU_VFIO_GPU_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "vgpu-rm.h"

struct vgpu_mdev;

/**
 * struct vgpu_manager - a registered RM
 * @node: in the registry
 * @rm: as it introduced itself
 * @ops: its operations; those past its own size are NULL
 */
struct vgpu_manager {
	struct list_head node;
	const struct vgpu_rm *rm;
	struct vgpu_rm_ops ops;
};

/**
 * struct vgpu_gpu - a GPU between probe and remove
 * @ref: held by the list and by who looks it up
 * @manager: its RM; registered at least as long as the GPU is
 * @pdev: the GPU, referenced
 * @node: in the list of GPUs, under its spinlock
 * @vgpus: its vGPUs, under the same spinlock
 * @lost: fell off its bus; written under the same spinlock
 * @transport_lock: serialises registering and unregistering @mdev; outermost
 * @removed: remove() was called; under @transport_lock
 * @mdev: the mdev transport, or NULL
 * @lock: guards @closed and @vgpu_count; held over vgpu_create, vgpu_delete
 * @closed: no vGPU may be made now
 * @vgpu_count: vGPUs that exist
 * @type_count: types in @types
 * @types: what the RM offered when the transport was registered
 */
struct vgpu_gpu {
	struct kref ref;
	const struct vgpu_manager *manager;
	struct pci_dev *pdev;
	struct list_head node;
	struct list_head vgpus;
	bool lost;

	struct mutex transport_lock;
	bool removed;
	struct vgpu_mdev *mdev;

	struct mutex lock;
	bool closed;
	unsigned int vgpu_count;

	unsigned int type_count;
	struct vgpu_type types[VGPU_MAX_TYPES];
};

/* gpu.c: callbacks of the contract, and a vGPU's place among its GPU's. */
int vgpu_gpu_probe(const struct vgpu_rm *rm, struct pci_dev *pdev);
void vgpu_gpu_remove(struct pci_dev *pdev);
void vgpu_gpu_lost(struct pci_dev *pdev);
int vgpu_gpu_types_changed(struct pci_dev *pdev);
void vgpu_gpu_add(struct vgpu_gpu *gpu, struct list_head *vgpu, bool *lost);
void vgpu_gpu_del(struct list_head *vgpu);
int vgpu_gpu_create(struct vgpu_gpu *gpu, const struct vgpu_create_info *info,
		    struct vgpu_identity *identity, void **handle);
int vgpu_gpu_delete(struct vgpu_gpu *gpu, void *handle);

/* rm.c */
const struct vgpu_manager *vgpu_manager_find(const struct vgpu_rm *rm);

/* mdev.c: the mdev transport of one GPU, and its driver for all. */
struct vgpu_mdev *vgpu_mdev_register(struct vgpu_gpu *gpu);
void vgpu_mdev_unregister(struct vgpu_mdev *mdev);
int vgpu_mdev_init(void);
void vgpu_mdev_exit(void);

#endif /* VGPU_VFIO_GPU_H */
