/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Regions of a vGPU's VFIO device: what they are (region.c), and reading and writing
 * them (access.c).
 */
#ifndef VGPU_VFIO_REGION_H
#define VGPU_VFIO_REGION_H

#include <linux/types.h>
#include <linux/vfio.h>

#include "vgpu-rm.h"

struct vgpu_vfio;

/*
 * VFIO's nine of PCI, then the console, there if the RM has a display, then the EDID,
 * there if the RM takes a monitor.
 */
#define VGPU_REGION_CONSOLE	VFIO_PCI_NUM_REGIONS
#define VGPU_REGION_EDID	(VFIO_PCI_NUM_REGIONS + 1)
#define VGPU_REGION_COUNT	(VFIO_PCI_NUM_REGIONS + 2)

/* A region's place in the device's file, as vfio-pci has it. */
#define VGPU_REGION_SHIFT	40
#define VGPU_REGION_MASK	((1ULL << VGPU_REGION_SHIFT) - 1)

/**
 * struct vgpu_region - one region while the vGPU is open
 * @size: bytes; 0 if it is absent
 * @flags: VFIO_REGION_INFO_FLAG_*
 * @io: I/O ports, not memory
 * @msix: MSI-X's table or pending bits are in it
 * @trap_start: first byte that is the RM's to answer and nobody else's
 * @trap_end: the one behind the last; not above @trap_start for none
 * @backing: memory behind it; its file is referenced, or NULL
 * @area_count: areas in @areas
 * @areas: what of it can be mapped; NULL for nothing
 */
struct vgpu_region {
	u64 size;
	u32 flags;
	bool io;
	bool msix;
	u64 trap_start;
	u64 trap_end;
	struct vgpu_backing backing;
	unsigned int area_count;
	struct vgpu_area *areas;
};

/**
 * vgpu_region_open() - ask the started RM for its regions
 * @vgpu: the vGPU; its config space is initialised too
 *
 * Under the lifecycle lock; sleeps.
 *
 * Return: 0, to be undone by vgpu_region_close(), or -errno, logged.
 */
int vgpu_region_open(struct vgpu_vfio *vgpu);
void vgpu_region_close(struct vgpu_vfio *vgpu);

/**
 * vgpu_region_count() - regions of the device, for VFIO_DEVICE_GET_INFO
 * @vgpu: the vGPU, open
 */
unsigned int vgpu_region_count(const struct vgpu_vfio *vgpu);

/**
 * vgpu_region_index() - a region's number as user space gave it
 * @vgpu: the vGPU, open
 * @number: any number
 * @index: the region, also where the processor guesses
 *
 * Return: false if there is no such region.
 */
bool vgpu_region_index(const struct vgpu_vfio *vgpu, u64 number,
		       unsigned int *index);

/**
 * vgpu_region_info() - VFIO_DEVICE_GET_REGION_INFO
 * @vdev: the device, open
 * @info: @info->index in, the rest out
 * @caps: capabilities, to be freed by the caller also after an error
 */
int vgpu_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		     struct vfio_info_cap *caps);

/**
 * vgpu_region_read() - VFIO's read operation
 * @vdev: the device, open
 * @buf: user memory
 * @count: bytes
 * @ppos: place in the device's file, moved on
 *
 * Return: bytes done, at least one, or -errno.
 */
ssize_t vgpu_region_read(struct vfio_device *vdev, char __user *buf,
			 size_t count, loff_t *ppos);

/* VFIO's write operation, likewise. */
ssize_t vgpu_region_write(struct vfio_device *vdev, const char __user *buf,
			  size_t count, loff_t *ppos);

/* True if all of [@offset, @offset + @size) of @region may be mapped. */
bool vgpu_region_mappable(const struct vgpu_region *region, u64 offset,
			  u64 size);

#endif /* VGPU_VFIO_REGION_H */
