/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One vGPU of the test resource manager, and the operations on it; what they do is
 * said in vgpu-rm.h.
 */
#ifndef TEST_VGPU_H
#define TEST_VGPU_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "engine.h"
#include "stall.h"
#include "start.h"
#include "vgpu-rm.h"

struct test_gpu;

/**
 * struct test_vgpu - a vGPU
 * @gpu: its GPU, which outlives it
 * @vgpu_vfio: for callbacks
 * @memory: the backing of BAR 2; our reference from create to delete
 * @msix_vectors: offered, fixed at create
 * @start: its answer, if it is delayed
 * @stall: who has to wait
 * @pinning: held over a pin and its note in @pinned, and an unpin and its
 * @lock: guards what follows; never held over a callback
 * @registers: the control registers, by offset / 4
 * @ports: BAR 1
 * @edid: what the VMM set, @edid_size bytes, or NULL for none
 * @edid_size: bytes of @edid
 * @edid_set: the VMM set @edid, if only to nothing
 * @pinned: struct page by page of IOVA; one is used under @lock only, which keeps
 *	the back end from having forgotten it
 */
struct test_vgpu {
	struct test_gpu *gpu;
	struct vgpu_vfio *vgpu_vfio;
	struct file *memory;
	u16 msix_vectors;
	struct test_start start;
	struct test_stall stall;
	struct mutex pinning;
	struct mutex lock;
	u32 registers[ENGINE_REGISTERS / 4];
	u8 ports[ENGINE_PORT_SIZE];
	u8 *edid;
	size_t edid_size;
	bool edid_set;
	struct xarray pinned;
};

int test_vgpu_create(const struct vgpu_create_info *info,
		     struct vgpu_identity *identity, void **handle);
int test_vgpu_delete(void *handle);
int test_vgpu_start(void *handle, struct vgpu_start_request *request,
		    const struct vgpu_start_info *info);
void test_vgpu_stop(void *handle);
int test_vgpu_update(void *handle, enum vgpu_state state, const char *params);
int test_vgpu_reset(void *handle);
int test_vgpu_bar_info(void *handle, unsigned int bar,
		       struct vgpu_bar_info *info);
int test_vgpu_sparse_mmap(void *handle, unsigned int bar,
			  struct vgpu_area *areas, unsigned int *count);
int test_vgpu_backing(void *handle, unsigned int region,
		      struct vgpu_backing *backing);
int test_vgpu_stats(void *handle, struct vgpu_stats *stats);

/* In engine.c: what the guest reaches. */
int test_vgpu_access(void *handle, unsigned int region, u64 offset, void *buf,
		     size_t count, bool write);
void test_vgpu_invalidate(void *handle, u64 iova, u64 size);

/* In edid.c. */
int test_vgpu_get_edid(void *handle, u8 *buf, size_t *size);
int test_vgpu_set_edid(void *handle, const u8 *edid, size_t size);

#endif /* TEST_VGPU_H */
