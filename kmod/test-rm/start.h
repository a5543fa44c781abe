/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to starts: at once, after a while, or never unless told to.
 */
#ifndef TEST_START_H
#define TEST_START_H

#include <linux/workqueue.h>

struct vgpu_start_request;

/**
 * struct test_start - a start that is answered after a while
 * @work: answers @request, which belongs to who took the work off: itself by
 *	running, or test_start_cancel()
 * @request: what to answer
 */
struct test_start {
	struct delayed_work work;
	struct vgpu_start_request *request;
};

void test_start_init(struct test_start *start);

/**
 * test_start_begin() - take on a start
 * @start: of the vGPU
 * @request: what to answer
 * @delay_ms: 0 to answer it before this returns, -1 to let it be until
 *	test_start_answer_all()
 *
 * Return: 0 or -ENOMEM.
 */
int test_start_begin(struct test_start *start,
		     struct vgpu_start_request *request, int delay_ms);

/**
 * test_start_cancel() - answer a delayed start now; one that is let be stays so
 * @start: of the vGPU
 */
void test_start_cancel(struct test_start *start);

/**
 * test_start_answer_all() - answer those that were let be
 * @status: the answer, 0 or -errno
 */
void test_start_answer_all(int status);

#endif /* TEST_START_H */
