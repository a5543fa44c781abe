/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The group "vgpu" of attributes that each GPU has in sysfs: its types and how its
 * memory may be shared. vgpu-soft(7) says what they take.
 */
#ifndef SOFT_GPU_ATTR_H
#define SOFT_GPU_ATTR_H

struct attribute_group;
struct device_attribute;

/* For the PCI driver: there from the end of its probe to the begin of its remove. */
extern const struct attribute_group *soft_gpu_attr_groups[];

/* fault-attr.c: what shall fail. */
extern struct device_attribute dev_attr_del_faults;
extern struct device_attribute dev_attr_faults;
extern struct device_attribute dev_attr_faults_injected;
extern struct device_attribute dev_attr_injected_bar_info;
extern struct device_attribute dev_attr_injected_create;
extern struct device_attribute dev_attr_injected_err;
extern struct device_attribute dev_attr_injected_function;
extern struct device_attribute dev_attr_injected_interrupt;
extern struct device_attribute dev_attr_injected_lost;
extern struct device_attribute dev_attr_injected_start;
extern struct device_attribute dev_attr_new_fault;

#endif /* SOFT_GPU_ATTR_H */
