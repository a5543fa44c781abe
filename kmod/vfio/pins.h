/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of guest pages that a resource manager has pinned.
 *
 * Each has a reference besides VFIO's pin. An unmap ends the pin at once; the RM
 * hears of it later and may still use the page till then, which must not be
 * another's by that time.
 */
#ifndef VGPU_VFIO_PINS_H
#define VGPU_VFIO_PINS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct page;

/**
 * struct vgpu_pin - a page that the RM has
 * @node: in a list of those that an unmap took
 * @page: with a reference
 * @count: how often it is pinned
 */
struct vgpu_pin {
	struct list_head node;
	struct page *page;
	unsigned long count;
};

/**
 * vgpu_pins_add() - one more pin of a page
 * @pins: the record, by page of IOVA
 * @index: the page's number
 * @page: the page, pinned
 *
 * Sleeps. Return: 0, -ENOMEM, or -EFAULT for a page that can't be referenced.
 */
int vgpu_pins_add(struct xarray *pins, unsigned long index, struct page *page);

/* One pin of a page less; false if there is none, since an unmap took it. */
bool vgpu_pins_drop(struct xarray *pins, unsigned long index);

/**
 * vgpu_pins_take() - take a page out of the record, with all its pins
 * @pins: the record
 * @index: the first page to look at in, the page's number out
 * @last: the last page to look at
 *
 * Return: the pin, to be given back by vgpu_pins_free(), or NULL.
 */
struct vgpu_pin *vgpu_pins_take(struct xarray *pins, unsigned long *index,
				unsigned long last);

/* Gives up what vgpu_pins_take() took, in a list by its nodes. */
void vgpu_pins_free(struct list_head *taken);

#endif /* VGPU_VFIO_PINS_H */
