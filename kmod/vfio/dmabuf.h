/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest shows as dma-bufs, for VMMs that hand planes to a GPU's driver.
 */
#ifndef VGPU_VFIO_DMABUF_H
#define VGPU_VFIO_DMABUF_H

#include <linux/types.h>

#include "vgpu-rm.h"

struct vgpu_vfio;

#define VGPU_DMABUF_PLANES	8	/* a guest flips between two or three */

/**
 * struct vgpu_dmabufs - the planes shown last, by the numbers that VMMs know them by
 * @last: number of the newest; each is used once, from 1
 * @plane: the newest, at its number modulo their count
 */
struct vgpu_dmabufs {
	u32 last;
	struct vgpu_plane plane[VGPU_DMABUF_PLANES];
};

/**
 * vgpu_dmabuf_id() - the number of a plane, a new one if it is not among the last
 * @dmabufs: the planes; the caller serialises
 * @plane: whole pages of a BAR's backing, checked
 */
u32 vgpu_dmabuf_id(struct vgpu_dmabufs *dmabufs,
		   const struct vgpu_plane *plane);

/**
 * vgpu_dmabuf_find() - a plane by its number
 * @dmabufs: the planes; the caller serialises
 * @id: any number
 * @plane: filled with it
 *
 * Return: false if there is none, or none any more.
 */
bool vgpu_dmabuf_find(const struct vgpu_dmabufs *dmabufs, u32 id,
		      struct vgpu_plane *plane);

/**
 * vgpu_dmabuf_forget() - nothing is shown: no plane has a number any more
 * @dmabufs: the planes; the caller serialises
 */
void vgpu_dmabuf_forget(struct vgpu_dmabufs *dmabufs);

/**
 * vgpu_dmabuf_export() - a new dma-buf of a plane
 * @vgpu: the vGPU, open
 * @plane: whole pages of a BAR's backing, checked
 *
 * The buffer holds the plane's pages, allocated if they are not there, and outlives the
 * vGPU: once that has stopped they are not its memory any more. They are counted as
 * locked memory of the current process. Sleeps.
 *
 * Return: a file descriptor of the current process; -ENOMEM, also past its
 * RLIMIT_MEMLOCK; -EINTR if it is killed; -EMFILE.
 */
int vgpu_dmabuf_export(struct vgpu_vfio *vgpu, const struct vgpu_plane *plane);

#endif /* VGPU_VFIO_DMABUF_H */
