/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPUs that resource managers announced, and those managers: what a transport
 * needs to make vGPUs.
 */
#ifndef VGPU_VFIO_GPU_H
#define VGPU_VFIO_GPU_H

#include <linux/err.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "attr.h"
#include "stats.h"

#include "vgpu-rm.h"

struct module;
struct vgpu_mdev;
struct vgpu_vf;

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
 * struct vgpu_gpu - a GPU, or a virtual function, between probe and remove
 * @ref: held by the list and by who looks it up
 * @manager: its RM; registered at least as long as the GPU is
 * @pdev: the GPU, referenced
 * @top: the GPU that this is a function of, referenced; itself if it is none
 * @host: module of the driver whose host bridge the GPU is on, or NULL; held
 *	for each vGPU as the RM's module is
 * @node: in the list of GPUs, under its spinlock
 * @vgpus: at @top, its vGPUs and its functions'; changed under @users_lock and the
 *	same spinlock, read under either
 * @lost: fell off its bus; written under the same spinlock
 * @transport_lock: serialises registering and unregistering the transport;
 *	outermost
 * @removed: remove() was called; under @transport_lock
 * @mdev: the mdev transport, or NULL
 * @vf: that of a virtual function, or NULL
 * @users_lock: at @top; guards @users, @leaving, @refused, @gone and &struct
 *	vgpu_vfio.opener of it and its functions
 * @users: vGPUs that are open, or being opened, its functions' too; read without
 *	the lock too
 * @leaving: none may be opened any more, its functions' neither; never reset
 * @let_go: woken when one is closed
 * @refused: what is left of vGPUs that the RM would not delete
 * @gone: what vGPUs were used for that are there no more, its functions' too
 * @lock: guards @closed and @vgpu_count; held over vgpu_create, vgpu_delete
 * @closed: no vGPU may be made now
 * @vgpu_count: vGPUs that exist
 * @attrs: the attributes of its vGPUs; constant
 * @type_count: types in @types
 * @types: what the RM offered when the transport was registered
 */
struct vgpu_gpu {
	struct kref ref;
	const struct vgpu_manager *manager;
	struct pci_dev *pdev;
	struct vgpu_gpu *top;
	struct module *host;
	struct list_head node;
	struct list_head vgpus;
	bool lost;

	struct mutex transport_lock;
	bool removed;
	struct vgpu_mdev *mdev;
	struct vgpu_vf *vf;

	struct mutex users_lock;
	unsigned int users;
	bool leaving;
	wait_queue_head_t let_go;
	struct list_head refused;
	struct vgpu_totals gone;

	struct mutex lock;
	bool closed;
	unsigned int vgpu_count;

	struct vgpu_attrs attrs;

	unsigned int type_count;
	struct vgpu_type types[VGPU_MAX_TYPES];
};

/**
 * vgpu_gpu_has() - is a vGPU one of a GPU's, or of its functions'?
 * @gpu: the GPU, or a function
 * @vgpu_gpu: the GPU or function that the vGPU is on; of the same @top
 */
static inline bool vgpu_gpu_has(const struct vgpu_gpu *gpu,
				const struct vgpu_gpu *vgpu_gpu)
{
	return gpu == gpu->top || gpu == vgpu_gpu;
}

/**
 * vgpu_rm_result() - what an operation of an RM returned, as 0 or -errno
 * @ret: what it returned
 *
 * Other numbers would be taken for a pointer or a descriptor further on.
 */
static inline int vgpu_rm_result(int ret)
{
	return ret && !IS_ERR_VALUE((long)ret) ? -EIO : ret;
}

/* gpu.c: callbacks of the contract, and a vGPU's place among its GPU's. */
int vgpu_gpu_probe(const struct vgpu_rm *rm, struct pci_dev *pdev);
void vgpu_gpu_remove(struct pci_dev *pdev);
void vgpu_gpu_lost(struct pci_dev *pdev);
int vgpu_gpu_types_changed(struct pci_dev *pdev);
void vgpu_gpu_add(struct vgpu_gpu *gpu, struct vgpu_vfio *vgpu, bool *lost);
void vgpu_gpu_del(struct vgpu_gpu *gpu, struct vgpu_vfio *vgpu);
void vgpu_gpu_stats(struct pci_dev *pdev, struct vgpu_totals *totals);
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
