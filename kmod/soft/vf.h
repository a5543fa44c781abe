/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual functions of a GPU: on them, one vGPU each, its types are made while
 * they are on, and none on the GPU itself.
 */
#ifndef SOFT_VF_H
#define SOFT_VF_H

#include <linux/types.h>

struct attribute_group;
struct pci_dev;
struct soft_gpu;
struct soft_vgpu;

/**
 * soft_vf_probe() - a virtual function is there
 * @pdev: the function
 *
 * Pairs with soft_vf_remove(). Sleeps.
 *
 * Return: 0 or -errno.
 */
int soft_vf_probe(struct pci_dev *pdev);

/**
 * soft_vf_remove() - it goes, and its vGPU with it
 * @pdev: the function
 *
 * Sleeps until the vGPU's user has let go.
 */
void soft_vf_remove(struct pci_dev *pdev);

/**
 * soft_vf_configure() - as the PCI core asks when somebody writes sriov_numvfs
 * @pdev: the GPU
 * @count: how many functions shall be on, 0 for none
 *
 * Return: @count; -EBUSY while the GPU has a vGPU of its own, or a function's vGPU
 * is open; or -errno of the PCI core.
 */
int soft_vf_configure(struct pci_dev *pdev, int count);

/**
 * soft_vf_close() - from now on no function comes, and none is opened
 * @gpu: the GPU, which goes
 */
void soft_vf_close(struct soft_gpu *gpu);

/**
 * soft_vf_disable() - turn a GPU's functions off, whoever uses them
 * @pdev: the GPU, which goes
 */
void soft_vf_disable(struct pci_dev *pdev);

/**
 * soft_vf_set_vgpu() - a function has a vGPU, or has none any more
 * @pdev: the function
 * @vgpu: the vGPU, or NULL
 */
void soft_vf_set_vgpu(struct pci_dev *pdev, struct soft_vgpu *vgpu);

/**
 * soft_vf_has_vgpu() - has a function a vGPU?
 * @pdev: the function
 */
bool soft_vf_has_vgpu(struct pci_dev *pdev);

#endif /* SOFT_VF_H */
