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

/*
 * Bytes of the next step: of the backing many, of what traps one access, and of
 * MSI-X's table and pending bits no more than there are.
 */
static size_t region_step(const struct vgpu_vfio *vgpu, unsigned int index,
			  u64 offset, size_t count)
{
	const struct vgpu_region *region = &vgpu->regions[index];

	if (region->msix)
		vgpu_msix_claims(&vgpu->identity, index, offset, &count);
	if (index >= VFIO_PCI_CONFIG_REGION_INDEX)
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
	if (region->msix &&
	    vgpu_msix_claims(&vgpu->identity, index, offset, &count)) {
		vgpu_vector_rw(vgpu, offset, buf, count, write);
		return 0;
	}
	if (offset < region->backing.size)
		return vgpu_backing_rw(region->backing.file,
				       region->backing.offset + offset,
				       buf, count, write);
	if (index == VGPU_REGION_ROM || !vgpu->ops->region_access)
		return -EIO;
	return vgpu->ops->region_access(vgpu->handle, index, offset, buf,
					count, write);
}

static int region_other_rw(struct vgpu_vfio *vgpu, unsigned int index,
			   u64 offset, void *buf, size_t count, bool write)
{
	if (index == VGPU_REGION_CONSOLE)
		return write ? -EIO :
		       vgpu_display_read(vgpu, offset, buf, count);
	if (vgpu_vfio_is_lost(vgpu))
		return -EIO;
	vgpu_vfio_config_rw(vgpu, offset, buf, count, write);
	return 0;
}

/*
 * One step, in kernel memory. As on a bus, what can't be read is ones and what can't
 * be written is dropped; the EDID's protocol alone knows errors.
 */
static int region_step_rw(struct vgpu_vfio *vgpu, unsigned int index,
			  u64 offset, void *buf, size_t count, bool write)
{
	int ret;

	if (index == VGPU_REGION_EDID)
		return vgpu_edid_rw(vgpu, offset, buf, count, write);
	if (index <= VGPU_REGION_ROM)
		ret = region_bar_rw(vgpu, index, offset, buf, count, write);
	else
		ret = region_other_rw(vgpu, index, offset, buf, count, write);
	if (unlikely(ret) && !write)
		memset(buf, 0xff, count);
	return ret == -EFAULT ? ret : 0;
}

/* A naturally aligned access of a processor, as nearly all are. */
union region_word {
	u8 u8;
	u16 u16;
	u32 u32;
	u64 u64;
};

static bool region_is_word(u64 offset, size_t count)
{
	return count <= sizeof(union region_word) && is_power_of_2(count) &&
	       !(offset & (count - 1));
}

static int region_get_word(union region_word *word, const void __user *from,
			   size_t count)
{
	switch (count) {
	case 1:
		return get_user(word->u8, (const u8 __user *)from);
	case 2:
		return get_user(word->u16, (const u16 __user *)from);
	case 4:
		return get_user(word->u32, (const u32 __user *)from);
	default:
		return get_user(word->u64, (const u64 __user *)from);
	}
}

static int region_put_word(const union region_word *word, void __user *to,
			   size_t count)
{
	switch (count) {
	case 1:
		return put_user(word->u8, (u8 __user *)to);
	case 2:
		return put_user(word->u16, (u16 __user *)to);
	case 4:
		return put_user(word->u32, (u32 __user *)to);
	default:
		return put_user(word->u64, (u64 __user *)to);
	}
}

/* The whole of a read or write in one step, with no copy on the way. */
static __always_inline ssize_t
region_word_rw(struct vgpu_vfio *vgpu, unsigned int index, u64 offset,
	       char __user *user, size_t count, bool write)
{
	union region_word word;
	int ret;

	if (write && region_get_word(&word, user, count))
		return -EFAULT;
	ret = region_step_rw(vgpu, index, offset, &word, count, write);
	if (!ret && !write)
		ret = region_put_word(&word, user, count);
	return ret ? ret : count;
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

static ssize_t region_steps_rw(struct vgpu_vfio *vgpu, unsigned int index,
			       u64 offset, char __user *user, size_t count,
			       bool write)
{
	size_t done = 0;

	while (done < count) {
		size_t n = region_step(vgpu, index, offset + done,
				       count - done);
		int ret = region_user_step(vgpu, index, offset + done,
					   user + done, n, write);

		if (ret)
			return done ? done : ret;
		done += n;
		if (done < count && fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

static __always_inline ssize_t
region_rw(struct vfio_device *vdev, char __user *buf, size_t count,
	  loff_t *ppos, bool write)
{
	struct vgpu_vfio *vgpu = container_of(vdev, struct vgpu_vfio, vdev);
	u64 offset = *ppos & VGPU_REGION_MASK;
	const struct vgpu_region *region;
	unsigned int index;
	ssize_t done;

	if (!vgpu_region_index(vgpu, (u64)*ppos >> VGPU_REGION_SHIFT, &index))
		return -EINVAL;
	region = &vgpu->regions[index];
	if (offset >= region->size)
		return -EINVAL;
	count = min_t(u64, count, region->size - offset);
	if (likely(region_is_word(offset, count)))
		done = region_word_rw(vgpu, index, offset, buf, count, write);
	else
		done = region_steps_rw(vgpu, index, offset, buf, count, write);
	if (done > 0)
		*ppos += done;
	return done;
}

ssize_t vgpu_region_read(struct vfio_device *vdev, char __user *buf,
			 size_t count, loff_t *ppos)
{
	return region_rw(vdev, buf, count, ppos, false);
}

ssize_t vgpu_region_write(struct vfio_device *vdev, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	return region_rw(vdev, (char __user *)buf, count, ppos, true);
}
