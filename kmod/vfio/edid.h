/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EDID region, by which a VMM plugs in a monitor.
 */
#ifndef VGPU_VFIO_EDID_H
#define VGPU_VFIO_EDID_H

#include <linux/mutex.h>
#include <linux/types.h>

struct vgpu_edid_region;
struct vgpu_vfio;

/**
 * struct vgpu_edid - the EDID region while the vGPU is open
 * @lock: guards what is in @region; held over the RM's set_edid()
 * @region: what user space sees; NULL until its first access
 * @written: the VMM has changed it
 */
struct vgpu_edid {
	struct mutex lock;
	struct vgpu_edid_region *region;
	bool written;
};

/* From create to delete. */
void vgpu_edid_init(struct vgpu_edid *edid);

/**
 * vgpu_edid_open() - give the vGPU its EDID region
 * @vgpu: the vGPU, its RM started
 *
 * There is none without get_edid() and set_edid(). It begins with the monitor
 * that the RM has plugged in by itself. Pairs with vgpu_edid_close().
 */
void vgpu_edid_open(struct vgpu_vfio *vgpu);
void vgpu_edid_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_edid_changed() - the RM may have plugged in another monitor by itself
 * @vgpu: the vGPU, open or closed
 *
 * The region follows, unless the VMM has begun with its own. Sleeps.
 */
void vgpu_edid_changed(struct vgpu_vfio *vgpu);

/**
 * vgpu_edid_rw() - read or write the region
 * @vgpu: the vGPU, open
 * @offset: bytes from the start, inside the region with @count
 * @buf: kernel memory
 * @count: bytes
 * @write: true to write
 *
 * Reads are of any size. Registers are written one by one and whole. Sleeps.
 *
 * Return: 0; -EINVAL for a register or value that can't be written, or an EDID that
 * is none; -EBUSY for a change of the EDID while the link is up; -EIO after a loss;
 * -ENOMEM; or what the RM's set_edid() returned: the link is down then.
 */
int vgpu_edid_rw(struct vgpu_vfio *vgpu, u64 offset, void *buf, size_t count,
		 bool write);

#endif /* VGPU_VFIO_EDID_H */
