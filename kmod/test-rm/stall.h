/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations that block, for 60 s at most.
 */
#ifndef TEST_STALL_H
#define TEST_STALL_H

#include <linux/types.h>

/* Who blocks; each includes those before. */
enum test_stall_kind {
	TEST_STALL_NONE,
	TEST_STALL_INVALIDATE,
	TEST_STALL_ALL,
};

/**
 * struct test_stall - what of one vGPU blocks
 * @kind: who; written last and read first
 * @round: of test_stall_release_all() when it began
 * @until: in jiffies, when it ends by itself
 */
struct test_stall {
	enum test_stall_kind kind;
	int round;
	unsigned long until;
};

/* From now on. */
void test_stall_begin(struct test_stall *stall, enum test_stall_kind kind);

/* Whoever is blocked goes on, and nobody is blocked any more. */
void test_stall_end(struct test_stall *stall);

/* Likewise for every vGPU. */
void test_stall_release_all(void);

/* Blocks an access. Return: 0, or -EINTR if the process is killed. */
int test_stall_access(struct test_stall *stall);

/* Blocks dma_invalidate(), which nobody can kill. */
void test_stall_invalidate(struct test_stall *stall);

#endif /* TEST_STALL_H */
