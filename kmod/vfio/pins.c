// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of guest pages that a resource manager has pinned.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "pins.h"

struct vgpu_pin *vgpu_pins_prepare(struct xarray *pins, unsigned long index)
{
	struct vgpu_pin *pin = kmalloc(sizeof(*pin), GFP_KERNEL_ACCOUNT);

	if (pin && xa_reserve(pins, index, GFP_KERNEL_ACCOUNT)) {
		kfree(pin);
		return NULL;
	}
	return pin;
}

void vgpu_pins_cancel(struct xarray *pins, unsigned long index,
		      struct vgpu_pin *pin)
{
	xa_release(pins, index);
	kfree(pin);
}

static void pins_release(struct vgpu_pin *pin)
{
	put_page(pin->page);	/* pairs with pins_insert() */
	kfree(pin);
}

/* An unmap may have freed what was reserved: then this needs memory after all. */
static int pins_insert(struct xarray *pins, unsigned long index,
		       struct vgpu_pin *pin, struct page *page)
{
	int ret;

	if (!folio_try_get(page_folio(page)))
		return -EFAULT;
	pin->page = page;
	pin->count = 1;
	ret = xa_err(__xa_store(pins, index, pin, GFP_NOWAIT | __GFP_NOWARN));
	if (ret)
		put_page(page);
	return ret;
}

int vgpu_pins_add(struct xarray *pins, unsigned long index,
		  struct vgpu_pin *pin, struct page *page)
{
	struct vgpu_pin *old;
	int ret = 1;

	xa_lock(pins);
	old = xa_load(pins, index);
	if (old)
		old->count++;
	else
		ret = pins_insert(pins, index, pin, page);
	xa_unlock(pins);
	return ret;
}

bool vgpu_pins_drop(struct xarray *pins, unsigned long index)
{
	struct vgpu_pin *pin;
	bool last = false;

	xa_lock(pins);
	pin = xa_load(pins, index);
	if (pin && !--pin->count) {
		__xa_erase(pins, index);
		last = true;
	}
	xa_unlock(pins);
	if (last)
		pins_release(pin);
	return last;
}

unsigned int vgpu_pins_take(struct xarray *pins, unsigned long *first,
			    unsigned long last, unsigned int max,
			    struct list_head *taken)
{
	struct vgpu_pin *pin;
	unsigned int count = 0;

	xa_lock(pins);
	pin = xa_find(pins, first, last, XA_PRESENT);
	while (pin) {
		__xa_erase(pins, *first + count);
		list_add_tail(&pin->node, taken);
		count++;
		/* No page is past @last: that is at most the last page there is. */
		pin = count < max && *first + count <= last ?
			      xa_load(pins, *first + count) : NULL;
	}
	xa_unlock(pins);
	return count;
}

void vgpu_pins_free(struct list_head *taken)
{
	struct vgpu_pin *pin, *next;

	list_for_each_entry_safe(pin, next, taken, node)
		pins_release(pin);
	INIT_LIST_HEAD(taken);
}
