// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has vGPUs open, and how they are made to let go when their GPU leaves.
 *
 * A removal by sysfs or of the card itself can't be refused, and waits under locks
 * of the PCI core that stall every other GPU: what a user may take is bounded.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "gpu.h"
#include "users.h"
#include "vgpu.h"

#define USERS_MAX_TIMEOUT	3600		/* seconds */
#define USERS_REPEAT		(10 * HZ)	/* as VFIO's core repeats REQ */

static unsigned int remove_timeout = 10;
module_param(remove_timeout, uint, 0644);
MODULE_PARM_DESC(remove_timeout,
		 "seconds that users of a GPU that leaves have to let go before they are killed, 1 to 3600 (10)");

static unsigned int users_timeout(void)
{
	return clamp(READ_ONCE(remove_timeout), 1U,
		     (unsigned int)USERS_MAX_TIMEOUT);
}

static void users_count_locked(struct vgpu_gpu *gpu, int more)
{
	lockdep_assert_held(&gpu->top->users_lock);
	WRITE_ONCE(gpu->users, gpu->users + more);
	wake_up_all(&gpu->let_go);
}

/* On a function, and on the GPU that it belongs to. */
static void users_change_locked(struct vgpu_gpu *gpu, int more)
{
	users_count_locked(gpu, more);
	if (gpu->top != gpu)
		users_count_locked(gpu->top, more);
}

int vgpu_users_add(struct vgpu_vfio *vgpu)
{
	struct vgpu_gpu *gpu = vgpu->gpu;
	int ret = -ENODEV;

	mutex_lock(&gpu->top->users_lock);
	if (!gpu->leaving && !gpu->top->leaving) {
		vgpu->opener = get_pid(task_tgid(current));
		users_change_locked(gpu, 1);
		ret = 0;
	}
	mutex_unlock(&gpu->top->users_lock);
	return ret;
}

void vgpu_users_del(struct vgpu_vfio *vgpu)
{
	struct vgpu_gpu *gpu = vgpu->gpu;

	mutex_lock(&gpu->top->users_lock);
	put_pid(vgpu->opener);	/* pairs with vgpu_users_add() */
	vgpu->opener = NULL;
	users_change_locked(gpu, -1);
	mutex_unlock(&gpu->top->users_lock);
}

static void users_name_locked(const struct vgpu_vfio *vgpu, char *buf)
{
	struct task_struct *task = get_pid_task(vgpu->opener, PIDTYPE_TGID);
	char name[TASK_COMM_LEN] = "ended";

	lockdep_assert_held(&vgpu->gpu->top->users_lock);
	if (task) {
		get_task_comm(name, task);
		put_task_struct(task);	/* pairs with get_pid_task() */
	}
	buf[0] = '\0';
	if (vgpu->opener)
		snprintf(buf, VGPU_USER_SIZE, "%d (%s)", pid_nr(vgpu->opener),
			 name);
}

void vgpu_users_name(struct vgpu_vfio *vgpu, char *buf)
{
	mutex_lock(&vgpu->gpu->top->users_lock);
	users_name_locked(vgpu, buf);
	mutex_unlock(&vgpu->gpu->top->users_lock);
}

static void users_ask(struct vgpu_gpu *gpu)
{
	struct vgpu_vfio *vgpu;

	mutex_lock(&gpu->top->users_lock);
	WRITE_ONCE(gpu->leaving, true);
	list_for_each_entry(vgpu, &gpu->top->vgpus, gpu_node)
		if (vgpu->opener && vgpu_gpu_has(gpu, vgpu->gpu))
			vgpu_irq_notify(vgpu, VGPU_TRIGGER_REQ);
	mutex_unlock(&gpu->top->users_lock);
}

/* Asks and waits; true if nothing is open any more. */
static bool users_wait(struct vgpu_gpu *gpu, unsigned int seconds)
{
	unsigned long left, end = jiffies + seconds * HZ;

	do {
		users_ask(gpu);
		left = end - jiffies;
		if (wait_event_idle_timeout(gpu->let_go,
					    !READ_ONCE(gpu->users),
					    min_t(unsigned long, left,
						  USERS_REPEAT)))
			return true;
	} while (time_before(jiffies, end));
	return false;
}

static bool users_may_kill(struct pid *opener)
{
	struct task_struct *task = get_pid_task(opener, PIDTYPE_TGID);
	bool may = task && !is_global_init(task);

	if (task)
		put_task_struct(task);
	return may;
}

/* As drivers/accel/habanalabs does with those who hold a device that goes. */
static void users_kill(struct vgpu_vfio *vgpu, const char *name)
{
	dev_err(vgpu->vdev.dev,
		"GPU %s leaves and process %s did not close the vGPU within %u s: the vGPU is lost and the process is killed\n",
		pci_name(vgpu->gpu->pdev), name, users_timeout());
	if (users_may_kill(vgpu->opener))
		kill_pid(vgpu->opener, SIGKILL, 1);
}

static void users_complain(struct vgpu_vfio *vgpu, const char *name)
{
	dev_err(vgpu->vdev.dev,
		"GPU %s waits on: the vGPU is open although process %s was killed, another process has its descriptor or a mapping of it\n",
		pci_name(vgpu->gpu->pdev), name);
}

/* Calls @handle, with the user's name, for each vGPU that is open. */
static void users_each(struct vgpu_gpu *gpu,
		       void (*handle)(struct vgpu_vfio *vgpu, const char *name))
{
	char name[VGPU_USER_SIZE];
	struct vgpu_vfio *vgpu;

	mutex_lock(&gpu->top->users_lock);
	list_for_each_entry(vgpu, &gpu->top->vgpus, gpu_node) {
		if (!vgpu->opener || !vgpu_gpu_has(gpu, vgpu->gpu))
			continue;
		users_name_locked(vgpu, name);
		handle(vgpu, name);
	}
	mutex_unlock(&gpu->top->users_lock);
}

void vgpu_users_drain(struct vgpu_gpu *gpu)
{
	unsigned int seconds = users_timeout();

	if (users_wait(gpu, seconds))
		return;
	vgpu_gpu_lost(gpu->pdev);
	users_each(gpu, users_kill);
	if (!users_wait(gpu, seconds))
		users_each(gpu, users_complain);
}
