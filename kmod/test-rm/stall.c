// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that block: one queue for all, since tests are few.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "stall.h"

/* Below the 120 s after which the kernel complains of a task that hangs. */
#define STALL_LIMIT	(60 * HZ)

static DECLARE_WAIT_QUEUE_HEAD(stall_queue);
static atomic_t stall_round;

void test_stall_begin(struct test_stall *stall, enum test_stall_kind kind)
{
	WRITE_ONCE(stall->round, atomic_read(&stall_round));
	WRITE_ONCE(stall->until, jiffies + STALL_LIMIT);
	/* Pairs with stall_over(). */
	smp_store_release(&stall->kind, kind);
}

void test_stall_end(struct test_stall *stall)
{
	WRITE_ONCE(stall->kind, TEST_STALL_NONE);
	wake_up_all(&stall_queue);
}

void test_stall_release_all(void)
{
	atomic_inc(&stall_round);
	wake_up_all(&stall_queue);
}

static bool stall_over(struct test_stall *stall, enum test_stall_kind kind)
{
	/* Pairs with test_stall_begin(). */
	return smp_load_acquire(&stall->kind) < kind ||
	       READ_ONCE(stall->round) != atomic_read(&stall_round) ||
	       time_after_eq(jiffies, READ_ONCE(stall->until));
}

int test_stall_access(struct test_stall *stall)
{
	long left = wait_event_killable_timeout(stall_queue,
			stall_over(stall, TEST_STALL_ALL), STALL_LIMIT);

	return left < 0 ? -EINTR : 0;
}

void test_stall_invalidate(struct test_stall *stall)
{
	wait_event_timeout(stall_queue,
			   stall_over(stall, TEST_STALL_INVALIDATE),
			   STALL_LIMIT);
}
