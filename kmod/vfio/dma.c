// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory for resource managers: copies and pins, which the front end owns.
 *
 * VFIO pins under a lock that its unmap drops and takes again around our unmap
 * operation, so none of ours may be held over a call that pins or unpins.
 * Pages are pinned one by one: iommufd unpins by the very ranges that it pinned.
 */
#include <linux/iommu.h>
#include <linux/vfio.h>

#include "vgpu.h"

/* How long an unmap waits for pins that are just being entered. */
#define DMA_PINNING_TIMEOUT	HZ

void vgpu_dma_init(struct vgpu_dma *dma)
{
	init_rwsem(&dma->users);
	xa_init(&dma->pins);
	init_waitqueue_head(&dma->pinned);
}

void vgpu_dma_exit(struct vgpu_dma *dma)
{
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
	return ret ? -EFAULT : 0;
}

/* One more pin of the page in the record. */
static int dma_record(struct vgpu_dma *dma, unsigned long index)
{
	void *old, *new, *found = xa_load(&dma->pins, index);

	do {
		old = found;
		new = xa_mk_value(old ? xa_to_value(old) + 1 : 1);
		found = xa_cmpxchg(&dma->pins, index, old, new,
				   GFP_KERNEL_ACCOUNT);
		if (xa_is_err(found))
			return xa_err(found);
	} while (found != old);
	return 0;
}

/* One pin less; false if an unmap has taken it already. */
static bool dma_forget(struct vgpu_dma *dma, unsigned long index)
{
	void *old, *new, *found = xa_load(&dma->pins, index);

	do {
		old = found;
		if (!old)
			return false;
		new = xa_to_value(old) > 1 ?
		      xa_mk_value(xa_to_value(old) - 1) : NULL;
		found = xa_cmpxchg(&dma->pins, index, old, new,
				   GFP_KERNEL_ACCOUNT);
	} while (found != old);
	return true;
}

static int dma_pin_page(struct vgpu_vfio *vgpu, u64 iova, bool write,
			struct page **page)
{
	int prot = IOMMU_READ | (write ? IOMMU_WRITE : 0);
	int ret;

	ret = vfio_pin_pages(&vgpu->vdev, iova, 1, prot, page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	ret = dma_record(&vgpu->dma, iova >> PAGE_SHIFT);
	if (ret)
		vfio_unpin_pages(&vgpu->vdev, iova, 1);
	return ret;
}

int vgpu_dma_pin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count,
		 bool write, struct page **pages)
{
	struct vgpu_dma *dma = &vgpu->dma;
	unsigned int done = 0;
	int ret;

	if (!PAGE_ALIGNED(iova))
		return -EINVAL;
	ret = dma_enter(vgpu, iova, (u64)count << PAGE_SHIFT);
	if (ret)
		return ret;
	atomic_inc(&dma->pinning);
	while (done < count) {
		ret = dma_pin_page(vgpu, iova + ((u64)done << PAGE_SHIFT),
				   write, &pages[done]);
		if (ret)
			break;
		done++;
	}
	if (atomic_dec_and_test(&dma->pinning))
		wake_up_all(&dma->pinned);
	dma_leave(vgpu);
	return done ? done : ret;
}

void vgpu_dma_unpin(struct vgpu_vfio *vgpu, u64 iova, unsigned int count)
{
	struct vgpu_dma *dma = &vgpu->dma;

	if (!dma_range_valid(iova, (u64)count << PAGE_SHIFT))
		return;
	down_read(&dma->users);
	for (; dma->started && count; count--, iova += PAGE_SIZE)
		if (dma_forget(dma, iova >> PAGE_SHIFT))
			vfio_unpin_pages(&vgpu->vdev, iova, 1);
	up_read(&dma->users);
}

/* Unpins all of [@first, @last], in pages of IOVA. */
static void dma_unpin_range(struct vgpu_vfio *vgpu, unsigned long first,
			    unsigned long last)
{
	unsigned long index;
	void *entry;

	xa_for_each_range(&vgpu->dma.pins, index, entry, first, last) {
		entry = xa_erase(&vgpu->dma.pins, index);
		if (!entry)
			continue;	/* vgpu_dma_unpin() was first */
		for (unsigned long n = xa_to_value(entry); n; n--)
			vfio_unpin_pages(&vgpu->vdev,
					 (u64)index << PAGE_SHIFT, 1);
	}
}

void vgpu_dma_unmap(struct vgpu_vfio *vgpu, u64 iova, u64 size)
{
	struct vgpu_dma *dma = &vgpu->dma;

	if (!dma_range_valid(iova, size))
		return;
	/*
	 * A page can be pinned and not in the record yet. Its pinner may wait for
	 * a lock of VFIO that another unmap holds which waits for this one, so
	 * this wait has an end; VFIO calls again while pins are left.
	 */
	wait_event_timeout(dma->pinned, !atomic_read(&dma->pinning),
			   DMA_PINNING_TIMEOUT);
	dma_unpin_range(vgpu, iova >> PAGE_SHIFT,
			(iova + (size - 1)) >> PAGE_SHIFT);
	if (vgpu->ops->dma_invalidate)
		vgpu->ops->dma_invalidate(vgpu->handle, iova, size);
}

void vgpu_dma_close(struct vgpu_vfio *vgpu)
{
	dma_set_started(&vgpu->dma, false);
	dma_unpin_range(vgpu, 0, ULONG_MAX >> PAGE_SHIFT);
}
