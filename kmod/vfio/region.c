// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions of a vGPU's VFIO device: what they are, and reading and writing them.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "backing.h"
#include "gpu.h"
#include "vgpu.h"

#define REGION_CHUNK	64	/* bytes copied at once */
#define REGION_MIN_ROM	2048	/* what a ROM BAR can say at least */

unsigned int vgpu_region_count(const struct vgpu_vfio *vgpu)
{
	return vgpu->regions[VGPU_REGION_CONSOLE].size ?
	       VGPU_REGION_COUNT : VFIO_PCI_NUM_REGIONS;
}

bool vgpu_region_index(const struct vgpu_vfio *vgpu, u64 number,
		       unsigned int *index)
{
	unsigned int count = vgpu_region_count(vgpu);

	if (number >= count)
		return false;
	*index = array_index_nospec(number, count);
	return true;
}

/* One area of the RM: aligned, behind the last, inside region and backing. */
static bool region_area_valid(const struct vgpu_region *region,
			      const struct vgpu_area *area, u64 last_end)
{
	u64 end = min(region->size, region->backing.size);

	return area->size && PAGE_ALIGNED(area->offset) &&
	       PAGE_ALIGNED(area->size) && area->offset >= last_end &&
	       area->offset < end && area->size <= end - area->offset;
}

static int region_load_areas(struct vgpu_vfio *vgpu, unsigned int bar)
{
	struct vgpu_region *region = &vgpu->regions[bar];
	unsigned int i, count = VGPU_MAX_AREAS;
	u64 last_end = 0;
	int ret;

	ret = vgpu->ops->get_sparse_mmap(vgpu->handle, bar, region->areas,
					 &count);
	if (ret)
		return ret;
	if (count > VGPU_MAX_AREAS)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (region->io ||
		    !region_area_valid(region, &region->areas[i], last_end))
			return -EINVAL;
		last_end = region->areas[i].offset + region->areas[i].size;
	}
	region->area_count = count;
	if (count)
		region->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return 0;
}

/* Memory behind a BAR or the ROM; that there is none is no error. */
static int region_load_backing(struct vgpu_vfio *vgpu, unsigned int index)
{
	struct vgpu_backing backing = {};

	if (!vgpu->ops->region_backing ||
	    vgpu->ops->region_backing(vgpu->handle, index, &backing) ||
	    !backing.file || !backing.size)
		return 0;
	if (!PAGE_ALIGNED(backing.offset) || !PAGE_ALIGNED(backing.size) ||
	    backing.size > VGPU_REGION_MASK ||
	    backing.offset > MAX_LFS_FILESIZE - backing.size)
		return -EINVAL;
	vgpu->regions[index].backing = backing;
	get_file(backing.file);		/* pairs with vgpu_region_close() */
	return 0;
}

static int region_load_bar(struct vgpu_vfio *vgpu, unsigned int bar,
			   const struct vgpu_bar_info *info)
{
	struct vgpu_region *region = &vgpu->regions[bar];
	int ret;

	if (!info->size)
		return 0;
	region->size = info->size;
	region->io = info->flags & VGPU_BAR_IO;
	region->flags = VFIO_REGION_INFO_FLAG_READ |
			VFIO_REGION_INFO_FLAG_WRITE;
	ret = region_load_backing(vgpu, bar);
	if (!ret)
		ret = region_load_areas(vgpu, bar);
	return ret;
}

static int region_load_bars(struct vgpu_vfio *vgpu, struct vgpu_bar_info *bars)
{
	int i, ret;

	for (i = 0; i < VGPU_MAX_BARS; i++) {
		ret = vgpu->ops->vgpu_bar_info(vgpu->handle, i, &bars[i]);
		if (ret)
			goto fail;
	}
	ret = -EINVAL;
	i = vgpu_config_check_bars(bars);
	if (i >= 0)
		goto fail;
	for (i = 0; i < VGPU_MAX_BARS; i++) {
		ret = region_load_bar(vgpu, i, &bars[i]);
		if (ret)
			goto fail;
	}
	return 0;

fail:
	dev_err_ratelimited(vgpu->vdev.dev,
			    "back end \"%s\": BAR %d can't be shown: %pe\n",
			    vgpu->gpu->manager->rm->name, i, ERR_PTR(ret));
	return ret;
}

static int region_load_rom(struct vgpu_vfio *vgpu)
{
	struct vgpu_region *rom = &vgpu->regions[VFIO_PCI_ROM_REGION_INDEX];
	int ret = region_load_backing(vgpu, VGPU_REGION_ROM);

	if (ret || !rom->backing.file)
		return ret;
	rom->size = max_t(u64, roundup_pow_of_two(rom->backing.size),
			  REGION_MIN_ROM);
	rom->flags = VFIO_REGION_INFO_FLAG_READ;
	return 0;
}

int vgpu_region_open(struct vgpu_vfio *vgpu)
{
	struct vgpu_bar_info bars[VGPU_MAX_BARS] = {};
	struct vgpu_region *config;
	int ret;

	BUILD_BUG_ON(VGPU_REGION_ROM != VFIO_PCI_ROM_REGION_INDEX);
	memset(vgpu->regions, 0, sizeof(vgpu->regions));
	ret = region_load_bars(vgpu, bars);
	if (!ret)
		ret = region_load_rom(vgpu);
	if (ret) {
		vgpu_region_close(vgpu);
		return ret;
	}
	config = &vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX];
	config->size = VGPU_CONFIG_SIZE;
	config->flags = VFIO_REGION_INFO_FLAG_READ |
			VFIO_REGION_INFO_FLAG_WRITE;
	vgpu_config_init(&vgpu->config, &vgpu->identity, bars,
			 vgpu->regions[VFIO_PCI_ROM_REGION_INDEX].size);
	return 0;
}

void vgpu_region_close(struct vgpu_vfio *vgpu)
{
	unsigned int i;

	for (i = 0; i < VGPU_REGION_COUNT; i++)
		if (vgpu->regions[i].backing.file)
			fput(vgpu->regions[i].backing.file);
	memset(vgpu->regions, 0, sizeof(vgpu->regions));
}

/* A region that maps whole needs no capability. */
static int region_add_sparse(const struct vgpu_region *region,
			     struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	size_t size = struct_size(sparse, areas, region->area_count);
	unsigned int i;
	int ret;

	if (!region->area_count ||
	    vgpu_region_mappable(region, 0, region->size))
		return 0;
	sparse = kzalloc(size, GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	sparse->nr_areas = region->area_count;
	for (i = 0; i < region->area_count; i++) {
		sparse->areas[i].offset = region->areas[i].offset;
		sparse->areas[i].size = region->areas[i].size;
	}
	ret = vfio_info_add_capability(caps, &sparse->header, size);
	kfree(sparse);
	return ret;
}

int vgpu_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		     struct vfio_info_cap *caps)
{
	struct vgpu_vfio *vgpu = container_of(vdev, struct vgpu_vfio, vdev);
	const struct vgpu_region *region;
	unsigned int index;

	if (!vgpu_region_index(vgpu, info->index, &index))
		return -EINVAL;
	region = &vgpu->regions[index];
	info->flags = region->flags;
	info->size = region->size;
	info->offset = (u64)index << VGPU_REGION_SHIFT;
	info->cap_offset = 0;
	return region_add_sparse(region, caps);
}

bool vgpu_region_mappable(const struct vgpu_region *region, u64 offset,
			  u64 size)
{
	unsigned int i;

	for (i = 0; size && i < region->area_count; i++) {
		const struct vgpu_area *area = &region->areas[i];
		u64 n;

		/* Areas ascend: one that begins behind @offset leaves a gap. */
		if (offset < area->offset)
			return false;
		if (offset - area->offset >= area->size)
			continue;
		n = min(size, area->size - (offset - area->offset));
		offset += n;
		size -= n;
	}
	return !size;
}

/* BARs answer only while COMMAND lets them; the ROM is read before that. */
static bool region_enabled(struct vgpu_vfio *vgpu, unsigned int index)
{
	if (vgpu_vfio_is_lost(vgpu))
		return false;
	if (index >= VGPU_MAX_BARS)
		return true;
	if (vgpu->regions[index].io)
		return READ_ONCE(vgpu->mapping.io_enabled);
	return READ_ONCE(vgpu->mapping.memory_enabled);
}

/* The largest access that is aligned at @offset and no longer than @count. */
static size_t region_access_size(u64 offset, size_t count)
{
	size_t size = 8;

	while (size > count || offset & (size - 1))
		size /= 2;
	return size;
}

/* Bytes of the next step: of the backing many, of what traps one access. */
static size_t region_step(const struct vgpu_region *region, unsigned int index,
			  u64 offset, size_t count)
{
	if (index == VGPU_REGION_CONSOLE ||
	    index == VFIO_PCI_CONFIG_REGION_INDEX)
		return min_t(size_t, count, REGION_CHUNK);
	if (offset < region->backing.size)
		return min3((u64)count, (u64)REGION_CHUNK,
			    region->backing.size - offset);
	return region_access_size(offset, count);
}

static int region_bar_rw(struct vgpu_vfio *vgpu, unsigned int index, u64 offset,
			 void *buf, size_t count, bool write)
{
	const struct vgpu_region *region = &vgpu->regions[index];

	if (!region_enabled(vgpu, index))
		return -EIO;
	if (write && !(region->flags & VFIO_REGION_INFO_FLAG_WRITE))
		return -EIO;
	if (offset < region->backing.size)
		return vgpu_backing_rw(region->backing.file,
				       region->backing.offset + offset,
				       buf, count, write);
	if (index == VGPU_REGION_ROM || !vgpu->ops->region_access)
		return -EIO;
	return vgpu->ops->region_access(vgpu->handle, index, offset, buf,
					count, write);
}

/* One step, in kernel memory: what can't be read is ones, what can't be written is dropped. */
static int region_step_rw(struct vgpu_vfio *vgpu, unsigned int index,
			  u64 offset, void *buf, size_t count, bool write)
{
	int ret = 0;

	if (index == VGPU_REGION_CONSOLE)
		ret = write ? -EIO :
		      vgpu_display_read(vgpu, offset, buf, count);
	else if (index != VFIO_PCI_CONFIG_REGION_INDEX)
		ret = region_bar_rw(vgpu, index, offset, buf, count, write);
	else if (vgpu_vfio_is_lost(vgpu))
		ret = -EIO;
	else
		vgpu_vfio_config_rw(vgpu, offset, buf, count, write);
	if (ret && !write)
		memset(buf, 0xff, count);
	return ret == -EFAULT ? ret : 0;
}

static int region_user_step(struct vgpu_vfio *vgpu, unsigned int index,
			    u64 offset, char __user *user, size_t count,
			    bool write)
{
	u8 buf[REGION_CHUNK] __aligned(8);
	int ret;

	if (write && copy_from_user(buf, user, count))
		return -EFAULT;
	ret = region_step_rw(vgpu, index, offset, buf, count, write);
	if (!ret && !write && copy_to_user(user, buf, count))
		return -EFAULT;
	return ret;
}

ssize_t vgpu_region_rw(struct vgpu_vfio *vgpu, char __user *buf, size_t count,
		       loff_t *ppos, bool write)
{
	u64 offset = *ppos & VGPU_REGION_MASK;
	const struct vgpu_region *region;
	unsigned int index;
	size_t done = 0;

	if (!vgpu_region_index(vgpu, (u64)*ppos >> VGPU_REGION_SHIFT, &index))
		return -EINVAL;
	region = &vgpu->regions[index];
	if (offset >= region->size)
		return -EINVAL;
	count = min_t(u64, count, region->size - offset);
	while (done < count) {
		size_t n = region_step(region, index, offset + done,
				       count - done);
		int ret = region_user_step(vgpu, index, offset + done,
					   buf + done, n, write);

		if (ret)
			return done ? done : ret;
		done += n;
		if (done < count && fatal_signal_pending(current))
			break;
		cond_resched();
	}
	*ppos += done;
	return done;
}
