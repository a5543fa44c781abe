// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start requests: a vGPU's start as its resource manager may answer it later.
 */
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "gpu.h"
#include "start.h"
#include "vgpu.h"

#define START_MAX_TIMEOUT	3600	/* seconds */

static unsigned int start_timeout = 10;
module_param(start_timeout, uint, 0644);
MODULE_PARM_DESC(start_timeout,
		 "seconds that opening a vGPU waits for its back end, 1 to 3600 (10)");

/**
 * struct vgpu_start_request - one pending start
 * @ref: one reference of the waiter, one of the RM until it answers
 * @done: answered; completes @status
 * @status: 0 or -errno
 */
struct vgpu_start_request {
	struct kref ref;
	struct completion done;
	int status;
};

static void start_free(struct kref *ref)
{
	kfree(container_of(ref, struct vgpu_start_request, ref));
}

static void start_put(struct vgpu_start_request *request)
{
	kref_put(&request->ref, start_free);
}

void vgpu_start_done(struct vgpu_start_request *request, int status)
{
	request->status = vgpu_rm_result(status);
	complete(&request->done);
	start_put(request);	/* the RM's */
}

static int start_wait(struct vgpu_vfio *vgpu,
		      struct vgpu_start_request *request)
{
	unsigned int seconds = clamp(READ_ONCE(start_timeout), 1U,
				     (unsigned int)START_MAX_TIMEOUT);
	long left;

	left = wait_for_completion_killable_timeout(&request->done,
						    seconds * HZ);
	if (left > 0)
		return request->status;
	vgpu_stop(vgpu);
	if (left < 0)
		return -EINTR;
	dev_err_ratelimited(vgpu->vdev.dev,
			    "back end \"%s\" did not start the vGPU within %u s\n",
			    vgpu->gpu->manager->rm->name, seconds);
	return -ETIMEDOUT;
}

int vgpu_start(struct vgpu_vfio *vgpu)
{
	struct vgpu_start_info info = {
		.size = sizeof(info),
		.pid = task_tgid_nr(current),
		.vm_name = vgpu->vm_name,
	};
	struct vgpu_start_request *request;
	int ret;

	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	kref_init(&request->ref);
	init_completion(&request->done);
	kref_get(&request->ref);	/* the RM's, until it answers */
	ret = vgpu->ops->vgpu_start(vgpu->handle, request, &info);
	ret = vgpu_rm_result(ret);
	if (ret)
		start_put(request);	/* the RM refused and won't answer */
	else
		ret = start_wait(vgpu, request);
	start_put(request);
	if (ret && ret != -ETIMEDOUT && ret != -EINTR)
		dev_err_ratelimited(vgpu->vdev.dev,
				    "back end \"%s\" refused to start the vGPU: %pe\n",
				    vgpu->gpu->manager->rm->name, ERR_PTR(ret));
	return ret;
}

void vgpu_stop(struct vgpu_vfio *vgpu)
{
	if (vgpu->ops->vgpu_stop)
		vgpu->ops->vgpu_stop(vgpu->handle);
}
