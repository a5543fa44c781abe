/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random use of SET_IRQS, and eventfds that come and go meanwhile.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MOST 2048u /* vectors that an argument here has room for */

static const int refusals[] = {EINVAL, ENOTTY, EBADF, EFAULT, EBUSY, ENOMEM, E2BIG, 0};

static const uint32_t actions[] = {VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_IRQ_SET_ACTION_MASK,
                                   VFIO_IRQ_SET_ACTION_UNMASK};
static const uint32_t kinds[] = {VFIO_IRQ_SET_DATA_NONE, VFIO_IRQ_SET_DATA_BOOL,
                                 VFIO_IRQ_SET_DATA_EVENTFD};

union irq_argument {
    struct vfio_irq_set set;
    char room[sizeof(struct vfio_irq_set) + MOST * sizeof(int32_t)];
};

static void
set_irqs(struct worker *w, union irq_argument *argument)
{
    struct vfio_irq_set *set = &argument->set;

    fuzz_judge(w, "SET_IRQS",
               fuzz_ioctl(w, "SET_IRQS", w->target->dev.fd, VFIO_DEVICE_SET_IRQS, set,
                          (uint64_t)set->index << 32 | set->flags,
                          (uint64_t)set->start << 32 | set->count),
               refusals);
}

/* An eventfd of those that threads share; at times none, or none such. */
static int32_t
pick_fd(struct worker *w)
{
    if (chance(w, 6))
        return -1;
    if (chance(w, 64))
        return (int32_t)pick_odd(w);
    if (chance(w, 64))
        return w->target->dev.fd;
    return w->target->eventfds[pick(w, FUZZ_EVENTFDS)];
}

static void
fill(struct worker *w, union irq_argument *argument, uint32_t count)
{
    struct vfio_irq_set *set = &argument->set;
    int32_t *fds = (int32_t *)set->data;

    if (set->flags & VFIO_IRQ_SET_DATA_BOOL) {
        for (uint32_t i = 0; i < count && i < MOST; i++)
            set->data[i] = (uint8_t)pick(w, 2);
    } else if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
        for (uint32_t i = 0; i < count && i < MOST; i++)
            fds[i] = pick_fd(w);
    }
}

/* Right in form: an index with what it has, any action, any data. */
static void
op_irq_valid(struct worker *w)
{
    union irq_argument argument = {0};
    struct vfio_irq_set *set = &argument.set;
    uint32_t index = (uint32_t)pick(w, VFIO_PCI_NUM_IRQS);
    uint32_t total = w->target->irq_counts[index];

    set->argsz = sizeof argument;
    set->index = index;
    set->flags = actions[chance(w, 2) ? pick(w, 3) : 0] | kinds[pick(w, 3)];
    if (total) {
        set->start = chance(w, 2) ? 0 : (uint32_t)pick(w, total);
        set->count = chance(w, 4)
                         ? total - set->start
                         : 1 + (uint32_t)pick(w, total - set->start < 4 ? total - set->start : 4);
    }
    if (set->count > MOST)
        set->count = MOST;
    fill(w, &argument, set->count);
    set_irqs(w, &argument);
}

/* A VMM that turns an index off and on. */
static void
op_irq_disable(struct worker *w)
{
    union irq_argument argument = {0};

    argument.set.argsz = sizeof argument.set;
    argument.set.index = (uint32_t)pick(w, VFIO_PCI_NUM_IRQS);
    argument.set.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_NONE;
    set_irqs(w, &argument);
}

/* Anything in any field, with data or none. */
static void
op_irq_odd(struct worker *w)
{
    union irq_argument argument = {0};
    struct vfio_irq_set *set = &argument.set;
    uint32_t wrong = (uint32_t)pick(w, 32);

    set->argsz = wrong & 1 ? (uint32_t)pick_odd(w) : (uint32_t)sizeof argument;
    set->index = wrong & 2 ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, 6);
    set->start = wrong & 4 ? (uint32_t)pick_odd(w) : 0;
    set->count = wrong & 8 ? (uint32_t)pick_odd(w) : (uint32_t)pick(w, 5);
    set->flags = wrong & 16 ? (uint32_t)pick_odd(w) : actions[pick(w, 3)] | kinds[pick(w, 3)];
    fill(w, &argument, MOST);
    if (chance(w, 16))
        memset(set->data, (int)pick(w, 256), 256);
    set_irqs(w, &argument);
}

/* Vectors get other eventfds one after the other, while others signal them. */
static void
op_irq_swap(struct worker *w)
{
    uint32_t index = w->target->irq_counts[VFIO_PCI_MSIX_IRQ_INDEX] ? VFIO_PCI_MSIX_IRQ_INDEX
                                                                    : VFIO_PCI_MSI_IRQ_INDEX;
    uint32_t total = w->target->irq_counts[index];

    for (unsigned int i = 0; total && i < 3; i++) {
        union irq_argument argument = {0};

        argument.set.argsz = sizeof argument;
        argument.set.index = index;
        argument.set.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD;
        argument.set.start = (uint32_t)pick(w, total < 4 ? total : 4);
        argument.set.count = 1;
        fill(w, &argument, 1);
        set_irqs(w, &argument);
    }
}

/* An eventfd goes while the vGPU may hold it: it must live on there, or be let go. */
static void
op_irq_short(struct worker *w)
{
    union irq_argument argument = {0};
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    argument.set.argsz = sizeof argument;
    argument.set.index = (uint32_t)pick(w, VFIO_PCI_NUM_IRQS);
    argument.set.flags = (chance(w, 2) ? VFIO_IRQ_SET_ACTION_TRIGGER : VFIO_IRQ_SET_ACTION_UNMASK) |
                         VFIO_IRQ_SET_DATA_EVENTFD;
    argument.set.count = 1;
    memcpy(argument.set.data, &fd, sizeof fd);
    set_irqs(w, &argument);
    close(fd);
}

/* Somebody else's signal of an eventfd, which may be one that unmasks; and its end. */
static void
op_irq_eventfd(struct worker *w)
{
    int fd = w->target->eventfds[pick(w, FUZZ_EVENTFDS)];
    uint64_t count = 1;

    fuzz_note(w, "eventfd", (uint64_t)fd, 0, 0);
    fuzz_noted(w, chance(w, 3) ? read(fd, &count, sizeof count) : write(fd, &count, sizeof count));
}

const struct operation fuzz_irq_operations[] = {
    {"irq_valid", op_irq_valid, 60, NULL},
    {"irq_disable", op_irq_disable, 10, NULL},
    {"irq_odd", op_irq_odd, 80, NULL},
    {"irq_swap", op_irq_swap, 6, NULL},
    {"irq_short", op_irq_short, 10, NULL},
    {"irq_eventfd", op_irq_eventfd, 80, NULL},
    {NULL, NULL, 0, NULL},
};
