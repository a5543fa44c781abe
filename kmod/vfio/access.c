// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing a vGPU's regions through the device's file.
 */
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "backing.h"
#include "gpu.h"
#include "vgpu.h"

#define ACCESS_CHUNK	64	/* bytes copied at once */

/* BARs answer only while COMMAND lets them; the ROM is read before that. */
static bool access_enabled(struct vgpu_vfio *vgpu, unsigned int index)
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
static size_t access_size(u64 offset, size_t count)
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
static size_t access_step(const struct vgpu_vfio *vgpu, unsigned int index,
			  u64 offset, size_t count)
{
	const struct vgpu_region *region = &vgpu->regions[index];

	if (region->msix)
		vgpu_msix_claims(&vgpu->identity, index, offset, &count);
	if (index >= VFIO_PCI_CONFIG_REGION_INDEX)
		return min_t(size_t, count, ACCESS_CHUNK);
	if (offset < region->backing.size)
		return min3((u64)count, (u64)ACCESS_CHUNK,
			    region->backing.size - offset);
	return access_size(offset, count);
}

static int access_bar_rw(struct vgpu_vfio *vgpu, unsigned int index, u64 offset,
			 void *buf, size_t count, bool write)
{
	const struct vgpu_region *region = &vgpu->regions[index];

	if (!access_enabled(vgpu, index))
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
	vgpu_stats_add(&vgpu->counters, VGPU_STAT_ACCESSES, 1);
	return vgpu->ops->region_access(vgpu->handle, index, offset, buf,
					count, write);
}

static int access_other_rw(struct vgpu_vfio *vgpu, unsigned int index,
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
static int access_step_rw(struct vgpu_vfio *vgpu, unsigned int index,
			  u64 offset, void *buf, size_t count, bool write)
{
	int ret;

	if (index == VGPU_REGION_EDID)
		return vgpu_edid_rw(vgpu, offset, buf, count, write);
	if (index <= VGPU_REGION_ROM)
		ret = access_bar_rw(vgpu, index, offset, buf, count, write);
	else
		ret = access_other_rw(vgpu, index, offset, buf, count, write);
	if (unlikely(ret) && !write)
		memset(buf, 0xff, count);
	return ret == -EFAULT ? ret : 0;
}

/* A naturally aligned access of a processor, as nearly all are. */
union access_word {
	u8 u8;
	u16 u16;
	u32 u32;
	u64 u64;
};

static bool access_is_word(u64 offset, size_t count)
{
	return count <= sizeof(union access_word) && is_power_of_2(count) &&
	       !(offset & (count - 1));
}

static int access_get_word(union access_word *word, const void __user *from,
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

static int access_put_word(const union access_word *word, void __user *to,
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
access_word_rw(struct vgpu_vfio *vgpu, unsigned int index, u64 offset,
	       char __user *user, size_t count, bool write)
{
	union access_word word;
	int ret;

	if (write && access_get_word(&word, user, count))
		return -EFAULT;
	ret = access_step_rw(vgpu, index, offset, &word, count, write);
	if (!ret && !write)
		ret = access_put_word(&word, user, count);
	return ret ? ret : count;
}

static int access_user_step(struct vgpu_vfio *vgpu, unsigned int index,
			    u64 offset, char __user *user, size_t count,
			    bool write)
{
	u8 buf[ACCESS_CHUNK] __aligned(8);
	int ret;

	if (write && copy_from_user(buf, user, count))
		return -EFAULT;
	ret = access_step_rw(vgpu, index, offset, buf, count, write);
	if (!ret && !write && copy_to_user(user, buf, count))
		return -EFAULT;
	return ret;
}

static ssize_t access_steps_rw(struct vgpu_vfio *vgpu, unsigned int index,
			       u64 offset, char __user *user, size_t count,
			       bool write)
{
	size_t done = 0;

	while (done < count) {
		size_t n = access_step(vgpu, index, offset + done,
				       count - done);
		int ret = access_user_step(vgpu, index, offset + done,
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

static noinline ssize_t access_any(struct vgpu_vfio *vgpu, char __user *buf,
				   size_t count, loff_t *ppos, bool write)
{
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
	if (access_is_word(offset, count))
		done = access_word_rw(vgpu, index, offset, buf, count, write);
	else
		done = access_steps_rw(vgpu, index, offset, buf, count, write);
	if (done > 0)
		*ppos += done;
	return done;
}

/* Is an aligned access of 4 bytes one that the RM answers by itself, now? */
static __always_inline bool access_traps(const struct vgpu_vfio *vgpu, u64 pos,
					 unsigned int *index)
{
	u64 number = pos >> VGPU_REGION_SHIFT;
	u64 offset = pos & VGPU_REGION_MASK;
	const struct vgpu_region *region;

	if (number >= VGPU_MAX_BARS || pos & (sizeof(u32) - 1))
		return false;
	*index = array_index_nospec(number, VGPU_MAX_BARS);
	region = &vgpu->regions[*index];
	return offset >= region->trap_start && offset < region->trap_end &&
	       READ_ONCE(vgpu->mapping.memory_enabled) &&
	       !vgpu_vfio_is_lost(vgpu);
}

/* get_user() and put_user() without their call. */
static __always_inline int access_get_register(u32 *value, u32 __user *from)
{
	if (!user_read_access_begin(from, sizeof(*from)))
		return -EFAULT;
	unsafe_get_user(*value, from, fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

static __always_inline int access_put_register(u32 value, u32 __user *to)
{
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	unsafe_put_user(value, to, fault);
	user_write_access_end();
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

/* A register of 4 bytes, which is what drivers use: no copy and few calls. */
static __always_inline ssize_t
access_register(struct vgpu_vfio *vgpu, unsigned int index, u32 __user *user,
		loff_t *ppos, bool write)
{
	u32 value = 0;
	int ret;

	if (write && access_get_register(&value, user))
		return -EFAULT;
	vgpu_stats_add(&vgpu->counters, VGPU_STAT_ACCESSES, 1);
	ret = vgpu->ops->region_access(vgpu->handle, index,
				       *ppos & VGPU_REGION_MASK, &value,
				       sizeof(value), write);
	if (unlikely(ret == -EFAULT))
		return ret;
	if (unlikely(ret))
		value = ~0U;
	if (!write && access_put_register(value, user))
		return -EFAULT;
	*ppos += sizeof(value);
	return sizeof(value);
}

static __always_inline ssize_t
access_rw(struct vfio_device *vdev, char __user *buf, size_t count,
	  loff_t *ppos, bool write)
{
	struct vgpu_vfio *vgpu = container_of(vdev, struct vgpu_vfio, vdev);
	unsigned int index;

	if (likely(count == sizeof(u32)) && access_traps(vgpu, *ppos, &index))
		return access_register(vgpu, index, (u32 __user *)buf, ppos,
				       write);
	return access_any(vgpu, buf, count, ppos, write);
}

ssize_t vgpu_region_read(struct vfio_device *vdev, char __user *buf,
			 size_t count, loff_t *ppos)
{
	return access_rw(vdev, buf, count, ppos, false);
}

ssize_t vgpu_region_write(struct vfio_device *vdev, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	return access_rw(vdev, (char __user *)buf, count, ppos, true);
}
