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
 * @count: how often the RM pinned it; VFIO's pin is one
 */
struct vgpu_pin {
	struct list_head node;
	struct page *page;
	unsigned long count;
};

/**
 * vgpu_pins_prepare() - get memory for the record of a page
 * @pins: the record, by page of IOVA
 * @index: the page's number
 *
 * Before the page is pinned: between that and its record nobody may wait for memory,
 * since an unmap waits for both. Sleeps.
 *
 * Return: what vgpu_pins_add() wants, or NULL without memory.
 */
struct vgpu_pin *vgpu_pins_prepare(struct xarray *pins, unsigned long index);

/* Undoes vgpu_pins_prepare(), where vgpu_pins_add() did not take it. */
void vgpu_pins_cancel(struct xarray *pins, unsigned long index,
		      struct vgpu_pin *pin);

/**
 * vgpu_pins_add() - one more pin of a page
 * @pins: the record, by page of IOVA
 * @index: the page's number
 * @pin: from vgpu_pins_prepare()
 * @page: the page, pinned
 *
 * Does not sleep. Return: 0 if the record has taken @pin, 1 if it had the page and
 * counts one more, -ENOMEM, or -EFAULT for a page that can't be referenced.
 */
int vgpu_pins_add(struct xarray *pins, unsigned long index,
		  struct vgpu_pin *pin, struct page *page);

/* One pin of a page less; true if that was the last one, and it is forgotten. */
bool vgpu_pins_drop(struct xarray *pins, unsigned long index);

/**
 * vgpu_pins_take() - take adjacent pages out of the record, with all their pins
 * @pins: the record
 * @first: the first page to look at in, the number of the first one taken out
 * @last: the last page to look at
 * @max: how many to take at most
 * @taken: they are added to it, to be given back by vgpu_pins_free()
 *
 * Return: how many, 0 if there are none.
 */
unsigned int vgpu_pins_take(struct xarray *pins, unsigned long *first,
			    unsigned long last, unsigned int max,
			    struct list_head *taken);

/* Gives up what vgpu_pins_take() took. */
void vgpu_pins_free(struct list_head *taken);

#endif /* VGPU_VFIO_PINS_H */
