// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EDID region, by which a VMM plugs in a monitor: struct vfio_region_gfx_edid
 * and its protocol of include/uapi/linux/vfio.h, the EDID's bytes behind it.
 */
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vfio.h>

#include "edid.h"
#include "gpu.h"
#include "vgpu.h"

#define EDID_BLOCK	128	/* VESA E-EDID, 2.2: 128 bytes, the last a checksum */
#define EDID_MAX_SIZE	(8 * EDID_BLOCK)

static const u8 edid_header[] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00
};

/**
 * struct vgpu_edid_region - the region, as user space reads it
 * @regs: its registers
 * @edid: the EDID, at @regs.edid_offset
 */
struct vgpu_edid_region {
	struct vfio_region_gfx_edid regs;
	u8 edid[EDID_MAX_SIZE];
};

void vgpu_edid_init(struct vgpu_edid *edid)
{
	mutex_init(&edid->lock);
}

/* The type's largest screen, from its description; no limit if it has none. */
static void edid_load_limits(struct vgpu_vfio *vgpu,
			     struct vfio_region_gfx_edid *regs)
{
	char text[VGPU_TEXT_SIZE] = "";
	const char *at;

	if (vgpu->ops->get_description(vgpu->gpu->pdev, vgpu->type, text,
				       sizeof(text)))
		return;
	text[sizeof(text) - 1] = '\0';
	at = strstr(text, "max_resolution=");
	if (!at || sscanf(at, "max_resolution=%ux%u", &regs->max_xres,
			  &regs->max_yres) != 2) {
		regs->max_xres = 0;
		regs->max_yres = 0;
	}
}

/* The monitor that the RM has plugged in by itself; none if that is no use. */
static void edid_load(struct vgpu_vfio *vgpu, struct vgpu_edid_region *region)
{
	size_t size = sizeof(region->edid);
	int ret;

	region->regs.edid_offset = offsetof(struct vgpu_edid_region, edid);
	region->regs.edid_max_size = sizeof(region->edid);
	region->regs.link_state = VFIO_DEVICE_GFX_LINK_STATE_DOWN;
	edid_load_limits(vgpu, &region->regs);
	ret = vgpu->ops->get_edid(vgpu->handle, region->edid, &size);
	if (ret || size > sizeof(region->edid)) {
		dev_err_ratelimited(vgpu->vdev.dev,
				    "back end \"%s\" gives no EDID that could be shown (error %d, %zu bytes)\n",
				    vgpu->gpu->manager->rm->name, ret, size);
		return;
	}
	region->regs.edid_size = size;
	if (size)
		region->regs.link_state = VFIO_DEVICE_GFX_LINK_STATE_UP;
}

void vgpu_edid_open(struct vgpu_vfio *vgpu)
{
	struct vgpu_region *info = &vgpu->regions[VGPU_REGION_EDID];

	if (!vgpu->ops->get_edid || !vgpu->ops->set_edid)
		return;
	info->size = sizeof(struct vgpu_edid_region);
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
}

void vgpu_edid_close(struct vgpu_vfio *vgpu)
{
	kfree(vgpu->display.edid.region);
	vgpu->display.edid.region = NULL;
	vgpu->display.edid.written = false;
}

void vgpu_edid_changed(struct vgpu_vfio *vgpu)
{
	struct vgpu_edid *edid = &vgpu->display.edid;

	mutex_lock(&edid->lock);
	if (!edid->written) {
		kfree(edid->region);	/* loaded anew at the next access */
		edid->region = NULL;
	}
	mutex_unlock(&edid->lock);
}

/* What no monitor would say; the RM judges the rest. */
static bool edid_valid(const u8 *edid, size_t size)
{
	size_t i;
	u8 sum = 0;

	if (!size || size % EDID_BLOCK ||
	    memcmp(edid, edid_header, sizeof(edid_header)))
		return false;
	for (i = 0; i < size; i++) {
		sum += edid[i];
		if (i % EDID_BLOCK == EDID_BLOCK - 1 && sum)
			return false;
	}
	return true;
}

static int edid_set(struct vgpu_vfio *vgpu, const u8 *edid, size_t size)
{
	if (vgpu_vfio_is_lost(vgpu))
		return -EIO;
	return vgpu_rm_result(vgpu->ops->set_edid(vgpu->handle, edid, size));
}

static int edid_write_link(struct vgpu_vfio *vgpu,
			   struct vgpu_edid_region *region, u32 state)
{
	int ret;

	if (state == VFIO_DEVICE_GFX_LINK_STATE_DOWN) {
		region->regs.link_state = state;
		return edid_set(vgpu, NULL, 0);
	}
	if (state != VFIO_DEVICE_GFX_LINK_STATE_UP ||
	    !edid_valid(region->edid, region->regs.edid_size))
		return -EINVAL;
	ret = edid_set(vgpu, region->edid, region->regs.edid_size);
	if (ret)
		region->regs.link_state = VFIO_DEVICE_GFX_LINK_STATE_DOWN;
	else
		region->regs.link_state = state;
	return ret;
}

static bool edid_is_up(const struct vgpu_edid_region *region)
{
	return region->regs.link_state == VFIO_DEVICE_GFX_LINK_STATE_UP;
}

static int edid_write_register(struct vgpu_vfio *vgpu,
			       struct vgpu_edid_region *region, u64 offset,
			       u32 value)
{
	switch (offset) {
	case offsetof(struct vfio_region_gfx_edid, edid_size):
		if (value > sizeof(region->edid))
			return -EINVAL;
		if (edid_is_up(region))
			return -EBUSY;
		region->regs.edid_size = value;
		return 0;
	case offsetof(struct vfio_region_gfx_edid, link_state):
		return edid_write_link(vgpu, region, value);
	default:
		return -EINVAL;
	}
}

static int edid_write(struct vgpu_vfio *vgpu, struct vgpu_edid_region *region,
		      u64 offset, const void *buf, size_t count)
{
	u32 value;

	if (offset < sizeof(region->regs)) {
		if (count != sizeof(value))
			return -EINVAL;
		memcpy(&value, buf, sizeof(value));
		return edid_write_register(vgpu, region, offset, value);
	}
	if (edid_is_up(region))
		return -EBUSY;
	memcpy((u8 *)region + offset, buf, count);
	return 0;
}

/* At the first access: most users make none. */
static int edid_prepare(struct vgpu_vfio *vgpu)
{
	struct vgpu_edid *edid = &vgpu->display.edid;

	lockdep_assert_held(&edid->lock);
	if (edid->region)
		return 0;
	if (vgpu_vfio_is_lost(vgpu))
		return -EIO;
	edid->region = kzalloc(sizeof(*edid->region), GFP_KERNEL_ACCOUNT);
	if (!edid->region)
		return -ENOMEM;
	edid_load(vgpu, edid->region);
	return 0;
}

int vgpu_edid_rw(struct vgpu_vfio *vgpu, u64 offset, void *buf, size_t count,
		 bool write)
{
	struct vgpu_edid *edid = &vgpu->display.edid;
	int ret;

	mutex_lock(&edid->lock);
	ret = edid_prepare(vgpu);
	if (!ret && write) {
		edid->written = true;
		ret = edid_write(vgpu, edid->region, offset, buf, count);
	} else if (!ret) {
		memcpy(buf, (u8 *)edid->region + offset, count);
	}
	mutex_unlock(&edid->lock);
	return ret;
}
