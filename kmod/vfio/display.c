// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console region: from its start the pixels that the guest shows. VMMs map
 * it once and read it whenever they like, so that it has a page everywhere and
 * always, whatever the guest does to its BARs.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vfio.h>
#include <uapi/drm/drm_fourcc.h>

#include "backing.h"
#include "convert.h"
#include "vgpu.h"

#define DISPLAY_MAX_EDGE	16384	/* pixels; keeps products in 32 bits */
#define DISPLAY_STRIDE_ALIGN	4	/* pixman, under QEMU, takes no other */
#define DISPLAY_CHUNK		512	/* pixels converted at once */
#define DISPLAY_CURSOR		2	/* DRM_PLANE_TYPE_CURSOR */

void vgpu_display_init(struct vgpu_display *display)
{
	init_rwsem(&display->lock);
	vgpu_edid_init(&display->edid);
}

static struct vgpu_region *display_region(struct vgpu_vfio *vgpu)
{
	return &vgpu->regions[VGPU_REGION_CONSOLE];
}

/*
 * The console is as large as the largest memory that a plane can be in, and once more,
 * since pixels of 16 bits are shown as such of 32.
 */
static u64 display_size(const struct vgpu_vfio *vgpu)
{
	u64 size = 0;
	unsigned int i;

	for (i = 0; i < VGPU_MAX_BARS; i++)
		size = max(size, vgpu->regions[i].backing.size);
	return 2 * size;
}

void vgpu_display_open(struct vgpu_vfio *vgpu)
{
	u64 size = display_size(vgpu);

	if (!vgpu->ops->display_plane || !size)
		return;
	vgpu->display.source = VGPU_DISPLAY_BLANK;
	vgpu->display.dmabuf = false;
	memset(&vgpu->display.dmabufs, 0, sizeof(vgpu->display.dmabufs));
	display_region(vgpu)->size = size;
	display_region(vgpu)->flags = VFIO_REGION_INFO_FLAG_READ |
				      VFIO_REGION_INFO_FLAG_MMAP;
}

int vgpu_display_prepare_map(struct vgpu_vfio *vgpu)
{
	struct vgpu_display *display = &vgpu->display;
	struct page *page;

	if (READ_ONCE(display->blank))
		return 0;
	page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	if (cmpxchg(&display->blank, NULL, page))
		put_page(page);		/* another thread was first */
	return 0;
}

void vgpu_display_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_display *display = &vgpu->display;

	if (display->blank)
		put_page(display->blank);
	display->blank = NULL;
}

/* Where the console's own pages are in the file that mappings hang on. */
static u64 display_own(u64 offset)
{
	return ((u64)VGPU_REGION_CONSOLE << VGPU_REGION_SHIFT) + offset;
}

/* The file and offset that hold a byte of the console; NULL if it is blank. */
static struct file *display_locate(struct vgpu_vfio *vgpu, u64 *offset)
{
	const struct vgpu_display *display = &vgpu->display;
	const struct vgpu_backing *backing;

	switch (display->source) {
	case VGPU_DISPLAY_COPY:
		*offset = display_own(*offset);
		return vgpu->mapping.file;
	case VGPU_DISPLAY_ALIAS:
		backing = &vgpu->regions[display->bar].backing;
		if (*offset >= backing->size - display->offset)
			return NULL;
		*offset += backing->offset + display->offset;
		return backing->file;
	default:
		return NULL;
	}
}

struct page *vgpu_display_page(struct vgpu_vfio *vgpu, u64 offset)
{
	struct file *file;
	struct page *page;

	lockdep_assert_held(&vgpu->display.lock);
	file = display_locate(vgpu, &offset);
	if (file) {
		page = vgpu_backing_page(file, offset);
		if (!IS_ERR(page))
			return page;
	}
	get_page(vgpu->display.blank);
	return vgpu->display.blank;
}

static int display_read_page(struct vgpu_vfio *vgpu, u64 offset, void *buf,
			     size_t count)
{
	struct file *file = display_locate(vgpu, &offset);

	if (file)
		return vgpu_backing_rw(file, offset, buf, count, false);
	memset(buf, 0, count);
	return 0;
}

int vgpu_display_read(struct vgpu_vfio *vgpu, u64 offset, void *buf,
		      size_t count)
{
	int ret = 0;

	down_read(&vgpu->display.lock);
	/* What is blank begins at a page's start. */
	while (count && !ret) {
		size_t n = min_t(size_t, count,
				 PAGE_SIZE - offset_in_page(offset));

		ret = display_read_page(vgpu, offset, buf, n);
		offset += n;
		buf += n;
		count -= n;
	}
	up_read(&vgpu->display.lock);
	return ret;
}

/* Bytes of a pixel in the formats that VMMs know; 0 for another. */
static u32 display_pixel_size(u32 format)
{
	switch (format) {
	case DRM_FORMAT_RGB565:
		return 2;
	case DRM_FORMAT_RGB888:
		return 3;
	case DRM_FORMAT_XRGB8888:
	case DRM_FORMAT_ARGB8888:
	case DRM_FORMAT_XBGR8888:
	case DRM_FORMAT_ABGR8888:
	case DRM_FORMAT_RGBX8888:
	case DRM_FORMAT_RGBA8888:
	case DRM_FORMAT_BGRX8888:
	case DRM_FORMAT_BGRA8888:
		return 4;
	default:
		return 0;
	}
}

/* The RM took it from registers of the guest: VMMs must never meet nonsense. */
static bool display_plane_valid(const struct vgpu_vfio *vgpu,
				const struct vgpu_plane *plane)
{
	u32 pixel = display_pixel_size(plane->drm_format);
	const struct vgpu_backing *backing;
	u64 bytes = (u64)plane->stride * plane->height;

	if (!plane->width || !plane->height || !pixel ||
	    plane->bar >= VGPU_MAX_BARS)
		return false;
	if (plane->width > DISPLAY_MAX_EDGE || plane->height > DISPLAY_MAX_EDGE)
		return false;
	if (plane->stride < plane->width * pixel ||
	    plane->stride % DISPLAY_STRIDE_ALIGN || bytes > S32_MAX)
		return false;
	backing = &vgpu->regions[plane->bar].backing;
	return plane->offset < backing->size &&
	       bytes <= backing->size - plane->offset;
}

/* Drops mapped pages, and those of the console itself if they are not needed. */
static void display_switch(struct vgpu_vfio *vgpu,
			   enum vgpu_display_source source, u32 bar, u64 offset)
{
	struct vgpu_display *display = &vgpu->display;
	enum vgpu_display_source old = display->source;

	lockdep_assert_held_write(&display->lock);
	if (source == old && (source != VGPU_DISPLAY_ALIAS ||
			      (bar == display->bar && offset == display->offset)))
		return;
	display->source = source;
	display->bar = bar;
	display->offset = offset;
	vgpu_mapping_zap(vgpu, VGPU_REGION_CONSOLE);
	if (old == VGPU_DISPLAY_COPY)
		shmem_truncate_range(file_inode(vgpu->mapping.file), 0, -1);
}

static int display_copy(struct vgpu_vfio *vgpu, const struct vgpu_plane *plane)
{
	const struct vgpu_backing *backing = &vgpu->regions[plane->bar].backing;
	struct file *file = vgpu_mapping_file(vgpu);

	if (IS_ERR(file))
		return PTR_ERR(file);
	display_switch(vgpu, VGPU_DISPLAY_COPY, 0, 0);
	return vgpu_backing_copy(file, display_own(0), backing->file,
				 backing->offset + plane->offset,
				 (u64)plane->stride * plane->height);
}

/* A line of @plane from @from on to the console's own @to; @buf has room for two chunks. */
static int display_convert_line(struct vgpu_vfio *vgpu,
				const struct vgpu_plane *plane, u64 from,
				u64 to, u8 *buf)
{
	const struct vgpu_backing *backing = &vgpu->regions[plane->bar].backing;
	u32 pixel = display_pixel_size(plane->drm_format);
	u8 *made = buf + 4 * DISPLAY_CHUNK;
	u32 left, n;
	int ret = 0;

	for (left = plane->width; left && !ret; left -= n) {
		n = min_t(u32, left, DISPLAY_CHUNK);
		ret = vgpu_backing_rw(backing->file, backing->offset + from,
				      buf, n * pixel, false);
		if (ret)
			break;
		vgpu_convert(made, buf, n, plane->drm_format);
		ret = vgpu_backing_rw(vgpu->mapping.file, display_own(to), made,
				      4 * n, true);
		from += n * pixel;
		to += 4 * n;
	}
	cond_resched();
	return ret;
}

/* @plane becomes what the console shows then. */
static int display_convert(struct vgpu_vfio *vgpu, struct vgpu_plane *plane)
{
	struct file *file = vgpu_mapping_file(vgpu);
	u32 stride = 4 * plane->width;
	int ret = 0;
	u8 *buf;
	u32 y;

	if (IS_ERR(file))
		return PTR_ERR(file);
	buf = kmalloc(2 * 4 * DISPLAY_CHUNK, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	display_switch(vgpu, VGPU_DISPLAY_COPY, 0, 0);
	for (y = 0; y < plane->height && !ret; y++)
		ret = fatal_signal_pending(current) ? -EINTR :
		      display_convert_line(vgpu, plane, plane->offset +
					   (u64)y * plane->stride,
					   (u64)y * stride, buf);
	kfree(buf);
	plane->stride = stride;
	plane->drm_format = DRM_FORMAT_XRGB8888;
	return ret;
}

/* Makes the console show @plane, perhaps in another format; false if that can't be. */
static bool display_show(struct vgpu_vfio *vgpu, struct vgpu_plane *plane)
{
	struct vgpu_display *display = &vgpu->display;
	bool shown = true;

	down_write(&display->lock);
	if (!display_plane_valid(vgpu, plane)) {
		display_switch(vgpu, VGPU_DISPLAY_BLANK, 0, 0);
		shown = false;
	} else if (vgpu_convert_needed(plane->drm_format)) {
		shown = !display_convert(vgpu, plane);
	} else if (offset_in_page(plane->offset)) {
		shown = !display_copy(vgpu, plane);
	} else {
		display_switch(vgpu, VGPU_DISPLAY_ALIAS, plane->bar,
			       plane->offset);
	}
	up_write(&display->lock);
	return shown;
}

/* Gives @plane its number; false if no dma-buf can show it: that is made of whole pages. */
static bool display_number(struct vgpu_vfio *vgpu,
			   const struct vgpu_plane *plane, u32 *id)
{
	struct vgpu_display *display = &vgpu->display;
	bool shown = display_plane_valid(vgpu, plane) &&
		     !offset_in_page(plane->offset);

	down_write(&display->lock);
	if (shown)
		*id = vgpu_dmabuf_id(&display->dmabufs, plane);
	else
		vgpu_dmabuf_forget(&display->dmabufs);
	up_write(&display->lock);
	return shown;
}

int vgpu_display_dmabuf(struct vgpu_vfio *vgpu, u32 id)
{
	struct vgpu_display *display = &vgpu->display;
	struct vgpu_plane plane;
	bool found;

	down_read(&display->lock);
	found = vgpu_dmabuf_find(&display->dmabufs, id, &plane);
	up_read(&display->lock);
	return found ? vgpu_dmabuf_export(vgpu, &plane) : -EINVAL;
}

static int display_fill(struct vgpu_vfio *vgpu, struct vgpu_plane *plane,
			struct vfio_device_gfx_plane_info *info)
{
	u32 id = 0;

	/* What was shown last stays when the GPU is lost. */
	if (vgpu_vfio_is_lost(vgpu) ||
	    !(plane->dmabuf ? display_number(vgpu, plane, &id) :
			      display_show(vgpu, plane)))
		return 0;
	vgpu_stats_add(&vgpu->counters, VGPU_STAT_FRAMES, 1);
	if (plane->dmabuf)
		info->dmabuf_id = id;
	info->drm_format = plane->drm_format;
	info->width = plane->width;
	info->height = plane->height;
	info->stride = plane->stride;
	info->size = PAGE_ALIGN(plane->stride * plane->height);
	return 0;
}

/* What the RM shows, and as what; nothing, as before, if it can't be asked. */
static void display_ask(struct vgpu_vfio *vgpu, struct vgpu_plane *plane)
{
	memset(plane, 0, sizeof(*plane));
	if (!vgpu_vfio_is_lost(vgpu) &&
	    !vgpu->ops->display_plane(vgpu->handle, plane)) {
		WRITE_ONCE(vgpu->display.dmabuf, plane->dmabuf);
		return;
	}
	plane->width = 0;
	plane->dmabuf = READ_ONCE(vgpu->display.dmabuf);
}

int vgpu_display_query(struct vgpu_vfio *vgpu,
		       struct vfio_device_gfx_plane_info *info)
{
	u32 type = info->drm_plane_type;
	u32 flags = info->flags;
	struct vgpu_plane plane;
	u32 kind;

	if (!display_region(vgpu)->size || type == DISPLAY_CURSOR)
		return -EINVAL;
	display_ask(vgpu, &plane);
	kind = plane.dmabuf ? VFIO_GFX_PLANE_TYPE_DMABUF :
			      VFIO_GFX_PLANE_TYPE_REGION;
	if (flags == (VFIO_GFX_PLANE_TYPE_PROBE | kind))
		return 0;
	if (flags != kind)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	info->flags = flags;
	info->drm_plane_type = type;
	if (!plane.dmabuf)
		info->region_index = VGPU_REGION_CONSOLE;
	return display_fill(vgpu, &plane, info);
}
