// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vGPU as a VFIO PCI device, whatever transport made it: from create to
 * destroy, from open to close, and VFIO's operations.
 */
#include <linux/pci.h>
#include <linux/slab.h>

#include "gpu.h"
#include "ioctl.h"
#include "start.h"
#include "users.h"
#include "vfio-ops.h"
#include "vgpu.h"

static struct vgpu_vfio *vfio_to_vgpu(struct vfio_device *vdev)
{
	return container_of(vdev, struct vgpu_vfio, vdev);
}

static void vfio_set_state(struct vgpu_vfio *vgpu, enum vgpu_state state)
{
	lockdep_assert_held(&vgpu->lifecycle);
	WRITE_ONCE(vgpu->state, state);
	/* A change of state can't be refused; parameters were judged before. */
	vgpu->ops->update_request(vgpu->handle, state, vgpu->params);
}

/* The guest enabled memory for the first time since open. */
static void vfio_note_in_use(struct vgpu_vfio *vgpu)
{
	if (READ_ONCE(vgpu->state) != VGPU_STATE_OPENED)
		return;
	mutex_lock(&vgpu->lifecycle);
	if (vgpu->state == VGPU_STATE_OPENED)
		vfio_set_state(vgpu, VGPU_STATE_IN_USE);
	mutex_unlock(&vgpu->lifecycle);
}

/* Lets mappings, interrupts and DMA follow COMMAND and the power state. */
static void vfio_apply_config(struct vgpu_vfio *vgpu)
{
	const struct vgpu_config *config = &vgpu->config;

	lockdep_assert_held(&vgpu->config_lock);
	vgpu_mapping_enable(vgpu, vgpu_config_memory_enabled(config),
			    vgpu_config_io_enabled(config));
	vgpu_irq_intx_disable(vgpu, vgpu_config_intx_disabled(config));
	vgpu_vector_mask_all(vgpu, vgpu_config_msix_masked(config));
	WRITE_ONCE(vgpu->dma.bus_master, vgpu_config_bus_master(config));
}

void vgpu_vfio_config_rw(struct vgpu_vfio *vgpu, unsigned int offset,
			 void *buf, unsigned int count, bool write)
{
	bool in_use, reset = false;

	mutex_lock(&vgpu->config_lock);
	if (write) {
		reset = vgpu_config_write(&vgpu->config, offset, buf, count);
		vfio_apply_config(vgpu);
	} else {
		vgpu_config_set_intx(&vgpu->config, vgpu_irq_intx_level(vgpu));
		vgpu_config_read(&vgpu->config, offset, buf, count);
	}
	in_use = vgpu_config_memory_enabled(&vgpu->config);
	mutex_unlock(&vgpu->config_lock);
	if (reset)
		vgpu_vfio_reset(vgpu);
	else if (write && in_use)
		vfio_note_in_use(vgpu);
}

static int vfio_open_started(struct vgpu_vfio *vgpu)
{
	int ret;

	ret = vgpu_region_open(vgpu);
	if (ret)
		return ret;
	vgpu_mapping_open(vgpu);
	vgpu_display_open(vgpu);
	ret = vgpu_irq_open(vgpu);
	if (ret) {
		vgpu_region_close(vgpu);
		return ret;
	}
	vgpu_dma_open(vgpu);
	return 0;
}

static int vfio_open_locked(struct vgpu_vfio *vgpu)
{
	int ret;

	if (vgpu_vfio_is_lost(vgpu) || vgpu->retired)
		return -ENODEV;
	ret = vgpu_users_add(vgpu);
	if (ret)
		return ret;
	WRITE_ONCE(vgpu->opened, true);
	ret = vgpu_start(vgpu);
	if (ret)
		goto closed;
	/* Lost meanwhile: nobody was there to be told. */
	ret = vgpu_vfio_is_lost(vgpu) ? -ENODEV :
	      vgpu_rm_result(vfio_open_started(vgpu));
	if (ret)
		goto stop;
	vfio_set_state(vgpu, VGPU_STATE_OPENED);
	vgpu_stats_open(&vgpu->counters);
	return 0;

stop:
	vgpu_stop(vgpu);
closed:
	WRITE_ONCE(vgpu->opened, false);
	vgpu_users_del(vgpu);
	return ret;
}

static int vfio_open_device(struct vfio_device *vdev)
{
	struct vgpu_vfio *vgpu = vfio_to_vgpu(vdev);
	int ret;

	if (mutex_lock_killable(&vgpu->lifecycle))
		return -EINTR;
	ret = vfio_open_locked(vgpu);
	mutex_unlock(&vgpu->lifecycle);
	return ret;
}

static void vfio_close_device(struct vfio_device *vdev)
{
	struct vgpu_vfio *vgpu = vfio_to_vgpu(vdev);

	mutex_lock(&vgpu->lifecycle);
	vgpu_stats_close(&vgpu->counters);
	vgpu_dma_quiesce(vgpu);
	vgpu_stop(vgpu);
	vgpu_irq_close(vgpu);
	vgpu_dma_close(vgpu);
	vgpu_display_close(vgpu);
	vgpu_mapping_close(vgpu);
	vgpu_region_close(vgpu);
	vfio_set_state(vgpu, VGPU_STATE_UNUSED);
	WRITE_ONCE(vgpu->opened, false);
	vgpu_users_del(vgpu);
	mutex_unlock(&vgpu->lifecycle);
}

int vgpu_vfio_reset(struct vgpu_vfio *vgpu)
{
	int ret = 0;

	if (mutex_lock_killable(&vgpu->lifecycle))
		return -EINTR;
	mutex_lock(&vgpu->config_lock);
	vgpu_config_reset(&vgpu->config);
	vgpu_vector_reset(vgpu);
	vfio_apply_config(vgpu);
	mutex_unlock(&vgpu->config_lock);
	vgpu_irq_set_intx(vgpu, false);
	if (vgpu->ops->reset && !vgpu_vfio_is_lost(vgpu))
		ret = vgpu_rm_result(vgpu->ops->reset(vgpu->handle));
	mutex_unlock(&vgpu->lifecycle);
	if (ret)
		dev_err_ratelimited(vgpu->vdev.dev,
				    "back end \"%s\" failed to reset the vGPU: %pe\n",
				    vgpu->gpu->manager->rm->name, ERR_PTR(ret));
	return ret;
}

static int vfio_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	return vgpu_mapping_mmap(vfio_to_vgpu(vdev), vma);
}

static void vfio_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	vgpu_unmap(vfio_to_vgpu(vdev), iova, length);
}

/* VFIO's core calls it every ten seconds while it waits; a line a minute will do. */
static void vfio_request(struct vfio_device *vdev, unsigned int count)
{
	struct vgpu_vfio *vgpu = vfio_to_vgpu(vdev);
	bool asked = vgpu_irq_notify(vgpu, VGPU_TRIGGER_REQ);
	char name[VGPU_USER_SIZE];

	if (count % 6)
		return;
	vgpu_users_name(vgpu, name);
	if (!name[0])
		return;		/* just closed */
	dev_notice_ratelimited(vdev->dev,
			       "its removal waits until process %s closes it%s\n",
			       name, asked ? "" : ", with no request interrupt set up");
}

static void vfio_lost_work(struct work_struct *work)
{
	vgpu_mapping_lost(container_of(work, struct vgpu_vfio, lost_work));
}

void vgpu_vfio_lost(struct vgpu_vfio *vgpu)
{
	WRITE_ONCE(vgpu->lost, true);
	vgpu_irq_notify(vgpu, VGPU_TRIGGER_ERR);
	schedule_work(&vgpu->lost_work);
}

static int vfio_init(struct vfio_device *vdev)
{
	struct vgpu_vfio *vgpu = vfio_to_vgpu(vdev);

	INIT_WORK(&vgpu->lost_work, vfio_lost_work);
	mutex_init(&vgpu->lifecycle);
	mutex_init(&vgpu->attr_lock);
	mutex_init(&vgpu->config_lock);
	vgpu_mapping_init(&vgpu->mapping);
	vgpu_irq_init(&vgpu->irq);
	vgpu_dma_init(&vgpu->dma);
	vgpu_display_init(&vgpu->display);
	return vgpu_stats_init(&vgpu->counters);
}

static void vfio_release(struct vfio_device *vdev)
{
	vgpu_stats_exit(&vfio_to_vgpu(vdev)->counters);
	vgpu_dma_exit(&vfio_to_vgpu(vdev)->dma);
	vgpu_vfio_free_device(vdev);
}

static const struct vfio_device_ops vfio_ops = {
	.name = "vgpu-vfio",
	.init = vfio_init,
	.release = vfio_release,
	.open_device = vfio_open_device,
	.close_device = vfio_close_device,
	.read = vgpu_region_read,
	.write = vgpu_region_write,
	.ioctl = vgpu_ioctl,
	.mmap = vfio_mmap,
	.request = vfio_request,
	.dma_unmap = vfio_dma_unmap,
	VGPU_VFIO_REGION_INFO_OP(vgpu_region_info)
	VGPU_VFIO_IOMMUFD_OPS
};

/* The RM's part of a vGPU; pairs with vfio_delete_handle(). */
static int vfio_create_handle(struct vgpu_vfio *vgpu, u32 type,
			      const uuid_t *uuid)
{
	struct pci_dev *pdev = vgpu->gpu->pdev;
	struct vgpu_create_info info = {
		.size = sizeof(info),
		.type = type,
		.gpu = pci_physfn(pdev),
		.vf = pdev->is_virtfn ? pdev : NULL,
		.uuid = *uuid,
		.vgpu_vfio = vgpu,
	};

	vgpu->identity.size = sizeof(vgpu->identity);
	return vgpu_gpu_create(vgpu->gpu, &info, &vgpu->identity,
			       &vgpu->handle);
}

static int vfio_check_identity(const struct vgpu_vfio *vgpu)
{
	if (vgpu_config_check_identity(&vgpu->identity) &&
	    vgpu_msix_check(&vgpu->identity, NULL))
		return 0;
	dev_err(vgpu->vdev.dev, "back end \"%s\" gives an identity that PCI can't have\n",
		vgpu->gpu->manager->rm->name);
	return -EINVAL;
}

static void vfio_refuse(struct vgpu_vfio *vgpu)
{
	mutex_lock(&vgpu->gpu->top->users_lock);
	list_add_tail(&vgpu->gpu_node, &vgpu->gpu->refused);
	mutex_unlock(&vgpu->gpu->top->users_lock);
}

/*
 * The RM's part goes, and with it ours. If the RM refuses, its part and all that
 * it may call back with stay; VFIO and its user know the vGPU no more.
 */
static void vfio_delete(struct vgpu_vfio *vgpu)
{
	int ret = vgpu_gpu_delete(vgpu->gpu, vgpu->handle);

	if (!ret) {
		vfio_put_device(&vgpu->vdev);
		return;
	}
	dev_err(vgpu->vdev.dev, "back end \"%s\" refuses to delete the vGPU, it is tried again when another is made or the GPU goes: %pe\n",
		vgpu->gpu->manager->rm->name, ERR_PTR(ret));
	vfio_refuse(vgpu);
}

void vgpu_vfio_retry_delete(struct vgpu_gpu *gpu)
{
	struct vgpu_vfio *vgpu, *next;
	LIST_HEAD(list);

	mutex_lock(&gpu->top->users_lock);
	list_splice_init(&gpu->refused, &list);
	mutex_unlock(&gpu->top->users_lock);
	list_for_each_entry_safe(vgpu, next, &list, gpu_node) {
		list_del(&vgpu->gpu_node);
		/* No message with vdev.dev, which is long gone. */
		if (vgpu_gpu_delete(gpu, vgpu->handle))
			vfio_refuse(vgpu);
		else
			vfio_put_device(&vgpu->vdev);
	}
}

struct vgpu_vfio *vgpu_vfio_create(struct device *dev, struct vgpu_gpu *gpu,
				   u32 type, const uuid_t *uuid)
{
	struct vgpu_vfio *vgpu;
	bool lost;
	int ret;

	vgpu_vfio_retry_delete(gpu);
	vgpu = vfio_alloc_device(vgpu_vfio, vdev, dev, &vfio_ops);
	if (IS_ERR(vgpu))
		return vgpu;
	vgpu->gpu = gpu;
	vgpu->ops = &gpu->manager->ops;
	vgpu->type = type;
	ret = vfio_create_handle(vgpu, type, uuid);
	if (ret)
		goto put;
	ret = vfio_check_identity(vgpu);
	if (ret)
		goto delete;
	vgpu_gpu_add(gpu, vgpu, &lost);
	if (lost)
		WRITE_ONCE(vgpu->lost, true);
	ret = vfio_register_emulated_iommu_dev(&vgpu->vdev);
	if (ret)
		goto del;
	return vgpu;

del:
	vgpu_gpu_del(vgpu->gpu, vgpu);
	cancel_work_sync(&vgpu->lost_work);
delete:
	vfio_delete(vgpu);
	return ERR_PTR(ret);
put:
	vfio_put_device(&vgpu->vdev);
	return ERR_PTR(ret);
}

int vgpu_vfio_lock_closed(struct vgpu_vfio *vgpu)
{
	/* An open holds the lock while it waits for the RM: do not queue up. */
	if (READ_ONCE(vgpu->opened))
		return -EBUSY;
	if (mutex_lock_killable(&vgpu->lifecycle))
		return -EINTR;
	if (!vgpu->opened)
		return 0;
	mutex_unlock(&vgpu->lifecycle);
	return -EBUSY;
}

int vgpu_vfio_retire(struct vgpu_vfio *vgpu)
{
	int ret = vgpu_vfio_lock_closed(vgpu);

	if (ret)
		return ret;
	vgpu->retired = true;
	mutex_unlock(&vgpu->lifecycle);
	return 0;
}

void vgpu_vfio_destroy(struct vgpu_vfio *vgpu)
{
	vfio_unregister_group_dev(&vgpu->vdev);
	vgpu_gpu_del(vgpu->gpu, vgpu);
	cancel_work_sync(&vgpu->lost_work);
	vfio_delete(vgpu);
}
