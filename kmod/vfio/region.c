// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions of a vGPU's VFIO device: what they are.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "backing.h"
#include "gpu.h"
#include "vgpu.h"

#define REGION_ROM_MIN	2048	/* what a ROM BAR can say, PCI 3.0, 6.2.5.2 */
#define REGION_ROM_MAX	(16 << 20)

unsigned int vgpu_region_count(const struct vgpu_vfio *vgpu)
{
	unsigned int count = VGPU_REGION_COUNT;

	while (count > VFIO_PCI_NUM_REGIONS && !vgpu->regions[count - 1].size)
		count--;
	return count;
}

bool vgpu_region_index(const struct vgpu_vfio *vgpu, u64 number,
		       unsigned int *index)
{
	if (number >= VGPU_REGION_COUNT)
		return false;
	*index = array_index_nospec(number, VGPU_REGION_COUNT);
	return *index < VFIO_PCI_NUM_REGIONS ||
	       *index < vgpu_region_count(vgpu);
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

static int region_check_areas(const struct vgpu_vfio *vgpu, unsigned int bar,
			      const struct vgpu_area *areas, unsigned int count)
{
	const struct vgpu_region *region = &vgpu->regions[bar];
	u64 last_end = 0;
	unsigned int i;

	if (count > VGPU_MAX_AREAS || (count && region->io))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		if (!region_area_valid(region, &areas[i], last_end) ||
		    vgpu_msix_touches(&vgpu->identity, bar, &areas[i]))
			return -EINVAL;
		last_end = areas[i].offset + areas[i].size;
	}
	return 0;
}

static int region_load_areas(struct vgpu_vfio *vgpu, unsigned int bar)
{
	struct vgpu_region *region = &vgpu->regions[bar];
	struct vgpu_area areas[VGPU_MAX_AREAS];
	unsigned int count = VGPU_MAX_AREAS;
	int ret;

	ret = vgpu->ops->get_sparse_mmap(vgpu->handle, bar, areas, &count);
	if (!ret)
		ret = region_check_areas(vgpu, bar, areas, count);
	if (ret || !count)
		return ret;
	/* Freed by vgpu_region_close(). */
	region->areas = kmemdup(areas, count * sizeof(*areas),
				GFP_KERNEL_ACCOUNT);
	if (!region->areas)
		return -ENOMEM;
	region->area_count = count;
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
	/* A ROM is not mapped, and may be smaller than a page. */
	if (!PAGE_ALIGNED(backing.offset) ||
	    (index != VGPU_REGION_ROM && !PAGE_ALIGNED(backing.size)) ||
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
	region->msix = vgpu->identity.msix_vectors &&
		       bar == vgpu->identity.msix_bar;
	region->flags = VFIO_REGION_INFO_FLAG_READ |
			VFIO_REGION_INFO_FLAG_WRITE;
	ret = region_load_backing(vgpu, bar);
	if (!ret)
		ret = region_load_areas(vgpu, bar);
	/* Neither memory, nor MSI-X's, nor I/O ports: the RM answers alone. */
	if (!ret && vgpu->ops->region_access && !region->msix && !region->io) {
		region->trap_start = region->backing.size;
		region->trap_end = region->size;
	}
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
	i = vgpu->identity.msix_bar;
	if (!vgpu_msix_check(&vgpu->identity, bars))
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
	u64 size = rom->backing.size;

	if (!ret && !size)
		return 0;
	if (!ret && (!is_power_of_2(size) || size < REGION_ROM_MIN ||
		     size > REGION_ROM_MAX))
		ret = -EINVAL;
	if (ret) {
		dev_err_ratelimited(vgpu->vdev.dev,
				    "back end \"%s\": a ROM of %llu bytes can't be shown: %pe\n",
				    vgpu->gpu->manager->rm->name, size,
				    ERR_PTR(ret));
		return ret;
	}
	rom->size = size;
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
	vgpu_edid_open(vgpu);
	config = &vgpu->regions[VFIO_PCI_CONFIG_REGION_INDEX];
	config->flags = VFIO_REGION_INFO_FLAG_READ |
			VFIO_REGION_INFO_FLAG_WRITE;
	vgpu_config_init(&vgpu->config, &vgpu->identity, bars,
			 vgpu->regions[VFIO_PCI_ROM_REGION_INDEX].size);
	config->size = vgpu->config.size;
	return 0;
}

void vgpu_region_close(struct vgpu_vfio *vgpu)
{
	unsigned int i;

	vgpu_edid_close(vgpu);
	for (i = 0; i < VGPU_REGION_COUNT; i++) {
		if (vgpu->regions[i].backing.file)
			fput(vgpu->regions[i].backing.file);
		kfree(vgpu->regions[i].areas);
	}
	memset(vgpu->regions, 0, sizeof(vgpu->regions));
}

/*
 * A region that maps whole needs no capability. None ever has MSIX_MAPPABLE: that
 * says that the pages of MSI-X's table map as well, and here they always trap.
 */
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

/* By its type user space knows a region that PCI does not number. */
static int region_add_type(unsigned int index, const struct vgpu_region *region,
			   struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_type type = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VFIO_REGION_TYPE_GFX,
		.subtype = VFIO_REGION_SUBTYPE_GFX_EDID,
	};

	if (index != VGPU_REGION_EDID || !region->size)
		return 0;
	return vfio_info_add_capability(caps, &type.header, sizeof(type));
}

int vgpu_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
		     struct vfio_info_cap *caps)
{
	struct vgpu_vfio *vgpu = container_of(vdev, struct vgpu_vfio, vdev);
	const struct vgpu_region *region;
	unsigned int index;
	int ret;

	if (!vgpu_region_index(vgpu, info->index, &index))
		return -EINVAL;
	region = &vgpu->regions[index];
	info->flags = region->flags;
	info->size = region->size;
	info->offset = (u64)index << VGPU_REGION_SHIFT;
	info->cap_offset = 0;
	ret = region_add_sparse(region, caps);
	if (!ret)
		ret = region_add_type(index, region, caps);
	return ret;
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
