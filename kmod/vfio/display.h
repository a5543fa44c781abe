/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The console region: from its start the pixels that the guest shows.
 */
#ifndef VGPU_VFIO_DISPLAY_H
#define VGPU_VFIO_DISPLAY_H

#include <linux/rwsem.h>
#include <linux/types.h>

#include "dmabuf.h"
#include "edid.h"

struct page;
struct vfio_device_gfx_plane_info;
struct vgpu_vfio;

/**
 * enum vgpu_display_source - what the console shows
 * @VGPU_DISPLAY_BLANK: nothing: zeros
 * @VGPU_DISPLAY_ALIAS: pages of a BAR, from a page's start
 * @VGPU_DISPLAY_COPY: pixels that begin inside a page, or of a format that VMMs can't
 *	show, copied at each query
 */
enum vgpu_display_source {
	VGPU_DISPLAY_BLANK,
	VGPU_DISPLAY_ALIAS,
	VGPU_DISPLAY_COPY,
};

/**
 * struct vgpu_display - the console while the vGPU is open
 * @lock: held for reading over a fault or a read, for writing to change the
 *	rest but @dmabuf; mappings are zapped and pixels converted under it
 * @source: what is shown
 * @bar: whose backing it is, for VGPU_DISPLAY_ALIAS
 * @offset: first byte in that BAR, page aligned
 * @blank: a page of zeros, for want of another; there from the first mapping on
 * @dmabuf: VMMs get planes as dma-bufs, as the RM said last; no lock
 * @dmabufs: planes that can be had as dma-bufs
 * @edid: the EDID region; takes nothing of the above
 */
struct vgpu_display {
	struct rw_semaphore lock;
	enum vgpu_display_source source;
	unsigned int bar;
	u64 offset;
	struct page *blank;
	bool dmabuf;
	struct vgpu_dmabufs dmabufs;
	struct vgpu_edid edid;
};

/* From create to delete. */
void vgpu_display_init(struct vgpu_display *display);

/**
 * vgpu_display_open() - give the vGPU its console region
 * @vgpu: the vGPU, its other regions loaded and mappings open
 *
 * There is none without display_plane() or without memory behind a BAR. Pairs with
 * vgpu_display_close().
 */
void vgpu_display_open(struct vgpu_vfio *vgpu);
void vgpu_display_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_display_prepare_map() - the console is going to be mapped
 * @vgpu: the vGPU, open
 *
 * Return: 0 or -ENOMEM.
 */
int vgpu_display_prepare_map(struct vgpu_vfio *vgpu);

/**
 * vgpu_display_query() - VFIO_DEVICE_QUERY_GFX_PLANE
 * @vgpu: the vGPU, open
 * @info: flags in, the rest out; size 0 while nothing is shown
 *
 * The console follows what the guest shows at this call. Sleeps.
 */
int vgpu_display_query(struct vgpu_vfio *vgpu,
		       struct vfio_device_gfx_plane_info *info);

/**
 * vgpu_display_dmabuf() - VFIO_DEVICE_GET_GFX_DMABUF
 * @vgpu: the vGPU, open
 * @id: the number of a plane, as vgpu_display_query() told it
 *
 * Return: a new file descriptor, or -EINVAL for a plane that is not among the last,
 * -errno.
 */
int vgpu_display_dmabuf(struct vgpu_vfio *vgpu, u32 id);

/**
 * vgpu_display_page() - the page to map at a place in the console
 * @vgpu: the vGPU, open; the display's lock is held
 * @offset: bytes from the start of the console, page aligned
 *
 * Return: a page with a reference for the caller; never an error, since a fault
 * that fails would kill the VMM: a blank page then.
 */
struct page *vgpu_display_page(struct vgpu_vfio *vgpu, u64 offset);

/**
 * vgpu_display_read() - read the console
 * @vgpu: the vGPU, open
 * @offset: bytes from the start, inside the region with @count
 * @buf: room in kernel memory
 * @count: bytes
 *
 * Return: 0 or -errno.
 */
int vgpu_display_read(struct vgpu_vfio *vgpu, u64 offset, void *buf,
		      size_t count);

#endif /* VGPU_VFIO_DISPLAY_H */
