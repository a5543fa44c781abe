// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's commands: guest memory, interrupts, loss and stalls.
 */
#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "command.h"
#include "ops.h"
#include "pci.h"
#include "vgpu.h"

/* The registers as they were when the command began. */
struct command_args {
	u64 iova;
	u32 length;
	u32 buffer;
};

int test_command_raise(struct test_vgpu *vgpu, u32 vector)
{
	return test_vfio->inject_interrupt(vgpu->vgpu_vfio, vector);
}

static bool command_length_valid(const struct command_args *args)
{
	return args->length && args->length <= ENGINE_MAX_LENGTH;
}

static bool command_buffer_valid(const struct command_args *args)
{
	return command_length_valid(args) &&
	       args->buffer <= ENGINE_BACKING_SIZE - args->length;
}

/* The backing at BUFFER from or into @data. */
static int command_memory(struct test_vgpu *vgpu,
			  const struct command_args *args, void *data,
			  bool write)
{
	loff_t pos = args->buffer;
	ssize_t n;

	if (write)
		n = kernel_write(vgpu->memory, data, args->length, &pos);
	else
		n = kernel_read(vgpu->memory, data, args->length, &pos);
	if (n < 0)
		return n;
	return n == args->length ? 0 : -EIO;
}

/* What a command does with the bytes it copies; under no lock. */
typedef int (*command_data_t)(struct test_vgpu *vgpu,
			      const struct command_args *args, void *data);

static int command_with_data(struct test_vgpu *vgpu,
			     const struct command_args *args, command_data_t run)
{
	void *data;
	int ret;

	if (!command_buffer_valid(args))
		return -EINVAL;
	data = kvzalloc(args->length, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	ret = run(vgpu, args, data);
	kvfree(data);
	return ret;
}

static int command_read_data(struct test_vgpu *vgpu,
			     const struct command_args *args, void *data)
{
	int ret = test_vfio->dma_rw(vgpu->vgpu_vfio, args->iova, data,
				    args->length, false);

	return ret ?: command_memory(vgpu, args, data, true);
}

static int command_read(struct test_vgpu *vgpu, const struct command_args *args)
{
	return command_with_data(vgpu, args, command_read_data);
}

static int command_write_data(struct test_vgpu *vgpu,
			      const struct command_args *args, void *data)
{
	int ret = command_memory(vgpu, args, data, false);

	return ret ?: test_vfio->dma_rw(vgpu->vgpu_vfio, args->iova, data,
					args->length, true);
}

static int command_write(struct test_vgpu *vgpu,
			 const struct command_args *args)
{
	return command_with_data(vgpu, args, command_write_data);
}

static u32 command_invalidations(struct test_vgpu *vgpu)
{
	u32 count;

	mutex_lock(&vgpu->lock);
	count = vgpu->registers[ENGINE_INVALIDATIONS / 4];
	mutex_unlock(&vgpu->lock);
	return count;
}

/*
 * Notes the pages unless we were told of an unmap since there were @invalidations:
 * it may have been of these, and would not be told again.
 */
static int command_note(struct test_vgpu *vgpu, unsigned long first,
			struct page **pages, int count, u32 invalidations)
{
	int i, ret = 0;

	mutex_lock(&vgpu->lock);
	if (vgpu->registers[ENGINE_INVALIDATIONS / 4] != invalidations)
		ret = -EAGAIN;
	for (i = 0; !ret && i < count; i++)
		ret = xa_err(xa_store(&vgpu->pinned, first + i, pages[i],
				      GFP_KERNEL));
	while (ret && i--)
		xa_erase(&vgpu->pinned, first + i);
	mutex_unlock(&vgpu->lock);
	return ret;
}

static int command_pin_noted(struct test_vgpu *vgpu,
			     const struct command_args *args,
			     unsigned int count)
{
	struct page *pages[ENGINE_MAX_LENGTH / ENGINE_PAGE];
	u32 invalidations = command_invalidations(vgpu);
	int pinned, ret;

	BUILD_BUG_ON(PAGE_SIZE != ENGINE_PAGE);
	lockdep_assert_held(&vgpu->pinning);
	pinned = test_vfio->pin_pages(vgpu->vgpu_vfio, args->iova, count, true,
				      pages);
	if (pinned <= 0)
		return pinned;
	ret = command_note(vgpu, args->iova / ENGINE_PAGE, pages, pinned,
			   invalidations);
	if (!ret)
		return pinned;
	test_vfio->unpin_pages(vgpu->vgpu_vfio, args->iova, pinned);
	return ret;
}

static int command_pin(struct test_vgpu *vgpu, const struct command_args *args)
{
	unsigned int count = args->length / ENGINE_PAGE;
	int ret;

	if (!command_length_valid(args) || !count)
		return -EINVAL;
	mutex_lock(&vgpu->pinning);
	ret = command_pin_noted(vgpu, args, count);
	mutex_unlock(&vgpu->pinning);
	return ret;
}

static int command_unpin(struct test_vgpu *vgpu,
			 const struct command_args *args)
{
	unsigned int i, count = args->length / ENGINE_PAGE;

	if (!command_length_valid(args) || !count)
		return -EINVAL;
	mutex_lock(&vgpu->pinning);
	mutex_lock(&vgpu->lock);
	for (i = 0; i < count; i++)
		xa_erase(&vgpu->pinned, args->iova / ENGINE_PAGE + i);
	mutex_unlock(&vgpu->lock);
	test_vfio->unpin_pages(vgpu->vgpu_vfio, args->iova, count);
	mutex_unlock(&vgpu->pinning);
	return 0;
}

/* Under the lock a page stays: dma_invalidate takes it before it returns. */
static int command_gather(struct test_vgpu *vgpu,
			  const struct command_args *args, u8 *data)
{
	size_t n, offset, done;
	struct page *page;
	u64 iova;

	lockdep_assert_held(&vgpu->lock);
	for (done = 0; done < args->length; done += n) {
		iova = args->iova + done;
		offset = offset_in_page(iova);
		n = min_t(size_t, args->length - done, PAGE_SIZE - offset);
		page = xa_load(&vgpu->pinned, iova / ENGINE_PAGE);
		if (!page)
			return -ENOENT;
		memcpy_from_page(data + done, page, offset, n);
	}
	return 0;
}

static int command_copy_data(struct test_vgpu *vgpu,
			     const struct command_args *args, void *data)
{
	int ret;

	mutex_lock(&vgpu->lock);
	ret = command_gather(vgpu, args, data);
	mutex_unlock(&vgpu->lock);
	return ret ?: command_memory(vgpu, args, data, true);
}

static int command_copy(struct test_vgpu *vgpu, const struct command_args *args)
{
	return command_with_data(vgpu, args, command_copy_data);
}

static int command_lose(struct test_vgpu *vgpu, const struct command_args *args)
{
	test_vfio->device_lost(vgpu->gpu->pdev);
	return 0;
}

static int command_stall(struct test_vgpu *vgpu,
			 const struct command_args *args)
{
	test_stall_begin(&vgpu->stall, TEST_STALL_ALL);
	return test_stall_access(&vgpu->stall);
}

static int command_hold(struct test_vgpu *vgpu, const struct command_args *args)
{
	test_stall_begin(&vgpu->stall, TEST_STALL_INVALIDATE);
	return 0;
}

/* What the interrupt handler needs; on the stack of who waits for it. */
struct command_burst {
	struct irq_work work;
	struct test_vgpu *vgpu;
	u32 count;
	int result;
};

static void command_burst_irq(struct irq_work *work)
{
	struct command_burst *burst =
		container_of(work, struct command_burst, work);
	u32 vector;

	for (vector = 0; vector < burst->count && !burst->result; vector++)
		burst->result = test_command_raise(burst->vgpu, vector);
}

static int command_burst(struct test_vgpu *vgpu,
			 const struct command_args *args)
{
	/*
	 * Runs in a hard interrupt, but for PREEMPT_RT, where eventfds can't be
	 * signalled there; IRQ_WORK_INIT_HARD() would be one there as well.
	 */
	struct command_burst burst = {
		.work = IRQ_WORK_INIT(command_burst_irq),
		.vgpu = vgpu,
		.count = args->length,
	};

	irq_work_queue(&burst.work);
	irq_work_sync(&burst.work);
	return burst.result;
}

static int (*const commands[])(struct test_vgpu *vgpu,
			       const struct command_args *args) = {
	[ENGINE_CMD_READ] = command_read,
	[ENGINE_CMD_WRITE] = command_write,
	[ENGINE_CMD_PIN] = command_pin,
	[ENGINE_CMD_UNPIN] = command_unpin,
	[ENGINE_CMD_COPY] = command_copy,
	[ENGINE_CMD_LOSE] = command_lose,
	[ENGINE_CMD_STALL] = command_stall,
	[ENGINE_CMD_BURST] = command_burst,
	[ENGINE_CMD_HOLD] = command_hold,
};

int test_command_run(struct test_vgpu *vgpu, u32 command)
{
	const u32 *registers = vgpu->registers;
	struct command_args args;

	if (command >= ARRAY_SIZE(commands) || !commands[command])
		return -EINVAL;
	mutex_lock(&vgpu->lock);
	args.iova = registers[ENGINE_IOVA_LO / 4] |
		    (u64)registers[ENGINE_IOVA_HI / 4] << 32;
	args.length = registers[ENGINE_LENGTH / 4];
	args.buffer = registers[ENGINE_BUFFER / 4];
	mutex_unlock(&vgpu->lock);
	return commands[command](vgpu, &args);
}
