/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test resource manager's side of the contract with the front end.
 */
#ifndef TEST_OPS_H
#define TEST_OPS_H

#include "vgpu-rm.h"

/* How it introduces itself; constant. */
extern const struct vgpu_rm test_rm;

/* The front end's callbacks, from test_ops_register() to test_ops_unregister(). */
extern const struct vgpu_vfio_ops *test_vfio;

/* Shakes hands with the front end. Sleeps. Return: 0 or -errno. */
int test_ops_register(void);

/* Pairs with test_ops_register(), after every GPU was removed. Sleeps. */
void test_ops_unregister(void);

#endif /* TEST_OPS_H */
