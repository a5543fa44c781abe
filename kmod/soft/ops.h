/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The software resource manager's side of the contract with the front end.
 */
#ifndef SOFT_OPS_H
#define SOFT_OPS_H

#include "vgpu-rm.h"

/* How it introduces itself; constant. */
extern const struct vgpu_rm soft_rm;

/*
 * The front end's callbacks: set once by soft_ops_register() before anything
 * can use them, and constant until soft_ops_unregister(); so needs no lock.
 */
extern const struct vgpu_vfio_ops *soft_vfio;

/**
 * soft_ops_register() - shake hands with the front end
 *
 * Sleeps.
 *
 * Return: 0, or what vgpu_vfio_register_rm() says.
 */
int soft_ops_register(void);

/**
 * soft_ops_unregister() - take leave of the front end
 *
 * Pairs with soft_ops_register(), after every GPU was removed. Sleeps.
 */
void soft_ops_unregister(void);

#endif /* SOFT_OPS_H */
