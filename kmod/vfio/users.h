/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has vGPUs open, and how they are made to let go when their GPU leaves.
 */
#ifndef VGPU_VFIO_USERS_H
#define VGPU_VFIO_USERS_H

#include <linux/sched.h>
#include <linux/types.h>

struct vgpu_gpu;
struct vgpu_vfio;

#define VGPU_USER_SIZE	(TASK_COMM_LEN + 32)	/* "1234 (name)" and its NUL */

/**
 * vgpu_users_add() - the current process opens a vGPU
 * @vgpu: the vGPU, not open; its lifecycle lock is held
 *
 * Return: 0, to be undone by vgpu_users_del(); -ENODEV once its GPU leaves, or the
 * function that it is on.
 */
int vgpu_users_add(struct vgpu_vfio *vgpu);
void vgpu_users_del(struct vgpu_vfio *vgpu);

/**
 * vgpu_users_name() - who has a vGPU open, for a message
 * @vgpu: the vGPU; nothing of ours is held
 * @buf: VGPU_USER_SIZE bytes: process id and name, or "" if it is closed
 */
void vgpu_users_name(struct vgpu_vfio *vgpu, char *buf);

/**
 * vgpu_users_drain() - makes all users of a GPU that leaves let go, for good
 * @gpu: the GPU, or a function; nothing of ours is held
 *
 * From now on nobody opens a vGPU of it or of its functions. Raises REQ and waits
 * remove_timeout; then treats the GPU as lost, kills the processes that opened the vGPUs, and
 * waits as long again. Returns at once when nothing is open. A vGPU whose
 * descriptor others have as well can still be open in the end: it is named.
 */
void vgpu_users_drain(struct vgpu_gpu *gpu);

#endif /* VGPU_VFIO_USERS_H */
