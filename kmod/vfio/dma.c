// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory for resource managers: copies and pins, which the front end owns.
 *
 * VFIO pins under a lock that its unmap drops and takes again around our unmap
 * operation, so none that an unmap operation waits for may be held over a call that
 * pins or unpins. VFIO holds one pin of a page, however often the RM pinned it.
 *
 * Who pays: type1 counts each pinned page, once, as locked memory of the process
 * that mapped it, against its RLIMIT_MEMLOCK unless it has CAP_IPC_LOCK
 * (vfio_lock_acct()); iommufd against that limit of the user, over all of their
 * processes (incr_user_locked_vm()). max_pinned_mib bounds it besides.
 */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/vfio.h>

#include "pins.h"
#include "vfio-ops.h"
#include "vgpu.h"

/*
 * How long an unmap waits for pages that are being pinned or unpinned. By type1 they
 * may wait for a lock whose owner waits for this unmap.
 */
#define DMA_SETTLE_TIMEOUT	HZ

static unsigned int max_pinned_mib = 1024;
module_param(max_pinned_mib, uint, 0644);
MODULE_PARM_DESC(max_pinned_mib,
		 "guest memory, in MiB, that a back end may have pinned for one vGPU (1024)");

void vgpu_dma_init(struct vgpu_dma *dma)
{
	init_rwsem(&dma->users);
	xa_init(&dma->pins);
	vgpu_unmaps_init(&dma->unmaps);
	vgpu_dma_guard_init(&dma->guard);
	vgpu_invalidate_init(&dma->invalidate);
}

/* VFIO tells of unmaps a while after close. */
void vgpu_dma_exit(struct vgpu_dma *dma)
{
	vgpu_unmaps_flush(&dma->unmaps);
	vgpu_invalidate_close(&dma->invalidate);
	xa_destroy(&dma->pins);
}

static void dma_set_started(struct vgpu_dma *dma, bool started)
{
	down_write(&dma->users);
	dma->started = started;
	up_write(&dma->users);
}

void vgpu_dma_open(struct vgpu_vfio *vgpu)
{
	WRITE_ONCE(vgpu->dma.bus_master, false);
	dma_set_started(&vgpu->dma, true);
	vgpu_invalidate_start(vgpu);
	vgpu_dma_guard_set_open(&vgpu->dma.guard, true);
}

void vgpu_dma_quiesce(struct vgpu_vfio *vgpu)
{
	vgpu_dma_guard_set_open(&vgpu->dma.guard, false);
	vgpu_invalidate_stop(vgpu);
}

static bool dma_range_valid(u64 iova, u64 size)
{
	return size && iova <= ULONG_MAX - (size - 1);
}

/* Takes @users if the RM may use guest memory now. */
static int dma_enter(struct vgpu_vfio *vgpu, u64 iova, u64 size)
{
	struct vgpu_dma *dma = &vgpu->dma;
	int ret = 0;

	if (!dma_range_valid(iova, size))
		return -EINVAL;
	down_read(&dma->users);
	if (!dma->started || vgpu_vfio_is_lost(vgpu))
		ret = -EINVAL;
	else if (!READ_ONCE(dma->bus_master))
		ret = -EACCES;
	if (ret)
		up_read(&dma->users);
	return ret;
}

static void dma_leave(struct vgpu_vfio *vgpu)
{
	up_read(&vgpu->dma.users);
}

int vgpu_dma_rw(struct vgpu_vfio *vgpu, u64 iova, void *buf, size_t size,
		bool write)
{
	int ret = dma_enter(vgpu, iova, size);

	if (ret)
		return ret;
	ret = vfio_dma_rw(&vgpu->vdev, iova, buf, size, write);
	dma_leave(vgpu);
	if (ret)
		return -EFAULT;
	vgpu_stats_add(&vgpu->counters, VGPU_STAT_DMA_BYTES, size);
	return 0;
}

/* Room for one more page below the limit; pairs with dma_uncharge(). */
static bool dma_charge(struct vgpu_dma *dma)
{
	unsigned long limit = (unsigned long)READ_ONCE(max_pinned_mib) <<
			      (20 - PAGE_SHIFT);

	if (atomic_long_inc_return(&dma->pinned) <= limit)
		return true;
	atomic_long_dec(&dma->pinned);
	return false;
}

static void dma_uncharge(struct vgpu_dma *dma, unsigned int count)
{
	atomic_long_sub(count, &dma->pinned);
}

/* Return: 0, 1 if the page had been pinned before, or an error. */
static int dma_pin_recorded(struct vgpu_vfio *vgpu, u64 iova, bool write,
			    struct vgpu_pin *pin, struct page **page)
{
	int prot = IOMMU_READ | (write ? IOMMU_WRITE : 0);
	int ret;

	ret = vfio_pin_pages(&vgpu->vdev, iova, 1, prot, page);
	/* Where nothing is mapped type1 says -EINVAL, iommufd -ENOENT. */
	if (ret == -EINVAL || ret == -ENOENT)
		return -EFAULT;
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = vgpu_pins_add(&vgpu->dma.pins, iova >> PAGE_SHIFT, pin, *page);
	if (ret)
		vfio_unpin_pages(&vgpu->vdev, iova, 1);
	return ret;
}

/* Return: as dma_pin_recorded(), which has taken @pin if it is 0. */
static int dma_pin_guarded(struct vgpu_vfio *vgpu, u64 iova, bool write,
			   struct vgpu_pin *pin, struct page **page)
{
	struct vgpu_dma_guard *guard = &vgpu->dma.guard;
	struct vgpu_dma_change change;
	int ret;

	ret = vgpu_dma_guard_pin(guard, &change, iova >> PAGE_SHIFT);
	if (ret)
		return ret;
	ret = dma_pin_recorded(vgpu, iova, write, pin, page);
	vgpu_dma_guard_done(guard, &change);
	return ret;
}

static int dma_pin_page(struct vgpu_vfio *vgpu, u64 iova, bool write,
			struct page **page)
{
	unsigned long index = iova >> PAGE_SHIFT;
	struct vgpu_dma *dma = &vgpu->dma;
	struct vgpu_pin *pin;
	int ret = -ENOMEM;

	if (!dma_charge(dma))
		return -ENOSPC;
	pin = vgpu_pins_prepare(&dma->pins, index);
	if (pin)
		ret = dma_pin_guarded(vgpu, iova, write, pin, page);
	if (ret)
		dma_uncharge(dma, 1);
	if (ret && pin)
		vgpu_pins_cancel(&dma->pins, index, pin);
	return min(ret, 0);
}

int vgpu_dma_pin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count,
		 bool write, struct page **pages)
{
	unsigned int done = 0;
	int ret;

	if (!PAGE_ALIGNED(iova) || count > INT_MAX)
		return -EINVAL;
	/* An RM that can't be told of an unmap would keep the pages. */
	if (!vgpu->ops->dma_invalidate)
		return -EOPNOTSUPP;
	ret = dma_enter(vgpu, iova, (u64)count << PAGE_SHIFT);
	if (ret)
		return ret;
	while (done < count) {
		ret = dma_pin_page(vgpu, iova + ((u64)done << PAGE_SHIFT),
				   write, &pages[done]);
		if (ret)
			break;
		done++;
		cond_resched();
	}
	dma_leave(vgpu);
	return done ? done : ret;
}

static void dma_unpin_page(struct vgpu_vfio *vgpu, u64 iova)
{
	struct vgpu_dma *dma = &vgpu->dma;
	struct vgpu_dma_change change;

	vgpu_dma_guard_unpin(&dma->guard, &change, iova >> PAGE_SHIFT);
	if (vgpu_pins_drop(&dma->pins, iova >> PAGE_SHIFT)) {
		vfio_unpin_pages(&vgpu->vdev, iova, 1);
		dma_uncharge(dma, 1);
	}
	vgpu_dma_guard_done(&dma->guard, &change);
}

void vgpu_dma_unpin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count)
{
	struct vgpu_dma *dma = &vgpu->dma;

	/* Type1 would look for the very address. */
	if (!PAGE_ALIGNED(iova) ||
	    !dma_range_valid(iova, (u64)count << PAGE_SHIFT))
		return;
	down_read(&dma->users);
	for (; dma->started && count; count--, iova += PAGE_SIZE) {
		dma_unpin_page(vgpu, iova);
		cond_resched();
	}
	up_read(&dma->users);
}

/* Unpins all of [@first, @last], in pages of IOVA, into @taken. */
static void dma_unpin_range(struct vgpu_vfio *vgpu, unsigned long first,
			    unsigned long last, struct list_head *taken)
{
	unsigned int max = vgpu_vfio_unpin_max(&vgpu->vdev);
	struct vgpu_dma *dma = &vgpu->dma;
	unsigned int count;

	while ((count = vgpu_pins_take(&dma->pins, &first, last, max, taken))) {
		vfio_unpin_pages(&vgpu->vdev, (u64)first << PAGE_SHIFT, count);
		dma_uncharge(dma, count);
		atomic_long_add(count, &dma->unpinned);
		cond_resched();
	}
}

/* The RM can't be told of so many ranges: then all goes, and it is told that. */
static void dma_take_all(struct vgpu_vfio *vgpu, struct list_head *taken)
{
	struct vgpu_dma_guard *guard = &vgpu->dma.guard;
	struct vgpu_dma_block block;

	vgpu_dma_guard_block(guard, &block, 0, VGPU_DMA_LAST_PAGE);
	vgpu_dma_guard_settle(guard, &block, DMA_SETTLE_TIMEOUT);
	dma_unpin_range(vgpu, 0, VGPU_DMA_LAST_PAGE, taken);
	vgpu_invalidate_tell_all(vgpu, taken);
	vgpu_dma_guard_unblock(guard, &block);
}

void vgpu_dma_unmap(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap)
{
	long timeout = vgpu_vfio_by_iommufd(&vgpu->vdev) ? MAX_SCHEDULE_TIMEOUT :
							   DMA_SETTLE_TIMEOUT;

	vgpu_dma_guard_settle(&vgpu->dma.guard, &unmap->block, timeout);
	dma_unpin_range(vgpu, unmap->block.first, unmap->block.last,
			&unmap->pins);
}

void vgpu_dma_tell(struct vgpu_vfio *vgpu, struct vgpu_unmap *unmap)
{
	if (vgpu_invalidate_tell(vgpu, unmap))
		return;
	dma_take_all(vgpu, &unmap->pins);
	vgpu_unmap_end(vgpu, unmap);
}

void vgpu_dma_close(struct vgpu_vfio *vgpu)
{
	struct vgpu_dma *dma = &vgpu->dma;

	dma_set_started(dma, false);
	if (vgpu_dma_pinned(dma))
		vgpu_unmap_all(vgpu);
	/* What an unmap took is given to nobody else before this. */
	vgpu_unmaps_flush(&dma->unmaps);
	vgpu_invalidate_close(&dma->invalidate);
}
