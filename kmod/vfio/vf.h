/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transport of a virtual function: one vGPU, which is the function itself as a VFIO
 * device, and files in sysfs to make and remove it.
 */
#ifndef VGPU_VFIO_VF_H
#define VGPU_VFIO_VF_H

struct vgpu_gpu;
struct vgpu_vf;

/**
 * vgpu_vf_register() - files for making a vGPU on a virtual function
 * @gpu: the virtual function, as a GPU of the front end
 *
 * Return: the transport, to be given to vgpu_vf_unregister(), or ERR_PTR.
 */
struct vgpu_vf *vgpu_vf_register(struct vgpu_gpu *gpu);

/**
 * vgpu_vf_unregister() - undoes vgpu_vf_register()
 * @vf: the transport
 *
 * Removes its vGPU after its user has let go.
 */
void vgpu_vf_unregister(struct vgpu_vf *vf);

#endif /* VGPU_VFIO_VF_H */
