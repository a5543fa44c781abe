/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random commands of the test engine: DMA, pins, interrupts, stalls.
 */
#include "fuzz.h"

#include <errno.h>
#include <unistd.h>

#include "../../kmod/test-rm/engine.h"

bool fuzz_lose;

static int stalled;

bool
engine_stalled(void)
{
    return __atomic_exchange_n(&stalled, 0, __ATOMIC_RELAXED);
}

static bool
is_engine(const struct target *target)
{
    return target->kind == FUZZ_ENGINE;
}

static void
set_register(struct worker *w, uint64_t at, uint32_t value)
{
    if (fuzz_write(w, &value, 4, PLACE(w->target, ENGINE_CONTROL_BAR, at)) != 4)
        fuzz_wrong(w, "a register is not written", at, value);
}

static int32_t
get_register(struct worker *w, uint64_t at)
{
    int32_t value = 0;

    if (fuzz_read(w, &value, 4, PLACE(w->target, ENGINE_CONTROL_BAR, at)) != 4)
        fuzz_wrong(w, "a register is not read", at, 0);
    return value;
}

/* Guest memory at good and at bad places; the registers are shared with other threads. */
static void
op_engine_dma(struct worker *w)
{
    static const uint32_t commands[] = {ENGINE_CMD_READ, ENGINE_CMD_WRITE, ENGINE_CMD_COPY};
    uint64_t iova = chance(w, 8) ? pick_odd(w) : pick(w, ARENA_SIZE);
    uint32_t length = chance(w, 8) ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, 0x2000);

    set_register(w, ENGINE_IOVA_LO, (uint32_t)iova);
    set_register(w, ENGINE_IOVA_HI, (uint32_t)(iova >> 32));
    set_register(w, ENGINE_LENGTH, length);
    set_register(w, ENGINE_BUFFER,
                 chance(w, 8) ? (uint32_t)pick_odd(w)
                              : (uint32_t)pick(w, ENGINE_BACKING_SIZE - 0x2000));
    set_register(w, ENGINE_COMMAND, commands[pick(w, 3)] | (chance(w, 4) ? ENGINE_CMD_IRQ : 0));
    get_register(w, ENGINE_RESULT);
}

static void
op_engine_pin(struct worker *w)
{
    uint64_t iova = chance(w, 8) ? pick_odd(w) * PAGE : pick(w, ARENA_SIZE + 8 * SLOT_SIZE);
    uint32_t length = chance(w, 8) ? (uint32_t)pick_odd(w) : (uint32_t)((1 + pick(w, 16)) * PAGE);

    if (!chance(w, 16))
        iova &= ~(PAGE - 1);
    set_register(w, ENGINE_IOVA_LO, (uint32_t)iova);
    set_register(w, ENGINE_IOVA_HI, (uint32_t)(iova >> 32));
    set_register(w, ENGINE_LENGTH, length);
    set_register(w, ENGINE_COMMAND, chance(w, 3) ? ENGINE_CMD_UNPIN : ENGINE_CMD_PIN);
    get_register(w, ENGINE_RESULT);
}

static void
op_engine_raise(struct worker *w)
{
    set_register(w, ENGINE_RAISE, chance(w, 8) ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, 64));
}

static void
op_engine_intx(struct worker *w)
{
    set_register(w, ENGINE_INTX, (uint32_t)pick(w, 2));
}

static void
op_engine_burst(struct worker *w)
{
    set_register(w, ENGINE_LENGTH, chance(w, 8) ? (uint32_t)pick_odd(w) : 4);
    set_register(w, ENGINE_COMMAND, ENGINE_CMD_BURST);
}

/* Whoever watches the threads releases it, soon. */
static void
op_engine_stall(struct worker *w)
{
    __atomic_store_n(&stalled, 1, __ATOMIC_RELAXED);
    set_register(w, ENGINE_COMMAND, chance(w, 2) ? ENGINE_CMD_STALL : ENGINE_CMD_HOLD);
    __atomic_store_n(&stalled, 1, __ATOMIC_RELAXED);
}

/* At last: nothing much happens after it. */
static void
op_engine_lose(struct worker *w)
{
    if (fuzz_lose && chance(w, 64))
        set_register(w, ENGINE_COMMAND, ENGINE_CMD_LOSE);
}

const struct operation fuzz_engine_operations[] = {
    {"engine_dma", op_engine_dma, 100, is_engine},
    {"engine_pin", op_engine_pin, 100, is_engine},
    {"engine_raise", op_engine_raise, 60, is_engine},
    {"engine_intx", op_engine_intx, 30, is_engine},
    {"engine_burst", op_engine_burst, 30, is_engine},
    {"engine_stall", op_engine_stall, 1, is_engine},
    {"engine_lose", op_engine_lose, 1, is_engine},
    {NULL, NULL, 0, NULL},
};
