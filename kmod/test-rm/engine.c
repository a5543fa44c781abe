// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: accesses to its BARs that trap, and what it is told of guest memory
 * that goes away.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "command.h"
#include "ops.h"
#include "vgpu.h"

static u32 engine_read_register(struct test_vgpu *vgpu, u32 offset)
{
	u32 value;

	if (offset >= ENGINE_REGISTERS)
		return 0;
	mutex_lock(&vgpu->lock);
	value = vgpu->registers[offset / 4];
	mutex_unlock(&vgpu->lock);
	return value;
}

static void engine_set_register(struct test_vgpu *vgpu, u32 offset, u32 value)
{
	mutex_lock(&vgpu->lock);
	vgpu->registers[offset / 4] = value;
	mutex_unlock(&vgpu->lock);
}

static void engine_write_register(struct test_vgpu *vgpu, u32 offset, u32 value)
{
	int ret;

	switch (offset) {
	case ENGINE_RAISE:
		ret = test_command_raise(vgpu, value);
		engine_set_register(vgpu, ENGINE_RESULT, ret);
		break;
	case ENGINE_INTX:
		test_vfio->set_intx(vgpu->vgpu_vfio, value & 1);
		break;
	case ENGINE_COMMAND:
		ret = test_command_run(vgpu, value & ~ENGINE_CMD_IRQ);
		engine_set_register(vgpu, ENGINE_RESULT, ret);
		if (value & ENGINE_CMD_IRQ)
			test_command_raise(vgpu, 0);
		break;
	case ENGINE_SCRATCH:
	case ENGINE_IOVA_LO:
	case ENGINE_IOVA_HI:
	case ENGINE_LENGTH:
	case ENGINE_BUFFER:
		break;
	default:
		return;
	}
	engine_set_register(vgpu, offset, value);
}

/* @buf may be no u32: registers are little endian, as x86 is. */
static void engine_control(struct test_vgpu *vgpu, u32 offset, u8 *buf,
			   size_t count, bool write)
{
	size_t n = min_t(size_t, count, 4);
	u32 value;

	for (; count; offset += n, buf += n, count -= n) {
		if (!write) {
			value = engine_read_register(vgpu, offset & ~3U) >>
				8 * (offset & 3);
			memcpy(buf, &value, n);
		} else if (n == 4) {
			memcpy(&value, buf, n);
			engine_write_register(vgpu, offset, value);
		}
	}
}

static void engine_ports(struct test_vgpu *vgpu, u32 offset, void *buf,
			 size_t count, bool write)
{
	mutex_lock(&vgpu->lock);
	if (write)
		memcpy(vgpu->ports + offset, buf, count);
	else
		memcpy(buf, vgpu->ports + offset, count);
	mutex_unlock(&vgpu->lock);
}

int test_vgpu_access(void *handle, unsigned int region, u64 offset, void *buf,
		     size_t count, bool write)
{
	struct test_vgpu *vgpu = handle;
	int err;

	err = test_stall_access(&vgpu->stall);
	if (err)
		return err;
	switch (region) {
	case ENGINE_CONTROL_BAR:
		if (offset > ENGINE_CONTROL_SIZE - count)
			return -EINVAL;
		engine_control(vgpu, offset, buf, count, write);
		return 0;
	case ENGINE_PORT_BAR:
		if (offset > ENGINE_PORT_SIZE - count)
			return -EINVAL;
		engine_ports(vgpu, offset, buf, count, write);
		return 0;
	case ENGINE_MEMORY_BAR:
		if (!write)
			memset(buf, ENGINE_UNBACKED, count);
		return 0;
	case ENGINE_MSIX_BAR:
		if (!write)
			memset(buf, 0, count);
		return 0;
	default:
		return -EINVAL;
	}
}

static void engine_forget(struct test_vgpu *vgpu, u64 iova, u64 size)
{
	unsigned long index, last = (iova + (size - 1)) / ENGINE_PAGE;
	void *page;

	lockdep_assert_held(&vgpu->lock);
	xa_for_each_range(&vgpu->pinned, index, page, iova / ENGINE_PAGE, last)
		xa_erase(&vgpu->pinned, index);
}

void test_vgpu_invalidate(void *handle, u64 iova, u64 size)
{
	struct test_vgpu *vgpu = handle;
	u32 *registers = vgpu->registers;

	test_stall_invalidate(&vgpu->stall);
	mutex_lock(&vgpu->lock);
	engine_forget(vgpu, iova, size);
	registers[ENGINE_INVALIDATIONS / 4]++;
	registers[ENGINE_INVALIDATED_LO / 4] = lower_32_bits(iova);
	registers[ENGINE_INVALIDATED_HI / 4] = upper_32_bits(iova);
	registers[ENGINE_INVALIDATED_PAGES / 4] = size / ENGINE_PAGE;
	mutex_unlock(&vgpu->lock);
}
