/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start requests: a vGPU's start as its resource manager may answer it later.
 */
#ifndef VGPU_VFIO_START_H
#define VGPU_VFIO_START_H

struct vgpu_start_request;
struct vgpu_vfio;

/**
 * vgpu_start() - start a vGPU and wait for the answer
 * @vgpu: the vGPU; its lifecycle lock is held
 *
 * The wait can be killed and is bounded by start_timeout; after one that ends
 * early the RM is told to stop.
 *
 * Return: 0, to be undone by vgpu_stop(), or -errno, logged.
 */
int vgpu_start(struct vgpu_vfio *vgpu);
void vgpu_stop(struct vgpu_vfio *vgpu);

/* A callback of the contract; see struct vgpu_vfio_ops. */
void vgpu_start_done(struct vgpu_start_request *request, int status);

#endif /* VGPU_VFIO_START_H */
