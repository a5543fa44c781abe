// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to starts: at once, after a while, or never unless told to.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "ops.h"
#include "start.h"

/* A start nobody answers, which may outlive its vGPU. */
struct start_pending {
	struct list_head node;
	struct vgpu_start_request *request;
};

static LIST_HEAD(start_pendings);	/* under start_lock */
static DEFINE_SPINLOCK(start_lock);

static void start_work(struct work_struct *work)
{
	struct test_start *start =
		container_of(work, struct test_start, work.work);

	test_vfio->start_done(start->request, 0);
}

void test_start_init(struct test_start *start)
{
	INIT_DELAYED_WORK(&start->work, start_work);
}

static int start_let_be(struct vgpu_start_request *request)
{
	struct start_pending *pending = kmalloc(sizeof(*pending), GFP_KERNEL);

	if (!pending)
		return -ENOMEM;
	pending->request = request;
	spin_lock(&start_lock);
	list_add_tail(&pending->node, &start_pendings);
	spin_unlock(&start_lock);
	return 0;
}

int test_start_begin(struct test_start *start,
		     struct vgpu_start_request *request, int delay_ms)
{
	if (delay_ms < 0)
		return start_let_be(request);
	if (!delay_ms) {
		test_vfio->start_done(request, 0);
		return 0;
	}
	start->request = request;
	schedule_delayed_work(&start->work, msecs_to_jiffies(delay_ms));
	return 0;
}

void test_start_cancel(struct test_start *start)
{
	if (cancel_delayed_work_sync(&start->work))
		test_vfio->start_done(start->request, -ECANCELED);
}

void test_start_answer_all(int status)
{
	struct start_pending *pending, *next;
	LIST_HEAD(list);

	spin_lock(&start_lock);
	list_splice_init(&start_pendings, &list);
	spin_unlock(&start_lock);
	list_for_each_entry_safe(pending, next, &list, node) {
		test_vfio->start_done(pending->request, status);
		kfree(pending);
	}
}
