/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vGPU consists of, for the two files that are about it.
 */
#ifndef SOFT_VGPU_PRIVATE_H
#define SOFT_VGPU_PRIVATE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include "bochs.h"
#include "params.h"

#include "vgpu-rm.h"

struct file;
struct pci_dev;
struct soft_gpu;
struct soft_type;

/* Fixed from create to delete, but for what a text below says. */
struct soft_vgpu {
	struct soft_gpu *gpu;
	struct list_head node;	/* in @gpu's vgpus, under its lock */
	struct pci_dev *vf;	/* the virtual function that it is on, or NULL */
	const struct soft_type *type;
	uuid_t uuid;
	struct vgpu_vfio *vgpu_vfio;
	struct file *vram;	/* our reference, from new to free */
	struct mutex place_lock;	/* for changes of placement */
	int placement;

	/*
	 * Answers @request, which belongs to whoever took the work off: the
	 * work itself by running, or stop by cancelling it. Neither start nor
	 * stop runs beside the other, so @request needs no lock. NULL where
	 * no work was asked for.
	 */
	struct delayed_work start;
	struct vgpu_start_request *request;
	int start_status;	/* what it answers */
	bool unanswered;	/* the work never runs: stop answers @request */

	enum vgpu_state state;	/* as told last; calls that tell it are serial */
	bool opened;		/* from start, if it goes well, to stop */

	/* Guards what follows. Never held over a callback. */
	spinlock_t lock;
	bool plugged;		/* a monitor of the VMM's, in place of our own */
	struct soft_params params;
	struct soft_bochs bochs;
};

#endif /* SOFT_VGPU_PRIVATE_H */
