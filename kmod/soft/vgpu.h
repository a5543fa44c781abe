/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One vGPU: a bochs display with its video memory. Most functions here are the
 * contract's operations, whose texts are in vgpu-rm.h; their @vgpu is a struct
 * soft_vgpu.
 */
#ifndef SOFT_VGPU_H
#define SOFT_VGPU_H

#include "vgpu-rm.h"

struct soft_fault;
struct soft_gpu;
struct soft_vgpu;

/**
 * soft_vgpu_new() - make a vGPU, stopped and with default parameters
 * @info: what the front end asks for
 *
 * Takes video memory of the GPU's capacity. Pairs with soft_vgpu_free(). Sleeps.
 *
 * Return: the vGPU or ERR_PTR: -EINVAL for a type the GPU lacks, -ENOSPC without
 * room, -ENOMEM.
 */
struct soft_vgpu *soft_vgpu_new(const struct vgpu_create_info *info);

/**
 * soft_vgpu_free() - undo soft_vgpu_new() of a stopped vGPU
 * @vgpu: the vGPU
 *
 * Sleeps.
 */
void soft_vgpu_free(struct soft_vgpu *vgpu);

/**
 * soft_vgpu_placement() - where in the GPU's framebuffer its share begins
 * @vgpu: the vGPU
 *
 * Return: MiB.
 */
int soft_vgpu_placement(const struct soft_vgpu *vgpu);

/**
 * soft_vgpu_place() - move its share
 * @vgpu: the vGPU
 * @wanted: MiB, or SOFT_ANY_PLACEMENT for where it is
 *
 * Return: 0; -EBUSY while it is open; -EINVAL for a place that it can't have or
 * another has, with a line in the log.
 */
int soft_vgpu_place(struct soft_vgpu *vgpu, int wanted);

/**
 * soft_vgpu_is_open() - has somebody opened it?
 * @vgpu: the vGPU
 */
bool soft_vgpu_is_open(const struct soft_vgpu *vgpu);

/**
 * soft_gpu_report_error() - raise VFIO's error interrupt
 * @gpu: a GPU
 * @fault: for the vGPUs of it that it means
 *
 * Return: how many VMMs were told.
 */
unsigned int soft_gpu_report_error(struct soft_gpu *gpu,
				   const struct soft_fault *fault);

/**
 * soft_vgpu_identify() - the PCI function that every vGPU shows
 * @identity: what to fill; its size is the front end's
 */
void soft_vgpu_identify(struct vgpu_identity *identity);

int soft_vgpu_start(void *vgpu, struct vgpu_start_request *request,
		    const struct vgpu_start_info *info);
void soft_vgpu_stop(void *vgpu);
int soft_vgpu_update(void *vgpu, enum vgpu_state state, const char *params);
int soft_vgpu_reset(void *vgpu);

int soft_vgpu_bar_info(void *vgpu, unsigned int bar, struct vgpu_bar_info *info);
int soft_vgpu_sparse_mmap(void *vgpu, unsigned int bar,
			  struct vgpu_area *areas, unsigned int *count);
int soft_vgpu_backing(void *vgpu, unsigned int region,
		      struct vgpu_backing *backing);
int soft_vgpu_access(void *vgpu, unsigned int region, u64 offset, void *buf,
		     size_t count, bool write);

int soft_vgpu_plane(void *vgpu, struct vgpu_plane *plane);
int soft_vgpu_edid(void *vgpu, u8 *buf, size_t *size);
int soft_vgpu_set_edid(void *vgpu, const u8 *edid, size_t size);
int soft_vgpu_stats(void *vgpu, struct vgpu_stats *stats);

#endif /* SOFT_VGPU_H */
